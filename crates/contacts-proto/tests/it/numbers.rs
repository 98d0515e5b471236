//! The numbers of the policy: attempts, waits, times and sizes.

use std::time::Duration;

use crate::model::{
    answer, create_sms, id, lost, nothing_to_renew, play, renewable, session, status, status_with,
};
use contacts_proto::{
    ContactMethod, CreateContact, Error, ErrorKind, FindCloudId, GetContact, ListContacts,
    Operation, RetryPolicy, StopReason, UpdateContact,
    exchange::{Action, Call, Ensure, Event, Exchange, Now, Session, Update, WaitReason},
};
use http::{Response, StatusCode};

const CONTACT: &str = r#"{"id":"a","method":"email","to":"ann@example.com"}"#;
const DATE: &str = "Tue, 24 Nov 2026 10:00:00 GMT";

fn get(session: Session) -> Call<GetContact> {
    Call::new(session, GetContact::new(id("a")))
}

fn with(change: impl FnOnce(&mut RetryPolicy)) -> Session {
    let mut policy = RetryPolicy::default();
    change(&mut policy);
    session().with_policy(policy)
}

fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: 0 }
}

/// Returns the action after this response to the first request, at the time 0.
fn after(
    session: Session,
    status: u16,
    headers: &[(&str, &str)],
    random: u64,
) -> Action<contacts_proto::Contact> {
    let mut call = get(session);
    let _ = call.step(Event::Start, at(Duration::ZERO), random);
    let builder = Response::builder().status(status);
    let builder =
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    call.step(Event::Answered(builder.body(&b""[..]).unwrap()), at(Duration::ZERO), random)
}

#[track_caller]
fn wait<T: std::fmt::Debug>(action: &Action<T>) -> Duration {
    let Action::Wait(wait) = action else { panic!("{action:?}") };
    *wait
}

#[track_caller]
fn stop_reason<T: std::fmt::Debug>(action: Action<T>) -> (Option<StopReason>, Error) {
    let Action::Done(Err(error)) = action else { panic!("{action:?}") };
    (error.attempts().unwrap().stop_reason, error)
}

/// Returns the longest waits of a call that gets these statuses.
fn longest_waits(session: Session, statuses: &[u16]) -> Vec<u128> {
    let mut call = get(session);
    let mut now = Duration::ZERO;
    let _ = call.step(Event::Start, at(now), u64::MAX);
    let waits = statuses.iter().map(|status| {
        let response = Response::builder().status(*status).body(&b""[..]).unwrap();
        let wait = wait(&call.step(Event::Answered(response), at(now), u64::MAX));
        assert_eq!(call.wait_reason(), Some(WaitReason::Backoff));
        now += wait;
        assert!(matches!(call.step(Event::Waited, at(now), u64::MAX), Action::Send { .. }));
        assert_eq!(call.wait_reason(), None);
        // The wait is 1 ns shorter than its bound.
        wait.as_millis() + 1
    });
    waits.collect()
}

#[test]
fn the_defaults_match_the_documentation() {
    let policy = RetryPolicy::default();
    let seconds = Duration::from_secs;
    assert_eq!(policy.max_attempts, 4);
    assert_eq!(
        (policy.backoff, policy.throttled_backoff),
        (Duration::from_millis(100), seconds(1))
    );
    assert_eq!((policy.max_backoff, policy.max_retry_after), (seconds(20), seconds(60)));
    assert_eq!(
        (policy.deadline, policy.attempt_timeout, policy.consistency_delay),
        (seconds(120), seconds(30), seconds(5))
    );
    assert_eq!((policy.limits.contact_body, policy.limits.page_body), (1 << 20, 8 << 20));
    assert_eq!(
        (policy.limits.error_body, policy.limits.pages, policy.limits.contacts),
        (64 << 10, 10_000, 1_000_000)
    );
}

