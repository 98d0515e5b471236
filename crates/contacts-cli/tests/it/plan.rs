//! `plan` shows the changes and makes none. Its exit code can tell whether changes are pending.

use crate::support;
use crate::support::{Home, add, ids, writes};
use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, When};
use serde_json::{Value, json};

/// A sandbox, and a file that causes every kind of change.
fn story(home: &Home) -> (Sandbox, String, [String; 3]) {
    let sandbox = Sandbox::start().unwrap();
    let [email, sms] = ids(&sandbox);
    let voice = add(&sandbox, "voice", "49-1", true);
    let text = format!(
        "- email: demo@example.org  # has moved\n  id: {email}\n- sms: 90-555-555-5556\n  id: {sms}\n- email: night@example.com\n  enabled: false\n"
    );
    (sandbox, home.write("wanted.yaml", &text), [email, sms, voice])
}

fn has_warning(plan: &Value, warning: &str) -> bool {
    plan["warnings"].as_array().unwrap().iter().any(|it| it["warning"] == warning)
}

#[test]
fn the_table_is_a_diff_with_a_summary_and_warnings() {
    let home = Home::new();
    let (sandbox, file, [_, sms, _]) = story(&home);
    let ran = home.demo(&sandbox, &format!("plan {file}")).run().with_code(0);
    assert_eq!(
        ran.stdout,
        format!(
            "+ sms 90-555-555-5556 (replaces {sms})\n\
             + email night@example.com (disabled)\n\
             ~ email demo@example.com -> demo@example.org\n\
             - sms 90-555-555-5555 (replaced)\n  \
               voice 49-1 (not in the file; kept unless you add --prune)\n\
             \n\
             4 changes: 2 to create, 1 to change, 1 to delete\n\
             warning: the sms contact 90-555-555-5556 receives no notifications until its owner verifies it with the code that the service sends\n\
             warning: the 2 new contacts add one notification rule each\n"
        )
    );
    assert_eq!(ran.stderr, "");
    let pruned = home.demo(&sandbox, &format!("plan --prune {file}")).succeed();
    assert!(pruned.contains("\n- voice 49-1\n") && !pruned.contains("not in the file"), "{pruned}");
    assert!(pruned.contains("\n5 changes: 2 to create, 1 to change, 2 to delete\n"), "{pruned}");
    assert_eq!(writes(&sandbox), 0);
}

#[test]
fn the_diff_has_colors_with_color_always() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    let text = home.demo(&sandbox, &format!("plan {file} --color always")).succeed();
    for line in [
        "\u{1b}[32m+ email night",
        "\u{1b}[33m~ email demo",
        "\u{1b}[31m- sms",
        "\u{1b}[2m  voice 49-1",
    ] {
        assert!(text.contains(line), "{line:?}: {text:?}");
    }
}

#[test]
fn a_plan_is_printed_as_json_ndjson_and_csv() {
    let home = Home::new();
    let (sandbox, file, [email, sms, voice]) = story(&home);
    let changes = [
        json!({"action": "create", "method": "sms", "to": "90-555-555-5556", "enabled": true, "replaces": sms}),
        json!({"action": "create", "method": "email", "to": "night@example.com", "enabled": false}),
        json!({"action": "update", "id": email, "method": "email", "from": "demo@example.com", "to": "demo@example.org"}),
        json!({"action": "delete", "id": sms, "method": "sms", "to": "90-555-555-5555", "replaced": true}),
    ];
    let warnings = [
        json!({"warning": "verify", "method": "sms", "to": "90-555-555-5556", "message":
            "the sms contact 90-555-555-5556 receives no notifications until its owner verifies it with the code that the service sends"}),
        json!({"warning": "new-rules", "contacts": 2, "message":
            "the 2 new contacts add one notification rule each"}),
    ];
    let unmanaged = json!({"id": voice, "method": "voice", "to": "49-1", "status": {"enabled": true}, "applyOrder": 2});

    let plan = home.demo(&sandbox, &format!("plan {file} -o json")).json();
    assert_eq!(plan, json!({"changes": changes, "warnings": warnings, "unmanaged": [unmanaged]}));

    let lines = home.demo(&sandbox, &format!("plan {file} -o ndjson")).succeed();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected = [&changes[..], &warnings, &[json!({"unmanaged": unmanaged})]].concat();
    assert_eq!(lines, expected);

    let ran = home.demo(&sandbox, &format!("plan {file} -o csv")).run().with_code(0);
    assert_eq!(
        ran.stdout,
        format!(
            "action,id,method,to,enabled,from,replaces\n\
             create,,sms,90-555-555-5556,true,,{sms}\n\
             create,,email,night@example.com,false,,\n\
             update,{email},email,demo@example.org,,demo@example.com,\n\
             delete,{sms},sms,90-555-555-5555,,,\n"
        )
    );
    assert_eq!(
        ran.stderr.matches("warning: ").count(),
        2,
        "CSV has no place for warnings: {ran:?}"
    );
    let ran = home.demo(&sandbox, &format!("plan {file} -o csv -q")).run().with_code(0);
    assert_eq!(ran.stderr, "");
}

