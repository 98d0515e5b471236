//! A contact that exists exactly once.

use std::{ops::ControlFlow, time::Duration};

use http::StatusCode;

use super::{
    Action, Create, Event, Exchange, Fork, Now, Receipt, Session, WaitReason, fork::Inner,
    search::Search,
};
use crate::{
    Confirmation, Contact, CreateContact, Duplicate, Effect, Error, OutcomeUnknown, StopReason,
};

/// Maximum number of create requests. The second one follows two searches that found nothing.
const MAX_CREATES: u32 = 2;

/// Number of searches after a create request without a response, each after a delay.
const SEARCHES: u32 = 2;

/// Ensures that a contact exists once: searches for it and creates it if it is missing.
///
/// If the response to a create request is lost, the exchange searches twice. If it finds nothing,
/// it sends one more create request.
///
/// Duplicates remain possible if another program creates the same contact at the same time. They
/// are also possible if a create request takes effect only after both searches. That is more than
/// two [consistency delays](crate::RetryPolicy::consistency_delay) after it was sent. If a later search finds two
/// contacts, the result is [`Error::Duplicate`]. It deletes nothing.
///
/// It ends with [`Error::OutcomeUnknown`] if it cannot find out whether the contact exists, or
/// whether it exists twice. Any other failure ends with the error of the failed request. You can
/// always run it again.
#[must_use = "an exchange does nothing until it is driven"]
#[derive(Debug)]
pub struct Ensure {
    session: Session,
    create: CreateContact,
    state: State,
    creates: u32,
    /// Number of searches since the last create request. All found nothing.
    searches: u32,
    /// Reason why the effect of the create requests is unknown.
    unknown: Option<Error>,
    /// Rejection of the first create request. A search decides what it means.
    rejected: Option<Error>,
    /// Contact of the second create request. A search decides whether the first one took effect
    /// too.
    created: Option<Contact>,
}

#[derive(Debug, Clone)]
enum State {
    New,
    Searching(Inner<Search>),
    Creating(Inner<Create>),
    Done,
}

/// Result of [`Ensure`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ensured {
    /// The contact. If it was just created, only its id, method and `to` are known.
    pub contact: Contact,
    /// Origin of the contact.
    pub outcome: EnsureOutcome,
}

/// Origin of an ensured contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EnsureOutcome {
    /// It existed before.
    AlreadyExisted,
    /// This exchange created it.
    Created,
    /// This exchange created it, lost the response, and found it by a search.
    Recovered,
}

impl Ensure {
    /// Ensures that the contact of this operation exists. The deadline starts with the first step.
    pub fn new(session: Session, create: CreateContact) -> Self {
        Self {
            session,
            create,
            state: State::New,
            creates: 0,
            searches: 0,
            unknown: None,
            rejected: None,
            created: None,
        }
    }

    /// Returns the session, with the latest credentials.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Searches after the delay that the last response requested.
    fn search(&mut self, retry_after: Option<Duration>) -> Option<Result<Ensured, Error>> {
        let search = Search::immediately(&self.session, self.create.method(), self.create.to());
        self.state = State::Searching(Inner::new(search.not_before(retry_after)));
        None
    }

    /// Searches once, after the longer of two delays: the consistency delay and the one that the
    /// last response requested.
    fn search_after_delay(
        &mut self,
        retry_after: Option<Duration>,
    ) -> Option<Result<Ensured, Error>> {
        let search = Search::after_delay(&self.session, self.create.method(), self.create.to());
        self.state = State::Searching(Inner::new(search.not_before(retry_after)));
        None
    }

    fn create(&mut self) -> Option<Result<Ensured, Error>> {
        self.creates = self.creates.saturating_add(1);
        self.searches = 0;
        self.state =
            State::Creating(Inner::new(Create::new(self.session.clone(), self.create.clone())));
        None
    }

