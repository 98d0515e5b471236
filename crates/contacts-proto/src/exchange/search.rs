//! Looking for a contact that may be on its way.

use std::time::Duration;

use super::{Action, AllContacts, Cause, Event, Exchange, Failure, Now, Progress, Session, Waiting};
use crate::{Contact, ContactMethod, Effect, Error, Failed, GaveUp, ListContacts, Trail};

/// Looks for all contacts that reach an address, after some time for them to show.
#[derive(Debug)]
pub(super) struct Search {
    all: AllContacts,
    state: State,
}

#[derive(Debug)]
enum State {
    New { settle: Duration },
    Settling { until: Duration },
    Looking,
    Done,
}

impl Search {
    /// Looks at once.
    pub(super) fn at_once(session: &Session, method: &ContactMethod, to: &str) -> Self {
        let all = AllContacts::new(session.clone(), ListContacts::all()).reaching(method.clone(), to);
        Self { all, state: State::Looking }
    }

    /// Lets pass the time that the policy gives a creation to show, and looks then.
    pub(super) fn once_settled(session: &Session, method: &ContactMethod, to: &str) -> Self {
        let state = State::New { settle: session.policy().settle };
        Self { state, ..Self::at_once(session, method, to) }
    }

    /// The session, with the credentials that were last renewed.
    pub(super) fn session(&self) -> &Session {
        self.all.session()
    }

    fn settle(&mut self, settle: Duration, now: Now) -> Action<Vec<Contact>> {
        if settle < self.session().deadline(now).saturating_sub(now.monotonic) {
            self.state = State::Settling { until: now.monotonic.saturating_add(settle) };
            return Action::Wait(settle);
        }
        self.state = State::Done;
        let failure = Failure::new(Progress::NotSent, Cause::TimedOut);
        let trail = Trail { gave_up: Some(GaveUp::Deadline), ..Trail::first(Effect::None) };
        Action::Done(Err(Error::Failed(Box::new(Failed {
            operation: "look for the contact",
            failure,
            trail,
        }))))
    }
}

impl Exchange for Search {
    type Output = Vec<Contact>;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Vec<Contact>> {
        match self.state {
            State::New { settle } => self.settle(settle, now),
            State::Settling { until } if now.monotonic < until => {
                Action::Wait(until.saturating_sub(now.monotonic))
            }
            State::Settling { .. } => {
                self.state = State::Looking;
                self.all.step(Event::Start, now, random)
            }
            State::Looking => self.all.step(event, now, random),
            State::Done => Action::at_its_end(),
        }
    }

    fn waiting(&self) -> Option<Waiting> {
        match self.state {
            State::Settling { .. } => Some(Waiting::Settling),
            _ => self.all.waiting(),
        }
    }
}
