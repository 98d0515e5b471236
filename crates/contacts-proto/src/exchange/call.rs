//! One operation, with retries, a deadline and one renewal of credentials.

use std::{borrow::Cow, error::Error as StdError, sync::Arc, time::Duration};

use http::{Response, StatusCode};

use super::{Action, Event, Exchange, Now, Session, Ticket, Waiting};
use crate::{
    Cause, Class, ContactId, Effect, Error, Failed, Failure, GaveUp, GetContact, Hint, Indeterminate,
    Operation, Progress, Recovery, Renewal, Trail,
    error::LONGEST_BODY,
    retry::{backoff, patience},
    same_address,
};

/// One operation, with retries, a deadline and one renewal of credentials.
///
/// What is known to have had no effect is sent again, whatever the operation. What may have had its effect is sent again where
/// that does no harm (list, get, activate, deactivate, delete); an update looks at the contact first; a creation is never sent
/// again: it ends as [`Error::Indeterminate`], with a [`Ticket`].
#[derive(Debug)]
pub struct Call<O> {
    session: Session,
    operation: O,
    state: State,
    next: Next,
    /// The end of it all, once it has begun.
    deadline: Option<Duration>,
    /// Those that were begun.
    attempts: u32,
    /// Whether the next request begins one.
    begins: bool,
    /// Whether an attempt may have had its effect.
    doubt: bool,
    renewed: bool,
    /// Why the attempt before was not the last.
    last: Option<Error>,
}

#[derive(Debug)]
enum State {
    New,
    Renewing,
    Sent,
    Waiting { until: Duration, why: Waiting },
    Done,
}

/// What is sent next.
#[derive(Debug)]
enum Next {
    Operation,
    /// A look at the contact, since an update may have been carried out.
    Look {
        id: ContactId,
        to: String,
    },
}

impl<O: Operation> Call<O> {
    /// The operation, in this session; its deadline begins with the first step.
    pub fn new(session: Session, operation: O) -> Self {
        Self {
            session,
            operation,
            state: State::New,
            next: Next::Operation,
            deadline: None,
            attempts: 0,
            begins: true,
            doubt: false,
            renewed: false,
            last: None,
        }
    }

    /// The session, with the credentials that were last renewed.
    pub fn session(&self) -> &Session {
        &self.session
    }

    fn send(&mut self, now: Now) -> Action<O::Output> {
        let remaining = self.remaining(now);
        if remaining.is_zero() {
            let error = self.last_or(Progress::NotSent, Cause::TimedOut);
            return self.give_up(error, Some(GaveUp::Deadline), now);
        }
        self.state = State::Sent;
        if std::mem::take(&mut self.begins) {
            self.attempts = self.attempts.saturating_add(1);
        }
        let request = match &self.next {
            Next::Operation => self.session.request(&self.operation),
            Next::Look { id, .. } => self.session.request(&GetContact::new(id.clone())),
        };
        let policy = self.session.policy();
        Action::Send {
            request,
            timeout: remaining.min(policy.attempt_timeout),
            fresh_connection: O::ABOUT.fresh_connection,
            body: policy.limits.body(O::ABOUT),
        }
    }

    fn answered(&mut self, response: Response<&[u8]>, now: Now, random: u64) -> Action<O::Output> {
        let class = Class::of(response.status());
        if class == Class::Success
            && let Next::Look { id, to } = &self.next
        {
            let contact = read(&GetContact::new(id.clone()), response, &self.session);
            let is_done = contact.map(|contact| same_address(&contact.method, &contact.to, to));
            return self.looked(is_done, now, random);
        }
        match read(&self.operation, response, &self.session) {
            Ok(output) => self.succeed(output),
            // The status says success and the body does not: it proves nothing.
            Err(error) if class == Class::Success => self.judge(error, Class::Ambiguous, now, random),
            Err(error) => self.judge(error, class, now, random),
        }
    }

    /// What follows from a look at the contact, which says whether the update is done.
    fn looked(&mut self, is_done: Result<bool, Error>, now: Now, random: u64) -> Action<O::Output> {
        match (is_done, self.operation.recovery()) {
            (Err(error), _) => return self.judge(error, Class::Ambiguous, now, random),
            (Ok(true), Recovery::LookFirst { done, .. }) => return self.succeed(done),
            (Ok(_), _) => {}
        }
        // It is sent once more, and that is a retry of its own.
        self.next = Next::Operation;
        if !self.session.budget().take(false) {
            let error = self.last_or(Progress::MaybeSent, Cause::Other);
            return self.give_up(error, Some(GaveUp::Budget), now);
        }
        self.send(now)
    }

