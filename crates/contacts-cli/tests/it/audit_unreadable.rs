//! An audit of users that cannot be read: their rows, the final error, and when it stops early.

use crate::support::{
    Home,
    users::{ordinary, team},
};
use contacts_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::Value;

#[test]
fn a_user_that_cannot_be_read_is_a_row_and_sets_the_exit_code() {
    let (home, sandbox) = (Home::new(), team());
    let ran = home.demo(&sandbox, "audit single gone well -o json").run().with_code(1);
    let users: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&users[1]["reachability"], &users[1]["contacts"]),
        (&"unreadable".into(), &Value::Null)
    );
    assert_eq!(users[1]["findings"][0]["error"]["code"], "USER_NOT_FOUND");
    assert_eq!(
        (&users[0]["reachability"], &users[2]["reachability"]),
        (&"single".into(), &"reachable".into())
    );
    let error = ran.error();
    assert_eq!(
        (&error["kind"], &error["message"]),
        (&"rejected".into(), &"could not read 1 of 3 users".into())
    );

    let busy = Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(busy));
    let ran = home.demo(&sandbox, "audit single well --attempts 1 -o json").run().with_code(5);
    assert_eq!(ran.error()["message"], "could not read 2 of 2 users");
    sandbox.disarm();
    sandbox.arm(Fault::Status { status: 503, body: None, content_type: None, when: When::Before });
    home.demo(&sandbox, "audit single gone --jobs 1 --attempts 1").run().with_code(1);
}

#[test]
fn an_unknown_user_has_a_hint_and_the_summary_only_a_hint_that_all_failures_share() {
    let (home, sandbox) = (Home::new(), team());
    let ran = home.demo(&sandbox, "audit well gone -o json").run().with_code(1);
    let users: Value = serde_json::from_str(&ran.stdout).unwrap();
    for error in [&users[1]["findings"][0]["error"], &ran.error()] {
        assert!(error["hint"].as_str().unwrap().contains("account id"), "{error}");
    }

    let body = Some(r#"{"message":"Forbidden"}"#.into());
    let forbidden = Fault::Status { status: 403, body, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(forbidden).times(1));
    let ran = home.demo(&sandbox, "audit well gone --jobs 1 -o json").run().with_code(1);
    assert_eq!(
        (&ran.error()["message"], &ran.error()["hint"]),
        (&"could not read 2 of 2 users".into(), &Value::Null)
    );
}

#[test]
fn a_user_who_is_not_an_administrator_gets_a_hint() {
    let (home, sandbox) = (Home::new(), team());
    let ran = ordinary(&home, &sandbox, "audit single well").run().with_code(3);
    assert!(ran.stdout.matches("403 Forbidden").count() == 2, "{ran:?}");
    let hint = ran.stderr.split_once("error: could not read 2 of 2 users\nhint: ").unwrap().1;
    assert!(hint.contains("only administrators"), "{ran:?}");
    let ran = ordinary(&home, &sandbox, "audit single -o json").run().with_code(3);
    assert!(ran.error()["hint"].as_str().unwrap().contains("only administrators"), "{ran:?}");

    let many: String = (0..50).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &many);
    let ran = ordinary(&home, &sandbox, &format!("audit --from {file}")).run().with_code(3);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("\nhint: "), "{ran:?}");
    assert!(ran.stderr.contains("only administrators"), "{ran:?}");
}

#[test]
fn an_error_that_all_users_would_share_stops_the_audit_early() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let many: String = (0..1000).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &many);
    let line = format!("audit --from {file} --attempts 1");
    let ran = ordinary(&home, &sandbox, &line).run().with_code(3);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("403 Forbidden"), "{ran:?}");
    let requests = sandbox.journal().len();
    assert!((32..=41).contains(&requests), "{requests}");

    for (status, code, fewest, most) in [(401, 3, 1, 9), (503, 5, 32, 41), (404, 1, 32, 41)] {
        sandbox.disarm();
        sandbox.clear_journal();
        let fault = Fault::Status {
            status,
            body: Some("{}".into()),
            content_type: None,
            when: When::Before,
        };
        sandbox.arm(FaultRule::new(fault));
        let ran = home.demo(&sandbox, &line).run().with_code(code);
        assert!(ran.stdout.is_empty() && ran.stderr.contains(&status.to_string()), "{ran:?}");
        let requests = sandbox.journal().len();
        assert!((fewest..=most).contains(&requests), "{status}: {requests}");
    }
    // Port 1 has no listener. A port that was just released may belong to another test.
    let ran = home.at("http://127.0.0.1:1/jsm/ops/api/cloud").line(&line).run().with_code(5);
    assert!(ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn any_number_of_unknown_users_are_rows() {
    let (home, sandbox) = (Home::new(), team());
    let many: String = (0..50).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &many);
    let ran = home.demo(&sandbox, &format!("audit --from {file} -o ndjson")).run().with_code(1);
    assert_eq!(ran.stdout.lines().count(), 50);
}
