//! A session of a site looks the cloud id up before its first request.

use std::time::Duration;

use contacts_proto::{
    AccountId, BulkGetUsers, ContactId, ContactMethod, CreateContact, Credentials, DeleteContact,
    Effect, Error, Hint, Receipt, Site,
    exchange::{Action, Call, Create, Event, Exchange, List, Now, Reconcile, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::{Request, Response};

fn now(seconds: u64) -> Now {
    Now { monotonic: Duration::from_secs(seconds), unix: 1_795_000_000 }
}

fn session() -> Session {
    let credentials = Credentials::basic("ann@example.com", "token").unwrap();
    Session::new(Site::new("acme").unwrap(), credentials)
}

#[track_caller]
fn sent<T: std::fmt::Debug>(action: Action<T>) -> (Request<Vec<u8>>, Duration) {
    match action {
        Action::Send { request, timeout, .. } => (request, timeout),
        other => panic!("{other:?} is not a request"),
    }
}

fn answered(body: &str) -> Event<'_> {
    Event::Answered(Response::new(body.as_bytes()))
}

const TENANT: &str = r#"{"cloudId":"35273b54"}"#;
const LOOKUP: &str = "https://acme.atlassian.net/_edge/tenant_info";

#[test]
fn the_first_exchange_looks_the_cloud_id_up_without_credentials_and_all_clones_keep_it() {
    let session = session();
    let other = session.with_credentials(Credentials::bearer("oauth").unwrap());
    let mut list = List::new(session.clone(), contacts_proto::ListContacts::all());

    let (request, _) = sent(list.step(Event::Start, now(0), 0));
    assert_eq!(request.uri(), LOOKUP);
    assert!(!request.headers().contains_key("authorization"));
    assert!(session.base_url().is_err());
    let (request, _) = sent(list.step(answered(TENANT), now(1), 0));
    let expected =
        "https://api.atlassian.com/jsm/ops/api/35273b54/v1/users/contacts?offset=0&size=100";
    assert_eq!(request.uri(), expected);
    assert!(request.headers().contains_key("authorization"));

    let id = ContactId::new("a").unwrap();
    let (request, _) = sent(Call::new(other, DeleteContact::new(id)).step(Event::Start, now(2), 0));
    let expected = "https://api.atlassian.com/ex/jira/35273b54/jsm/ops/api/v1/users/contacts/a";
    assert_eq!(request.uri(), expected, "the base URL follows from the kind of credentials");
}

#[test]
fn a_call_to_jira_looks_the_cloud_id_up_first_and_goes_to_the_gateway_with_any_credentials() {
    let get = BulkGetUsers::new(&[AccountId::new("a").unwrap()]).unwrap();
    let mut call = Call::new(session(), &get);
    assert_eq!(sent(call.step(Event::Start, now(0), 0)).0.uri(), LOOKUP);
    let (request, _) = sent(call.step(answered(TENANT), now(1), 0));
    let expected = "https://api.atlassian.com/ex/jira/35273b54/rest/api/3/user/bulk\
                    ?maxResults=50&accountId=a";
    assert_eq!(request.uri(), expected);
    let oauth = call.session().with_credentials(Credentials::bearer("oauth").unwrap());
    assert_eq!(oauth.request(&get).unwrap().uri(), expected);
}

#[test]
fn credentials_are_not_refreshed_for_a_scope_that_jira_misses() {
    let known = Credentials::bearer("oauth").unwrap();
    let site = Site::new("acme").unwrap().with_cloud_id("35273b54".parse().unwrap());
    let session = Session::new(site, known.clone()).with_refreshable(Some(known));
    let mut call = Call::new(session, BulkGetUsers::new(&[AccountId::new("a").unwrap()]).unwrap());
    sent(call.step(Event::Start, now(0), 0));
    let body = &br#"{"code":401,"message":"Unauthorized; scope does not match"}"#[..];
    let refused = Event::Answered(Response::builder().status(401).body(body).unwrap());
    let Action::Done(Err(error)) = call.step(refused, now(1), 0) else { panic!("no refresh") };
    assert_eq!(error.hint(), Some(Hint::MissingJiraScope(&["read:jira-user"])));
}

#[test]
fn the_lookup_and_the_request_share_one_deadline() {
    let create = CreateContact::new(ContactMethod::Sms, "90-5555559999").unwrap();
    let mut create = Create::new(session().with_timeout(Duration::from_secs(20)), create);
    assert_eq!(sent(create.step(Event::Start, now(100), 0)).1, Duration::from_secs(20));
    assert!(!create.is_create_in_flight());
    assert_eq!(sent(create.step(answered(TENANT), now(115), 0)).1, Duration::from_secs(5));
    assert!(create.is_create_in_flight());
}

#[test]
fn a_create_whose_lookup_fails_has_no_effect() {
    let create = CreateContact::new(ContactMethod::Sms, "90-5555559999").unwrap();
    let mut exchange = Create::new(session(), create.clone());
    sent(exchange.step(Event::Start, now(0), 0));
    let not_found = Response::builder().status(404).body(&b"{}"[..]).unwrap();
    let Action::Done(Err(error)) = exchange.step(Event::Answered(not_found), now(1), 0) else {
        panic!()
    };
    assert_eq!((error.effect(), error.hint()), (Effect::None, Some(Hint::NoSuchSite)));

    let mut exchange = Create::new(session(), create);
    sent(exchange.step(Event::Start, now(0), 0));
    let reset = TransportError::new(Delivery::Unknown, TransportErrorKind::Closed);
    assert!(
        matches!(exchange.step(Event::Failed(reset), now(1), 0), Action::Wait(_)),
        "the lookup is retried"
    );
    assert!(exchange.wait_reason().is_some());
    assert_eq!(sent(exchange.step(Event::Waited, now(2), 0)).0.uri(), LOOKUP);
}

#[test]
fn a_receipt_from_before_the_lookup_is_valid_for_its_site_alone() {
    let create = CreateContact::new(ContactMethod::Sms, "90-5555559999").unwrap();
    let receipt = create.receipt(1_795_000_000).of(&session());
    let receipt: Receipt = receipt.to_string().parse().unwrap();

    let mut reconcile = Reconcile::new(session(), receipt.clone());
    sent(reconcile.step(Event::Start, now(0), 0));
    sent(reconcile.step(answered(TENANT), now(0), 0));
    let found = r#"{"values":[{"id":"a","method":"sms","to":"90-555-555-9999"}]}"#;
    let ended = reconcile.step(answered(found), now(0), 0);
    assert!(matches!(ended, Action::Done(Ok(contacts_proto::Reconciled::Found(_)))), "{ended:?}");

    let other = Session::new(Site::new("other").unwrap(), session().credentials().clone());
    let mut reconcile = Reconcile::new(other, receipt);
    sent(reconcile.step(Event::Start, now(0), 0));
    sent(reconcile.step(answered(TENANT), now(0), 0));
    let ended = reconcile.step(answered(r#"{"values":[]}"#), now(0), 0);
    assert!(matches!(ended, Action::Done(Err(Error::InvalidInput(_)))), "{ended:?}");
}