#[test]
fn with_exit_code_pending_changes_exit_with_6() {
    let home = Home::new();
    let (sandbox, file, _) = story(&home);
    for form in ["table", "json", "ndjson", "csv"] {
        let pending =
            home.demo(&sandbox, &format!("plan {file} --exit-code -o {form}")).run().with_code(6);
        let same = home.demo(&sandbox, &format!("plan {file} -o {form}")).run().with_code(0);
        assert_eq!(pending.stdout, same.stdout, "only the exit code differs");
        assert_eq!(pending.stderr, same.stderr);
    }
    let current = "[{email: demo@example.com}, {sms: +90 (555) 5555555}, {voice: 49-1}]";
    let plan = home.demo(&sandbox, "plan - --exit-code").stdin(current).run().with_code(0);
    assert_eq!(plan.stdout, "no changes\n");
}

#[test]
fn rejected_credentials_exit_with_3_and_no_connection_with_5() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("wanted.yaml", "- email: a@example.com");
    let wrong = home.write("wrong", support::SECRET);
    for command in ["plan --exit-code", "apply --yes", "apply --dry-run", "export --force"] {
        let command: Vec<_> = command.split(' ').chain([&*file]).collect();
        let at = |url: &str| {
            home.contacts().args([
                "--base-url",
                url,
                "--email",
                "demo@example.com",
                "--token-file",
                &wrong,
            ])
        };
        at(&sandbox.base_url()).args(&command).fail(3);
        // Port 1 has no listener. A port that was just released may belong to another test.
        at("http://127.0.0.1:1").args(&command).args(["--attempts", "1"]).fail(5);
    }
}

#[test]
fn a_plan_without_an_enabled_contact_needs_force() {
    let home = Home::new();
    let (sandbox, _, _) = story(&home);
    let file = home.write("none.yaml", "- sms: 49-2");
    for command in ["plan", "apply --yes"] {
        let error = home.demo(&sandbox, &format!("{command} {file} --prune")).fail(2);
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("none.yaml: the plan may leave no enabled contact"),
            "{error}"
        );
        assert!(error["hint"].as_str().unwrap().contains("--force"), "{error}");
    }
    assert_eq!(writes(&sandbox), 0);
    let forced = home.demo(&sandbox, &format!("plan {file} --prune --force -o json")).json();
    assert!(has_warning(&forced, "none-enabled"), "{forced}");
}

#[test]
fn a_contact_without_a_status_counts_neither_as_enabled_nor_as_disabled() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let contact = |id| json!({"id": id, "method": "email", "to": format!("{id}@example.com")});
    let body = Some(json!({"values": [contact("a"), contact("b")]}).to_string());
    let without_status =
        Fault::Status { status: 200, body, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(without_status).on(Operation::List));
    let plan =
        |options: &str, file: &str| home.demo(&sandbox, &format!("plan - {options}")).stdin(file);

    let error = plan("--prune", "[]").fail(2);
    assert!(error["message"].as_str().unwrap().contains("no enabled contact"), "{error}");
    let text = plan("--prune", "[{email: a@example.com}]").succeed();
    assert!(text.starts_with("- email b@example.com\n"), "{text}");
    assert_eq!(text.matches("warning: ").count(), 1, "{text}");
    let json = plan("--prune -o json", "[{email: a@example.com}]").json();
    assert!(has_warning(&json, "none-known-enabled"), "{json}");
    let json =
        plan("-o json", "[{email: a@example.com, enabled: false}, {email: b@example.com}]").json();
    assert_eq!(json["changes"], json!([]));
    let warning = &json["warnings"][0];
    assert_eq!(
        (&warning["warning"], &warning["id"]),
        (&json!("may-be-enabled"), &json!("a")),
        "{json}"
    );
}

#[test]
fn a_third_contact_of_a_kind_causes_a_warning() {
    let home = Home::new();
    let (sandbox, _, _) = story(&home);
    let text = "[{sms: 90-555-555-5555}, {sms: 1-1}, {sms: 1-2}, {email: demo@example.com}]";
    let plan = home.demo(&sandbox, "plan - -o json").stdin(text).json();
    let warning =
        plan["warnings"].as_array().unwrap().iter().find(|it| it["warning"] == "too-many");
    let warning = warning.unwrap_or_else(|| panic!("{plan}"));
    assert_eq!((&warning["method"], &warning["contacts"]), (&json!("sms"), &json!(3)), "{plan}");
}