    fn failed(&mut self, failure: Failure, now: Now, random: u64) -> Action<O::Output> {
        let class = failure.class();
        if let Progress::Answered(response) = failure.progress()
            && !response.status().is_success()
        {
            // The status has said enough; of the body there is what there is.
            let body = response.body().as_slice();
            let mut head = Response::new(body.get(..LONGEST_BODY).unwrap_or(body));
            *head.status_mut() = response.status();
            *head.headers_mut() = response.headers().clone();
            if let Err(refusal) = self.operation.response(head) {
                return self.judge(refusal.of(self.session.credentials()), class, now, random);
            }
        }
        let error = self.failed_error(failure.without(self.session.credentials()));
        self.judge(error, class, now, random)
    }

    /// What follows from an attempt that was no success.
    fn judge(&mut self, error: Error, class: Class, now: Now, random: u64) -> Action<O::Output> {
        let looking = matches!(self.next, Next::Look { .. });
        match class {
            Class::NotProcessed if error.status() == Some(StatusCode::UNAUTHORIZED) => self.renew(error, now),
            // Where a redirect leads, the same request leads again: it is never repeated, whatever it may have done.
            _ if error.status().is_some_and(|status| status.is_redirection()) => {
                self.doubt |= class == Class::Ambiguous && O::ABOUT.writes && !looking;
                self.give_up(error, None, now)
            }
            Class::NotProcessed => self.retry(error, now, random),
            Class::Permanent | Class::Success => {
                let gone = self.doubt && error.is_no_such_contact();
                match self.operation.recovery() {
                    Recovery::RepeatOrGone(done) if gone => self.succeed(done),
                    _ => self.give_up(error, None, now),
                }
            }
            Class::Ambiguous if looking => self.retry(error, now, random),
            Class::Ambiguous => {
                self.doubt |= O::ABOUT.writes;
                match self.operation.recovery() {
                    Recovery::Repeat | Recovery::RepeatOrGone(_) => self.retry(error, now, random),
                    Recovery::LookFirst { id, to, .. } => {
                        self.next = Next::Look { id, to };
                        self.retry(error, now, random)
                    }
                    Recovery::Never { .. } => self.give_up(error, None, now),
                }
            }
        }
    }

    fn renew(&mut self, error: Error, now: Now) -> Action<O::Output> {
        // Other credentials from the same source have the same scopes, and go to the same base URL.
        let in_vain = matches!(error.hint(), Some(Hint::MissingScope(_)));
        if self.renewed || in_vain || !self.session.is_renewable() {
            return self.give_up(error, None, now);
        }
        self.renewed = true;
        if self.remaining(now).is_zero() {
            return self.give_up(error, Some(GaveUp::Deadline), now);
        }
        self.state = State::Renewing;
        self.last = Some(error);
        Action::Renew { refused: Some(self.session.credentials().clone()), timeout: self.remaining(now) }
    }

    fn not_renewed(&mut self, source: Arc<dyn StdError + Send + Sync>, now: Now) -> Action<O::Output> {
        let renewal = Renewal { source, trail: Trail::first(Effect::None) };
        let gave_up = self.remaining(now).is_zero().then_some(GaveUp::Deadline);
        self.give_up(Error::Renewal(Box::new(renewal)), gave_up, now)
    }

    fn retry(&mut self, error: Error, now: Now, random: u64) -> Action<O::Output> {
        let policy = self.session.policy();
        let hint = error.retry_after();
        let throttled = error.is_rate_limited();
        // What the service asks for is the least wait, and takes nothing from the back-off.
        let backoff = backoff(policy, self.attempts, throttled, random);
        let asked = hint.map(|hint| patience(hint, random)).unwrap_or_default();
        let wait = asked.max(backoff);
        let gave_up = if self.attempts >= policy.attempts {
            Some(GaveUp::Attempts)
        } else if let Some(wait) = hint.filter(|hint| *hint > policy.longest_wait) {
            Some(GaveUp::WaitTooLong { wait, limit: policy.longest_wait })
        } else if wait >= self.remaining(now) {
            Some(GaveUp::Deadline)
        } else if !self.session.budget().take(throttled) {
            Some(GaveUp::Budget)
        } else {
            None
        };
        if gave_up.is_some() {
            return self.give_up(error, gave_up, now);
        }
        self.begins = true;
        self.last = Some(error);
        let why = if hint.is_some() && asked >= backoff { Waiting::Asked } else { Waiting::BackOff };
        self.state = State::Waiting { until: now.monotonic.saturating_add(wait), why };
        Action::Wait(wait)
    }

