//! One command with several ids reports every contact that was changed and every one that was not.

use crate::support;
use crate::support::{Home, asked, ids, stored};
use contacts_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::json;

#[test]
fn several_ids_give_an_array_of_changes() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    for (command, message) in [
        ("deactivate --force", "Deactivated"),
        ("activate", "Activated"),
        ("delete --yes --force", "Deleted"),
    ] {
        let changes = home.demo(&sandbox, &format!("{command} {first} {second} -o json")).json();
        assert_eq!(
            changes,
            json!([{"id": first, "message": message}, {"id": second, "message": message}])
        );
    }
    assert_eq!(stored(&sandbox), []);
}

#[test]
fn a_failure_with_one_id_does_not_stop_the_others() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    let ran = home
        .demo(&sandbox, &format!("delete --yes --force {first} gone {second} -o json"))
        .run()
        .with_code(4);
    let expected =
        json!([{"id": first, "message": "Deleted"}, {"id": second, "message": "Deleted"}]);
    assert_eq!(support::one_line(&ran.stdout), expected);
    let message = ran.error()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("gone: "), "{message}");
    assert_eq!(stored(&sandbox), []);
}

#[test]
fn a_failure_that_every_id_would_share_stops_after_one_request() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    let wrong = home.write("wrong", support::SECRET);
    home.contacts()
        .args([
            "--base-url",
            &sandbox.base_url(),
            "--email",
            "demo@example.com",
            "--token-file",
            &wrong,
        ])
        .line(&format!("delete --yes --force {first} {second}"))
        .run()
        .with_code(3);
    assert_eq!(asked(&sandbox, "DELETE"), 1);
}

#[test]
fn the_error_that_stops_the_command_counts_the_ids_that_were_not_tried() {
    for (arguments, done, message) in [
        ("FIRST SECOND b c", 1, "SECOND (the 2 after it were not tried): "),
        ("FIRST SECOND b", 1, "SECOND (the one after it was not tried): "),
        ("SECOND FIRST", 0, "SECOND (the one after it was not tried): "),
        ("FIRST SECOND", 1, "SECOND: could not deactivate"),
    ] {
        for form in ["table", "json"] {
            let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
            let [first, second] = ids(&sandbox);
            let named = |text: &str| text.replace("FIRST", &first).replace("SECOND", &second);
            // The service is busy from the second contact on.
            let busy =
                Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
            sandbox.arm(FaultRule::new(busy).range(done + 1, 9));
            let line = named(&format!("deactivate --force {arguments} --attempts 1 -o {form}"));
            let ran = home.demo(&sandbox, &line).run().with_code(5);
            let expected = named(message);
            if form == "table" {
                assert!(ran.stderr.starts_with(&format!("error: {expected}")), "{ran:?}");
                continue;
            }
            let message = ran.error()["message"].as_str().unwrap().to_owned();
            assert!(message.starts_with(&expected), "{message}");
            let changes = if done == 0 {
                json!([])
            } else {
                json!([{"id": first, "message": "Deactivated"}])
            };
            assert_eq!(support::one_line(&ran.stdout), changes);
        }
    }
}

#[test]
fn in_a_script_the_last_enabled_contact_needs_force() {
    for command in ["deactivate", "delete --yes"] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let [first, second] = ids(&sandbox);
        let error = home.demo(&sandbox, &format!("{command} {first} {second}")).fail(2);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("no enabled contact would remain"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("--force"), "{error}");
        assert_eq!(support::writes(&sandbox), 0);

        home.demo(&sandbox, &format!("{command} {first}")).succeed();
        home.demo(&sandbox, &format!("{command} {second}")).fail(2);
        // Other contacts need no force, and an unknown id is reported as usual.
        home.demo(&sandbox, &format!("{command} gone")).fail(4);
        home.demo(&sandbox, &format!("{command} {second} --force")).succeed();
    }
}