    /// Decides what follows a search.
    fn searched(
        &mut self,
        found: Result<Vec<Contact>, Error>,
        now: Now,
    ) -> Option<Result<Ensured, Error>> {
        let mut found = match found {
            Ok(found) => found,
            Err(error) => match self.unknown.take() {
                Some(create) => {
                    return Some(Err(self.outcome_unknown(unresolved(create, error), now)));
                }
                None => return Some(Err(self.rejected.take().unwrap_or(error))),
            },
        };
        if found.is_empty() {
            return self.found_nothing(now);
        }
        // The service confirmed this contact. Its list may not show it yet.
        found.extend(
            self.created.clone().filter(|created| found.iter().all(|one| one.id != created.id)),
        );
        let was_there = self.creates == 0 || self.rejected.is_some();
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

    fn found_nothing(&mut self, now: Now) -> Option<Result<Ensured, Error>> {
        if self.creates == 0 {
            return self.create();
        }
        if let Some(rejected) = self.rejected.take() {
            return Some(Err(rejected));
        }
        self.searches = self.searches.saturating_add(1);
        if self.searches < SEARCHES {
            return self.search_after_delay(None);
        }
        if let Some(contact) = self.created.take() {
            // The service confirmed this contact. Only its list does not show it yet.
            return Some(Ok(Ensured { contact, outcome: EnsureOutcome::Created }));
        }
        let once_more = self.creates < MAX_CREATES && self.session.policy().max_attempts > 1;
        if once_more && self.session.budget().take(false) {
            return self.create();
        }
        let mut cause = self.unknown.take()?;
        if let Some(attempts) = cause.attempts_mut() {
            attempts.stop_reason =
                Some(if once_more { StopReason::RetryBudget } else { StopReason::MaxAttempts });
        }
        Some(Err(self.outcome_unknown(cause, now)))
    }

    /// Decides what follows a create request.
    fn created(&mut self, result: Result<Confirmation, Error>) -> Option<Result<Ensured, Error>> {
        match result {
            Ok(confirmation) => {
                let contact =
                    Contact::new(confirmation.id, self.create.method().clone(), self.create.to());
                if self.unknown.is_none() {
                    return Some(Ok(Ensured { contact, outcome: EnsureOutcome::Created }));
                }
                self.created = Some(contact);
                self.search(None)
            }
            Err(Error::OutcomeUnknown(unknown)) => {
                let cause = unknown.into_cause();
                let retry_after = cause.retry_after();
                self.unknown = Some(cause);
                self.search_after_delay(retry_after)
            }
            // The outcome of the first create request is still unknown, whatever this one did.
            Err(error) if self.unknown.is_some() => {
                let retry_after = error.retry_after();
                self.unknown = Some(error);
                self.searches = SEARCHES;
                self.search(retry_after)
            }
            Err(error) if may_exist(&error) => {
                let retry_after = error.retry_after();
                self.rejected = Some(error);
                self.search(retry_after)
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Creates the error for an unknown outcome.
    fn outcome_unknown(&self, mut cause: Error, now: Now) -> Error {
        if let Some(attempts) = cause.attempts_mut() {
            attempts.effect = Effect::Possible;
        }
        // The search before the first create request found nothing.
        let (method, to, seen) =
            (self.create.method().clone(), self.create.to().to_owned(), Some(Vec::new()));
        let created = self.created.as_ref().map(|contact| contact.id.clone());
        let receipt =
            Receipt::for_create(method, to, seen, now.unix).of(&self.session).with_created(created);
        Error::OutcomeUnknown(Box::new(OutcomeUnknown::new(receipt, cause)))
    }
}

/// Returns the cause of an unknown outcome: the error of the search. If the search could not be
/// sent, the cause is the error of the create request, with the stop reason of the search.
fn unresolved(mut create: Error, search: Error) -> Error {
    let stop_reason = search.attempts().and_then(|attempts| attempts.stop_reason);
    let was_sent = search.attempts().is_some_and(|attempts| attempts.count > 0);
    match (create.attempts_mut(), stop_reason) {
        (Some(attempts), Some(_)) if !was_sent => {
            attempts.stop_reason = stop_reason;
            create
        }
        _ => search,
    }
}

/// Returns `true` if the contact may exist: another program, or a gateway that sent the request
/// twice, may have created it.
fn may_exist(error: &Error) -> bool {
    matches!(error.status(), Some(StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY))
}

impl Exchange for Ensure {
    type Output = Ensured;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Ensured> {
        loop {
            let end = match &mut self.state {
                State::New => {
                    self.session = self.session.begun(now);
                    self.search(None)
                }
                State::Searching(search) => match search.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(found) => {
                        self.session = search.session().clone();
                        self.searched(found, now)
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
            State::Searching(search) => search.wait_reason(),
            State::Creating(call) => call.wait_reason(),
            State::New | State::Done => None,
        }
    }

    fn is_create_in_flight(&self) -> bool {
        match &self.state {
            State::Creating(call) => call.is_create_in_flight() || self.unknown.is_some(),
            State::Searching(_) => self.unknown.is_some(),
            State::New | State::Done => false,
        }
    }
}

impl Fork for Ensure {
    fn fork(&self) -> Self {
        Self {
            session: self.session.clone(),
            create: self.create.clone(),
            state: self.state.clone(),
            creates: self.creates,
            searches: self.searches,
            unknown: self.unknown.clone(),
            rejected: self.rejected.clone(),
            created: self.created.clone(),
        }
    }
}
