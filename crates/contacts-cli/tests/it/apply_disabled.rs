//! A contact that the file wants disabled: if it is created but cannot be disabled, `apply` reports
//! its id, and the next run disables it.

use crate::support::{Home, ids, one_line, reached, stored};
use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, When};
use serde_json::{Value, json};

const WANTED: &str = "- email: demo@example.com\n- email: new@example.com\n  enabled: false\n";

fn answers(status: u16) -> Fault {
    let body = Some(r#"{"errors":[{"title":"no"}]}"#.into());
    Fault::Status { status, body, content_type: None, when: When::Before }
}

/// A sandbox where this operation always fails with this status.
fn sandbox(operation: Operation, status: u16) -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(answers(status)).on(operation));
    sandbox
}

/// Checks whether the created contact is enabled, and returns its id.
#[track_caller]
fn created(sandbox: &Sandbox, to: &str, enabled: bool) -> String {
    let contact = stored(sandbox).into_iter().find(|contact| contact.to == to).unwrap();
    assert_eq!(contact.enabled, enabled);
    contact.id
}

#[test]
fn the_table_and_the_error_have_the_id_the_cause_and_a_hint() {
    let home = Home::new();
    let file = home.write("wanted.yaml", WANTED);
    let sandbox = sandbox(Operation::Deactivate, 422);
    let ran = home.demo(&sandbox, &format!("apply {file} --yes")).run().with_code(1);
    let id = created(&sandbox, "new@example.com", true);
    let line = format!(
        "+ email new@example.com (disabled): created with the id {id}, but may still be enabled"
    );
    assert_eq!(ran.stdout, format!("FAILED     {line}\n\n0 of 1 change made; 1 failed\n"));
    let (_, error) = ran.stderr.split_once("error: ").unwrap();
    assert!(error.starts_with(&format!("{line}: could not deactivate the contact: ")), "{ran:?}");
    assert!(
        error.contains("422") && error.contains("\nhint: apply the file again to disable it\n"),
        "{ran:?}"
    );

    sandbox.disarm();
    let ran = home.demo(&sandbox, &format!("apply {file} --yes -q")).run().with_code(0);
    assert_eq!(
        ran.stdout,
        "ok         ~ email new@example.com (deactivate): changed\n\n1 change made\n"
    );
    assert_eq!(created(&sandbox, "new@example.com", false), id);
}

#[test]
fn json_has_the_id_and_the_exit_code_is_that_of_the_failed_request() {
    let home = Home::new();
    let file = home.write("wanted.yaml", WANTED);
    let cases = [(422, 1, "rejected"), (403, 3, "forbidden"), (503, 5, "unavailable")];
    for ((status, code, kind), operation) in cases
        .into_iter()
        .flat_map(|case| [Operation::Get, Operation::Deactivate].map(|on| (case, on)))
    {
        let sandbox = sandbox(operation, status);
        let line = format!("apply {file} --yes -q --attempts 1 -o json");
        let ran = home.demo(&sandbox, &line).run().with_code(code);
        let id = created(&sandbox, "new@example.com", true);
        let error = ran.error();
        assert_eq!((&error["kind"], &error["status"]), (&json!(kind), &json!(status)), "{ran:?}");
        let change = &one_line(&ran.stdout)["changes"][0];
        let named = ["action", "to", "enabled", "id", "outcome"].map(|name| change[name].clone());
        assert_eq!(
            Value::from(named.to_vec()),
            json!(["create", "new@example.com", false, id, "failed"])
        );
        let (message, whole) =
            (change["message"].as_str().unwrap(), error["message"].as_str().unwrap());
        assert!(
            message.starts_with(&format!("created with the id {id}, but may still be enabled: ")),
            "{change}"
        );
        assert_eq!(whole, format!("+ email new@example.com (disabled): {message}"));
    }
}

#[test]
fn the_contact_that_it_replaces_is_deleted() {
    let home = Home::new();
    let sandbox = sandbox(Operation::Get, 422);
    let [_, sms] = ids(&sandbox);
    let text = format!("- email: demo@example.com\n- sms: 90-2\n  id: {sms}\n  enabled: false\n");
    let file = home.write("wanted.yaml", &text);
    let ran = home.demo(&sandbox, &format!("apply {file} --yes -q -o ndjson")).run().with_code(1);
    let id = created(&sandbox, "90-2", false);
    let lines: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcome = |line: &Value| json!([line["action"], line["id"], line["outcome"]]);
    let outcomes: Vec<_> = lines.iter().take(2).map(outcome).collect();
    assert_eq!(outcomes, [json!(["create", id, "failed"]), json!(["delete", sms, "done"])]);
    assert_eq!(reached(&sandbox), ["email demo@example.com", "sms 90-2"]);
}