    fn succeed(&mut self, output: O::Output) -> Action<O::Output> {
        self.state = State::Done;
        if self.attempts == 1 {
            self.session.budget().give();
        }
        Action::Done(Ok(output))
    }

    fn give_up(&mut self, mut error: Error, gave_up: Option<GaveUp>, now: Now) -> Action<O::Output> {
        self.state = State::Done;
        let effect = if self.doubt { Effect::Possible } else { Effect::None };
        if let Some(trail) = error.trail_mut() {
            *trail = Trail { attempts: self.attempts, effect, gave_up };
        }
        if let (true, Recovery::Never { method, to }) = (self.doubt, self.operation.recovery()) {
            let ticket = Ticket::for_create(method, to, None, now.unix).of(&self.session);
            error = Error::Indeterminate(Box::new(Indeterminate::new(ticket, error)));
        }
        Action::Done(Err(error))
    }

    /// Why the attempt before was not the last; a failure of this kind if there was none.
    fn last_or(&mut self, progress: Progress, cause: Cause) -> Error {
        match self.last.take() {
            Some(error) => error,
            None => self.failed_error(Failure::new(progress, cause)),
        }
    }

    fn failed_error(&self, failure: Failure) -> Error {
        let trail = Trail::first(Effect::None);
        Error::Failed(Box::new(Failed::new(O::ABOUT.name, failure, trail)))
    }

    fn remaining(&self, now: Now) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.saturating_sub(now.monotonic))
    }
}

impl<O: Operation> Exchange for Call<O> {
    type Output = O::Output;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<O::Output> {
        self.deadline.get_or_insert_with(|| self.session.deadline(now));
        match (&self.state, event) {
            (State::New, _) if self.session.needs_credentials() && !self.remaining(now).is_zero() => {
                self.state = State::Renewing;
                Action::Renew { refused: None, timeout: self.remaining(now) }
            }
            (State::New, _) => self.send(now),
            (State::Waiting { until, .. }, _) if now.monotonic < *until => {
                Action::Wait(until.saturating_sub(now.monotonic))
            }
            (State::Waiting { .. }, _) => self.send(now),
            (State::Renewing, Event::Renewed(Ok(credentials))) => {
                self.session.renew(credentials);
                self.send(now)
            }
            (State::Renewing, Event::Renewed(Err(source))) => self.not_renewed(source, now),
            (State::Sent, Event::Answered(response)) => self.answered(response, now, random),
            (State::Sent, Event::Failed(failure)) => self.failed(failure, now, random),
            (State::Renewing, _) => {
                let source = Arc::new(Error::invalid(
                    "event",
                    "does not follow from the action before: a renewal was asked for",
                ));
                self.not_renewed(source, now)
            }
            // An adapter that does not say what came of a request does not know it.
            (State::Sent, _) => self.failed(Failure::new(Progress::MaybeSent, Cause::Other), now, random),
            (State::Done, _) => Action::at_its_end(),
        }
    }

    fn name(&self) -> &'static str {
        O::ABOUT.name
    }

    fn waiting(&self) -> Option<Waiting> {
        if let State::Waiting { why, .. } = self.state { Some(why) } else { None }
    }

    fn is_in_doubt(&self) -> bool {
        matches!(self.state, State::Sent) && matches!(self.operation.recovery(), Recovery::Never { .. })
    }
}

/// Reads an answer. Secrets that the server has echoed are taken out of an error after it was read. Out of a confirmation they are
/// taken before, unless it cannot be read without them: a token may be a part of an id.
fn read<O: Operation>(
    operation: &O,
    response: Response<&[u8]>,
    session: &Session,
) -> Result<O::Output, Error> {
    if O::ABOUT.writes
        && response.status().is_success()
        && let Cow::Owned(clean) = session.credentials().redact(response.body())
        && let Ok(output) = operation.response(response.clone().map(|_| clean.as_slice()))
    {
        return Ok(output);
    }
    operation.response(response).map_err(|error| error.of(session.credentials()))
}
