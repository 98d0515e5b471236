//! Reconciling receipts, against a small model of the service.

use crate::model;
use std::time::Duration;

use crate::model::{
    Ran, create_sms, renewable,
    service::{Fault, Service},
    session, status,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contacts_proto::{
    BaseUrl, Credentials, Error, Receipt, Reconciled,
    exchange::{Create, Reconcile, Session},
};

const TO: &str = "1-555-0100";

fn receipt() -> Receipt {
    create_sms(TO).receipt(model::UNIX)
}

/// A receipt with the contacts that existed before.
fn receipt_with_seen(seen: &[&str]) -> Receipt {
    written(
        &serde_json::json!({"v": 1, "operation": "create", "method": "sms", "to": TO, "seen": seen, "at": 0}),
    )
}

/// Reads a receipt with these members from its text form.
fn written(members: &serde_json::Value) -> Receipt {
    URL_SAFE_NO_PAD.encode(members.to_string()).parse().unwrap()
}

fn reconcile(service: &mut Service, receipt: Receipt) -> Ran<Reconciled> {
    service.run(Reconcile::new(session(), receipt))
}

#[track_caller]
fn is_created(ran: &Ran<Reconciled>, id: &str) {
    let Reconciled::Found(contact) = ran.result.as_ref().unwrap() else { panic!("{:?}", ran.log) };
    assert_eq!(contact.id.as_str(), id);
}

#[test]
fn an_existing_contact_is_found_at_once() {
    let mut service =
        Service::with(&[("a", "email", "ann@example.com"), ("b", "sms", "+1 555 0100")]);
    let ran = reconcile(&mut service, receipt());
    assert_eq!(ran.log, ["GET 0"]);
    is_created(&ran, "b");
}

#[test]
fn the_receipt_of_a_lost_response_is_reconciled() {
    let mut service = Service::default();
    service.posts.push_back(Fault::lost_after());
    let error = service.run(Create::new(session(), create_sms(TO))).result.unwrap_err();
    let Error::OutcomeUnknown(unknown) = error else { panic!("{error:?}") };
    let receipt = unknown.receipt().to_string().parse().unwrap();
    is_created(&reconcile(&mut service, receipt), "n0");
    assert_eq!(service.sms(TO), ["n0"]);
}

#[test]
fn not_found_needs_a_second_search() {
    let mut service = Service::default().and_others(2);
    let ran = reconcile(&mut service, receipt());
    assert_eq!(ran.log, ["GET 0", "consistency 5s", "GET 0"]);
    assert_eq!(ran.result.unwrap(), Reconciled::NotFound);
}

#[test]
fn a_contact_that_appears_late_is_found_by_the_second_search() {
    let mut service = Service::default();
    service.add("a", "sms", TO, Duration::from_secs(3));
    let ran = reconcile(&mut service, receipt());
    assert_eq!(ran.log, ["GET 0", "consistency 5s", "GET 0"]);
    is_created(&ran, "a");
}

#[test]
fn several_contacts_are_a_duplicate() {
    let mut service = Service::with(&[("a", "sms", TO), ("b", "sms", TO)]);
    let error = reconcile(&mut service, receipt()).result.unwrap_err();
    let Error::Duplicate(duplicate) = error else { panic!("{error:?}") };
    assert_eq!(duplicate.contacts().len(), 2);
}

#[test]
fn an_earlier_contact_is_not_the_new_one() {
    let mut service = Service::with(&[("a", "sms", TO)]);
    let ran = reconcile(&mut service, receipt_with_seen(&["a"]));
    assert_eq!(ran.log, ["GET 0", "consistency 5s", "GET 0"]);
    assert_eq!(ran.result.unwrap(), Reconciled::NotFound);

    service.add("b", "sms", TO, Duration::ZERO);
    is_created(&reconcile(&mut service, receipt_with_seen(&["a"])), "b");
    is_created(&reconcile(&mut service, receipt_with_seen(&["b"])), "a");
    assert!(matches!(
        reconcile(&mut service, receipt_with_seen(&[])).result,
        Err(Error::Duplicate(_))
    ));
}

#[test]
fn a_confirmed_contact_is_never_reported_as_not_found() {
    let confirmed = || {
        let (seen, created): (&[&str], _) = (&[], "c");
        written(&serde_json::json!(
            {"v": 1, "operation": "create", "method": "sms", "to": TO, "seen": seen, "created": created, "at": 0}
        ))
    };
    let searches_twice = ["GET 0", "consistency 5s", "GET 0"];

    let ran = reconcile(&mut Service::with(&[("c", "sms", TO)]), confirmed());
    assert_eq!(ran.log, ["GET 0"]);
    is_created(&ran, "c");

    let ran = reconcile(&mut Service::default(), confirmed());
    assert_eq!(ran.log, searches_twice);
    is_created(&ran, "c");

    let ran = reconcile(&mut Service::with(&[("other", "sms", TO)]), confirmed());
    assert_eq!(ran.log, searches_twice, "the confirmed contact may still appear");
    is_created(&ran, "other");

    let mut service = Service::with(&[("other", "sms", TO)]);
    service.add("c", "sms", TO, Duration::from_secs(3));
    let ran = reconcile(&mut service, confirmed());
    assert_eq!(ran.log, searches_twice);
    assert!(matches!(ran.result, Err(Error::Duplicate(_))), "{:?}", ran.result);
}

#[test]
fn a_failed_search_is_an_error_and_not_not_found() {
    let refused = || Fault::instead(status(403));
    let down = || Fault::instead(status(503));
    for gets in [
        vec![refused()],
        vec![None, refused()],
        vec![down(); 4],
        vec![None, down(), down(), down(), down()],
    ] {
        let mut service = Service::default();
        service.gets.extend(gets);
        let error = reconcile(&mut service, receipt()).result.unwrap_err();
        assert!(error.status().is_some(), "{error:?}");
        assert_eq!(
            reconcile(&mut service, receipt()).result.unwrap(),
            Reconciled::NotFound,
            "the receipt is still valid"
        );
    }
}

#[test]
fn without_time_for_a_second_search_the_result_is_a_timeout() {
    let mut policy = session().policy().clone();
    policy.deadline = Duration::from_secs(5);
    let short: Session = session().with_policy(policy);
    let ran = Service::default().run(Reconcile::new(short, receipt()));
    assert_eq!(ran.log, ["GET 0"]);
    assert!(ran.result.unwrap_err().is_timeout());
}

#[test]
fn every_page_is_searched_and_credentials_are_refreshed() {
    let mut service = Service::default().and_others(4);
    service.add("last", "sms", TO, Duration::ZERO);
    service.page = 2;
    service.gets.extend([None, Fault::instead(status(401))]);
    let ran = service.run(Reconcile::new(renewable(), receipt()));
    assert_eq!(ran.log, ["GET 0", "GET 2", "refresh", "GET 2", "GET 4"]);
    is_created(&ran, "last");
}

#[test]
fn a_receipt_of_another_site_or_user_is_rejected_before_sending() {
    let session = |base: &str, email: &str| {
        Session::new(BaseUrl::new(base).unwrap(), Credentials::basic(email, "a-token").unwrap())
    };
    let (here, there) = ("https://api.example.com/cloud", "https://api.example.com/other");
    let receipt: Receipt = receipt()
        .of(&session(here, "ann@example.com"))
        .to_string()
        .parse()
        .expect("its text form can be read");
    for (session, of) in [
        (session(there, "ann@example.com"), here),
        (session(here, "ben@example.com"), "ann@example.com"),
    ] {
        let ran = Service::default().run(Reconcile::new(session, receipt.clone()));
        assert!(ran.log.is_empty(), "{:?}", ran.log);
        let error = ran.result.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(of), "{error}");
    }
    let mut service = Service::with(&[("a", "sms", TO)]);
    is_created(
        &service.run(Reconcile::new(session(here, "Ann@example.com"), receipt.clone())),
        "a",
    );

    // An OAuth token does not show its user, so it may be another user's.
    let ran = Service::default().run(Reconcile::new(model::session(), receipt));
    assert!(ran.log.is_empty(), "{:?}", ran.log);
    let error = ran.result.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("OAuth"), "{error}");
    let receipt = self::receipt().of(&model::session());
    assert_eq!(receipt.user(), None);
    is_created(&service.run(Reconcile::new(model::session(), receipt)), "a");
}

