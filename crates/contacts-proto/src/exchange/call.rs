//! One operation, with retries, a deadline and one refresh of credentials.

use std::{
    borrow::Cow, error::Error as StdError, mem, ops::ControlFlow, sync::Arc, time::Duration,
};

use http::{Response, StatusCode};

use super::{Action, Event, Exchange, Fork, Now, Session, WaitReason, fork::Inner};
use crate::{
    Attempts, CredentialsError, Effect, Error, FailedRequest, FindCloudId, Hint, Idempotency,
    Operation, StopReason,
    error::MAX_BODY,
    retry::{backoff, patience},
    transport::{Delivery, RetryClass, TransportError, TransportErrorKind},
};

/// One operation, with retries, a deadline and one refresh of credentials.
///
/// If a retry can help, the call repeats a request that certainly had no effect. If a
/// request may have taken effect, the call repeats it only if the operation is [safe or
/// idempotent](Operation::IDEMPOTENCY). Otherwise it ends with an error whose
/// [`effect`](Error::effect) is [`Effect::Possible`]. For operations that are not idempotent, use
/// [`Create`](super::Create) or [`Update`](super::Update).
#[derive(Debug)]
pub struct Call<O> {
    operation: O,
    attempts: Attempting,
}

/// The state of a call, without its operation. An update passes it to the call that reads the
/// contact, and gets it back.
#[derive(Debug, Clone)]
pub(super) struct Attempting {
    session: Session,
    state: State,
    /// Time when all attempts must end. `None` until the first attempt begins.
    deadline: Option<Duration>,
    /// Number of attempts that have begun.
    count: u32,
    /// `true` if the next request begins a new attempt. An attempt can have several requests.
    begins: bool,
    /// `true` if an attempt may have had an effect.
    effect_possible: bool,
    /// `true` if the last attempt may have had an effect, and the call ended only because its
    /// operation is not idempotent.
    is_unknown: bool,
    refreshed: bool,
    /// Error of the previous attempt.
    last: Option<Error>,
}

#[derive(Debug, Clone)]
enum State {
    New,
    /// The cloud id of the site is looked up first.
    LookingUp(Inner<Call<FindCloudId>>),
    Refreshing,
    Sent,
    Waiting {
        until: Duration,
        reason: WaitReason,
    },
    Done,
}

impl Attempting {
    fn new(session: Session) -> Self {
        Self {
            session,
            state: State::New,
            deadline: None,
            count: 0,
            begins: true,
            effect_possible: false,
            is_unknown: false,
            refreshed: false,
            last: None,
        }
    }

    fn remaining(&self, now: Now) -> Duration {
        self.deadline.map_or(Duration::MAX, |deadline| deadline.saturating_sub(now.monotonic))
    }

    /// Schedules the next attempt after this error, or ends with it.
    pub(super) fn retry<T>(&mut self, error: Error, now: Now, random: u64) -> Action<T> {
        let policy = self.session.policy();
        let hint = error.retry_after();
        let throttled = error.is_rate_limited();
        // What the service asks for is the least wait, and takes nothing from the back-off.
        let backoff = backoff(policy, self.count, throttled, random);
        let asked = hint.map(|hint| patience(hint, random)).unwrap_or_default();
        let wait = asked.max(backoff);
        let stop_reason = if self.count >= policy.max_attempts {
            Some(StopReason::MaxAttempts)
        } else if let Some(wait) = hint.filter(|hint| *hint > policy.max_retry_after) {
            Some(StopReason::RetryAfterTooLong { wait, limit: policy.max_retry_after })
        } else if wait >= self.remaining(now) {
            Some(StopReason::Deadline)
        } else if !self.session.budget().take(throttled) {
            Some(StopReason::RetryBudget)
        } else {
            None
        };
        if stop_reason.is_some() {
            return self.give_up(error, stop_reason);
        }
        if throttled {
            self.session.throttle().pause_until(now.monotonic.saturating_add(wait));
        }
        self.begins = true;
        self.is_unknown = false;
        self.last = Some(error);
        let reason = if hint.is_some() && asked >= backoff {
            WaitReason::RetryAfter
        } else {
            WaitReason::Backoff
        };
        self.state = State::Waiting { until: now.monotonic.saturating_add(wait), reason };
        Action::Wait(wait)
    }

