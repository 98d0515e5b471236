//! The table of retries, row by row. See `docs/failures.md`.

use crate::model;
use crate::model::{
    Reply, answer, create_sms, cut, failure, id, lost, play, refused_by_proxy, renewable, session,
    status, unsent,
};
use contacts_proto::{
    ActivateContact, DeactivateContact, DeleteContact, Effect, Error, GetContact, Hint,
    ListContacts, Receipt, UpdateContact,
    exchange::{Call, Create, List, ToExchange, Update},
    transport::{Delivery, TransportErrorKind},
};

const CONTACT: &str = r#"{"id":"a","method":"email","to":"ann@example.com"}"#;
const CREATED: &str = r#"{"message":"Created","data":{"id":"a"}}"#;
const NO_SUCH_CONTACT: &str = r#"{"errors":[{"title":"no such contact","code":"404"}]}"#;

fn get() -> Call<GetContact> {
    Call::new(session(), GetContact::new(id("a")))
}

fn delete() -> Call<DeleteContact> {
    Call::new(session(), DeleteContact::new(id("a")))
}

fn update(to: &str) -> Update {
    Update::new(session(), UpdateContact::new(id("a"), to).unwrap())
}

fn create() -> Create {
    Create::new(session(), create_sms("1-555-0100"))
}

/// Certainly no effect, and a retry can help.
fn not_processed() -> Vec<Reply> {
    let failures = [
        TransportErrorKind::Dns,
        TransportErrorKind::Connect,
        TransportErrorKind::Tls,
        TransportErrorKind::Proxy,
        TransportErrorKind::TimedOut,
        TransportErrorKind::Closed,
    ];
    let unsent = failures.map(|cause| failure(Delivery::NotSent, cause));
    let proxy = [502, 503, 504].map(refused_by_proxy);
    unsent.into_iter().chain(proxy).chain([status(429), status(421), cut(429)]).collect()
}

/// An effect is possible.
fn ambiguous() -> Vec<Reply> {
    let statuses = [408, 425, 500, 502, 503, 504, 507, 599, 103, 700];
    let useless = ["<html>Log in</html>", "{", "\u{0}"].map(|body| answer(200, body));
    let failures = [
        TransportErrorKind::Closed,
        TransportErrorKind::TimedOut,
        TransportErrorKind::Malformed,
        TransportErrorKind::TooLarge,
        TransportErrorKind::Tls,
        TransportErrorKind::Other,
    ];
    let mut all: Vec<_> = statuses.map(status).into();
    all.extend(useless);
    all.extend(failures.map(|cause| failure(Delivery::Unknown, cause)));
    all.extend([cut(200), cut(201), cut(503)]);
    all
}

/// Certainly no effect, and a retry fails again.
fn permanent() -> Vec<Reply> {
    let mut all: Vec<_> =
        [400, 403, 404, 405, 409, 410, 413, 415, 422, 501, 505].map(status).into();
    all.push(failure(Delivery::NotSent, TransportErrorKind::Certificate));
    all.push(failure(Delivery::NotSent, TransportErrorKind::Unsupported));
    all.extend([400, 403, 404, 407, 408, 429, 302].map(refused_by_proxy));
    all.push(cut(403));
    all
}

#[test]
fn a_rejected_connect_shows_the_proxys_status_and_a_hint() {
    let proxy_credentials = Some(Hint::ProxyCredentials);
    for (status, hint, temporary) in [
        (407, proxy_credentials, false),
        (403, Some(Hint::ProxyForbids), false),
        (404, None, false),
        (502, None, true),
    ] {
        let replies = if temporary { 4 } else { 1 };
        let ran = play(get(), vec![refused_by_proxy(status); replies]);
        let error = ran.result.unwrap_err();
        assert!(
            error.to_string().contains(&format!("the proxy responded with {status} ")),
            "{error}"
        );
        assert_eq!(
            (error.hint(), error.is_temporary(), error.status()),
            (hint, temporary, None),
            "{error}"
        );
    }
}

#[test]
fn reads_are_retried_after_every_failure_that_can_pass() {
    for reply in not_processed().into_iter().chain(ambiguous()) {
        let ran = play(get(), [reply.clone(), answer(200, CONTACT)]);
        assert_eq!(ran.log, ["GET a", "back off", "GET a"], "{reply:?}");
        assert_eq!(ran.result.unwrap().to, "ann@example.com");
    }
}

