//! Naive retries: every method is sent again after any transport error or 5xx, as general retry
//! layers do.

use std::time::Duration;

use contacts_proto::{
    Error, Operation,
    exchange::{Action, Event, Exchange, Fork, Now, Session},
    transport::{BodyLimits, Delivery, TransportError, TransportErrorKind},
};

use contacts_testkit::job::{BoxedExchange, Job, boxed};

/// One operation with naive retries. Whatever its method, it is sent again after any transport
/// error, timeout, unreadable response, 429 or 5xx. It backs off exponentially, up to the attempts
/// of the policy.
///
/// This models the default of general retry layers, and every other client of this API that
/// retries. Waits, attempts and deadline follow the policy, so only the rule differs.
#[derive(Debug, Clone)]
pub struct NaiveRetry<O> {
    session: Session,
    operation: O,
    deadline: Option<Duration>,
    attempts: u32,
    done: bool,
}

impl NaiveRetry<()> {
    /// Naive retries for creates, and the exchanges of `contacts-proto` for other jobs.
    pub fn begin(job: &Job, session: Session) -> BoxedExchange {
        match job {
            Job::Create(create) => boxed(NaiveRetry::new(session, create.clone())),
            _ => job.begin(session),
        }
    }
}

impl<O: Operation> NaiveRetry<O> {
    /// Starts an operation in this session.
    pub fn new(session: Session, operation: O) -> Self {
        Self { session, operation, deadline: None, attempts: 0, done: false }
    }

    fn again(&mut self, error: Error, now: Now, random: u64) -> Action<O::Output> {
        let policy = self.session.policy();
        let most =
            policy.backoff.saturating_mul(1 << self.attempts.min(10)).min(policy.max_backoff);
        let wait = most.mul_f64((random >> 40) as f64 / f64::from(1_u32 << 24));
        if self.attempts >= policy.max_attempts || wait >= self.remaining(now) {
            return self.end(Err(error));
        }
        Action::Wait(wait)
    }

    fn end(&mut self, result: Result<O::Output, Error>) -> Action<O::Output> {
        self.done = true;
        Action::Done(result)
    }

    fn remaining(&self, now: Now) -> Duration {
        self.deadline.unwrap_or(Duration::MAX).saturating_sub(now.monotonic)
    }
}

impl<O: Operation> Exchange for NaiveRetry<O> {
    type Output = O::Output;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<O::Output> {
        let policy = self.session.policy();
        let deadline =
            *self.deadline.get_or_insert_with(|| now.monotonic.saturating_add(policy.deadline));
        match event {
            _ if self.done => Action::Done(Err(Error::invalid("exchange", "has already ended"))),
            Event::Answered(response) => {
                let status = response.status();
                match self.operation.response(response) {
                    Ok(output) => self.end(Ok(output)),
                    Err(error)
                        if status.is_success() || status.is_server_error() || status == 429 =>
                    {
                        self.again(error, now, random)
                    }
                    Err(error) => self.end(Err(error)),
                }
            }
            Event::Failed(failure) => self.again(failed(&failure), now, random),
            Event::Refreshed(_) | Event::Start | Event::Waited => {
                if now.monotonic >= deadline {
                    let late = TransportError::new(Delivery::NotSent, TransportErrorKind::TimedOut);
                    return self.end(Err(failed(&late)));
                }
                self.attempts += 1;
                Action::Send {
                    request: self
                        .session
                        .request(&self.operation)
                        .expect("the session has a base URL"),
                    timeout: self.remaining(now).min(self.session.policy().attempt_timeout),
                    fresh_connection: false,
                    body: BodyLimits { success: usize::MAX, error: usize::MAX },
                }
            }
        }
    }
}

impl<O: Operation + Clone> Fork for NaiveRetry<O> {
    fn fork(&self) -> Self {
        self.clone()
    }
}

/// General retry layers report the message of the HTTP library only.
fn failed(failure: &TransportError) -> Error {
    Error::invalid("request", failure.to_string())
}
