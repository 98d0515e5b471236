//! The pause of all exchanges of a user after a 429.

use std::time::Duration;

use contacts_proto::{
    BaseUrl, ContactId, Credentials, GetContact,
    exchange::{Action, Call, Event, Exchange, Now, Session, WaitReason},
};
use http::Response;
use proptest::prelude::*;

fn session() -> Session {
    Session::new(BaseUrl::new("https://a.example").unwrap(), Credentials::bearer("token").unwrap())
}

fn get(session: &Session) -> Call<GetContact> {
    Call::new(session.clone(), GetContact::new(ContactId::new("a").unwrap()))
}

fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: 0 }
}

/// Makes an exchange meet a 429 with this `Retry-After` at time zero. Returns its wait.
fn throttled(session: &Session, seconds: u64, random: u64) -> Duration {
    let mut call = get(session);
    assert!(matches!(call.step(Event::Start, at(Duration::ZERO), random), Action::Send { .. }));
    throttle(&mut call, seconds, random)
}

fn throttle(call: &mut Call<GetContact>, seconds: u64, random: u64) -> Duration {
    let response =
        Response::builder().status(429).header("retry-after", seconds).body(&b""[..]).unwrap();
    match call.step(Event::Answered(response), at(Duration::ZERO), random) {
        Action::Wait(wait) => wait,
        action => panic!("{action:?}"),
    }
}

proptest! {
    #[test]
    fn after_a_429_the_other_exchanges_of_the_user_wait_as_long(
        seconds in 1_u64..60,
        later in 0_u64..70_000,
        random: u64,
        other_random: u64,
    ) {
        let session = session();
        let end = throttled(&session, seconds, random);
        let begin = Duration::from_millis(later);
        let mut other = get(&session);
        let action = other.step(Event::Start, at(begin), other_random);
        let pause = end.saturating_sub(begin);
        if pause.is_zero() {
            prop_assert!(matches!(action, Action::Send { .. }), "{:?}", action);
            return Ok(());
        }
        let Action::Wait(wait) = action else { panic!("{action:?}") };
        prop_assert!(wait >= pause && wait <= pause + (pause / 10).max(Duration::from_millis(500)));
        prop_assert_eq!(other.wait_reason(), Some(WaitReason::RetryAfter));
        let action = other.step(Event::Waited, at(begin + wait), other_random);
        prop_assert!(matches!(action, Action::Send { .. }), "{:?}", action);
    }
}

#[test]
fn the_longest_of_several_pauses_counts() {
    let session = session();
    let mut calls = [get(&session), get(&session)];
    for call in &mut calls {
        assert!(matches!(call.step(Event::Start, at(Duration::ZERO), 0), Action::Send { .. }));
    }
    let [first, second] = &mut calls;
    let wait = throttle(first, 10, 0);
    assert_eq!(wait, Duration::from_secs(10));
    assert_eq!(throttle(second, 30, 0), Duration::from_secs(30));
    let Action::Wait(rest) = first.step(Event::Waited, at(wait), 0) else { panic!() };
    assert_eq!(wait + rest, Duration::from_secs(30));
}

#[test]
fn an_exchange_that_cannot_wait_for_the_end_of_the_pause_sends_its_request() {
    let session = session();
    throttled(&session, 60, 0);
    let mut other = get(&session.with_timeout(Duration::from_secs(10)));
    assert!(matches!(other.step(Event::Start, at(Duration::ZERO), 0), Action::Send { .. }));
}

#[test]
fn another_user_does_not_wait() {
    let session = session();
    throttled(&session, 60, 0);
    let ben = session.with_credentials(Credentials::bearer("other").unwrap());
    assert!(matches!(get(&ben).step(Event::Start, at(Duration::ZERO), 0), Action::Send { .. }));
}
