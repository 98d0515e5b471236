//! Faulty exchanges: each breaks one law. Tests prove that the law detects it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use contacts_proto::{
    Contact, EnsureOutcome, Error, ListContacts, Reconciled, RetryPolicy,
    exchange::{Action, Event, Exchange, Fork, List, Now, Session, WaitReason},
    transport::{BodyLimits, Delivery, TransportError, TransportErrorKind},
};
use http::{Method, Request, StatusCode};

use crate::job::{BoxedExchange, Job, Outcome, boxed};

const MOMENT: Duration = Duration::from_millis(1);

/// A real exchange with a change around each step.
#[derive(Clone)]
struct Mutant<F> {
    inner: BoxedExchange,
    change_step: F,
}

fn mutant<F>(inner: BoxedExchange, change_step: F) -> BoxedExchange
where
    F: FnMut(&mut BoxedExchange, Event<'_>, Now, u64) -> Action<Outcome> + Clone + 'static,
{
    Box::new(Mutant { inner, change_step })
}

impl<F> Exchange for Mutant<F>
where
    F: FnMut(&mut BoxedExchange, Event<'_>, Now, u64) -> Action<Outcome>,
{
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        (self.change_step)(&mut self.inner, event, now, random)
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        self.inner.wait_reason()
    }
}

impl<F> Fork for Mutant<F>
where
    F: FnMut(&mut BoxedExchange, Event<'_>, Now, u64) -> Action<Outcome> + Clone,
{
    fn fork(&self) -> Self {
        self.clone()
    }
}

/// A mutant that changes actions.
fn with_action(
    inner: BoxedExchange,
    mut change: impl FnMut(Action<Outcome>) -> Action<Outcome> + Clone + 'static,
) -> BoxedExchange {
    mutant(inner, move |inner, event, now, random| change(inner.step(event, now, random)))
}

/// A mutant that changes transport errors.
fn with_failure(
    inner: BoxedExchange,
    change: impl Fn(TransportError) -> TransportError + Clone + 'static,
) -> BoxedExchange {
    mutant(inner, move |inner, event, now, random| {
        let event = match event {
            Event::Failed(failure) => Event::Failed(change(failure)),
            event => event,
        };
        inner.step(event, now, random)
    })
}

/// An exchange with a changed policy.
fn with_policy(
    job: &Job,
    session: Session,
    change: impl FnOnce(&mut RetryPolicy),
) -> BoxedExchange {
    let mut policy = session.policy().clone();
    change(&mut policy);
    job.begin(session.with_policy(policy))
}

fn sent(action: &Action<Outcome>) -> Option<Request<Vec<u8>>> {
    if let Action::Send { request, .. } = action { Some(request.clone()) } else { None }
}

fn send(request: Request<Vec<u8>>) -> Action<Outcome> {
    let body = BodyLimits { success: usize::MAX, error: usize::MAX };
    Action::Send { request, timeout: MOMENT, fresh_connection: true, body }
}

fn is_server_error(event: &Event<'_>) -> bool {
    matches!(event, Event::Answered(answer) if answer.status().is_server_error())
}

/// Sends a create request again after a 5xx.
pub fn repeats_a_create_after_a_5xx(job: &Job, session: Session) -> BoxedExchange {
    let mut last = None;
    mutant(job.begin(session), move |inner, event, now, random| {
        let before = last.take().filter(|request: &Request<_>| request.method() == Method::POST);
        if let (Some(request), true) = (before, is_server_error(&event)) {
            return send(request);
        }
        let action = inner.step(event, now, random);
        last = sent(&action);
        action
    })
}

/// Waits one millisecond less than the service requests.
pub fn waits_a_millisecond_too_little(job: &Job, session: Session) -> BoxedExchange {
    let mut ahead = Duration::ZERO;
    mutant(job.begin(session), move |inner, event, now, _| {
        let now = Now { monotonic: now.monotonic.saturating_add(ahead), ..now };
        // No jitter, because it would hide the difference.
        match inner.step(event, now, 0) {
            Action::Wait(time)
                if inner.wait_reason() == Some(WaitReason::RetryAfter) && time > MOMENT =>
            {
                ahead += MOMENT;
                Action::Wait(time - MOMENT)
            }
            action => action,
        }
    })
}

/// Checks the deadline only after sleeping.
pub fn checks_the_deadline_only_after_sleeping(job: &Job, session: Session) -> BoxedExchange {
    let time = session.policy().deadline;
    let mut end = None;
    let inner = with_policy(job, session, |policy| policy.deadline = Duration::MAX);
    mutant(inner, move |inner, event, now, random| {
        let end = *end.get_or_insert_with(|| now.monotonic.saturating_add(time));
        let left = end.saturating_sub(now.monotonic);
        match inner.step(event, now, random) {
            Action::Send { .. } | Action::Refresh { .. } if left.is_zero() => {
                Action::Done(Err(Error::invalid("deadline", "is over")))
            }
            Action::Send { request, timeout, fresh_connection, body } => {
                Action::Send { request, timeout: timeout.min(left), fresh_connection, body }
            }
            action => action,
        }
    })
}

/// Reads a clock of its own.
pub fn has_a_hidden_clock(job: &Job, session: Session) -> BoxedExchange {
    static CLOCK: AtomicU64 = AtomicU64::new(0);
    with_action(job.begin(session), |action| match action {
        Action::Wait(wait) => {
            let ticks = CLOCK.fetch_add(1, Ordering::Relaxed);
            Action::Wait(wait.saturating_add(Duration::from_nanos(ticks)))
        }
        action => action,
    })
}

/// Sends its last request again after the end.
pub fn sends_after_the_end(job: &Job, session: Session) -> BoxedExchange {
    let (mut last, mut done) = (None, false);
    mutant(job.begin(session), move |inner, event, now, random| {
        if let Some(request) = last.take_if(|_| done) {
            return send(request);
        }
        let action = inner.step(event, now, random);
        done |= matches!(action, Action::Done(_));
        last = sent(&action).or_else(|| last.take());
        action
    })
}

/// Sends a request while another is in flight.
pub fn sends_two_at_once(job: &Job, session: Session) -> BoxedExchange {
    let mut last = None;
    mutant(job.begin(session), move |inner, event, now, random| {
        let reported = matches!(event, Event::Answered(_) | Event::Failed(_));
        if let (Some(request), false) = (last.take(), reported) {
            return send(request);
        }
        let action = inner.step(event, now, random);
        last = sent(&action);
        action
    })
}

/// Waits instead of failing.
pub fn never_ends(job: &Job, session: Session) -> BoxedExchange {
    with_action(job.begin(session), |action| match action {
        Action::Done(Err(_)) => Action::Wait(MOMENT),
        action => action,
    })
}

/// Makes one attempt too many.
pub fn makes_one_attempt_too_many(job: &Job, session: Session) -> BoxedExchange {
    with_policy(job, session, |policy| policy.max_attempts += 1)
}

/// Makes attempts that it does not count.
pub fn makes_uncounted_attempts(job: &Job, session: Session) -> BoxedExchange {
    let mut last = None;
    mutant(job.begin(session), move |inner, event, now, random| {
        if let (Some(request), true) = (last.take(), is_server_error(&event)) {
            return send(request);
        }
        let action = inner.step(event, now, random);
        last = sent(&action);
        action
    })
}

/// Refreshes its credentials twice.
pub fn refreshes_twice(job: &Job, session: Session) -> BoxedExchange {
    let credentials = session.credentials().clone();
    with_action(job.begin(session), move |action| match action {
        Action::Done(Err(error)) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
            Action::Refresh { refused: Some(credentials.clone()), timeout: Duration::from_secs(1) }
        }
        action => action,
    })
}

/// Keeps the old credentials after a refresh.
pub fn ignores_refreshed_credentials(job: &Job, session: Session) -> BoxedExchange {
    let old = session.credentials().clone();
    mutant(job.begin(session), move |inner, event, now, random| {
        let event = match event {
            Event::Refreshed(Ok(_)) => Event::Refreshed(Ok(old.clone())),
            event => event,
        };
        inner.step(event, now, random)
    })
}

/// Treats a 404 as a 503.
pub fn retries_after_a_404(job: &Job, session: Session) -> BoxedExchange {
    mutant(job.begin(session), |inner, mut event, now, random| {
        if let Event::Answered(answer) = &mut event {
            if answer.status() == StatusCode::NOT_FOUND {
                *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
        }
        inner.step(event, now, random)
    })
}

/// Treats a lost response as a request that was not sent.
pub fn treats_lost_as_not_sent(job: &Job, session: Session) -> BoxedExchange {
    with_failure(job.begin(session), |failure| match failure.delivery() {
        Delivery::Unknown => TransportError::new(Delivery::NotSent, TransportErrorKind::Connect),
        _ => failure,
    })
}

/// Treats a request that was not sent as a lost response.
pub fn treats_not_sent_as_lost(job: &Job, session: Session) -> BoxedExchange {
    with_failure(job.begin(session), |failure| match failure.delivery() {
        Delivery::NotSent => TransportError::new(Delivery::Unknown, failure.kind()),
        _ => failure,
    })
}

/// Continues when its wait is interrupted.
pub fn ends_a_wait_early(job: &Job, session: Session) -> BoxedExchange {
    let mut wait = Duration::ZERO;
    mutant(job.begin(session), move |inner, event, mut now, random| {
        now.monotonic = now.monotonic.saturating_add(std::mem::take(&mut wait));
        let action = inner.step(event, now, random);
        if let Action::Wait(duration) = &action {
            wait = *duration;
        }
        action
    })
}

/// Backs off too long.
pub fn backs_off_too_long(job: &Job, session: Session) -> BoxedExchange {
    with_policy(job, session, |policy| policy.backoff *= 2)
}

/// Scans one millisecond too early.
pub fn scans_too_early(job: &Job, session: Session) -> BoxedExchange {
    with_policy(job, session, |policy| policy.consistency_delay -= MOMENT)
}

/// Gives a request too much time.
pub fn exceeds_the_attempt_timeout(job: &Job, session: Session) -> BoxedExchange {
    with_policy(job, session, |policy| policy.attempt_timeout += MOMENT)
}

/// Reports no reason for a wait.
pub fn waits_without_a_reason(job: &Job, session: Session) -> BoxedExchange {
    #[derive(Clone)]
    struct Silent(BoxedExchange);

    impl Exchange for Silent {
        type Output = Outcome;

        fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
            self.0.step(event, now, random)
        }
    }

    impl Fork for Silent {
        fn fork(&self) -> Self {
            self.clone()
        }
    }
    Box::new(Silent(job.begin(session)))
}

/// Reports success of an update after a read, whatever it read.
pub fn reports_an_update_after_a_read(job: &Job, session: Session) -> BoxedExchange {
    let Job::Update(id, _) = job.clone() else { return job.begin(session) };
    let mut looked = false;
    with_action(job.begin(session), move |action| match action {
        Action::Send { .. } if looked => Action::Done(Ok(Outcome::Confirmed(id.clone()))),
        action => {
            looked |= sent(&action).is_some_and(|request| request.method() == Method::GET);
            action
        }
    })
}

/// Treats a first 404 as the success of a delete.
pub fn takes_a_first_404_for_a_delete(job: &Job, session: Session) -> BoxedExchange {
    let Job::Delete(_) = job else { return job.begin(session) };
    with_action(job.begin(session), |action| match action {
        Action::Done(Err(error)) if error.is_no_such_contact() => {
            Action::Done(Ok(Outcome::Deleted))
        }
        action => action,
    })
}

/// Ensures a contact by a plain create.
pub fn ensures_without_a_scan(job: &Job, session: Session) -> BoxedExchange {
    let Job::Ensure(create) = job.clone() else { return job.begin(session) };
    with_action(Job::Create(create.clone()).begin(session), move |action| match action {
        Action::Done(Ok(Outcome::Confirmed(id))) => {
            let contact = Contact::new(id, create.method().clone(), create.to());
            Action::Done(Ok(Outcome::Ensured(contact, EnsureOutcome::Created)))
        }
        action => action,
    })
}

/// Reconciles a receipt with one scan.
pub fn reconciles_with_one_scan(job: &Job, session: Session) -> BoxedExchange {
    let Job::Reconcile(receipt) = job else { return job.begin(session) };
    let all =
        List::new(session, ListContacts::all()).reaching(receipt.method().clone(), receipt.to());
    with_action(boxed(all), |action| match action {
        Action::Done(Ok(Outcome::Listed(mut found))) => Action::Done(Ok(Outcome::Reconciled(
            found.pop().map_or(Reconciled::NotFound, Reconciled::Found),
        ))),
        action => action,
    })
}
