//! An update that reads the contact before it sends its request again.

use std::{mem, ops::ControlFlow};

use http::{Request, Response};

use super::{Action, Call, Event, Exchange, Fork, Now, Session, WaitReason, fork::Inner};
use crate::{
    BaseUrl, Confirmation, Contact, Credentials, Error, GetContact, Idempotency, Operation,
    UpdateContact, operation::Sealed, same_address,
};

/// Updates a contact.
///
/// If an attempt may have taken effect, the exchange reads the contact before it retries. If the
/// contact has the new address, the update succeeded. Otherwise the update is sent again. This
/// read and the repeated update count as one attempt.
#[must_use = "an exchange does nothing until it is driven"]
#[derive(Debug)]
pub struct Update {
    update: UpdateContact,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Sending(Inner<Call<UpdateContact>>),
    Checking(Inner<Call<Check>>),
    Done,
}

/// Gets the contact for an update. Its errors say that the update failed, not the get.
#[derive(Debug, Clone)]
struct Check(GetContact);

impl Sealed for Check {}

impl Operation for Check {
    type Output = Contact;

    const NAME: &'static str = UpdateContact::NAME;

    const IDEMPOTENCY: Idempotency = GetContact::IDEMPOTENCY;

    const SCOPES: &'static [&'static str] = GetContact::SCOPES;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        self.0.request(site, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Contact, Error> {
        self.0.read_for::<Self>(&response)
    }
}

impl Update {
    /// Updates this contact in a session. The deadline starts with the first step.
    pub fn new(session: Session, update: UpdateContact) -> Self {
        let state = State::Sending(Inner::new(Call::new(session, update.clone())));
        Self { update, state }
    }

    /// Decides what follows the update: a check if it may have taken effect.
    fn sent(
        &mut self,
        call: Call<UpdateContact>,
        result: Result<Confirmation, Error>,
        now: Now,
        random: u64,
    ) -> Action<Confirmation> {
        match (result, call.into_unknown()) {
            (Err(error), Some(mut attempts)) => {
                let action = attempts.retry(error, now, random);
                if let Action::Wait(_) = action {
                    let check = Check(GetContact::new(self.update.id().clone()));
                    self.state = State::Checking(Inner::new(Call::go_on(check, attempts)));
                }
                action
            }
            (result, _) => Action::Done(result),
        }
    }

    /// Decides what follows a check: the end if the update took effect, otherwise the update again.
    fn checked(
        &mut self,
        call: Call<Check>,
        found: Result<Contact, Error>,
    ) -> Option<Action<Confirmation>> {
        let contact = match found {
            Ok(contact) => contact,
            Err(error) => return Some(Action::Done(Err(error))),
        };
        if same_address(&contact.method, &contact.to, self.update.to()) {
            return Some(Action::Done(Ok(self.update.done())));
        }
        let mut attempts = call.into_attempts();
        if let Err(error) = attempts.once_more() {
            return Some(Action::Done(Err(error)));
        }
        self.state = State::Sending(Inner::new(Call::go_on(self.update.clone(), attempts)));
        None
    }
}

impl Exchange for Update {
    type Output = Confirmation;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Confirmation> {
        loop {
            match mem::replace(&mut self.state, State::Done) {
                State::Sending(mut call) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => {
                        self.state = State::Sending(call);
                        return action;
                    }
                    ControlFlow::Continue(result) => {
                        return self.sent(call.into_inner(), result, now, random);
                    }
                },
                State::Checking(mut call) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => {
                        self.state = State::Checking(call);
                        return action;
                    }
                    ControlFlow::Continue(found) => {
                        if let Some(end) = self.checked(call.into_inner(), found) {
                            return end;
                        }
                    }
                },
                State::Done => return Action::at_its_end(),
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        UpdateContact::NAME
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        match &self.state {
            State::Sending(call) => call.wait_reason(),
            State::Checking(call) => call.wait_reason(),
            State::Done => None,
        }
    }
}

impl Fork for Update {
    fn fork(&self) -> Self {
        Self { update: self.update.clone(), state: self.state.clone() }
    }
}