#[test]
fn a_page_is_retried_at_the_same_offset() {
    let first =
        r#"{"values":[{"id":"a","method":"sms","to":"1"}],"links":{"next":"?offset=1&size=1"}}"#;
    let last = r#"{"values":[{"id":"b","method":"sms","to":"2"}]}"#;
    let list = List::new(session(), ListContacts::all());
    let ran = play(list, [answer(200, first), lost(), status(429), answer(200, last)]);
    assert_eq!(ran.log, ["GET 0", "GET 1", "back off", "GET 1", "back off", "GET 1"]);
    assert_eq!(ran.result.unwrap().len(), 2);

    let list = List::new(renewable(), ListContacts::all());
    let ran = play(list, [answer(200, first), status(401), answer(200, last)]);
    assert_eq!(ran.log, ["GET 0", "GET 1", "refresh", "GET 1"]);
    assert_eq!(ran.result.unwrap().len(), 2);
}

#[test]
fn activate_and_deactivate_are_retried() {
    for reply in not_processed().into_iter().chain(ambiguous()) {
        let ran =
            play(Call::new(session(), ActivateContact::new(id("a"))), [reply.clone(), status(200)]);
        assert_eq!(ran.log, ["PATCH a/activate", "back off", "PATCH a/activate"], "{reply:?}");
        assert!(ran.result.is_ok());

        let ran = play(Call::new(session(), DeactivateContact::new(id("a"))), [reply, status(200)]);
        assert_eq!(ran.log, ["PATCH a/deactivate", "back off", "PATCH a/deactivate"]);
        assert!(ran.result.is_ok());
    }
}

#[test]
fn nothing_is_retried_after_a_permanent_failure() {
    fn ends<O: ToExchange>(operation: &O, reply: &Reply) {
        let ran = play(operation.exchange(session()), [reply.clone()]);
        assert_eq!(ran.log.len(), 1, "{:?} after {reply:?}", ran.log);
        let error = ran.result.err().unwrap();
        assert_eq!(error.effect(), Effect::None, "{error:?}");
        assert_eq!(error.attempts().unwrap().stop_reason, None);
    }
    for reply in permanent() {
        ends(&ListContacts::all(), &reply);
        ends(&GetContact::new(id("a")), &reply);
        ends(&create_sms("1"), &reply);
        ends(&UpdateContact::new(id("a"), "b@example.com").unwrap(), &reply);
        ends(&DeleteContact::new(id("a")), &reply);
        ends(&ActivateContact::new(id("a")), &reply);
        ends(&DeactivateContact::new(id("a")), &reply);
        ends(&contacts_proto::FindCloudId, &reply);
    }
}

#[test]
fn no_such_contact_confirms_a_retried_delete() {
    for reply in ambiguous() {
        let ran = play(delete(), [reply, answer(404, NO_SUCH_CONTACT)]);
        assert_eq!(ran.log, ["DELETE a", "back off", "DELETE a"]);
        assert!(ran.result.is_ok(), "{:?}", ran.result);
    }
}

