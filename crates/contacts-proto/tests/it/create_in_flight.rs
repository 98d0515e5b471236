//! A create request in flight: its outcome is unknown in the middle of an exchange.

use std::time::Duration;

use contacts_proto::{
    BaseUrl, ContactMethod, CreateContact, Credentials, DeleteContact, Operation,
    exchange::{Action, Call, Create, Ensure, Event, Exchange, Now, Session},
};
use http::Response;

const LIST: &str = r#"{"values":[]}"#;

fn session() -> Session {
    Session::new(BaseUrl::new("https://a.example").unwrap(), Credentials::bearer("token").unwrap())
}

fn create() -> CreateContact {
    CreateContact::new(ContactMethod::Sms, "90-5555559999").unwrap()
}

/// Returns `is_create_in_flight` after the first step and after each of these responses.
fn in_flight<E: Exchange>(mut exchange: E, answers: &[(u16, &str)]) -> Vec<bool> {
    let mut seconds = 0;
    let mut now = || {
        seconds += 10;
        Now { monotonic: Duration::from_secs(seconds), unix: 0 }
    };
    let mut action = exchange.step(Event::Start, now(), 0);
    let mut in_flight = vec![exchange.is_create_in_flight()];
    for (status, body) in answers {
        if let Action::Wait(_) = action {
            let _ = exchange.step(Event::Waited, now(), 0);
        }
        let answer = Response::builder().status(*status).body(body.as_bytes()).unwrap();
        action = exchange.step(Event::Answered(answer), now(), 0);
        in_flight.push(exchange.is_create_in_flight());
    }
    in_flight
}

#[test]
fn a_create_is_in_flight_while_its_outcome_is_unknown() {
    let created = r#"{"data":{"id":"a"}}"#;
    // A 429 has no effect, so nothing is unknown during the wait after it.
    assert_eq!(
        in_flight(Create::new(session(), create()), &[(429, ""), (201, created)]),
        [true, false, false]
    );
}

#[test]
fn other_operations_are_never_a_create_in_flight() {
    let delete = DeleteContact::new("a".parse().unwrap());
    assert!(DeleteContact::IDEMPOTENCY.writes());
    assert_eq!(
        in_flight(Call::new(session(), delete), &[(503, ""), (204, "")]),
        [false, false, false]
    );
}

#[test]
fn ensure_has_a_create_in_flight_until_the_contact_is_found() {
    let found = r#"{"values":[{"id":"a","method":"sms","to":"90-5555559999"}]}"#;
    let answers = [(200, LIST), (503, ""), (200, LIST), (200, found)];
    assert_eq!(
        in_flight(Ensure::new(session(), create()), &answers),
        [false, true, true, true, false]
    );
}
