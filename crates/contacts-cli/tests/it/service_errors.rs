//! Errors of the service, or of something in its place: exit code, message and hint.

use crate::support;
use crate::support::{HANGS, Home, SECRET, ids};
use contacts_sandbox::{Fault, FaultRule, Plan, Sandbox, Scopes, User, When};
use serde_json::{Value, json};

/// The error of a command line for this user and token.
fn error_of(user: User, token: &str, line: &str) -> Value {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let email = user.email.clone();
    sandbox.with_service(|service| service.add_user(user));
    let token = home.write("token", token);
    let url = sandbox.base_url();
    home.contacts()
        .args(["--base-url", &url, "--email", &email, "--token-file", &token])
        .line(line)
        .fail(3)
}

fn ann() -> User {
    User::new("ann@example.com", SECRET)
}

fn hint(error: &Value) -> &str {
    error["hint"].as_str().unwrap_or_else(|| panic!("no hint: {error}"))
}

/// The members of an error, in their order.
fn members(stderr: &str) -> Vec<&str> {
    let names = ["kind", "message", "status", "code", "requestId", "hint", "retryAfter", "receipt"];
    let mut found: Vec<_> = names
        .into_iter()
        .filter_map(|name| Some((stderr.find(&format!("\"{name}\":"))?, name)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn a_wrong_token_has_a_hint() {
    let error = error_of(ann(), "another-s3cret", "list");
    assert_eq!(
        (&error["kind"], &error["status"], &error["code"]),
        (&json!("unauthorized"), &json!(401), &json!("401"))
    );
    assert!(hint(&error).contains("expired"), "{error}");
}

#[test]
fn an_expired_token_is_reported() {
    let error = error_of(ann().with_expired_token("old-s3cret"), "old-s3cret", "list");
    assert!(
        error["message"].as_str().unwrap().contains("expired") && hint(&error).contains("expired"),
        "{error}"
    );
}

#[test]
fn a_missing_scope_is_named() {
    for (scopes, line, named) in [
        (Scopes::NONE, "list", "read:ops-config:jira-service-management"),
        (Scopes::READ, "create voice 1", "write:ops-config:jira-service-management"),
        (Scopes::READ_WRITE, "delete --yes x", "delete:ops-config:jira-service-management"),
    ] {
        let error = error_of(ann().with_scopes(scopes), SECRET, line);
        assert_eq!(error["status"], 401);
        assert!(hint(&error).contains(named), "{error}");
    }
}

#[test]
fn a_plan_without_operations_is_reported() {
    let error = error_of(ann().on_plan(Plan::WithoutOperations), SECRET, "list");
    assert_eq!(
        (&error["kind"], &error["status"], &error["code"]),
        (&json!("forbidden"), &json!(403), &json!("40301"))
    );
    assert!(hint(&error).contains("Operations") && error["requestId"].is_string(), "{error}");
}

#[test]
fn another_users_contacts_are_for_administrators() {
    let error = error_of(ann(), SECRET, "list --account-id 712020:0a1b");
    assert!(error["status"] == 403 && hint(&error).contains("administrator"), "{error}");
}

#[test]
fn a_missing_contact_is_reported_with_the_request_id() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for line in
        ["get gone", "update gone a@b", "activate gone", "deactivate gone", "delete --yes gone"]
    {
        let error = home.demo(&sandbox, line).fail(4);
        assert_eq!(
            (&error["kind"], &error["status"]),
            (&json!("not_found"), &json!(404)),
            "{line}"
        );
        let id = error["requestId"].as_str().unwrap();
        assert!(error["message"].as_str().unwrap().contains(id), "{error}");
        assert!(hint(&error).contains("list"), "{error}");
    }
}

#[test]
fn a_wrong_base_url_is_not_reported_as_a_missing_contact() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let error = home.at(&format!("{}/jsm/ops/api/other", sandbox.origin())).line("list").fail(1);
    assert!(hint(&error).contains("cloud id"), "{error}");
}

#[test]
fn a_rejected_value_is_reported_with_its_reason() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [_, sms] = ids(&sandbox);
    let error = home.demo(&sandbox, &format!("update {sms} 90-1")).fail(1);
    assert!(error["status"] == 422 && error["code"].is_string(), "{error}");
    assert!(hint(&error).contains("e-mail"), "{error}");
}

