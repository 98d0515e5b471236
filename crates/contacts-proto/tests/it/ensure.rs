//! A contact that exists exactly once, against a small model of the service.

use crate::model;
use std::time::Duration;

use crate::model::{
    Ran, create_sms, renewable, run,
    service::{Fault, Service},
    session, status, status_with,
};
use contacts_proto::{
    ContactMethod, CreateContact, Effect, EnsureOutcome, Ensured, Error, GetContact, Reconciled,
    StopReason,
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
fn ends_unknown(ran: Ran<Ensured>) -> contacts_proto::Receipt {
    let error = ran.result.unwrap_err();
    assert_eq!(error.effect(), Effect::Possible);
    let Error::OutcomeUnknown(unknown) = error else { panic!("{error:?} after {:?}", ran.log) };
    assert_eq!(unknown.cause().effect(), Effect::Possible);
    assert_eq!(unknown.receipt().seen(), Some(&[][..]), "a search ran before the create");
    unknown.receipt().clone()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn numbers_are_compared_by_their_digits() {
    let mut service = Service::with(&[("a", "voice", TO), ("b", "sms", "+1 (555) 0100")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0"]);
    ends_as(&ran, EnsureOutcome::AlreadyExisted, "b");
}

#[test]
fn case_is_ignored_in_the_domain_of_an_address() {
    let mut service =
        Service::with(&[("a", "email", "Ann@example.com"), ("b", "email", "ann@Example.COM")]);
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap();
    let ran = service.run(Ensure::new(session(), create));
    ends_as(&ran, EnsureOutcome::AlreadyExisted, "b");
}

#[test]
fn an_enabled_contact_wins_over_a_disabled_one() {
    let mut service = Service::with(&[("a", "sms", TO), ("b", "sms", TO)]);
    ends_as(&ensure(&mut service), EnsureOutcome::AlreadyExisted, "a");
    service.enable("b");
    ends_as(&ensure(&mut service), EnsureOutcome::AlreadyExisted, "b");
}

#[test]
fn a_missing_contact_is_created() {
    let mut service = with_posts([]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "POST"]);
    ends_as(&ran, EnsureOutcome::Created, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn a_contact_whose_response_was_lost_is_found() {
    for fault in [Fault::lost_after(), Fault::besides(status(503)), Fault::besides(model::cut(201))]
    {
        let mut service = with_posts([fault]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0"]);
        ends_as(&ran, EnsureOutcome::Recovered, "n2");
        assert_eq!(service.sms(TO), ["n2"]);
    }
}

#[test]
fn a_second_create_follows_two_searches_and_is_followed_by_one() {
    let mut service = with_posts([Fault::lost_before()]);
    let ran = ensure(&mut service);
    let twice =
        ["GET 0", "POST", "consistency 5s", "GET 0", "consistency 5s", "GET 0", "POST", "GET 0"];
    assert_eq!(ran.log, twice);
    ends_as(&ran, EnsureOutcome::Created, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn there_is_no_third_create() {
    let mut service = with_posts([Fault::lost_before(), Fault::lost_before()]);
    let ran = ensure(&mut service);
    let looks = ["consistency 5s", "GET 0", "consistency 5s", "GET 0"];
    let expected = ["GET 0", "POST"].into_iter().chain(looks).chain(["POST"]).chain(looks);
    assert_eq!(ran.log, expected.collect::<Vec<_>>());
    assert_eq!(
        ran.result.as_ref().unwrap_err().attempts().unwrap().stop_reason,
        Some(StopReason::MaxAttempts)
    );
    ends_unknown(ran);
    assert!(service.sms(TO).is_empty());
}

#[test]
fn there_is_no_second_create_if_the_policy_allows_one_attempt() {
    let mut policy = session().policy().clone();
    policy.max_attempts = 1;
    let mut service = with_posts([Fault::lost_before()]);
    let ran = service.run(Ensure::new(session().with_policy(policy), create_sms(TO)));
    assert_eq!(ran.log.iter().filter(|what| *what == "POST").count(), 1);
    ends_unknown(ran);
}

#[test]
fn there_is_no_second_create_if_the_budget_is_empty() {
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
    ends_unknown(ran);
}

#[test]
fn a_late_contact_is_found_by_the_second_search() {
    let mut service = with_posts([Fault::late(seconds(8))]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0", "consistency 5s", "GET 0"]);
    ends_as(&ran, EnsureOutcome::Recovered, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn two_contacts_are_a_duplicate_and_none_is_deleted() {
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
fn a_confirmed_contact_counts_before_the_list_shows_it() {
    let mut service = with_posts([Fault::late(seconds(12)), Fault::hidden(seconds(60))]);
    let ran = ensure(&mut service);
    let error = ran.result.unwrap_err();
    let Error::Duplicate(duplicate) = error else { panic!("{error:?}") };
    assert_eq!(duplicate.contacts().len(), 2);
}

#[test]
fn a_confirmed_second_contact_is_returned_before_the_list_shows_it() {
    let mut service = with_posts([Fault::lost_before(), Fault::hidden(seconds(60))]);
    ends_as(&ensure(&mut service), EnsureOutcome::Created, "n2");
}

#[test]
fn a_failed_search_after_a_create_leaves_the_outcome_unknown() {
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
            ends_unknown(ran);
        }
    }
}

#[test]
fn a_failed_search_before_the_create_is_a_definite_error() {
    let mut service = with_posts([]);
    service.gets.push_back(Fault::instead(model::answer(403, r#"{"message":"Forbidden"}"#)));
    let ran = ensure(&mut service);
    assert_eq!(ran.log, ["GET 0"]);
    let error = ran.result.unwrap_err();
    assert!(error.is_forbidden());
    assert_eq!(error.effect(), Effect::None);
}

#[test]
fn a_409_or_422_to_the_first_create_starts_a_search() {
    for refusal in [409, 422] {
        // Another program created the contact first.
        let mut service = with_posts([Fault::besides(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST", "GET 0"]);
        ends_as(&ran, EnsureOutcome::AlreadyExisted, "n2");

        // The rejection has another reason.
        let mut service = with_posts([Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST", "GET 0"]);
        let error = ran.result.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), refusal);
        assert_eq!(error.effect(), Effect::None);
    }
}

#[test]
fn a_search_decides_what_a_409_or_422_to_the_second_create_means() {
    for refusal in [409, 422] {
        // The first create took effect meanwhile.
        let mut service = with_posts([Fault::late(seconds(10)), Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        ends_as(&ran, EnsureOutcome::Recovered, "n2");
        assert_eq!(service.sms(TO), ["n2"]);

        let mut service = with_posts([Fault::lost_before(), Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log.last().unwrap(), "GET 0");
        ends_unknown(ran);
    }
}

#[test]
fn another_rejection_ends_without_a_search() {
    for refusal in [400, 403, 404, 501] {
        let mut service = with_posts([Fault::instead(status(refusal))]);
        let ran = ensure(&mut service);
        assert_eq!(ran.log, ["GET 0", "POST"]);
        assert_eq!(ran.result.unwrap_err().effect(), Effect::None);
    }
}

#[test]
fn without_time_to_search_the_outcome_is_unknown() {
    let mut service = with_posts([Fault::lost_after()]);
    let ran = service.run(Ensure::new(within(5), create_sms(TO)));
    assert_eq!(ran.log, ["GET 0", "POST"]);
    assert_eq!(
        ran.result.as_ref().unwrap_err().attempts().unwrap().stop_reason,
        Some(StopReason::Deadline)
    );
    ends_unknown(ran);

    let mut service = with_posts([Fault::lost_before()]);
    let ran = service.run(Ensure::new(within(6), create_sms(TO)));
    assert_eq!(ran.log, ["GET 0", "POST", "consistency 5s", "GET 0"]);
    ends_unknown(ran);
}

#[test]
fn a_confirmed_id_survives_a_failed_search() {
    let refused = || Fault::instead(model::answer(403, r#"{"message":"Forbidden"}"#));
    for (second, gets) in [
        (None, vec![None, None, None, refused()]),
        (Fault::hidden(seconds(9)), vec![None, None, None, None, refused()]),
    ] {
        let mut service = with_posts([Fault::lost_before(), second]);
        service.gets.extend(gets);
        let ran = ensure(&mut service);
        let Err(Error::OutcomeUnknown(unknown)) = &ran.result else { panic!("{ran:?}") };
        assert!(service.gets.is_empty() && service.posts.is_empty(), "{:?}", ran.log);
        assert_eq!(unknown.created().unwrap().as_str(), service.sms(TO)[0]);
        let message = format!(
            "the sms contact {TO} was created with id n2; it is unknown whether it exists twice"
        );
        assert!(unknown.to_string().starts_with(&message), "{unknown}");
        assert!(unknown.to_string().contains("(could not list contacts: 403"), "{unknown}");
        ends_unknown(ran);
    }
}

#[test]
fn after_the_deadline_the_cause_is_the_create_and_not_the_search() {
    let at = |seconds| Now { monotonic: Duration::from_secs(seconds), unix: 0 };
    let mut ensure = Ensure::new(session(), create_sms(TO));
    let _ = ensure.step(Event::Start, at(0), 0);
    let none = http::Response::builder().status(200).body(&br#"{"values":[]}"#[..]).unwrap();
    let Action::Send { request, .. } = ensure.step(Event::Answered(none), at(0), 0) else {
        panic!("no creation")
    };
    assert_eq!(request.method(), "POST");
    let lost = TransportError::new(Delivery::Unknown, TransportErrorKind::Closed);
    assert!(matches!(ensure.step(Event::Failed(lost), at(1), 0), Action::Wait(_)));

    let Action::Done(Err(Error::OutcomeUnknown(unknown))) = ensure.step(Event::Waited, at(500), 0)
    else {
        panic!("the deadline has passed")
    };
    assert!(unknown.cause().to_string().contains("create"), "{}", unknown.cause());
    let attempts = unknown.cause().attempts().unwrap();
    assert_eq!((attempts.count, attempts.stop_reason), (1, Some(StopReason::Deadline)));
}

#[test]
fn a_search_waits_as_long_as_the_service_requested() {
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
    ends_unknown(ran);

    let mut service = with_posts([Fault::lost_before(), asks(429, "3600")]);
    let ran = ensure(&mut service);
    assert_eq!(ran.log.last().unwrap(), "POST", "3600 s are too long, and nothing is sent earlier");
    ends_unknown(ran);
}

#[test]
fn every_page_is_searched() {
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
fn credentials_that_expire_during_ensure_are_refreshed() {
    let expired = || Fault::instead(status(401));
    let mut service = with_posts([expired(), Fault::lost_after()]);
    service.gets.extend([None, expired()]);
    let ran = service.run(Ensure::new(renewable(), create_sms(TO)));
    let expected =
        ["GET 0", "POST", "refresh", "POST", "consistency 5s", "GET 0", "refresh", "GET 0"];
    assert_eq!(ran.log, expected);
    ends_as(&ran, EnsureOutcome::Recovered, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

#[test]
fn the_search_uses_the_credentials_that_the_create_refreshed() {
    let mut service = with_posts([Fault::instead(status(401)), Fault::lost_after()]);
    let ran = service.run(Ensure::new(renewable(), create_sms(TO)));
    assert_eq!(ran.log, ["GET 0", "POST", "refresh", "POST", "consistency 5s", "GET 0"]);
    assert_eq!(service.tokens, ["an-old-token", "an-old-token", "a-new-token", "a-new-token"]);
}

#[test]
fn the_receipt_of_ensure_can_be_reconciled() {
    let mut service = with_posts([Fault::lost_after()]);
    let receipt = ends_unknown(service.run(Ensure::new(within(5), create_sms(TO))));
    let Reconciled::Found(contact) =
        service.run(Reconcile::new(session(), receipt)).result.unwrap()
    else {
        panic!("the contact was created")
    };
    assert_eq!(contact.id.as_str(), "n2");
}

#[test]
fn running_ensure_again_finds_the_same_contact() {
    let mut service = with_posts([Fault::lost_after()]);
    ends_unknown(service.run(Ensure::new(within(5), create_sms(TO))));
    ends_as(&ensure(&mut service), EnsureOutcome::AlreadyExisted, "n2");
    assert_eq!(service.sms(TO), ["n2"]);
}

/// Every combination of faults of both creates and of the searches between them.
#[test]
fn a_definite_outcome_is_never_wrong() {
    let posts = || {
        let replies = [status(503), status(429), status(409), model::unsent(), status(401)];
        let without = replies.map(Fault::instead).into_iter().chain([Fault::lost_before()]);
        let with = [None, Fault::lost_after(), Fault::late(seconds(4)), Fault::late(seconds(9))];
        without.chain(with).chain([Fault::besides(status(500)), Fault::besides(model::cut(201))])
    };
    let gets = || {
        [
            None,
            Fault::instead(status(503)),
            Fault::instead(model::answer(403, r#"{"message":"Forbidden"}"#)),
        ]
    };
    let two = || gets().into_iter().flat_map(move |one| gets().map(|other| [one.clone(), other]));
    let looks = || {
        two().flat_map(move |[one, other]| {
            gets().map(|last| [None, one.clone(), other.clone(), last])
        })
    };
    let (mut unknowns, mut confirmed) = (0, 0);
    for (first, second) in
        posts().flat_map(|first| posts().map(move |second| (first.clone(), second)))
    {
        for looks in looks() {
            let mut service = with_posts([first.clone(), second.clone()]);
            service.gets.extend(looks);
            let ran = ensure(&mut service);
            let there = service.sms(TO);
            match &ran.result {
                Ok(ensured) => assert_eq!(there, [ensured.contact.id.as_str()], "{:?}", ran.log),
                Err(Error::Duplicate(_)) => panic!("{there:?}: {:?}", ran.log),
                Err(Error::OutcomeUnknown(unknown)) => {
                    unknowns += 1;
                    if let Some(created) = unknown.created() {
                        confirmed += 1;
                        assert_eq!(there, [created.as_str()], "{:?}", ran.log);
                    }
                }
                Err(error) => assert!(there.is_empty(), "{error:?}: {:?}", ran.log),
            }
            assert!(there.len() <= 1, "{there:?}: {:?}", ran.log);
        }
    }
    assert!(
        confirmed > 0 && unknowns > confirmed,
        "the faults are too weak: {unknowns} unknown outcomes"
    );
}
