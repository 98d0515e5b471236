//! The end of a doubt, against a small model of the service.

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

/// A receipt of somebody who looked before.
fn receipt_with_seen(seen: &[&str]) -> Receipt {
    written(
        &serde_json::json!({"v": 1, "operation": "create", "method": "sms", "to": TO, "seen": seen, "at": 0}),
    )
}

/// The receipt with these members, out of its one written form.
fn written(members: &serde_json::Value) -> Receipt {
    URL_SAFE_NO_PAD.encode(members.to_string()).parse().unwrap()
}

fn resolve(service: &mut Service, receipt: Receipt) -> Ran<Reconciled> {
    service.run(Reconcile::new(session(), receipt))
}

#[track_caller]
fn is_created(ran: &Ran<Reconciled>, id: &str) {
    let Reconciled::Found(contact) = ran.result.as_ref().unwrap() else { panic!("{:?}", ran.log) };
    assert_eq!(contact.id.as_str(), id);
}

#[test]
fn what_is_there_is_found_at_once() {
    let mut service = Service::with(&[("a", "email", "ann@example.com"), ("b", "sms", "+1 555 0100")]);
    let ran = resolve(&mut service, receipt());
    assert_eq!(ran.log, ["GET 0"]);
    is_created(&ran, "b");
}

#[test]
fn the_receipt_of_a_creation_whose_answer_was_lost_is_resolved() {
    let mut service = Service::default();
    service.posts.push_back(Fault::lost_after());
    let error = service.run(Create::new(session(), create_sms(TO))).result.unwrap_err();
    let Error::OutcomeUnknown(doubt) = error else { panic!("{error:?}") };
    let receipt = doubt.receipt().to_string().parse().unwrap();
    is_created(&resolve(&mut service, receipt), "n0");
    assert_eq!(service.sms(TO), ["n0"]);
}

#[test]
fn that_there_is_nothing_is_said_only_after_a_second_look() {
    let mut service = Service::default().and_others(2);
    let ran = resolve(&mut service, receipt());
    assert_eq!(ran.log, ["GET 0", "consistency 5s", "GET 0"]);
    assert_eq!(ran.result.unwrap(), Reconciled::NotFound);
}

#[test]
fn what_shows_late_is_found_by_the_second_look() {
    let mut service = Service::default();
    service.add("a", "sms", TO, Duration::from_secs(3));
    let ran = resolve(&mut service, receipt());
    assert_eq!(ran.log, ["GET 0", "consistency 5s", "GET 0"]);
    is_created(&ran, "a");
}

#[test]
fn several_are_a_duplicate() {
    let mut service = Service::with(&[("a", "sms", TO), ("b", "sms", TO)]);
    let error = resolve(&mut service, receipt()).result.unwrap_err();
    let Error::Duplicate(duplicate) = error else { panic!("{error:?}") };
    assert_eq!(duplicate.contacts().len(), 2);
}

#[test]
fn what_was_there_before_is_not_taken_for_new() {
    let mut service = Service::with(&[("a", "sms", TO)]);
    let ran = resolve(&mut service, receipt_with_seen(&["a"]));
    assert_eq!(ran.log, ["GET 0", "consistency 5s", "GET 0"]);
    assert_eq!(ran.result.unwrap(), Reconciled::NotFound);

    service.add("b", "sms", TO, Duration::ZERO);
    is_created(&resolve(&mut service, receipt_with_seen(&["a"])), "b");
    is_created(&resolve(&mut service, receipt_with_seen(&["b"])), "a");
    assert!(matches!(resolve(&mut service, receipt_with_seen(&[])).result, Err(Error::Duplicate(_))));
}

#[test]
fn what_was_confirmed_is_never_said_not_to_have_been_created() {
    let confirmed = || {
        let (seen, created): (&[&str], _) = (&[], "c");
        written(&serde_json::json!(
            {"v": 1, "operation": "create", "method": "sms", "to": TO, "seen": seen, "created": created, "at": 0}
        ))
    };
    let looks_twice = ["GET 0", "consistency 5s", "GET 0"];

    let ran = resolve(&mut Service::with(&[("c", "sms", TO)]), confirmed());
    assert_eq!(ran.log, ["GET 0"]);
    is_created(&ran, "c");

    let ran = resolve(&mut Service::default(), confirmed());
    assert_eq!(ran.log, looks_twice);
    is_created(&ran, "c");

    let ran = resolve(&mut Service::with(&[("other", "sms", TO)]), confirmed());
    assert_eq!(ran.log, looks_twice, "the confirmed one may still show");
    is_created(&ran, "other");

    let mut service = Service::with(&[("other", "sms", TO)]);
    service.add("c", "sms", TO, Duration::from_secs(3));
    let ran = resolve(&mut service, confirmed());
    assert_eq!(ran.log, looks_twice);
    assert!(matches!(ran.result, Err(Error::Duplicate(_))), "{:?}", ran.result);
}