#[test]
fn the_user_of_provided_credentials_is_checked_after_the_first_search() {
    let ann = Credentials::basic("ann@example.com", "a-token").unwrap();
    let receipt = receipt().of(&session().with_credentials(ann));
    // The provider returns credentials of another user, without this contact.
    let ben = Credentials::basic("ben@example.com", "a-token").unwrap();
    let ran = Service::default()
        .run(Reconcile::new(session().with_refreshable(Some(ben)), receipt.clone()));
    assert!(ran.result.unwrap_err().is_invalid_input());

    // The provider returns an OAuth token.
    let without = session().with_credentials(Credentials::none()).with_refreshable(None);
    let ran = Service::default().run(Reconcile::new(without, receipt));
    assert_eq!(ran.log[0], "refresh");
    assert!(ran.result.unwrap_err().is_invalid_input());
}

#[test]
fn a_receipt_is_valid_at_both_base_urls_of_a_site() {
    let session = |base: &str| {
        Session::new(BaseUrl::new(base).unwrap(), Credentials::bearer("token").unwrap())
    };
    let direct = session("https://api.example.com/jsm/ops/api/c");
    let receipt = create_sms(TO).receipt(model::UNIX).of(&direct);
    let oauth = session("https://api.example.com/ex/jira/c/jsm/ops/api");
    let other = session("https://api.example.com/ex/jira/d/jsm/ops/api");
    let mut service = Service::with(&[("a", "sms", TO)]);
    is_created(&service.run(Reconcile::new(oauth, receipt.clone())), "a");
    assert!(service.run(Reconcile::new(other, receipt)).result.unwrap_err().is_invalid_input());
}
