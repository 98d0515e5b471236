//! A change that someone else makes between plan and apply is not counted as made.

use crate::support;
use crate::support::{Home, ids, reached, stored};
use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, When};
use serde_json::json;

/// A sandbox whose first list is outdated: one contact is missing in it, and one no longer exists.
fn meanwhile() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    let [email, _] = ids(&sandbox);
    let enabled = json!({"enabled": true});
    let old = json!({"values": [
        {"id": email, "method": "email", "to": "demo@example.com", "status": enabled},
        {"id": "gone", "method": "mobile", "to": "a phone", "status": enabled},
    ]});
    let fault = Fault::Status {
        status: 200,
        body: Some(old.to_string()),
        content_type: None,
        when: When::Before,
    };
    sandbox.arm(FaultRule::new(fault).on(Operation::List).nth(1));
    sandbox
}

#[test]
fn changes_that_someone_else_made_are_not_counted() {
    let (home, sandbox) = (Home::new(), meanwhile());
    let file = home
        .write("wanted.yaml", "- email: demo@example.com\n- sms: 90-555-555-5555\n- voice: 49-1\n");
    let ran = home.demo(&sandbox, &format!("apply {file} --yes --prune")).run().with_code(0);
    assert_eq!(
        ran.stdout,
        "ok         + sms 90-555-555-5555: already exists\nok         + voice 49-1: created\n\
         ok         - mobile a phone: already deleted\n\n1 of 3 changes made; 1 already existed, 1 already deleted\n"
    );
    assert_eq!(reached(&sandbox).len(), 3);

    let sandbox = meanwhile();
    let file = home.write("there.yaml", "- email: demo@example.com\n- sms: 90-555-555-5555\n");
    let text = home.demo(&sandbox, &format!("apply {file} --yes")).succeed();
    assert!(text.ends_with("\n\n0 of 1 change made; 1 already existed\n"), "{text}");
}

#[cfg(unix)]
#[test]
fn changes_that_someone_else_made_are_not_counted_after_an_interrupt() {
    let (home, sandbox) = (Home::new(), meanwhile());
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }).on(Operation::Create));
    let file = home
        .write("wanted.yaml", "- email: demo@example.com\n- sms: 90-555-555-5555\n- voice: 49-1\n");
    let command = home.demo(&sandbox, &format!("apply {file} --yes -q")).start();
    support::until("the creation", || stored(&sandbox).len() == 3);
    command.interrupt();
    let ran = command.end().with_code(7);
    assert!(ran.stderr.contains("was created; 0 of 2 changes were made before\n"), "{ran:?}");
    let hint =
        "hint: apply the file again to continue; completed changes are not repeated; to check this";
    assert!(ran.stderr.contains(hint), "-q does not hide this hint: {ran:?}");
    sandbox.disarm();
    let again = home.demo(&sandbox, &format!("apply {file} --yes")).succeed();
    assert!(again.starts_with("no changes\n"), "{again}");
}
