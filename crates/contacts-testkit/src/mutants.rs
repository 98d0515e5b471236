//! The checker checked: clients that break a law each, made of the exchanges that keep it. Tests
//! show that each is caught.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use contacts_proto::{
    Contact, EnsureOutcome, Error, ListContacts, Reconciled, RetryPolicy,
    exchange::{Action, Event, Exchange, List, Now, Session, WaitReason},
    transport::{BodyLimits, Delivery, TransportError, TransportErrorKind},
};
use http::{Method, Request, StatusCode};

use crate::job::{Client, Job, Outcome, client};

const MOMENT: Duration = Duration::from_millis(1);

/// A real exchange, and what is done around each step of it.
struct Mutant<F> {
    inner: Client,
    twist: F,
}

fn mutant<F>(inner: Client, twist: F) -> Client
where
    F: FnMut(&mut Client, Event<'_>, Now, u64) -> Action<Outcome> + 'static,
{
    Box::new(Mutant { inner, twist })
}

impl<F> Exchange for Mutant<F>
where
    F: FnMut(&mut Client, Event<'_>, Now, u64) -> Action<Outcome>,
{
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        (self.twist)(&mut self.inner, event, now, random)
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        self.inner.wait_reason()
    }
}

/// A mutant that changes what is done.
fn doing(inner: Client, mut change: impl FnMut(Action<Outcome>) -> Action<Outcome> + 'static) -> Client {
    mutant(inner, move |inner, event, now, random| change(inner.step(event, now, random)))
}

/// A mutant that misunderstands failures.
fn hearing(inner: Client, change: impl Fn(TransportError) -> TransportError + 'static) -> Client {
    mutant(inner, move |inner, event, now, random| {
        let event = match event {
            Event::Failed(failure) => Event::Failed(change(failure)),
            event => event,
        };
        inner.step(event, now, random)
    })
}

/// A client with another policy than it was given.
fn with_policy(job: &Job, session: Session, change: impl FnOnce(&mut RetryPolicy)) -> Client {
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

/// A creation is sent again after a 5xx.
pub fn creates_again(job: &Job, session: Session) -> Client {
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

/// It waits a millisecond less than the service asks for.
pub fn ignores_a_millisecond(job: &Job, session: Session) -> Client {
    let mut ahead = Duration::ZERO;
    mutant(job.begin(session), move |inner, event, now, _| {
        let now = Now { monotonic: now.monotonic.saturating_add(ahead), ..now };
        // Without the jitter, which would hide it.
        match inner.step(event, now, 0) {
            Action::Wait(time) if inner.wait_reason() == Some(WaitReason::RetryAfter) && time > MOMENT => {
                ahead += MOMENT;
                Action::Wait(time - MOMENT)
            }
            action => action,
        }
    })
}

/// The deadline is looked at only after sleeping.
pub fn oversleeps_the_deadline(job: &Job, session: Session) -> Client {
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

/// It has a clock of its own.
pub fn has_a_hidden_clock(job: &Job, session: Session) -> Client {
    static CLOCK: AtomicU64 = AtomicU64::new(0);
    doing(job.begin(session), |action| match action {
        Action::Wait(wait) => {
            let ticks = CLOCK.fetch_add(1, Ordering::Relaxed);
            Action::Wait(wait.saturating_add(Duration::from_nanos(ticks)))
        }
        action => action,
    })
}

/// It sends its last request once more after the end.
pub fn goes_on_after_the_end(job: &Job, session: Session) -> Client {
    let (mut last, mut done) = (None, false);
    mutant(job.begin(session), move |inner, event, now, random| {
        if done && let Some(request) = last.take() {
            return send(request);
        }
        let action = inner.step(event, now, random);
        done |= matches!(action, Action::Done(_));
        last = sent(&action).or_else(|| last.take());
        action
    })
}

/// It sends a request while another one is under way.
pub fn sends_two_at_once(job: &Job, session: Session) -> Client {
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

/// It waits where it would fail.
pub fn never_fails(job: &Job, session: Session) -> Client {
    doing(job.begin(session), |action| match action {
        Action::Done(Err(_)) => Action::Wait(MOMENT),
        action => action,
    })
}

/// It makes an attempt too many.
pub fn attempts_once_more(job: &Job, session: Session) -> Client {
    with_policy(job, session, |policy| policy.max_attempts += 1)
}

/// It makes attempts that are not counted.
pub fn attempts_in_secret(job: &Job, session: Session) -> Client {
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

/// It refreshes its credentials a second time.
pub fn renews_twice(job: &Job, session: Session) -> Client {
    let credentials = session.credentials().clone();
    doing(job.begin(session), move |action| match action {
        Action::Done(Err(error)) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
            Action::Refresh { refused: Some(credentials.clone()), timeout: Duration::from_secs(1) }
        }
        action => action,
    })
}

/// It goes on with the credentials that it had before.
pub fn forgets_renewed_credentials(job: &Job, session: Session) -> Client {
    let old = session.credentials().clone();
    mutant(job.begin(session), move |inner, event, now, random| {
        let event = match event {
            Event::Refreshed(Ok(_)) => Event::Refreshed(Ok(old.clone())),
            event => event,
        };
        inner.step(event, now, random)
    })
}

/// It takes a 404 for a 503.
pub fn hopes_after_a_404(job: &Job, session: Session) -> Client {
    mutant(job.begin(session), |inner, mut event, now, random| {
        if let Event::Answered(answer) = &mut event
            && answer.status() == StatusCode::NOT_FOUND
        {
            *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        inner.step(event, now, random)
    })
}

/// It takes a lost answer for a request that never left.
pub fn takes_lost_for_unsent(job: &Job, session: Session) -> Client {
    hearing(job.begin(session), |failure| match failure.delivery() {
        Delivery::Unknown => TransportError::new(Delivery::NotSent, TransportErrorKind::Connect),
        _ => failure,
    })
}

/// It takes a request that never left for a lost answer.
pub fn takes_unsent_for_lost(job: &Job, session: Session) -> Client {
    hearing(job.begin(session), |failure| match failure.delivery() {
        Delivery::NotSent => TransportError::new(Delivery::Unknown, failure.kind()),
        _ => failure,
    })
}

/// It goes on when its wait is cut short.
pub fn wakes_early(job: &Job, session: Session) -> Client {
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

/// Its back-off is too long.
pub fn backs_off_too_long(job: &Job, session: Session) -> Client {
    with_policy(job, session, |policy| policy.backoff *= 2)
}

/// It looks for a creation a millisecond too early.
pub fn looks_too_early(job: &Job, session: Session) -> Client {
    with_policy(job, session, |policy| policy.consistency_delay -= MOMENT)
}

/// It gives a request too much time.
pub fn gives_too_much_time(job: &Job, session: Session) -> Client {
    with_policy(job, session, |policy| policy.attempt_timeout += MOMENT)
}

/// It does not say why it waits.
pub fn waits_without_a_reason(job: &Job, session: Session) -> Client {
    struct Silent(Client);

    impl Exchange for Silent {
        type Output = Outcome;

        fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
            self.0.step(event, now, random)
        }
    }
    Box::new(Silent(job.begin(session)))
}

/// It reports an update as done once it has looked, whatever it saw.
pub fn updates_by_looking(job: &Job, session: Session) -> Client {
    let Job::Update(id, _) = job.clone() else { return job.begin(session) };
    let mut looked = false;
    doing(job.begin(session), move |action| match action {
        Action::Send { .. } if looked => Action::Done(Ok(Outcome::Confirmed(id.clone()))),
        action => {
            looked |= sent(&action).is_some_and(|request| request.method() == Method::GET);
            action
        }
    })
}

/// It takes a first 404 for the success of a deletion.
pub fn deletes_what_was_never_there(job: &Job, session: Session) -> Client {
    let Job::Delete(_) = job else { return job.begin(session) };
    doing(job.begin(session), |action| match action {
        Action::Done(Err(error)) if error.is_no_such_contact() => Action::Done(Ok(Outcome::Deleted)),
        action => action,
    })
}

/// It ensures a contact by creating it.
pub fn ensures_without_a_look(job: &Job, session: Session) -> Client {
    let Job::Ensure(create) = job.clone() else { return job.begin(session) };
    doing(Job::Create(create.clone()).begin(session), move |action| match action {
        Action::Done(Ok(Outcome::Confirmed(id))) => {
            let contact = Contact::new(id, create.method().clone(), create.to());
            Action::Done(Ok(Outcome::Ensured(contact, EnsureOutcome::Created)))
        }
        action => action,
    })
}

/// It resolves a receipt by one look.
pub fn resolves_by_one_look(job: &Job, session: Session) -> Client {
    let Job::Reconcile(receipt) = job else { return job.begin(session) };
    let all = List::new(session, ListContacts::all()).reaching(receipt.method().clone(), receipt.to());
    doing(client(all), |action| match action {
        Action::Done(Ok(Outcome::Listed(mut found))) => {
            Action::Done(Ok(Outcome::Reconciled(found.pop().map_or(Reconciled::NotFound, Reconciled::Found))))
        }
        action => action,
    })
}
