//! A contact that exists exactly once.

use std::{ops::ControlFlow, time::Duration};

use http::StatusCode;

use super::{Action, Create, Event, Exchange, Now, Receipt, Session, WaitReason, search::Search};
use crate::{Confirmation, Contact, CreateContact, Duplicate, Effect, Error, OutcomeUnknown, StopReason};

/// The most creations that are sent: the second one only after the first was looked for in vain, twice.
const CREATIONS: u32 = 2;

/// How often an unanswered creation is looked for, each time after it was given time to show.
const LOOKS: u32 = 2;

/// Sees to it that a contact exists once: looks for it, creates it where it is missing, and looks again whenever an answer to the
/// creation is lost.
///
/// What it cannot rule out: that a creation takes effect later than the time it is given to consistency_delay (twice
/// [`RetryPolicy::consistency_delay`](crate::RetryPolicy::consistency_delay)), or that somebody else creates the same contact at the same time. It notices such a
/// double if it has reason to look again, reports it as [`Error::Duplicate`], and deletes nothing by itself.
///
/// It ends with [`Error::OutcomeUnknown`] if it is still not known whether there is one, or whether there are two, or with whatever
/// the requests end with. It may be run again after any end of it, an error included.
#[derive(Debug)]
pub struct Ensure {
    session: Session,
    create: CreateContact,
    state: State,
    creations: u32,
    /// Looks in vain since the last creation.
    looks: u32,
    /// Why it is not known what the creations did.
    doubt: Option<Error>,
    /// The first creation was refused, and what is there decides what that means.
    refused: Option<Error>,
    /// The second creation was answered with this contact; whether the first one shows by now is to be seen.
    created: Option<Contact>,
}

#[derive(Debug)]
enum State {
    New,
    Looking(Box<Search>),
    Creating(Box<Create>),
    Done,
}

/// A contact that exists, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ensured {
    /// The contact. If it was created and the answer came, nothing but its id, method and `to` is known.
    pub contact: Contact,
    /// How it came to be.
    pub outcome: EnsureOutcome,
}

/// How an ensured contact came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EnsureOutcome {
    /// It was there.
    AlreadyExisted,
    /// It was created.
    Created,
    /// It was created, the answer was lost, and it was found.
    Recovered,
}

impl Ensure {
    /// Ensures the contact that this operation would create.
    pub fn new(session: Session, create: CreateContact) -> Self {
        Self {
            session,
            create,
            state: State::New,
            creations: 0,
            looks: 0,
            doubt: None,
            refused: None,
            created: None,
        }
    }

    /// The session, with the credentials that were last refreshed.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Looks, as soon as the answer before has `asked` for.
    fn look(&mut self, asked: Option<Duration>) -> Option<Result<Ensured, Error>> {
        let search = Search::at_once(&self.session, self.create.method(), self.create.to());
        self.state = State::Looking(Box::new(search.once_asked(asked)));
        None
    }

    fn look_once_settled(&mut self, asked: Option<Duration>) -> Option<Result<Ensured, Error>> {
        let search = Search::once_settled(&self.session, self.create.method(), self.create.to());
        self.state = State::Looking(Box::new(search.once_asked(asked)));
        None
    }

    fn create(&mut self) -> Option<Result<Ensured, Error>> {
        self.creations = self.creations.saturating_add(1);
        self.looks = 0;
        self.state = State::Creating(Box::new(Create::new(self.session.clone(), self.create.clone())));
        None
    }

    /// What follows from the end of a search.
    fn looked(&mut self, found: Result<Vec<Contact>, Error>, now: Now) -> Option<Result<Ensured, Error>> {
        let mut found = match found {
            Ok(found) => found,
            Err(error) => match self.doubt.take() {
                Some(doubt) => return Some(Err(self.unknown(unresolved(doubt, error), now))),
                None => return Some(Err(self.refused.take().unwrap_or(error))),
            },
        };
        if found.is_empty() {
            return self.looked_in_vain(now);
        }
        // The service has said that this one exists, though its list may not say it yet.
        found.extend(self.created.clone().filter(|created| found.iter().all(|one| one.id != created.id)));
        let was_there = self.creations == 0 || self.refused.is_some();
        if !was_there && found.len() > 1 {
            let (method, to) = (self.create.method().clone(), self.create.to().to_owned());
            return Some(Err(Error::Duplicate(Box::new(Duplicate::new(method, to, found)))));
        }
        let outcome = match self.created {
            _ if was_there => EnsureOutcome::AlreadyExisted,
            Some(_) => EnsureOutcome::Created,
            None => EnsureOutcome::Recovered,
        };
        let best = found.iter().position(Contact::is_enabled).unwrap_or(0);
        Some(Ok(Ensured { contact: found.swap_remove(best), outcome }))
    }