    /// Sends the same attempt again without a wait. It counts as a retry for the budget. Ends with
    /// the last error if the budget is empty.
    pub(super) fn once_more(&mut self) -> Result<(), Error> {
        if !self.session.budget().take(false) {
            if let Some(error) = self.last.take() {
                return Err(self.end(error, Some(StopReason::RetryBudget)));
            }
        }
        self.begins = false;
        self.state = State::New;
        Ok(())
    }

    /// Waits if another exchange was throttled and the pause ends before the deadline.
    fn pause<T>(&mut self, now: Now, random: u64) -> Option<Action<T>> {
        let pause = self.session.throttle().remaining(now.monotonic);
        if pause.is_zero() {
            return None;
        }
        let wait = patience(pause, random);
        if wait >= self.remaining(now) {
            return None;
        }
        let until = now.monotonic.saturating_add(wait);
        self.state = State::Waiting { until, reason: WaitReason::RetryAfter };
        Some(Action::Wait(wait))
    }

    fn refresh<T>(&mut self, error: Error, now: Now) -> Action<T> {
        // Other credentials from the same source have the same scopes, and go to the same base URL.
        let in_vain =
            matches!(error.hint(), Some(Hint::MissingScope(_) | Hint::MissingJiraScope(_)));
        if self.refreshed || in_vain || !self.session.is_refreshable() {
            return self.give_up(error, None);
        }
        self.refreshed = true;
        if self.remaining(now).is_zero() {
            return self.give_up(error, Some(StopReason::Deadline));
        }
        self.state = State::Refreshing;
        self.last = Some(error);
        Action::Refresh {
            refused: Some(self.session.credentials().clone()),
            timeout: self.remaining(now),
        }
    }

    fn refresh_failed<T>(
        &mut self,
        source: Arc<dyn StdError + Send + Sync>,
        now: Now,
    ) -> Action<T> {
        let refresh = CredentialsError { source, attempts: Attempts::first(Effect::None) };
        let stop_reason = self.remaining(now).is_zero().then_some(StopReason::Deadline);
        self.give_up(Error::Credentials(Box::new(refresh)), stop_reason)
    }

    fn give_up<T>(&mut self, error: Error, stop_reason: Option<StopReason>) -> Action<T> {
        Action::Done(Err(self.end(error, stop_reason)))
    }

    fn end(&mut self, mut error: Error, stop_reason: Option<StopReason>) -> Error {
        self.state = State::Done;
        let effect = if self.effect_possible { Effect::Possible } else { Effect::None };
        if let Some(attempts) = error.attempts_mut() {
            *attempts = Attempts { count: self.count, effect, stop_reason };
        }
        error
    }
}

impl<O: Operation> Call<O> {
    /// Creates a call in this session. The deadline starts with the first step.
    pub fn new(session: Session, operation: O) -> Self {
        Self { operation, attempts: Attempting::new(session) }
    }

    /// Goes on with the attempts of another call.
    pub(super) fn go_on(operation: O, attempts: Attempting) -> Self {
        Self { operation, attempts }
    }

    /// Returns the session, with the latest credentials.
    pub fn session(&self) -> &Session {
        &self.attempts.session
    }

    /// Returns `true` if an attempt may have had an effect, and clears this flag.
    pub(super) fn take_effect_possible(&mut self) -> bool {
        mem::take(&mut self.attempts.effect_possible)
    }

    /// Returns the state of a call that ended only because its operation is not idempotent.
    pub(super) fn into_unknown(self) -> Option<Attempting> {
        self.attempts.is_unknown.then_some(self.attempts)
    }

