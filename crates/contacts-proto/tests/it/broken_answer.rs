//! A response whose body is cut: the error keeps its beginning, without the secret.

use std::time::Duration;

use contacts_proto::{
    BaseUrl, Credentials, ListContacts, RetryPolicy,
    exchange::{Action, Call, Event, Exchange, Now, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::Response;

const TOKEN: &str = "a-token-that-is-echoed";

#[test]
fn a_cut_response_keeps_status_body_and_request_id_but_not_the_secret() {
    let mut policy = RetryPolicy::default();
    policy.max_attempts = 1;
    let credentials = Credentials::bearer(TOKEN).unwrap();
    let session =
        Session::new(BaseUrl::new("https://a.example").unwrap(), credentials).with_policy(policy);
    let mut call = Call::new(session, ListContacts::all());
    let now = Now { monotonic: Duration::ZERO, unix: 0 };
    assert!(matches!(call.step(Event::Start, now, 0), Action::Send { .. }));

    let answer =
        Response::builder().status(200).header("atl-traceid", "trace-7").header("x-echo", TOKEN);
    let answer = answer.body(format!(r#"{{"values":[{{"echo":"{TOKEN}""#).into_bytes()).unwrap();
    let failure =
        TransportError::new(Delivery::Partial(Box::new(answer)), TransportErrorKind::Closed);
    let Action::Done(Err(error)) = call.step(Event::Failed(failure), now, 0) else {
        panic!("one attempt is allowed")
    };

    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(error.body().unwrap(), br#"{"values":[{"echo":"[redacted]""#);
    assert_eq!(error.request_id(), Some("trace-7"));
    assert_eq!(
        error.to_string(),
        "could not list contacts: 200 OK, but the connection closed before the response was complete \
         [request id trace-7]"
    );
    assert!(!format!("{error:?}").contains(TOKEN));
}

#[test]
fn debug_of_a_cut_response_shows_only_its_status() {
    let answer =
        Response::builder().status(502).header("x-echo", TOKEN).body(TOKEN.into()).unwrap();
    let failure =
        TransportError::new(Delivery::Partial(Box::new(answer)), TransportErrorKind::Closed);
    assert_eq!(format!("{:?}", failure.delivery()), "Partial(502)");
    assert!(!format!("{:?}", Event::Failed(failure)).contains(TOKEN));
}