#[test]
fn there_are_at_most_four_attempts() {
    let ran = play(get(session()), [status(503), lost(), status(500), status(502)]);
    let error = ran.result.unwrap_err();
    let attempts = error.attempts().unwrap();
    assert_eq!((attempts.count, attempts.stop_reason), (4, Some(StopReason::MaxAttempts)));
    assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY), "the last response counts");

    for attempts in [0, 1] {
        let ran = play(get(with(|policy| policy.max_attempts = attempts)), [status(503)]);
        assert_eq!(ran.log.len(), 1);
    }
}

#[test]
fn the_checks_of_an_update_are_not_attempts() {
    let update = Update::new(session(), UpdateContact::new(id("a"), "new@example.com").unwrap());
    let once = [lost(), answer(200, CONTACT)];
    let replies = [once.clone(), once.clone(), once].into_iter().flatten().chain([lost()]);
    let ran = play(update, replies);
    assert_eq!(ran.log.iter().filter(|what| *what == "PATCH a").count(), 4);
    assert_eq!(ran.log.iter().filter(|what| *what == "GET a").count(), 3);
    assert_eq!(ran.result.unwrap_err().attempts().unwrap().count, 4);
}

#[test]
fn an_update_needs_at_most_eight_requests() {
    let update = Update::new(renewable(), UpdateContact::new(id("a"), "new@example.com").unwrap());
    let once = [lost(), answer(200, CONTACT)];
    let replies =
        [once.clone(), once.clone(), once].into_iter().flatten().chain([status(401), lost()]);
    let ran = play(update, replies);
    assert_eq!(ran.log.iter().filter(|what| what.contains(" a")).count(), 8, "{:?}", ran.log);
    assert_eq!(ran.log.iter().filter(|what| *what == "refresh").count(), 1);
    assert_eq!(ran.result.unwrap_err().attempts().unwrap().count, 4);
}