    pub(super) fn into_attempts(self) -> Attempting {
        self.attempts
    }

    fn send(&mut self, now: Now, random: u64) -> Action<O::Output> {
        if let Some(wait) = self.attempts.pause(now, random) {
            return wait;
        }
        let remaining = self.attempts.remaining(now);
        if remaining.is_zero() {
            let timed_out = TransportError::new(Delivery::NotSent, TransportErrorKind::TimedOut);
            let error = self.attempts.last.take().unwrap_or_else(|| Self::failed_error(timed_out));
            return self.attempts.give_up(error, Some(StopReason::Deadline));
        }
        let request = match self.session().request(&self.operation) {
            Ok(request) => request,
            Err(error) => return self.attempts.give_up(error, None),
        };
        self.attempts.state = State::Sent;
        if mem::take(&mut self.attempts.begins) {
            self.attempts.count = self.attempts.count.saturating_add(1);
        }
        let policy = self.session().policy();
        Action::Send {
            request,
            timeout: remaining.min(policy.attempt_timeout),
            // A server closes idle connections. A request that is sent into that closing is lost
            // without a trace.
            fresh_connection: O::IDEMPOTENCY == Idempotency::NotIdempotent,
            body: policy.limits.body(O::IS_PAGED),
        }
    }

    fn answered(&mut self, response: Response<&[u8]>, now: Now, random: u64) -> Action<O::Output> {
        let class = RetryClass::of(response.status());
        match read(&self.operation, response, self.session()) {
            Ok(output) => self.succeed(output),
            // The status says success and the body does not: it proves nothing.
            Err(error) if class == RetryClass::Success => {
                self.judge(error, RetryClass::Ambiguous, now, random)
            }
            Err(error) => self.judge(error, class, now, random),
        }
    }

    fn failed(&mut self, failure: TransportError, now: Now, random: u64) -> Action<O::Output> {
        let class = failure.class();
        let rejection = failure.response().filter(|response| !response.status().is_success());
        if let Some(response) = rejection {
            // The status has said enough; of the body there is what there is.
            let body = response.body().as_slice();
            let mut head = Response::new(body.get(..MAX_BODY).unwrap_or(body));
            *head.status_mut() = response.status();
            *head.headers_mut() = response.headers().clone();
            if let Err(refusal) = self.operation.response(head) {
                return self.judge(refusal.of(self.session().credentials()), class, now, random);
            }
        }
        let error = Self::failed_error(failure.without(self.session().credentials()));
        self.judge(error, class, now, random)
    }

    /// Decides what follows from an attempt without success.
    fn judge(
        &mut self,
        error: Error,
        class: RetryClass,
        now: Now,
        random: u64,
    ) -> Action<O::Output> {
        if class == RetryClass::Ambiguous {
            self.attempts.effect_possible |= O::IDEMPOTENCY.writes();
        }
        match class {
            RetryClass::NotProcessed if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                self.attempts.refresh(error, now)
            }
            // Where a redirect leads, the same request leads again: it is never repeated, whatever
            // it may have done.
            _ if error.status().is_some_and(|status| status.is_redirection()) => {
                self.attempts.give_up(error, None)
            }
            RetryClass::NotProcessed => self.attempts.retry(error, now, random),
            RetryClass::Permanent | RetryClass::Success => {
                let done =
                    self.operation.took_effect(&error).filter(|_| self.attempts.effect_possible);
                match done {
                    Some(output) => self.succeed(output),
                    None => self.attempts.give_up(error, None),
                }
            }
            RetryClass::Ambiguous if O::IDEMPOTENCY == Idempotency::NotIdempotent => {
                self.attempts.is_unknown = true;
                self.attempts.give_up(error, None)
            }
            RetryClass::Ambiguous => self.attempts.retry(error, now, random),
        }
    }

    fn succeed(&mut self, output: O::Output) -> Action<O::Output> {
        self.attempts.state = State::Done;
        if self.attempts.count == 1 {
            self.session().budget().give();
        }
        Action::Done(Ok(output))
    }

    fn failed_error(failure: TransportError) -> Error {
        Error::Transport(Box::new(FailedRequest::new(
            O::NAME,
            failure,
            Attempts::first(Effect::None),
        )))
    }
}

