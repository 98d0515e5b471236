//! A contact that exists exactly once, against a small model of the service.

use crate::model;
use std::time::Duration;

use crate::model::{
    Ran, create_sms, renewable, run,
    service::{Fault, Service},
    session, status, status_with,
};
use contacts_proto::{
    ContactMethod, CreateContact, Effect, EnsureOutcome, Ensured, Error, GetContact, Reconciled, StopReason,
    exchange::{Action, Call, Ensure, Event, Exchange, Now, Reconcile, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};

const TO: &str = "1-555-0100";

fn ensure(service: &mut Service) -> Ran<Ensured> {
    service.run(Ensure::new(session(), create_sms(TO)))
}

fn within(seconds: u64) -> Session {
    let mut policy = session().policy().clone();
    policy.deadline = Duration::from_secs(seconds);
    session().with_policy(policy)
}

fn with_posts(posts: impl IntoIterator<Item = Option<Fault>>) -> Service {
    let mut service = Service::default().and_others(2);
    service.posts.extend(posts);
    service
}

#[track_caller]
fn ends_as(ran: &Ran<Ensured>, how: EnsureOutcome, id: &str) {
    let ensured = ran.result.as_ref().unwrap();
    assert_eq!((ensured.outcome, ensured.contact.id.as_str()), (how, id), "{:?}", ran.log);
}

#[track_caller]
fn ends_in_doubt(ran: Ran<Ensured>) -> contacts_proto::Receipt {
    let error = ran.result.unwrap_err();
    assert_eq!(error.effect(), Effect::Possible);
    let Error::OutcomeUnknown(doubt) = error else { panic!("{error:?} after {:?}", ran.log) };
    assert_eq!(doubt.cause().effect(), Effect::Possible);
    assert_eq!(doubt.receipt().seen(), Some(&[][..]), "somebody looked before");
    doubt.receipt().clone()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_number_is_known_by_its_digits() {
    let mut service = Service::with(&[("a", "voice", TO), ("b", "sms", "+1 (555) 0100")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0"]);
    ends_as(&ran, EnsureOutcome::AlreadyExisted, "b");
}

#[test]
fn an_address_is_known_without_case_in_its_domain() {
    let mut service = Service::with(&[("a", "email", "Ann@example.com"), ("b", "email", "ann@Example.COM")]);
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap();
    let ran = service.run(Ensure::new(session(), create));
    ends_as(&ran, EnsureOutcome::AlreadyExisted, "b");
}

#[test]
fn of_several_that_exist_an_enabled_one_is_given() {
    let mut service = Service::with(&[("a", "sms", TO), ("b", "sms", TO)]);
    ends_as(&ensure(&mut service), EnsureOutcome::AlreadyExisted, "a");
    service.enable("b");
    ends_as(&ensure(&mut service), EnsureOutcome::AlreadyExisted, "b");
}

#[test]
fn what_is_missing_is_created() {
    let mut service = with_posts([]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "POST"]);
    ends_as(&ran, EnsureOutcome::Created, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn a_creation_whose_answer_is_lost_is_found() {
    for fault in [Fault::lost_after(), Fault::besides(status(503)), Fault::besides(model::cut(201))] {
        let mut service = with_posts([fault]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0"]);
        ends_as(&ran, EnsureOutcome::Recovered, "n2");
        assert_eq!(service.sms(TO), ["n2"]);
    }
}

#[test]
fn a_second_creation_comes_only_after_two_looks_in_vain_and_a_look_after_it() {
    let mut service = with_posts([Fault::lost_before()]);
    let ran = ensure(&mut service);
    let twice = ["GET 0", "POST", "consistency 5s", "GET 0", "consistency 5s", "GET 0", "POST", "GET 0"];
    assert_eq!(ran.log, twice);
    ends_as(&ran, EnsureOutcome::Created, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn a_second_creation_is_the_last_one() {
    let mut service = with_posts([Fault::lost_before(), Fault::lost_before()]);
    let ran = ensure(&mut service);
    let looks = ["consistency 5s", "GET 0", "consistency 5s", "GET 0"];
    let expected = ["GET 0", "POST"].into_iter().chain(looks).chain(["POST"]).chain(looks);
    assert_eq!(ran.log, expected.collect::<Vec<_>>());
    assert_eq!(
        ran.result.as_ref().unwrap_err().attempts().unwrap().stop_reason,
        Some(StopReason::MaxAttempts)
    );
    ends_in_doubt(ran);
    assert!(service.sms(TO).is_empty());
}

#[test]
fn there_is_no_second_creation_where_the_policy_has_one_attempt() {
    let mut policy = session().policy().clone();
    policy.max_attempts = 1;
    let mut service = with_posts([Fault::lost_before()]);
    let ran = service.run(Ensure::new(session().with_policy(policy), create_sms(TO)));
    assert_eq!(ran.log.iter().filter(|what| *what == "POST").count(), 1);
    ends_in_doubt(ran);
}

#[test]
fn there_is_no_second_creation_where_the_bucket_is_empty() {
    let session = session();
    while session.budget().left() >= 14 {
        let get = Call::new(session.clone(), GetContact::new(model::id("a")));
        run(get, |_, _| status(503)).result.unwrap_err();
    }
    let mut service = with_posts([Fault::lost_before()]);
    let ran = service.run(Ensure::new(session, create_sms(TO)));
    assert_eq!(ran.log.iter().filter(|what| *what == "POST").count(), 1);
    assert_eq!(
        ran.result.as_ref().unwrap_err().attempts().unwrap().stop_reason,
        Some(StopReason::RetryBudget)
    );
    ends_in_doubt(ran);
}

#[test]
fn an_effect_that_comes_late_is_found_by_the_second_look() {
    let mut service = with_posts([Fault::late(seconds(8))]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0", "consistency 5s", "GET 0"]);
    ends_as(&ran, EnsureOutcome::Recovered, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn two_that_both_show_are_a_duplicate_and_none_is_deleted() {
    let late = Fault::late(seconds(12));
    for second in [Fault::lost_after(), Fault::late(seconds(3))] {
        let mut service = with_posts([late.clone(), second]);
        let error = ensure(&mut service).result.unwrap_err();
        let Error::Duplicate(duplicate) = error else { panic!("{error:?}") };
        let ids: Vec<_> = duplicate.contacts().iter().map(|contact| contact.id.as_str()).collect();
        assert_eq!(ids, ["n2", "n3"]);
        assert_eq!(service.sms(TO), ["n2", "n3"]);
    }
}

#[test]
fn a_second_creation_that_the_list_does_not_show_yet_counts_beside_the_first() {
    let mut service = with_posts([Fault::late(seconds(12)), Fault::hidden(seconds(60))]);
    let ran = ensure(&mut service);
    let error = ran.result.unwrap_err();
    let Error::Duplicate(duplicate) = error else { panic!("{error:?}") };
    assert_eq!(duplicate.contacts().len(), 2);
}

#[test]
fn a_second_creation_that_was_answered_is_believed_before_it_shows() {
    let mut service = with_posts([Fault::lost_before(), Fault::hidden(seconds(60))]);
    ends_as(&ensure(&mut service), EnsureOutcome::Created, "n2");
}

#[test]
fn a_look_that_fails_after_a_creation_leaves_it_in_doubt() {
    for reply in [
        status(404),
        status(403),
        status(401),
        model::failure(Delivery::NotSent, TransportErrorKind::Certificate),
    ] {
        for effect in [Fault::lost_before(), Fault::lost_after()] {
            let mut service = with_posts([effect]);
            service.gets.extend([None, Fault::instead(reply.clone())]);
            let ran = ensure(&mut service);
            assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0"], "{reply:?}");
            ends_in_doubt(ran);
        }
    }
}

#[test]
fn a_look_that_fails_before_the_creation_is_the_end_and_no_doubt() {
    let mut service = with_posts([]);
    service.gets.push_back(Fault::instead(model::answer(403, r#"{"message":"Forbidden"}"#)));
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0"]);
    let error = ran.result.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!(error.effect(), Effect::None);
}

#[test]
fn a_first_creation_that_is_refused_is_looked_for() {
    for refusal in [409, 422] {
        // Another writer was faster.
        let mut service = with_posts([Fault::besides(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST", "GET 0"]);
        ends_as(&ran, EnsureOutcome::AlreadyExisted, "n2");

        // There is another reason.
        let mut service = with_posts([Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST", "GET 0"]);
        let error = ran.result.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), refusal);
        assert_eq!(error.effect(), Effect::None);
    }
}

#[test]
fn what_a_second_creation_that_is_refused_means_is_decided_by_the_look() {
    for refusal in [409, 422] {
        // The first one has come through in the meantime.
        let mut service = with_posts([Fault::late(seconds(10)), Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        ends_as(&ran, EnsureOutcome::Recovered, "n2");
        assert_eq!(service.sms(TO), ["n2"]);

        let mut service = with_posts([Fault::lost_before(), Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log.last().unwrap(), "GET 0");
        ends_in_doubt(ran);
    }
}

#[test]
fn a_refusal_of_another_kind_is_the_end() {
    for refusal in [400, 403, 404, 501] {
        let mut service = with_posts([Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST"]);
        assert_eq!(ran.result.unwrap_err().effect(), Effect::None);
    }
}

#[test]
fn without_time_to_settle_it_ends_in_doubt() {
    let mut service = with_posts([Fault::lost_after()]);
    let ran = service.run(Ensure::new(within(5), create_sms(TO)));
    assert_eq!(ran.log, ["GET 0", "POST"]);
    assert_eq!(ran.result.as_ref().unwrap_err().attempts().unwrap().stop_reason, Some(StopReason::Deadline));
    ends_in_doubt(ran);

    let mut service = with_posts([Fault::lost_before()]);
    let ran = service.run(Ensure::new(within(6), create_sms(TO)));
    assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0"]);
    ends_in_doubt(ran);
}

#[test]
fn the_id_of_a_second_creation_that_was_confirmed_is_not_lost_with_the_look_after_it() {
    let refused = || Fault::instead(model::answer(403, r#"{"message":"Forbidden"}"#));
    for (second, gets) in [
        (None, vec![None, None, None, refused()]),
        (Fault::hidden(seconds(9)), vec![None, None, None, None, refused()]),
    ] {
        let mut service = with_posts([Fault::lost_before(), second]);
        service.gets.extend(gets);
        let ran = ensure(&mut service);
        let Err(Error::OutcomeUnknown(doubt)) = &ran.result else { panic!("{ran:?}") };
        assert!(service.gets.is_empty() && service.posts.is_empty(), "{:?}", ran.log);
        assert_eq!(doubt.created().unwrap().as_str(), service.sms(TO)[0]);
        let told = format!("the sms contact {TO} was created with the id n2, and may be there twice");
        assert_eq!(doubt.to_string(), told);
        ends_in_doubt(ran);
    }
}

#[test]
fn a_look_that_wakes_after_the_end_is_none_and_the_creation_is_told() {
    let at = |seconds| Now { monotonic: Duration::from_secs(seconds), unix: 0 };
    let mut ensure = Ensure::new(session(), create_sms(TO));
    ensure.step(Event::Start, at(0), 0);
    let none = http::Response::builder().status(200).body(&br#"{"values":[]}"#[..]).unwrap();
    let Action::Send { request, .. } = ensure.step(Event::Answered(none), at(0), 0) else {
        panic!("no creation")
    };
    assert_eq!(request.method(), "POST");
    let lost = TransportError::new(Delivery::Unknown, TransportErrorKind::Closed);
    assert!(matches!(ensure.step(Event::Failed(lost), at(1), 0), Action::Wait(_)));

    let Action::Done(Err(Error::OutcomeUnknown(doubt))) = ensure.step(Event::Waited, at(500), 0) else {
        panic!("it goes on after its end")
    };
    assert!(doubt.cause().to_string().contains("create"), "{}", doubt.cause());
    let attempts = doubt.cause().attempts().unwrap();
    assert_eq!((attempts.count, attempts.stop_reason), (1, Some(StopReason::Deadline)));
}

#[test]
fn a_look_after_a_creation_waits_as_long_as_the_service_asked() {
    let asks = |status, seconds| Fault::instead(status_with(status, "retry-after", seconds));
    let mut service = with_posts([asks(503, "30")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log[..4], ["GET 0", "POST", "retry after 30s", "GET 0"]);

    let mut service = with_posts([asks(503, "2")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log[..4], ["GET 0", "POST", "consistency 5s", "GET 0"]);

    let mut service = with_posts([asks(409, "2")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "POST", "retry after 2s", "GET 0"]);
    assert_eq!(ran.result.unwrap_err().status().unwrap().as_u16(), 409);

    let mut service = with_posts([asks(503, "61")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "POST"], "61 s are too long");
    let stop_reason = ran.result.as_ref().unwrap_err().attempts().unwrap().stop_reason;
    assert!(matches!(stop_reason, Some(StopReason::RetryAfterTooLong { .. })));
    ends_in_doubt(ran);

    let mut service = with_posts([Fault::lost_before(), asks(429, "3600")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log.last().unwrap(), "POST", "3600 s are too long, and nothing is sent before");
    ends_in_doubt(ran);
}

#[test]
fn every_page_is_looked_through() {
    let mut service = Service::default().and_others(5);
    service.add("last", "sms", TO, Duration::ZERO);
    service.page = 2;
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "GET 2", "GET 4"]);
    ends_as(&ran, EnsureOutcome::AlreadyExisted, "last");

    let mut service = Service::default().and_others(5);
    service.posts.push_back(Fault::lost_after());
    service.page = 2;
    let ran = ensure(&mut service);
    let scan = ["GET 0", "GET 2", "GET 4"];
    let expected = scan.into_iter().chain(["POST", "consistency 5s"]).chain(scan);
    assert_eq!(ran.log, expected.collect::<Vec<_>>());
    ends_as(&ran, EnsureOutcome::Recovered, "n5");
}

#[test]
fn credentials_that_expire_in_the_middle_are_renewed() {
    let expired = || Fault::instead(status(401));
    let mut service = with_posts([expired(), Fault::lost_after()]);
    service.gets.extend([None, expired()]);
    let ran = service.run(Ensure::new(renewable(), create_sms(TO)));
    let expected = ["GET 0", "POST", "refresh", "POST", "consistency 5s", "GET 0", "refresh", "GET 0"];
    assert_eq!(ran.log, expected);
    ends_as(&ran, EnsureOutcome::Recovered, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn credentials_that_were_renewed_for_a_creation_serve_the_look_after_it() {
    let mut service = with_posts([Fault::instead(status(401)), Fault::lost_after()]);
    let ran = service.run(Ensure::new(renewable(), create_sms(TO)));
    assert_eq!(ran.log, ["GET 0", "POST", "refresh", "POST", "consistency 5s", "GET 0"]);
    assert_eq!(service.tokens, ["an-old-token", "an-old-token", "a-new-token", "a-new-token"]);
}

#[test]
fn the_receipt_that_it_leaves_resolves() {
    let mut service = with_posts([Fault::lost_after()]);
    let receipt = ends_in_doubt(service.run(Ensure::new(within(5), create_sms(TO))));
    let Reconciled::Found(contact) = service.run(Reconcile::new(session(), receipt)).result.unwrap() else {
        panic!("it was created")
    };
    assert_eq!(contact.id.as_str(), "n2");
}

#[test]
fn it_ends_where_it_began_however_often_it_is_run_again() {
    let mut service = with_posts([Fault::lost_after()]);
    ends_in_doubt(service.run(Ensure::new(within(5), create_sms(TO))));
    ends_as(&ensure(&mut service), EnsureOutcome::AlreadyExisted, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

/// Every schedule of what may happen to both creations and to the looks between.
#[test]
fn a_definite_outcome_is_never_wrong() {
    let posts = || {
        let replies = [status(503), status(429), status(409), model::unsent(), status(401)];
        let without = replies.map(Fault::instead).into_iter().chain([Fault::lost_before()]);
        let with = [None, Fault::lost_after(), Fault::late(seconds(4)), Fault::late(seconds(9))];
        without.chain(with).chain([Fault::besides(status(500)), Fault::besides(model::cut(201))])
    };
    let gets = || {
        [None, Fault::instead(status(503)), Fault::instead(model::answer(403, r#"{"message":"Forbidden"}"#))]
    };
    let two = || gets().into_iter().flat_map(move |one| gets().map(|other| [one.clone(), other]));
    let looks =
        || two().flat_map(move |[one, other]| gets().map(|last| [None, one.clone(), other.clone(), last]));
    let (mut doubts, mut confirmed) = (0, 0);
    for (first, second) in posts().flat_map(|first| posts().map(move |second| (first.clone(), second))) {
        for looks in looks() {
            let mut service = with_posts([first.clone(), second.clone()]);
            service.gets.extend(looks);
            let ran = ensure(&mut service);
            let there = service.sms(TO);
            match &ran.result {
                Ok(ensured) => assert_eq!(there, [ensured.contact.id.as_str()], "{:?}", ran.log),
                Err(Error::Duplicate(_)) => panic!("{there:?}: {:?}", ran.log),
                Err(Error::OutcomeUnknown(doubt)) => {
                    doubts += 1;
                    if let Some(created) = doubt.created() {
                        confirmed += 1;
                        assert_eq!(there, [created.as_str()], "{:?}", ran.log);
                    }
                }
                Err(error) => assert!(there.is_empty(), "{error:?}: {:?}", ran.log),
            }
            assert!(there.len() <= 1, "{there:?}: {:?}", ran.log);
        }
    }
    assert!(confirmed > 0 && doubts > confirmed, "no doubt was ever left: the schedules are too kind");
}