#[test]
fn a_look_that_fails_is_an_error_and_does_not_say_that_there_is_nothing() {
    let refused = || Fault::instead(status(403));
    let down = || Fault::instead(status(503));
    for gets in
        [vec![refused()], vec![None, refused()], vec![down(); 4], vec![None, down(), down(), down(), down()]]
    {
        let mut service = Service::default();
        service.gets.extend(gets);
        let error = resolve(&mut service, receipt()).result.unwrap_err();
        assert!(error.status().is_some(), "{error:?}");
        assert_eq!(
            resolve(&mut service, receipt()).result.unwrap(),
            Reconciled::NotFound,
            "the receipt is as good"
        );
    }
}

#[test]
fn without_time_to_settle_nothing_is_said() {
    let mut policy = session().policy().clone();
    policy.deadline = Duration::from_secs(5);
    let short: Session = session().with_policy(policy);
    let ran = Service::default().run(Reconcile::new(short, receipt()));
    assert_eq!(ran.log, ["GET 0"]);
    assert!(ran.result.unwrap_err().is_timeout());
}

#[test]
fn every_page_is_looked_through_and_credentials_are_renewed() {
    let mut service = Service::default().and_others(4);
    service.add("last", "sms", TO, Duration::ZERO);
    service.page = 2;
    service.gets.extend([None, Fault::instead(status(401))]);
    let ran = service.run(Reconcile::new(renewable(), receipt()));
    assert_eq!(ran.log, ["GET 0", "GET 2", "refresh", "GET 2", "GET 4"]);
    is_created(&ran, "last");
}

#[test]
fn a_receipt_of_another_site_or_another_user_is_refused_before_anything_is_sent() {
    let session = |base: &str, email: &str| {
        Session::new(BaseUrl::new(base).unwrap(), Credentials::basic(email, "a-token").unwrap())
    };
    let (here, there) = ("https://api.example.com/cloud", "https://api.example.com/other");
    let receipt: Receipt =
        receipt().of(&session(here, "ann@example.com")).to_string().parse().expect("it can be written down");
    for (session, of) in
        [(session(there, "ann@example.com"), here), (session(here, "ben@example.com"), "ann@example.com")]
    {
        let ran = Service::default().run(Reconcile::new(session, receipt.clone()));
        assert!(ran.log.is_empty(), "{:?}", ran.log);
        let error = ran.result.unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains(of), "{error}");
    }
    let mut service = Service::with(&[("a", "sms", TO)]);
    is_created(&service.run(Reconcile::new(session(here, "Ann@example.com"), receipt.clone())), "a");

    // Whose an OAuth token is, it does not tell: it may be another's. A receipt made with one knows no user.
    let ran = Service::default().run(Reconcile::new(model::session(), receipt));
    assert!(ran.log.is_empty(), "{:?}", ran.log);
    let error = ran.result.unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("OAuth"), "{error}");
    let receipt = self::receipt().of(&model::session());
    assert_eq!(receipt.user(), None);
    is_created(&service.run(Reconcile::new(model::session(), receipt)), "a");
}

#[test]
fn of_a_user_whose_credentials_come_from_a_source_it_is_found_out_by_the_first_look() {
    let ann = Credentials::basic("ann@example.com", "a-token").unwrap();
    let receipt = receipt().of(&session().with_credentials(ann));
    // The source gives those of somebody else, who has no such contact.
    let ben = Credentials::basic("ben@example.com", "a-token").unwrap();
    let ran = Service::default().run(Reconcile::new(session().with_refreshable(Some(ben)), receipt.clone()));
    assert!(ran.result.unwrap_err().is_invalid_input());

    // And here it gives an OAuth token, when it is first asked.
    let nobody_yet = session().with_credentials(Credentials::none()).with_refreshable(None);
    let ran = Service::default().run(Reconcile::new(nobody_yet, receipt));
    assert_eq!(ran.log[0], "refresh");
    assert!(ran.result.unwrap_err().is_invalid_input());
}

#[test]
fn a_receipt_is_taken_at_the_base_url_of_either_kind_of_credentials() {
    let session =
        |base: &str| Session::new(BaseUrl::new(base).unwrap(), Credentials::bearer("token").unwrap());
    let direct = session("https://api.example.com/jsm/ops/api/c");
    let receipt = create_sms(TO).receipt(model::UNIX).of(&direct);
    let oauth = session("https://api.example.com/ex/jira/c/jsm/ops/api");
    let other = session("https://api.example.com/ex/jira/d/jsm/ops/api");
    let mut service = Service::with(&[("a", "sms", TO)]);
    is_created(&service.run(Reconcile::new(oauth, receipt.clone())), "a");
    assert!(service.run(Reconcile::new(other, receipt)).result.unwrap_err().is_invalid_input());
}
