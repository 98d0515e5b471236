//! Looking for a contact that may be on its way.

use std::time::Duration;

use super::{Action, Event, Exchange, List, Now, Session, WaitReason};
use crate::{
    Attempts, Contact, ContactMethod, Effect, Error, FailedRequest, ListContacts, StopReason,
    retry::patience,
    transport::{Delivery, TransportError, TransportErrorKind},
};

/// Looks for all contacts that reach an address, after some time for them to show.
#[derive(Debug)]
pub(super) struct Search {
    all: List,
    state: State,
}

#[derive(Debug)]
enum State {
    New { consistency_delay: Duration, asked: Option<Duration> },
    Waiting { until: Duration, reason: WaitReason },
    Looking,
    Done,
}

impl Search {
    /// Looks at once.
    pub(super) fn at_once(session: &Session, method: &ContactMethod, to: &str) -> Self {
        let all = List::new(session.clone(), ListContacts::all()).reaching(method.clone(), to);
        Self { all, state: State::Looking }
    }

    /// Lets pass the time that the policy gives a creation to show, and looks then.
    pub(super) fn once_settled(session: &Session, method: &ContactMethod, to: &str) -> Self {
        let state = State::New { consistency_delay: session.policy().consistency_delay, asked: None };
        Self { state, ..Self::at_once(session, method, to) }
    }

    /// Looks no earlier than the answer before has asked for.
    pub(super) fn once_asked(self, asked: Option<Duration>) -> Self {
        let state = match self.state {
            State::New { consistency_delay, .. } => State::New { consistency_delay, asked },
            State::Looking if asked.is_some() => State::New { consistency_delay: Duration::ZERO, asked },
            state => state,
        };
        Self { state, ..self }
    }

    /// The session, with the credentials that were last refreshed.
    pub(super) fn session(&self) -> &Session {
        self.all.session()
    }

    fn wait(
        &mut self,
        consistency_delay: Duration,
        asked: Option<Duration>,
        now: Now,
        random: u64,
    ) -> Action<Vec<Contact>> {
        let policy = self.session().policy();
        let wait = asked.map_or(consistency_delay, |asked| patience(asked, random).max(consistency_delay));
        let stop_reason = if let Some(wait) = asked.filter(|asked| *asked > policy.max_retry_after) {
            StopReason::RetryAfterTooLong { wait, limit: policy.max_retry_after }
        } else if wait >= self.session().deadline(now).saturating_sub(now.monotonic) {
            StopReason::Deadline
        } else {
            let reason = if asked >= Some(consistency_delay) {
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
            State::New { consistency_delay, asked } => self.wait(consistency_delay, asked, now, random),
            State::Waiting { until, .. } if now.monotonic < until => {
                Action::Wait(until.saturating_sub(now.monotonic))
            }
            State::Waiting { .. } => {
                self.state = State::Looking;
                self.all.step(Event::Start, now, random)
            }
            State::Looking => self.all.step(event, now, random),
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