#[test]
fn a_backoff_doubles_up_to_20_s() {
    let patient = || with(|policy| policy.max_attempts = 12);
    assert_eq!(
        longest_waits(patient(), &[503; 10]),
        [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000, 20_000]
    );
    assert_eq!(
        longest_waits(patient(), &[429; 7]),
        [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
    );
    assert_eq!(longest_waits(patient(), &[503, 429, 503, 421]), [100, 2_000, 400, 800]);
}

#[test]
fn a_backoff_can_be_zero() {
    assert_eq!(wait(&after(session(), 503, &[], 0)), Duration::ZERO);
    let half = after(session(), 429, &[], u64::MAX / 2 + 1);
    assert_eq!(wait(&half), Duration::from_millis(500));
}

#[test]
fn each_form_of_a_server_delay_is_obeyed() {
    for (headers, seconds) in [
        (&[("retry-after", "7")][..], 7),
        (&[("date", DATE), ("retry-after", "Tue, 24 Nov 2026 10:00:09 GMT")], 9),
        (&[("x-ratelimit-reset", "12")], 12),
        (&[("date", DATE), ("x-ratelimit-reset", "2026-11-24T10:00:30Z")], 30),
        (&[("date", DATE), ("x-ratelimit-reset", "2026-11-24T10:01Z")], 60),
        (&[("date", DATE), ("x-ratelimit-reset", "1795514405")], 5),
        (&[("retry-after", "3"), ("x-ratelimit-reset", "8")], 8),
        (&[("retry-after", "9"), ("x-ratelimit-reset", "junk")], 9),
        (&[("retry-after", "0")], 0),
        (&[("retry-after", "1.5")], 2),
    ] {
        for status in [429, 503, 500, 408] {
            let used_up = [headers, &[("x-ratelimit-remaining", "0")]].concat();
            let headers = used_up.as_slice();
            let hint = Duration::from_secs(seconds);
            assert_eq!(wait(&after(session(), status, headers, 0)), hint, "{status} {headers:?}");
            let longest = wait(&after(session(), status, headers, u64::MAX));
            let backoff = Duration::from_millis(if status == 429 { 1_000 } else { 100 });
            let most = (hint + (hint / 10).max(Duration::from_millis(500))).max(backoff);
            assert!(
                longest < most && most - longest <= Duration::from_nanos(1),
                "{longest:?} for {hint:?}"
            );
        }
    }
}

#[test]
fn an_unreadable_server_delay_is_ignored() {
    for headers in [
        &[("retry-after", "soon")][..],
        &[("retry-after", "-1")],
        &[("retry-after", DATE)],
        &[("x-ratelimit-reset", "2026-11-24T10:00Z")],
        &[("date", DATE), ("x-ratelimit-reset", "2026-11-31T10:00Z")],
    ] {
        assert!(
            wait(&after(session(), 429, headers, u64::MAX)) < Duration::from_secs(1),
            "{headers:?}"
        );
    }
}

#[test]
fn a_server_delay_of_more_than_60_s_ends_the_call() {
    assert_eq!(wait(&after(session(), 429, &[("retry-after", "60")], 0)), Duration::from_secs(60));
    for (value, seconds) in [("61", 61), ("3600", 3600), ("99999999999999999999", u64::MAX)] {
        let (why, error) = stop_reason(after(session(), 429, &[("retry-after", value)], 0));
        let (wait, limit) = (Duration::from_secs(seconds), Duration::from_secs(60));
        assert_eq!(why, Some(StopReason::RetryAfterTooLong { wait, limit }));
        assert_eq!(error.retry_after(), Some(wait));
        assert!(error.to_string().contains("; the service asked to wait "), "{error}");
    }
}

#[test]
fn a_wait_past_the_deadline_ends_the_call() {
    let short = || with(|policy| policy.deadline = Duration::from_secs(10));
    assert_eq!(wait(&after(short(), 503, &[("retry-after", "9")], 0)), Duration::from_secs(9));
    let (why, error) = stop_reason(after(short(), 503, &[("retry-after", "10")], 0));
    assert_eq!(
        (why, error.status()),
        (Some(StopReason::Deadline), Some(StatusCode::SERVICE_UNAVAILABLE))
    );
    let until = session().with_deadline(Duration::from_secs(9));
    assert_eq!(
        stop_reason(after(until, 503, &[("retry-after", "9")], 0)).0,
        Some(StopReason::Deadline)
    );
}

#[test]
fn a_request_has_30_s_or_the_rest_of_the_deadline() {
    let timeout = |session: Session, begin| match get(session).step(Event::Start, at(begin), 0) {
        Action::Send { timeout, .. } => timeout,
        action => panic!("{action:?}"),
    };
    let seconds = Duration::from_secs;
    assert_eq!(timeout(session(), seconds(1_000)), seconds(30));
    assert_eq!(timeout(with(|policy| policy.deadline = seconds(7)), seconds(1_000)), seconds(7));
    assert_eq!(timeout(session().with_deadline(seconds(1_002)), seconds(1_000)), seconds(2));
    assert_eq!(
        timeout(
            session().with_deadline(seconds(1_002)).with_deadline(seconds(2_000)),
            seconds(1_000)
        ),
        seconds(2)
    );
}

#[test]
fn a_driver_that_waits_past_the_deadline_sends_nothing() {
    let mut call = get(session());
    let _ = call.step(Event::Start, at(Duration::ZERO), 0);
    let busy = Response::builder().status(503).body(&b""[..]).unwrap();
    let _ = call.step(Event::Answered(busy), at(Duration::from_secs(1)), 0);
    let (why, error) = stop_reason(call.step(Event::Waited, at(Duration::from_secs(120)), 0));
    assert_eq!(
        (why, error.status()),
        (Some(StopReason::Deadline), Some(StatusCode::SERVICE_UNAVAILABLE))
    );
    assert_eq!(error.attempts().unwrap().count, 1);
}

#[test]
fn after_the_deadline_no_credentials_are_requested() {
    let late = session().with_refreshable(None).with_deadline(Duration::ZERO);
    let (why, error) = stop_reason(get(late.clone()).step(Event::Start, at(Duration::ZERO), 0));
    assert_eq!((why, error.is_timeout()), (Some(StopReason::Deadline), true));
    assert_eq!(error.attempts().unwrap().count, 0);
    assert!(error.to_string().ends_with("; no time left to send the request"), "{error}");
    let ensure = Ensure::new(late, create_sms("1")).step(Event::Start, at(Duration::ZERO), 0);
    assert_eq!(stop_reason(ensure).0, Some(StopReason::Deadline));
}

#[test]
fn sizes_and_connections_follow_the_operation() {
    fn about<O: Operation>(operation: O) -> (usize, usize, bool) {
        match Call::new(session(), operation).step(Event::Start, at(Duration::ZERO), 0) {
            Action::Send { body, fresh_connection, .. } => {
                let error = body.of(StatusCode::NOT_FOUND);
                (body.of(StatusCode::OK), error, fresh_connection)
            }
            _ => panic!("a call starts with its request"),
        }
    }
    assert_eq!(about(GetContact::new(id("a"))), (1 << 20, 64 << 10, false));
    assert_eq!(about(ListContacts::all()), (8 << 20, 64 << 10, false));
    assert_eq!(about(FindCloudId), (1 << 20, 64 << 10, false));
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap();
    assert_eq!(about(create), (1 << 20, 64 << 10, true));
}

#[test]
fn a_call_refreshes_once_and_the_refresh_is_not_an_attempt() {
    let contact = || answer(200, CONTACT);
    let busy = || status(503);
    let ran = play(get(renewable()), [status(401), busy(), busy(), busy(), contact()]);
    assert_eq!(ran.log.iter().filter(|what| *what == "refresh").count(), 1);
    assert!(ran.result.is_ok());

    let ran = play(get(renewable()), [busy(), status(401), busy(), status(401)]);
    assert_eq!(ran.log, ["GET a", "back off", "GET a", "refresh", "GET a", "back off", "GET a"]);
    assert!(ran.result.unwrap_err().is_unauthorized());

    let ran = play(get(session().with_refreshable(None)), [status(401), contact()]);
    assert_eq!(
        ran.log,
        ["refresh", "GET a", "refresh", "GET a"],
        "the first request for credentials is not a refresh"
    );
}

#[test]
fn a_401_to_fixed_credentials_and_every_403_end_the_call() {
    assert_eq!(
        play(get(session()), [status(401)]).result.unwrap_err().kind(),
        ErrorKind::Unauthorized
    );
    let forbidden = || answer(403, r#"{"message":"Forbidden"}"#);
    assert_eq!(
        play(get(renewable()), [forbidden()]).result.unwrap_err().kind(),
        ErrorKind::Forbidden
    );
}

#[test]
fn a_failed_refresh_ends_the_call() {
    let mut call = get(session().with_refreshable(None));
    assert!(matches!(
        call.step(Event::Start, at(Duration::ZERO), 0),
        Action::Refresh { refused: None, .. }
    ));
    let (_, error) = stop_reason(call.step(nothing_to_renew(), at(Duration::ZERO), 0));
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
}

#[test]
fn a_retry_costs_14_or_5_after_a_429_and_a_first_success_gives_1_back() {
    let session = session();
    let left = || session.budget().left();
    let contact = || answer(200, CONTACT);
    play(get(session.clone()), [contact()]).result.unwrap();
    assert_eq!(left(), 500, "the budget is full");
    play(get(session.clone()), [status(503), contact()]).result.unwrap();
    assert_eq!(left(), 500 - 14);
    play(get(session.clone()), [status_with(429, "retry-after", "1"), contact()]).result.unwrap();
    assert_eq!(left(), 500 - 14 - 5);
    play(get(session.clone()), [contact()]).result.unwrap();
    assert_eq!(left(), 500 - 14 - 5 + 1);
    play(get(session.clone()), [status(404)]).result.unwrap_err();
    assert_eq!(left(), 500 - 14 - 5 + 1);
}
