//! Whether a contact may have been created, as things stand in the middle of an exchange.

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

/// Whether it is in doubt after each of these answers, the time for each wait given; the first is before any of them.
fn doubts<E: Exchange>(mut exchange: E, answers: &[(u16, &str)]) -> Vec<bool> {
    let mut seconds = 0;
    let mut now = || {
        seconds += 10;
        Now { monotonic: Duration::from_secs(seconds), unix: 0 }
    };
    let mut action = exchange.step(Event::Start, now(), 0);
    let mut doubts = vec![exchange.is_create_in_flight()];
    for (status, body) in answers {
        if let Action::Wait(_) = action {
            exchange.step(Event::Waited, now(), 0);
        }
        let answer = Response::builder().status(*status).body(body.as_bytes()).unwrap();
        action = exchange.step(Event::Answered(answer), now(), 0);
        doubts.push(exchange.is_create_in_flight());
    }
    doubts
}

#[test]
fn a_creation_is_in_doubt_while_its_request_is_under_way() {
    let created = r#"{"data":{"id":"a"}}"#;
    // 429 is known to have done nothing, and so is the wait after it.
    assert_eq!(doubts(Create::new(session(), create()), &[(429, ""), (201, created)]), [true, false, false]);
}

#[test]
fn what_creates_nothing_is_never_in_doubt() {
    let delete = DeleteContact::new("a".parse().unwrap());
    assert!(DeleteContact::IDEMPOTENCY.writes());
    assert_eq!(doubts(Call::new(session(), delete), &[(503, ""), (204, "")]), [false, false, false]);
}

#[test]
fn an_ensured_contact_is_in_doubt_from_its_creation_until_it_is_found() {
    let found = r#"{"values":[{"id":"a","method":"sms","to":"90-5555559999"}]}"#;
    let answers = [(200, LIST), (503, ""), (200, LIST), (200, found)];
    assert_eq!(doubts(Ensure::new(session(), create()), &answers), [false, true, true, true, false]);
}
