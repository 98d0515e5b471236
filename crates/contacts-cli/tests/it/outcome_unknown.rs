//! A lost response loses and duplicates nothing, and an unknown outcome is reported.

use crate::support;
use crate::support::{Home, asked, stored};
use contacts_sandbox::{Fault, FaultRule, OAuthAtDirectBase, Operation, Sandbox, User, When};
use serde_json::Value;

const LOST: Fault = Fault::Reset { when: When::After };

fn unavailable(when: When) -> Fault {
    Fault::Status { status: 503, body: None, content_type: None, when }
}

/// A sandbox with this fault for every create.
fn creating(fault: Fault) -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(fault).on(Operation::Create));
    sandbox
}

fn voices(sandbox: &Sandbox) -> Vec<String> {
    let voices = stored(sandbox).into_iter().filter(|contact| contact.method.is_phone());
    voices.filter(|contact| contact.to == "49-1").map(|contact| contact.id).collect()
}

/// The receipt of an error. Asserts that it is one word, and that the hint names it.
fn receipt(error: &Value) -> String {
    assert_eq!(error["kind"], "outcome_unknown", "{error}");
    let receipt =
        error["receipt"].as_str().unwrap_or_else(|| panic!("no receipt: {error}")).to_owned();
    assert!(
        receipt.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
        "{receipt}"
    );
    assert!(error["hint"].as_str().unwrap().ends_with(" reconcile RECEIPT"), "{error}");
    receipt
}

#[test]
fn a_create_without_a_response_is_sent_once_and_its_receipt_finds_the_id() {
    for fault in [
        LOST,
        Fault::CutBody { at: 5, end: contacts_sandbox::End::Close },
        unavailable(When::After),
    ] {
        let (home, sandbox) = (Home::new(), creating(fault));
        let receipt = receipt(&home.demo(&sandbox, "create voice 49-1").fail(7));
        let [id] = voices(&sandbox).try_into().expect("one contact");
        assert_eq!(asked(&sandbox, "POST"), 1);
        let resolved = home.demo(&sandbox, &format!("reconcile {receipt} -o json")).succeed();
        assert_eq!(resolved, format!("{{\"id\":\"{id}\",\"message\":\"Created\"}}\n"));
        assert_eq!((asked(&sandbox, "POST"), voices(&sandbox).len()), (1, 1));
    }
}

#[test]
fn an_unknown_outcome_prints_hint_and_receipt_once_even_with_quiet() {
    let (home, sandbox) = (Home::new(), creating(LOST));
    for flag in ["--color=auto", "--quiet"] {
        let ran = home.demo(&sandbox, "create voice 49-1").args([flag]).run().with_code(7);
        assert_eq!(ran.stdout, "");
        let receipt = ran.stderr.lines().find_map(|line| line.strip_prefix("receipt: ")).unwrap();
        assert_eq!(ran.stderr.matches(receipt).count(), 1, "{ran:?}");
        assert!(
            ran.stderr
                .contains("\nhint: do not create the contact again before you run: contacts "),
            "{ran:?}"
        );
    }
}

#[test]
fn a_create_with_a_503_is_never_repeated_and_reconcile_finds_no_contact() {
    let (home, sandbox) = (Home::new(), creating(unavailable(When::Before)));
    let error = home.demo(&sandbox, "create voice 49-1").fail(7);
    assert_eq!((asked(&sandbox, "POST"), &error["status"]), (1, &503.into()));
    // `reconcile` waits until the contact had time to appear.
    let ran =
        home.demo(&sandbox, &format!("reconcile {} -o json", receipt(&error))).run().with_code(4);
    assert_eq!((&*ran.stdout, &ran.error()["kind"]), ("", &"not_found".into()));
    assert!(ran.error()["message"].as_str().unwrap().contains("49-1 was not created"), "{ran:?}");
    assert!(ran.error()["hint"].as_str().unwrap().contains("safe to create it again"), "{ran:?}");
    assert!(ran.took.as_secs() >= 5, "{ran:?}");
    assert_eq!((asked(&sandbox, "POST"), asked(&sandbox, "GET")), (1, 2));
}

#[test]
fn create_ensure_creates_one_contact_even_if_the_response_is_lost() {
    let (home, sandbox) = (Home::new(), creating(LOST));
    let created = home.demo(&sandbox, "create --ensure voice 49-1 -o json").json();
    assert_eq!(
        (&created["message"], voices(&sandbox)),
        (&"Created".into(), vec![created["id"].as_str().unwrap().to_owned()])
    );
    assert_eq!(asked(&sandbox, "POST"), 1);
}