#[test]
fn a_404_of_a_user_or_a_site_and_every_410_confirm_no_delete() {
    for (gone, body) in [
        (410, NO_SUCH_CONTACT),
        (
            410,
            r#"{"errorMessages":["The requested API has been removed. Use another."],"errors":{}}"#,
        ),
        (404, r#"{"code":404,"message":"Tenant not found"}"#),
        (
            404,
            r#"{"errors":[{"title":"Tenant not found, contact your administrator","code":"X"}]}"#,
        ),
        (404, r#"{"errors":[{"title":"User not found","code":"USER_NOT_FOUND"}]}"#),
        (404, r#"{"message":"no Route matched with those values"}"#),
        (404, r#"{"code":404,"message":"Not Found"}"#),
        (404, "{}"),
    ] {
        let error = play(delete(), [lost(), answer(gone, body)]).result.unwrap_err();
        assert_eq!(error.effect(), Effect::Possible, "{body}");
        assert!(!error.is_no_such_contact(), "{body}");
    }
    for body in [
        NO_SUCH_CONTACT,
        r#"{"errors":[{"title":"Not found"}]}"#,
        r#"{"message":"User contact not found"}"#,
    ] {
        assert!(play(delete(), [lost(), answer(404, body)]).result.is_ok(), "{body}");
    }
}

#[test]
fn no_such_contact_as_a_first_response_is_an_error() {
    let error = play(delete(), [answer(404, NO_SUCH_CONTACT)]).result.unwrap_err();
    assert!(error.is_no_such_contact());
    assert_eq!(error.hint(), Some(Hint::NoSuchContact));

    for reply in not_processed() {
        let ran = play(delete(), [reply, answer(404, NO_SUCH_CONTACT)]);
        let error = ran.result.unwrap_err();
        assert!(error.is_no_such_contact(), "the first request deleted nothing");
        assert_eq!(error.effect(), Effect::None);
    }
}

#[test]
fn an_unknown_path_confirms_no_delete() {
    let unknown_path = r#"{"timestamp":"2026-11-24","status":404,"error":"Not Found","path":"/x"}"#;
    let error = play(delete(), [lost(), answer(404, unknown_path)]).result.unwrap_err();
    assert_eq!(error.hint(), Some(Hint::WrongSite));
    assert_eq!(error.effect(), Effect::Possible);
}

#[test]
fn a_404_or_410_that_is_not_from_the_service_confirms_no_delete() {
    let bodies = ["<html>404 Not Found", "default backend - 404", "", "[]", "\"gone\""];
    for (gone, body) in [404, 410].into_iter().flat_map(|gone| bodies.map(|body| (gone, body))) {
        let error = play(delete(), [lost(), answer(gone, body)]).result.unwrap_err();
        let hint = error.hint();
        assert!(body.is_empty() || hint == Some(Hint::NotTheService), "{gone} {body}: {hint:?}");
        assert_eq!(error.effect(), Effect::Possible);
        assert!(!error.is_no_such_contact());
    }
}

#[test]
fn an_update_that_may_have_taken_effect_is_checked_first() {
    for reply in ambiguous() {
        let ran = play(update("ann@example.com"), [reply.clone(), answer(200, CONTACT)]);
        assert_eq!(ran.log, ["PATCH a", "back off", "GET a"], "{reply:?}");
        assert_eq!(ran.result.unwrap().id, id("a"));
    }
    let ran = play(update("ann@EXAMPLE.com"), [lost(), answer(200, CONTACT)]);
    assert!(ran.result.is_ok(), "case is ignored in a domain");
}

#[test]
fn an_update_that_took_no_effect_is_retried_after_the_check() {
    let ran = play(update("new@example.com"), [lost(), answer(200, CONTACT), status(200)]);
    assert_eq!(ran.log, ["PATCH a", "back off", "GET a", "PATCH a"]);
    assert!(ran.result.is_ok());

    let again = [lost(), answer(200, CONTACT), lost(), answer(200, CONTACT), status(422)];
    let ran = play(update("new@example.com"), again);
    assert_eq!(
        ran.log,
        ["PATCH a", "back off", "GET a", "PATCH a", "back off", "GET a", "PATCH a"]
    );
    let error = ran.result.unwrap_err();
    assert_eq!(error.effect(), Effect::Possible, "the first two may still take effect");
}

#[test]
fn a_failed_check_is_retried_and_no_update_is_sent_without_it() {
    for reply in not_processed().into_iter().chain(ambiguous()) {
        let ran = play(update("ann@example.com"), [lost(), reply.clone(), answer(200, CONTACT)]);
        assert_eq!(ran.log, ["PATCH a", "back off", "GET a", "back off", "GET a"], "{reply:?}");
        assert!(ran.result.is_ok());
    }
    let ran = play(update("new@example.com"), [lost(), status(503), status(503), status(503)]);
    assert_eq!(ran.log.iter().filter(|what| *what == "PATCH a").count(), 1);
    assert_eq!(ran.result.unwrap_err().effect(), Effect::Possible);

    let error =
        play(update("new@example.com"), [lost(), answer(404, NO_SUCH_CONTACT)]).result.unwrap_err();
    assert!(error.is_no_such_contact());
    assert_eq!(error.effect(), Effect::Possible);
}

#[test]
fn an_update_that_was_not_processed_is_retried_without_a_check() {
    for reply in not_processed() {
        let ran = play(update("new@example.com"), [reply.clone(), status(200)]);
        assert_eq!(ran.log, ["PATCH a", "back off", "PATCH a"], "{reply:?}");
        assert!(ran.result.is_ok());
    }
}

#[test]
fn an_ambiguous_create_is_never_retried_and_leaves_a_receipt() {
    for reply in ambiguous() {
        let ran = play(create(), [reply.clone()]);
        assert_eq!(ran.log, ["POST"], "{reply:?}");
        let error = ran.result.unwrap_err();
        let is_page = error.body().is_some_and(|body| body.starts_with(b"<"));
        let hint = if is_page { Hint::NotTheService } else { Hint::Reconcile };
        assert_eq!((error.effect(), error.hint()), (Effect::Possible, Some(hint)));
        let Error::OutcomeUnknown(unknown) = error else { panic!("{error:?} after {reply:?}") };
        let receipt = unknown.receipt();
        assert_eq!((receipt.method().as_str(), receipt.to()), ("sms", "1-555-0100"));
        assert_eq!((receipt.seen(), receipt.unix_time()), (None, model::UNIX));
        assert_eq!(&receipt.to_string().parse::<Receipt>().unwrap(), receipt);
    }
}

#[test]
fn a_redirect_is_never_retried_and_only_some_leave_the_outcome_unknown() {
    for code in [300, 301, 302, 303, 304, 305, 306, 307, 308, 399] {
        let is_made_elsewhere = matches!(code, 301 | 302 | 307 | 308);
        let effect = if is_made_elsewhere { Effect::None } else { Effect::Possible };
        for reply in [status(code), cut(code)] {
            let ran = play(get(), [reply.clone()]);
            assert_eq!(
                (ran.log.len(), ran.result.unwrap_err().effect()),
                (1, Effect::None),
                "{code}"
            );
            let ran = play(delete(), [reply.clone()]);
            assert_eq!((ran.log.len(), ran.result.unwrap_err().effect()), (1, effect), "{code}");
            let ran = play(update("new@example.com"), [reply.clone()]);
            assert_eq!((ran.log.len(), ran.result.unwrap_err().effect()), (1, effect), "{code}");
            let ran = play(create(), [reply]);
            let error = ran.result.unwrap_err();
            assert_eq!((ran.log.len(), error.effect()), (1, effect), "{code}");
            assert_eq!(error.is_outcome_unknown(), !is_made_elsewhere, "{code}");
            let is_redirect = matches!(code, 300..=303 | 305 | 307 | 308);
            let hint = if is_redirect { Hint::Redirected } else { Hint::NotTheService };
            assert_eq!(error.hint(), Some(hint), "{code}");
        }
    }
}

#[test]
fn a_401_for_a_missing_scope_causes_no_refresh() {
    let scope = || answer(401, r#"{"code":401,"message":"Unauthorized; scope does not match"}"#);
    let ran = play(Call::new(renewable(), GetContact::new(id("a"))), [scope()]);
    assert_eq!(ran.log, ["GET a"]);
    assert!(matches!(ran.result.unwrap_err().hint(), Some(Hint::MissingScope(_))));
}

#[test]
fn a_create_that_was_not_processed_is_retried() {
    for reply in not_processed() {
        let ran =
            play(create(), [reply.clone(), reply.clone(), reply.clone(), answer(201, CREATED)]);
        assert_eq!(
            ran.log,
            ["POST", "back off", "POST", "back off", "POST", "back off", "POST"],
            "{reply:?}"
        );
        assert_eq!(ran.result.unwrap().id, id("a"));

        let error = play(create(), [reply.clone(), reply.clone(), reply.clone(), reply])
            .result
            .unwrap_err();
        assert!(!error.is_outcome_unknown());
        assert_eq!(error.effect(), Effect::None);
    }
    let error = play(create(), [unsent(), lost()]).result.unwrap_err();
    assert!(error.is_outcome_unknown(), "the second one may have arrived");
    assert_eq!(error.attempts().unwrap().count, 2);
}

#[test]
fn a_create_with_expired_credentials_is_sent_again_after_a_refresh() {
    let create = || Create::new(renewable(), create_sms("1-555-0100"));
    let ran = play(create(), [status(401), answer(201, CREATED)]);
    assert_eq!(ran.log, ["POST", "refresh", "POST"]);
    assert!(ran.result.is_ok());

    let error = play(create(), [status(401), status(503)]).result.unwrap_err();
    assert!(error.is_outcome_unknown());
}