#[test]
fn an_error_has_its_members_in_the_documented_order() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let ran = home.demo(&sandbox, "get gone -o json").run().with_code(4);
    assert_eq!(members(&ran.stderr), ["kind", "message", "status", "code", "requestId", "hint"]);
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }));
    let ran = home.demo(&sandbox, "create voice 49-1 -o json").run().with_code(7);
    assert_eq!(members(&ran.stderr), ["kind", "message", "hint", "receipt"]);
    sandbox.disarm();
    let limit = contacts_sandbox::Hint::RetryAfterSeconds;
    sandbox.arm(FaultRule::new(Fault::RateLimit { hint: limit, seconds: 3600, status: 429 }));
    let ran = home.demo(&sandbox, "list -o json").run().with_code(5);
    let known = members(&ran.stderr);
    assert!(
        known.starts_with(&["kind", "message", "status"]) && known.ends_with(&["retryAfter"]),
        "{ran:?}"
    );
}

#[test]
fn the_page_of_a_captive_portal_is_an_error() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Html { when: When::Before }));
    let [id, _] = ids(&sandbox);
    for line in
        [format!("get {id}"), "list".into(), format!("delete --yes {id}"), format!("activate {id}")]
    {
        let error = home.demo(&sandbox, &format!("{line} --attempts 1")).fail(1);
        assert_eq!(
            (&error["kind"], &error["status"]),
            (&json!("invalid_response"), &json!(200)),
            "{line}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("200 OK") && message.contains("Sign in to use this network"),
            "{error}"
        );
        assert!(hint(&error).contains("login page"), "{error}");
    }
    assert_eq!(support::stored(&sandbox).len(), 2);
}

#[test]
fn an_unexpected_response_is_reported_with_its_request_id() {
    let (home, server) = (Home::new(), tiny_http::Server::http("127.0.0.1:0").unwrap());
    let base = format!("http://{}", server.server_addr());
    let answer = std::thread::spawn(move || {
        let header: tiny_http::Header = "atl-traceid: 4bf92f3577b34da6".parse().unwrap();
        let response = tiny_http::Response::from_string(r#"{"id":7}"#).with_header(header);
        let request = server.recv_timeout(HANGS).unwrap().expect("a request");
        request.respond(response).unwrap();
    });
    let error = home.at(&base).line("get a --attempts 1").fail(1);
    answer.join().unwrap();
    assert_eq!(
        (&error["status"], &error["requestId"]),
        (&json!(200), &json!("4bf92f3577b34da6")),
        "{error}"
    );
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains(r#"{"id":7}"#) && message.contains("request id 4bf92f3577b34da6"),
        "{error}"
    );
}

#[test]
fn a_redirect_is_reported_and_never_followed() {
    let (home, sandbox, elsewhere) =
        (Home::new(), Sandbox::start().unwrap(), Sandbox::start().unwrap());
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/v1/users/contacts", elsewhere.base_url());
        sandbox
            .arm(FaultRule::new(Fault::Redirect { status, location, when: When::Before }).times(1));
        let error = home.demo(&sandbox, "list --attempts 1").fail(1);
        assert_eq!(error["status"], status);
        assert!(hint(&error).contains("redirects are not followed"), "{error}");
    }
    assert!(elsewhere.journal().is_empty());
    assert_eq!(sandbox.journal().len(), 5);
}

#[test]
fn control_characters_in_a_response_are_escaped() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let body = Some("{\"errors\":[{\"title\":\"\\u001b[2Jgone\\r\\u202e\"}]}".to_owned());
    sandbox.arm(FaultRule::new(Fault::Status {
        status: 422,
        body,
        content_type: None,
        when: When::Before,
    }));
    let ran = home.demo(&sandbox, "get a").run().with_code(1);
    assert!(ran.stderr.contains("[2Jgone"), "{ran:?}");
    assert!(!ran.stderr.contains(['\u{1b}', '\r', '\u{202e}']), "{ran:?}");
}
