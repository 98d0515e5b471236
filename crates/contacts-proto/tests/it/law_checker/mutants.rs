//! The checker checked: exchanges that break one law each, and the law that notices.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use contacts_proto::{
    Action, Cause, Error, Event, Exchange, Failure, Now, Policy, Progress, Session, Waiting,
};
use http::{Method, Request, StatusCode};

use super::{
    breaks_at_all,
    laws::{self, Law},
    subject::{Any, Subject},
};

const MOMENT: Duration = Duration::from_millis(1);

/// The real exchange, and what is done around each step of it.
struct Mutant<F> {
    inner: Any,
    twist: F,
}

fn mutant<F>(inner: Any, twist: F) -> Any
where
    F: FnMut(&mut Any, Event<'_>, Now, u64) -> Action<String> + 'static,
{
    Box::new(Mutant { inner, twist })
}

impl<F> Exchange for Mutant<F>
where
    F: FnMut(&mut Any, Event<'_>, Now, u64) -> Action<String>,
{
    type Output = String;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<String> {
        (self.twist)(&mut self.inner, event, now, random)
    }

    fn waiting(&self) -> Option<Waiting> {
        self.inner.waiting()
    }
}

/// A mutant that changes what is done.
fn doing(inner: Any, mut change: impl FnMut(Action<String>) -> Action<String> + 'static) -> Any {
    mutant(inner, move |inner, event, now, random| change(inner.step(event, now, random)))
}

/// A mutant that misunderstands failures.
fn hearing(inner: Any, change: impl Fn(Failure) -> Failure + 'static) -> Any {
    mutant(inner, move |inner, event, now, random| {
        let event = match event {
            Event::Failed(failure) => Event::Failed(change(failure)),
            event => event,
        };
        inner.step(event, now, random)
    })
}

fn with_policy(session: Session, change: impl FnOnce(&mut Policy)) -> Session {
    let mut policy = session.policy().clone();
    change(&mut policy);
    session.with_policy(policy)
}

fn sent(action: &Action<String>) -> Option<Request<Vec<u8>>> {
    if let Action::Send { request, .. } = action { Some(request.clone()) } else { None }
}

fn send(request: Request<Vec<u8>>) -> Action<String> {
    let body = Policy::default().limits;
    Action::Send {
        request,
        timeout: MOMENT,
        fresh_connection: true,
        body: contacts_proto::BodyLimits { success: body.contact_body, error: body.error_body },
    }
}

fn is_503(event: &Event<'_>) -> bool {
    matches!(event, Event::Answered(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE)
}

#[track_caller]
fn caught(mutant: fn(Subject, Session) -> Any, subject: Subject, by: Law) {
    assert!(breaks_at_all(by, subject, mutant), "the law does not notice");
    assert!(!breaks_at_all(by, subject, Subject::exchange), "the law is broken without the mutant, too");
}

#[test]
fn a_creation_that_is_retried_on_a_503_is_caught() {
    fn retries(subject: Subject, session: Session) -> Any {
        let mut last = None;
        mutant(subject.exchange(session), move |inner, event, now, random| {
            let before = last.take().filter(|request: &Request<_>| request.method() == Method::POST);
            if let (Some(request), true) = (before, is_503(&event)) {
                return send(request);
            }
            let action = inner.step(event, now, random);
            last = sent(&action);
            action
        })
    }
    caught(retries, Subject::Create, laws::no_creation_is_sent_twice_in_doubt);
    caught(retries, Subject::Ensure, laws::no_creation_is_sent_twice_in_doubt);
}

#[test]
fn a_hint_that_is_ignored_by_a_millisecond_is_caught() {
    fn impatient(subject: Subject, session: Session) -> Any {
        let mut early = false;
        mutant(subject.exchange(session), move |inner, event, mut now, random| {
            if early {
                now.monotonic = now.monotonic.saturating_add(MOMENT);
            }
            let action = inner.step(event, now, random);
            early = matches!(&action, Action::Wait(wait) if *wait > MOMENT);
            match action {
                Action::Wait(wait) if early => Action::Wait(wait - MOMENT),
                action => action,
            }
        })
    }
    caught(impatient, Subject::Get, laws::nothing_is_sent_before_a_hint_has_passed);
    caught(impatient, Subject::Get, laws::a_wait_after_a_hint_is_the_hint_and_a_tenth_more_or_the_backoff);
    caught(impatient, Subject::Ensure, laws::nothing_is_sent_before_a_hint_has_passed);
}

#[test]
fn a_deadline_that_is_looked_at_only_after_sleeping_is_caught() {
    fn sleepy(subject: Subject, session: Session) -> Any {
        let deadline = session.policy().deadline;
        let session = with_policy(session, |policy| policy.deadline = Duration::MAX);
        let mut end = None;
        mutant(subject.exchange(session), move |inner, event, now, random| {
            let end = *end.get_or_insert_with(|| now.monotonic.saturating_add(deadline));
            let left = end.saturating_sub(now.monotonic);
            match inner.step(event, now, random) {
                Action::Send { .. } | Action::Renew { .. } if left.is_zero() => {
                    Action::Done(Err(Error::invalid("deadline", "is over")))
                }
                Action::Send { request, timeout, fresh_connection, body } => {
                    Action::Send { request, timeout: timeout.min(left), fresh_connection, body }
                }
                action => action,
            }
        })
    }
    caught(sleepy, Subject::Get, laws::nothing_but_done_after_the_deadline);
}

#[test]
fn a_hidden_clock_is_caught() {
    fn ticking(subject: Subject, session: Session) -> Any {
        static CLOCK: AtomicU64 = AtomicU64::new(0);
        doing(subject.exchange(session), |action| match action {
            Action::Wait(wait) => {
                let ticks = CLOCK.fetch_add(1, Ordering::Relaxed);
                Action::Wait(wait.saturating_add(Duration::from_nanos(ticks)))
            }
            action => action,
        })
    }
    caught(ticking, Subject::Get, laws::the_same_arguments_give_the_same_action);
}

#[test]
fn a_request_after_the_end_is_caught() {
    fn restless(subject: Subject, session: Session) -> Any {
        let (mut last, mut done) = (None, false);
        mutant(subject.exchange(session), move |inner, event, now, random| {
            if done && let Some(request) = last.take() {
                return send(request);
            }
            let action = inner.step(event, now, random);
            done |= matches!(action, Action::Done(_));
            last = sent(&action).or_else(|| last.take());
            action
        })
    }
    caught(restless, Subject::Get, laws::done_stays_done);
}

#[test]
fn two_requests_without_a_report_between_are_caught() {
    fn hasty(subject: Subject, session: Session) -> Any {
        let mut last = None;
        mutant(subject.exchange(session), move |inner, event, now, random| {
            let reported = matches!(event, Event::Answered(_) | Event::Failed(_));
            if let (Some(request), false) = (last.take(), reported) {
                return send(request);
            }
            let action = inner.step(event, now, random);
            last = sent(&action);
            action
        })
    }
    caught(hasty, Subject::Get, laws::one_request_is_in_flight_at_most);
}

#[test]
fn an_exchange_without_an_end_is_caught() {
    fn endless(subject: Subject, session: Session) -> Any {
        doing(subject.exchange(session), |action| match action {
            Action::Done(Err(_)) => Action::Wait(MOMENT),
            action => action,
        })
    }
    caught(endless, Subject::Get, laws::it_ends_within_a_bounded_number_of_steps);
}

#[test]
fn an_attempt_too_many_is_caught() {
    fn stubborn(subject: Subject, session: Session) -> Any {
        let session = with_policy(session, |policy| policy.attempts += 1);
        subject.exchange(session)
    }
    caught(stubborn, Subject::List, laws::an_operation_is_sent_as_often_as_the_policy_allows);
    caught(stubborn, Subject::Update, laws::an_operation_is_sent_as_often_as_the_policy_allows);
}

#[test]
fn an_attempt_that_is_not_counted_is_caught() {
    fn secretly(subject: Subject, session: Session) -> Any {
        let mut last = None;
        mutant(subject.exchange(session), move |inner, event, now, random| {
            if let (Some(request), true) = (last.take(), is_503(&event)) {
                return send(request);
            }
            let action = inner.step(event, now, random);
            last = sent(&action);
            action
        })
    }
    caught(secretly, Subject::Get, laws::the_attempts_that_are_told_are_those_that_were_made);
    caught(secretly, Subject::Create, laws::the_attempts_that_are_told_are_those_that_were_made);
}

#[test]
fn a_second_renewal_is_caught() {
    fn renews(subject: Subject, session: Session) -> Any {
        let credentials = session.credentials().clone();
        doing(subject.exchange(session), move |action| match action {
            Action::Done(Err(error)) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                Action::Renew { refused: Some(credentials.clone()), timeout: Duration::from_secs(1) }
            }
            action => action,
        })
    }
    caught(renews, Subject::Get, laws::credentials_are_renewed_once_a_call_and_only_where_they_can_be);
}

#[test]
fn credentials_that_are_renewed_and_not_used_are_caught() {
    fn forgets(subject: Subject, session: Session) -> Any {
        let old = session.credentials().clone();
        mutant(subject.exchange(session), move |inner, event, now, random| {
            let event = match event {
                Event::Renewed(Ok(_)) => Event::Renewed(Ok(old.clone())),
                event => event,
            };
            inner.step(event, now, random)
        })
    }
    caught(forgets, Subject::Get, laws::renewed_credentials_are_used_from_then_on);
    caught(forgets, Subject::Ensure, laws::renewed_credentials_are_used_from_then_on);
}

#[test]
fn a_404_that_is_taken_for_a_503_is_caught() {
    fn hopeful(subject: Subject, session: Session) -> Any {
        mutant(subject.exchange(session), |inner, mut event, now, random| {
            if let Event::Answered(answer) = &mut event
                && answer.status() == StatusCode::NOT_FOUND
            {
                *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            inner.step(event, now, random)
        })
    }
    caught(hopeful, Subject::Get, laws::what_is_permanent_is_not_sent_again);
}

#[test]
fn a_lost_answer_that_is_taken_for_a_request_that_never_left_is_caught() {
    fn careless(subject: Subject, session: Session) -> Any {
        hearing(subject.exchange(session), |failure| match failure.progress() {
            Progress::MaybeSent => Failure::new(Progress::NotSent, Cause::Connect),
            _ => failure,
        })
    }
    caught(careless, Subject::Create, laws::no_creation_is_sent_twice_in_doubt);
    caught(careless, Subject::Activate, laws::no_effect_is_said_only_if_there_was_none);
}

#[test]
fn a_doubt_without_a_reason_is_caught() {
    fn timid(subject: Subject, session: Session) -> Any {
        hearing(subject.exchange(session), |failure| match failure.progress() {
            Progress::NotSent => Failure::new(Progress::MaybeSent, failure.cause()),
            _ => failure,
        })
    }
    caught(timid, Subject::Activate, laws::a_possible_effect_is_said_only_if_there_may_be_one);
}

#[test]
fn a_wait_that_ends_when_it_is_cut_short_is_caught() {
    fn light_sleeper(subject: Subject, session: Session) -> Any {
        let mut wait = Duration::ZERO;
        mutant(subject.exchange(session), move |inner, event, mut now, random| {
            now.monotonic = now.monotonic.saturating_add(std::mem::take(&mut wait));
            let action = inner.step(event, now, random);
            if let Action::Wait(duration) = &action {
                wait = *duration;
            }
            action
        })
    }
    caught(light_sleeper, Subject::Get, laws::a_wait_that_is_cut_short_is_waited_to_its_end);
}

#[test]
fn a_backoff_that_is_too_long_is_caught() {
    fn slow(subject: Subject, session: Session) -> Any {
        let session = with_policy(session, |policy| policy.backoff *= 2);
        subject.exchange(session)
    }
    caught(slow, Subject::Get, laws::a_wait_without_a_hint_is_a_backoff_with_full_jitter);
}

#[test]
fn a_look_that_comes_too_early_is_caught() {
    fn eager(subject: Subject, session: Session) -> Any {
        let session = with_policy(session, |policy| policy.settle -= MOMENT);
        subject.exchange(session)
    }
    caught(eager, Subject::Ensure, laws::a_creation_is_given_its_time_to_show);
    caught(eager, Subject::Resolve, laws::a_creation_is_given_its_time_to_show);
}

#[test]
fn a_request_with_too_much_time_is_caught() {
    fn patient(subject: Subject, session: Session) -> Any {
        let session = with_policy(session, |policy| policy.attempt_timeout += MOMENT);
        subject.exchange(session)
    }
    caught(patient, Subject::Get, laws::no_request_is_given_more_than_its_time);
}

#[test]
fn a_wait_without_a_reason_is_caught() {
    struct Silent(Any);
    impl Exchange for Silent {
        type Output = String;

        fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<String> {
            self.0.step(event, now, random)
        }
    }
    fn silent(subject: Subject, session: Session) -> Any {
        Box::new(Silent(subject.exchange(session)))
    }
    caught(silent, Subject::Get, laws::waiting_says_why);
}