impl<O: Operation> Exchange for Call<O> {
    type Output = O::Output;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<O::Output> {
        let attempts = &mut self.attempts;
        attempts.deadline.get_or_insert_with(|| attempts.session.deadline(now));
        if let State::New = attempts.state {
            if let Some(lookup) = attempts.session.lookup(now) {
                attempts.state = State::LookingUp(Inner::new(lookup));
            }
        }
        if let State::LookingUp(lookup) = &mut attempts.state {
            match lookup.step(event, now, random).result() {
                ControlFlow::Break(action) => return action,
                ControlFlow::Continue(Ok(cloud_id)) => attempts.session.keep(cloud_id),
                ControlFlow::Continue(Err(error)) => {
                    attempts.state = State::Done;
                    return Action::Done(Err(error));
                }
            }
            attempts.state = State::New;
            return self.step(Event::Start, now, random);
        }
        match (&attempts.state, event) {
            (State::New, _)
                if attempts.session.needs_credentials() && !attempts.remaining(now).is_zero() =>
            {
                attempts.state = State::Refreshing;
                Action::Refresh { refused: None, timeout: attempts.remaining(now) }
            }
            (State::New, _) => self.send(now, random),
            (State::Waiting { until, .. }, _) if now.monotonic < *until => {
                Action::Wait(until.saturating_sub(now.monotonic))
            }
            (State::Waiting { .. }, _) => self.send(now, random),
            (State::Refreshing, Event::Refreshed(Ok(credentials))) => {
                attempts.session.refresh(credentials);
                self.send(now, random)
            }
            (State::Refreshing, Event::Refreshed(Err(source))) => {
                attempts.refresh_failed(source, now)
            }
            (State::Sent, Event::Answered(response)) => self.answered(response, now, random),
            (State::Sent, Event::Failed(failure)) => self.failed(failure, now, random),
            (State::Refreshing, _) => {
                let source = Arc::new(Error::invalid(
                    "event",
                    "does not answer the action before, which was `Refresh`",
                ));
                attempts.refresh_failed(source, now)
            }
            // An adapter that does not report the result of a request does not know it.
            (State::Sent, _) => self.failed(
                TransportError::new(Delivery::Unknown, TransportErrorKind::Other),
                now,
                random,
            ),
            (State::LookingUp(_) | State::Done, _) => Action::at_its_end(),
        }
    }

    fn name(&self) -> &'static str {
        O::NAME
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        match &self.attempts.state {
            State::LookingUp(lookup) => lookup.wait_reason(),
            State::Waiting { reason, .. } => Some(*reason),
            _ => None,
        }
    }

    fn is_create_in_flight(&self) -> bool {
        matches!(self.attempts.state, State::Sent) && O::IDEMPOTENCY == Idempotency::NotIdempotent
    }
}

impl<O: Operation + Clone> Fork for Call<O> {
    fn fork(&self) -> Self {
        Self { operation: self.operation.clone(), attempts: self.attempts.clone() }
    }
}

/// Reads a response, and removes secrets that the server has echoed.
///
/// An error is read first, and then its secrets are removed. In a confirmation, secrets are removed
/// before it is read. If its id contains the text of a token, nothing is removed from it.
fn read<O: Operation>(
    operation: &O,
    response: Response<&[u8]>,
    session: &Session,
) -> Result<O::Output, Error> {
    if O::IDEMPOTENCY.writes() && response.status().is_success() {
        if let Cow::Owned(clean) = session.credentials().redact(response.body()) {
            if let Ok(output) = operation.response(response.clone().map(|_| clean.as_slice())) {
                return Ok(output);
            }
        }
    }
    operation.response(response).map_err(|error| error.of(session.credentials()))
}
