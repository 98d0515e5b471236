//! A search for a contact that may appear late.

use std::time::Duration;

use super::{Action, Event, Exchange, Fork, List, Now, Session, WaitReason};
use crate::{
    Attempts, Contact, ContactMethod, Effect, Error, FailedRequest, ListContacts, StopReason,
    retry::patience,
    transport::{Delivery, TransportError, TransportErrorKind},
};

/// Searches for the contacts with an address, after a delay if necessary.
#[derive(Debug)]
pub(super) struct Search {
    all: List,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    New { consistency_delay: Duration, retry_after: Option<Duration> },
    Waiting { until: Duration, reason: WaitReason },
    Searching,
    Done,
}

impl Search {
    /// Searches immediately.
    pub(super) fn immediately(session: &Session, method: &ContactMethod, to: &str) -> Self {
        let all = List::new(session.clone(), ListContacts::all()).reaching(method.clone(), to);
        Self { all, state: State::Searching }
    }

    /// Searches after [`RetryPolicy::consistency_delay`](crate::RetryPolicy::consistency_delay).
    pub(super) fn after_delay(session: &Session, method: &ContactMethod, to: &str) -> Self {
        let state =
            State::New { consistency_delay: session.policy().consistency_delay, retry_after: None };
        Self { state, ..Self::immediately(session, method, to) }
    }

    /// Searches only after the delay that the last response requested.
    pub(super) fn not_before(self, retry_after: Option<Duration>) -> Self {
        let state = match self.state {
            State::New { consistency_delay, .. } => State::New { consistency_delay, retry_after },
            State::Searching if retry_after.is_some() => {
                State::New { consistency_delay: Duration::ZERO, retry_after }
            }
            state => state,
        };
        Self { state, ..self }
    }

    /// Returns the session, with the latest credentials.
    pub(super) fn session(&self) -> &Session {
        self.all.session()
    }

    fn wait(
        &mut self,
        consistency_delay: Duration,
        retry_after: Option<Duration>,
        now: Now,
        random: u64,
    ) -> Action<Vec<Contact>> {
        let policy = self.session().policy();
        let wait = retry_after.map_or(consistency_delay, |retry_after| {
            patience(retry_after, random).max(consistency_delay)
        });
        let stop_reason = if let Some(wait) =
            retry_after.filter(|retry_after| *retry_after > policy.max_retry_after)
        {
            StopReason::RetryAfterTooLong { wait, limit: policy.max_retry_after }
        } else if wait >= self.session().deadline(now).saturating_sub(now.monotonic) {
            StopReason::Deadline
        } else {
            let reason = if retry_after >= Some(consistency_delay) {
                WaitReason::RetryAfter
            } else {
                WaitReason::Consistency
            };
            self.state = State::Waiting { until: now.monotonic.saturating_add(wait), reason };
            return Action::Wait(wait);
        };
        self.state = State::Done;
        let failure = TransportError::new(Delivery::NotSent, TransportErrorKind::TimedOut);
        let attempts = Attempts { count: 0, effect: Effect::None, stop_reason: Some(stop_reason) };
        Action::Done(Err(Error::Transport(Box::new(FailedRequest::new(
            "look for the contact",
            failure,
            attempts,
        )))))
    }
}

impl Exchange for Search {
    type Output = Vec<Contact>;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Vec<Contact>> {
        match self.state {
            State::New { consistency_delay, retry_after } => {
                self.wait(consistency_delay, retry_after, now, random)
            }
            State::Waiting { until, .. } if now.monotonic < until => {
                Action::Wait(until.saturating_sub(now.monotonic))
            }
            State::Waiting { .. } => {
                self.state = State::Searching;
                self.all.step(Event::Start, now, random)
            }
            State::Searching => self.all.step(event, now, random),
            State::Done => Action::at_its_end(),
        }
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        match self.state {
            State::Waiting { reason, .. } => Some(reason),
            _ => self.all.wait_reason(),
        }
    }
}

impl Fork for Search {
    fn fork(&self) -> Self {
        Self { all: self.all.fork(), state: self.state }
    }
}