#[test]
fn a_create_that_was_certainly_not_processed_prints_no_receipt() {
    let error = Home::new().at("http://127.0.0.1:1").line("create voice 49-1 --attempts 2").fail(5);
    assert_eq!(
        (&error["kind"], &error["receipt"]),
        (&"unavailable".into(), &Value::Null),
        "{error}"
    );
    assert!(error["message"].as_str().unwrap().contains("2 attempts"), "{error}");
}

#[test]
fn an_update_without_a_response_is_checked_with_get() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(LOST);
    let [id, _] = support::ids(&sandbox);
    home.demo(&sandbox, &format!("update {id} ann@example.org")).succeed();
    assert_eq!(stored(&sandbox)[0].to, "ann@example.org");
    let methods: Vec<_> = sandbox.journal().into_iter().map(|recorded| recorded.method).collect();
    assert_eq!(methods, ["PATCH", "GET"]);
}

#[test]
fn a_delete_without_a_response_is_repeated_and_succeeds() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(LOST);
    let [id, _] = support::ids(&sandbox);
    home.demo(&sandbox, &format!("delete --yes --force {id}")).succeed();
    assert_eq!((stored(&sandbox).len(), asked(&sandbox, "DELETE")), (1, 2));
}

#[test]
fn a_receipt_is_rejected_for_another_user() {
    let (home, sandbox) = (Home::new(), creating(LOST));
    let ben = User::new("ben@example.com", "bens-token").with_oauth_token("bens-oauth-token");
    sandbox.with_service(|service| {
        service.behaviour_mut().oauth_at_direct_base = OAuthAtDirectBase::Accepted;
        service.add_user(ben)
    });
    let receipt = receipt(&home.demo(&sandbox, "create voice 49-1").fail(7));
    let token = home.write("bens", "bens-token");
    let as_ben =
        ["--base-url", &sandbox.base_url(), "--email", "ben@example.com", "--token-file", &token];
    let error = home.contacts().line(&format!("reconcile {receipt}")).args(as_ben).fail(2);
    assert!(error["message"].as_str().unwrap().contains("is of demo@example.com"), "{error}");

    // An OAuth token does not name its user: it is rejected for a receipt with a user, and accepted
    // with a warning for one without.
    let token = home.write("bens", "bens-oauth-token");
    let oauth = ["--base-url", &sandbox.base_url(), "--oauth", "--token-file", &token];
    let error = home.contacts().line(&format!("reconcile {receipt}")).args(oauth).fail(2);
    assert!(error["message"].as_str().unwrap().contains("OAuth token"), "{error}");
    assert_eq!((asked(&sandbox, "GET"), voices(&sandbox).len()), (0, 1));

    sandbox.disarm();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::Before }).on(Operation::Create));
    let receipt = self::receipt(&home.contacts().line("create voice 49-2").args(oauth).fail(7));
    let error = home.contacts().line(&format!("reconcile {receipt}")).args(oauth).fail(4);
    assert!(
        error["hint"].as_str().unwrap().contains("check that this token belongs to the user"),
        "{error}"
    );
}

#[test]
fn the_404_of_a_proxy_does_not_mean_a_missing_contact() {
    let (home, sandbox) = (Home::new(), creating(LOST));
    let receipt = receipt(&home.demo(&sandbox, "create voice 49-1").fail(7));
    sandbox.disarm();
    let not_found = |body: &str| {
        let (body, content_type) = (Some(body.into()), Some("text/plain".into()));
        FaultRule::new(Fault::Status { status: 404, body, content_type, when: When::Before })
    };
    let [id, _, _] = stored(&sandbox).try_into().expect("three contacts");
    for body in ["<html>not here</html>", "default backend - 404", ""] {
        sandbox.arm(not_found(body));
        for line in [
            format!("reconcile {receipt}"),
            format!("get {}", id.id),
            format!("delete --yes --force {}", id.id),
        ] {
            let ran = home.demo(&sandbox, &line).run().with_code(1);
            assert!(!ran.stderr.contains("safe to create"), "{line}: {ran:?}");
        }
        sandbox.disarm();
    }
    assert_eq!(stored(&sandbox).len(), 3);
    home.demo(&sandbox, &format!("reconcile {receipt}")).succeed();
}

#[test]
fn a_delete_answered_by_a_proxy_is_an_error() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [id, _] = support::ids(&sandbox);
    let status = |status: u16, body: &str| Fault::Status {
        status,
        body: Some(body.into()),
        content_type: None,
        when: When::Before,
    };
    sandbox.arm(FaultRule::new(status(502, "")).nth(1));
    sandbox.arm(FaultRule::new(status(404, "default backend - 404")).nth(2));
    let error = home.demo(&sandbox, &format!("delete --yes --force {id}")).fail(1);
    assert_eq!(
        (&error["kind"], stored(&sandbox).len()),
        (&"invalid_response".into(), 2),
        "{error}"
    );
}
