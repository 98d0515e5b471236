//! A create request that is never repeated blindly.

use std::ops::ControlFlow;

use super::{Action, Call, Event, Exchange, Fork, Now, Session, WaitReason};
use crate::{Confirmation, CreateContact, Error, Operation, OutcomeUnknown};

/// Creates a contact. It retries only after an attempt that certainly had no effect.
///
/// If an attempt may have taken effect, the exchange ends with [`Error::OutcomeUnknown`] and a
/// [`Receipt`](crate::Receipt).
#[must_use = "an exchange does nothing until it is driven"]
#[derive(Debug)]
pub struct Create {
    create: CreateContact,
    call: Call<CreateContact>,
}

impl Create {
    /// Creates this contact in a session. The deadline starts with the first step.
    pub fn new(session: Session, create: CreateContact) -> Self {
        Self { call: Call::new(session, create.clone()), create }
    }

    /// Returns the session, with the latest credentials.
    pub fn session(&self) -> &Session {
        self.call.session()
    }
}

impl Exchange for Create {
    type Output = Confirmation;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Confirmation> {
        match self.call.step(event, now, random).result() {
            ControlFlow::Break(action) => action,
            ControlFlow::Continue(Err(error)) if self.call.take_effect_possible() => {
                let receipt = self.create.receipt(now.unix).of(self.session());
                Action::Done(Err(Error::OutcomeUnknown(Box::new(OutcomeUnknown::new(
                    receipt, error,
                )))))
            }
            ControlFlow::Continue(result) => Action::Done(result),
        }
    }

    fn name(&self) -> &'static str {
        CreateContact::NAME
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        self.call.wait_reason()
    }

    fn is_create_in_flight(&self) -> bool {
        self.call.is_create_in_flight()
    }
}

impl Fork for Create {
    fn fork(&self) -> Self {
        Self { create: self.create.clone(), call: self.call.fork() }
    }
}