    fn looked_in_vain(&mut self, now: Now) -> Option<Result<Ensured, Error>> {
        if self.creations == 0 {
            return self.create();
        }
        if let Some(refused) = self.refused.take() {
            return Some(Err(refused));
        }
        self.looks = self.looks.saturating_add(1);
        if self.looks < LOOKS {
            return self.look_once_settled(None);
        }
        if let Some(contact) = self.created.take() {
            // The service has said so; only its list does not say it yet.
            return Some(Ok(Ensured { contact, outcome: EnsureOutcome::Created }));
        }
        let once_more = self.creations < CREATIONS && self.session.policy().max_attempts > 1;
        if once_more && self.session.budget().take(false) {
            return self.create();
        }
        let mut doubt = self.doubt.take()?;
        if let Some(attempts) = doubt.attempts_mut() {
            attempts.stop_reason =
                Some(if once_more { StopReason::RetryBudget } else { StopReason::MaxAttempts });
        }
        Some(Err(self.unknown(doubt, now)))
    }

    /// What follows from the end of a creation.
    fn created(&mut self, answer: Result<Confirmation, Error>) -> Option<Result<Ensured, Error>> {
        match answer {
            Ok(confirmation) => {
                let contact = Contact::new(confirmation.id, self.create.method().clone(), self.create.to());
                if self.doubt.is_none() {
                    return Some(Ok(Ensured { contact, outcome: EnsureOutcome::Created }));
                }
                self.created = Some(contact);
                self.look(None)
            }
            Err(Error::OutcomeUnknown(doubt)) => {
                let cause = doubt.into_cause();
                let asked = cause.retry_after();
                self.doubt = Some(cause);
                self.look_once_settled(asked)
            }
            // Whatever became of this second creation, the first one is still in doubt: one more look.
            Err(error) if self.doubt.is_some() => {
                let asked = error.retry_after();
                self.doubt = Some(error);
                self.looks = LOOKS;
                self.look(asked)
            }
            Err(error) if may_mean_that_it_exists(&error) => {
                let asked = error.retry_after();
                self.refused = Some(error);
                self.look(asked)
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// The end in doubt; `cause` is what kept it from being resolved.
    fn unknown(&self, mut cause: Error, now: Now) -> Error {
        if let Some(attempts) = cause.attempts_mut() {
            attempts.effect = Effect::Possible;
        }
        // The search before the first creation has found none.
        let (method, to, seen) =
            (self.create.method().clone(), self.create.to().to_owned(), Some(Vec::new()));
        let created = self.created.as_ref().map(|contact| contact.id.clone());
        let receipt = Receipt::for_create(method, to, seen, now.unix).of(&self.session).with_created(created);
        Error::OutcomeUnknown(Box::new(OutcomeUnknown::new(receipt, cause)))
    }
}

/// Why it stays unknown what a creation did: what kept it from being looked for, or if there was no time to look, that beside what
/// was the matter with the creation.
fn unresolved(mut doubt: Error, look: Error) -> Error {
    let stop_reason = look.attempts().and_then(|attempts| attempts.stop_reason);
    let was_sent = look.attempts().is_some_and(|attempts| attempts.count > 0);
    match (doubt.attempts_mut(), stop_reason) {
        (Some(attempts), Some(_)) if !was_sent => {
            attempts.stop_reason = stop_reason;
            doubt
        }
        _ => look,
    }
}

/// A refusal that another writer, or a gateway that sent the creation twice, may be the reason of.
fn may_mean_that_it_exists(error: &Error) -> bool {
    matches!(error.status(), Some(StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY))
}

impl Exchange for Ensure {
    type Output = Ensured;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Ensured> {
        loop {
            let end = match &mut self.state {
                State::New => {
                    self.session = self.session.begun(now);
                    self.look(None)
                }
                State::Looking(search) => match search.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(found) => {
                        self.session = search.session().clone();
                        self.looked(found, now)
                    }
                },
                State::Creating(call) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(answer) => {
                        self.session = call.session().clone();
                        self.created(answer)
                    }
                },
                State::Done => return Action::at_its_end(),
            };
            if let Some(result) = end {
                self.state = State::Done;
                return Action::Done(result);
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        "ensure the contact"
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        match &self.state {
            State::Looking(search) => search.wait_reason(),
            State::Creating(call) => call.wait_reason(),
            State::New | State::Done => None,
        }
    }

    fn is_create_in_flight(&self) -> bool {
        match &self.state {
            State::Creating(call) => call.is_create_in_flight() || self.doubt.is_some(),
            State::Looking(_) => self.doubt.is_some(),
            State::New | State::Done => false,
        }
    }
}
