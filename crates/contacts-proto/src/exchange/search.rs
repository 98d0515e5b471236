//! Looking for a contact that may be on its way.

use std::time::Duration;

use super::{Action, AllContacts, Event, Exchange, Now, Session, Waiting};
use crate::{
    Cause, Contact, ContactMethod, Effect, Error, Failed, Failure, GaveUp, ListContacts, Progress, Trail,
    retry::patience,
};

/// Looks for all contacts that reach an address, after some time for them to show.
#[derive(Debug)]
pub(super) struct Search {
    all: AllContacts,
    state: State,
}

#[derive(Debug)]
enum State {
    New { settle: Duration, asked: Option<Duration> },
    Waiting { until: Duration, why: Waiting },
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
        let state = State::New { settle: session.policy().settle, asked: None };
        Self { state, ..Self::at_once(session, method, to) }
    }

    /// Looks no earlier than the answer before has asked for.
    pub(super) fn once_asked(self, asked: Option<Duration>) -> Self {
        let state = match self.state {
            State::New { settle, .. } => State::New { settle, asked },
            State::Looking if asked.is_some() => State::New { settle: Duration::ZERO, asked },
            state => state,
        };
        Self { state, ..self }
    }

    /// The session, with the credentials that were last renewed.
    pub(super) fn session(&self) -> &Session {
        self.all.session()
    }

    fn wait(
        &mut self,
        settle: Duration,
        asked: Option<Duration>,
        now: Now,
        random: u64,
    ) -> Action<Vec<Contact>> {
        let policy = self.session().policy();
        let wait = asked.map_or(settle, |asked| patience(asked, random).max(settle));
        let gave_up = if let Some(wait) = asked.filter(|asked| *asked > policy.longest_wait) {
            GaveUp::WaitTooLong { wait, limit: policy.longest_wait }
        } else if wait >= self.session().deadline(now).saturating_sub(now.monotonic) {
            GaveUp::Deadline
        } else {
            let why = if asked >= Some(settle) { Waiting::Asked } else { Waiting::Settling };
            self.state = State::Waiting { until: now.monotonic.saturating_add(wait), why };
            return Action::Wait(wait);
        };
        self.state = State::Done;
        let failure = Failure::new(Progress::NotSent, Cause::TimedOut);
        let trail = Trail { attempts: 0, effect: Effect::None, gave_up: Some(gave_up) };
        Action::Done(Err(Error::Failed(Box::new(Failed::new("look for the contact", failure, trail)))))
    }
}

impl Exchange for Search {
    type Output = Vec<Contact>;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Vec<Contact>> {
        match self.state {
            State::New { settle, asked } => self.wait(settle, asked, now, random),
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

    fn waiting(&self) -> Option<Waiting> {
        match self.state {
            State::Waiting { why, .. } => Some(why),
            _ => self.all.waiting(),
        }
    }
}
