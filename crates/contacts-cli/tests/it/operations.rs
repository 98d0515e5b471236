//! The result and the output of each operation.

use crate::support;
use crate::support::{Home, asked, ids, stored};
use contacts_sandbox::{Sandbox, User};
use serde_json::{Value, json};

const LIST: &str = "/v1/users/contacts";

fn listed(sandbox: &Sandbox) -> Value {
    let [first, second] = ids(sandbox);
    json!([
        {"id": first, "method": "email", "to": "demo@example.com", "status": {"enabled": true}, "applyOrder": 0},
        {"id": second, "method": "sms", "to": "90-555-555-5555", "status": {"enabled": true}, "applyOrder": 1},
    ])
}

#[test]
fn list_prints_a_json_array_as_the_service_returns_it() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, _] = ids(&sandbox);
    let text = home.demo(&sandbox, "list -o json").succeed();
    let beginning = format!(
        r#"[{{"id":"{first}","method":"email","to":"demo@example.com","status":{{"enabled":true}},"applyOrder":0}},{{"#
    );
    assert!(text.starts_with(&beginning), "{text}");
    assert_eq!(support::one_line(&text), listed(&sandbox));
}

#[test]
fn list_prints_ndjson_csv_or_a_table() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);

    let text = home.demo(&sandbox, "list -o ndjson").succeed();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::Array(lines), listed(&sandbox));

    assert_eq!(
        home.demo(&sandbox, "list -o csv").succeed(),
        format!(
            "id,method,to,enabled,disabledReason,applyOrder\n{first},email,demo@example.com,true,,0\n\
             {second},sms,90-555-555-5555,true,,1\n"
        )
    );

    let text = home.demo(&sandbox, "list").succeed();
    let words: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        words,
        [
            vec!["ID", "METHOD", "TO", "ENABLED", "ORDER"],
            vec![&first, "email", "demo@example.com", "yes", "0"],
            vec![&second, "sms", "90-555-555-5555", "yes", "1"],
        ]
    );
}

#[test]
fn an_empty_list_is_valid_in_each_format() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (form, expected) in [
        ("json", "[]\n"),
        ("ndjson", ""),
        ("csv", "id,method,to,enabled,disabledReason,applyOrder\n"),
        ("table", "no contacts\n"),
    ] {
        let line = format!("list --method voice -o {form}");
        assert_eq!(home.demo(&sandbox, &line).succeed(), expected, "{form}");
    }
}

#[test]
fn list_filters_by_method_and_status() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    home.demo(&sandbox, &format!("deactivate {second}")).succeed();
    for (flags, expected) in [
        ("--method sms", vec![&second]),
        ("--method email", vec![&first]),
        ("--enabled", vec![&first]),
        ("--disabled", vec![&second]),
        ("--disabled --method email", vec![]),
        ("--limit 1", vec![&first]),
        ("--limit 1 --disabled", vec![&second]),
        ("--offset 1", vec![&second]),
        ("--offset 1 --size 1 --limit 5", vec![&second]),
    ] {
        let list = home.demo(&sandbox, &format!("list -o json {flags}")).json();
        let found: Vec<_> = list.as_array().unwrap().iter().map(|contact| &contact["id"]).collect();
        assert_eq!(found, expected, "{flags}");
    }
}

#[test]
fn a_limit_stops_the_requests() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    home.demo(&sandbox, "list --size 1 --limit 1").succeed();
    home.demo(&sandbox, "list --limit 2").succeed();
    let targets: Vec<_> = sandbox.journal().into_iter().map(|recorded| recorded.target).collect();
    let base = "/jsm/ops/api/sandbox";
    assert_eq!(
        targets,
        [format!("{base}{LIST}?offset=0&size=1"), format!("{base}{LIST}?offset=0&size=2")]
    );
}

#[test]
fn an_administrator_lists_another_users_contacts() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let account = sandbox.with_service(|service| {
        let account =
            service.add_user(User::new("ann@example.com", "ann's").with_account_id("712020:0a1b"));
        service.add_contact(&account, "voice", "49-1", true);
        account
    });
    let list = home.demo(&sandbox, &format!("list -o json --account-id {account}")).json();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["to"]), (1, &json!("49-1")));
    let absent = home.demo(&sandbox, "list -o json --account-id absent").run().with_code(1).error();
    assert!(absent["hint"].as_str().unwrap().contains("check the account id"), "{absent}");
}

#[test]
fn get_prints_an_object_without_an_order() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [id, _] = ids(&sandbox);
    assert_eq!(
        home.demo(&sandbox, &format!("get {id} -o json")).succeed(),
        format!(
            "{{\"id\":\"{id}\",\"method\":\"email\",\"to\":\"demo@example.com\",\"status\":{{\"enabled\":true}}}}\n"
        )
    );
}

#[test]
fn every_change_prints_id_and_message() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [id, _] = ids(&sandbox);
    let contact = || stored(&sandbox).into_iter().find(|contact| contact.id == id);

    let printed = |message: &str| format!("{{\"id\":\"{id}\",\"message\":\"{message}\"}}\n");
    let change = |line: &str| home.demo(&sandbox, &format!("{line} -o json")).succeed();
    assert_eq!(change(&format!("update {id} ann@example.org")), printed("Updated"));
    assert_eq!(contact().unwrap().to, "ann@example.org");
    assert_eq!(change(&format!("deactivate {id}")), printed("Deactivated"));
    assert!(!contact().unwrap().enabled);
    assert_eq!(change(&format!("activate {id}")), printed("Activated"));
    assert!(contact().unwrap().enabled);
    assert_eq!(change(&format!("delete --yes {id}")), printed("Deleted"));
    assert_eq!(contact(), None);

    let created = home.demo(&sandbox, "create email ann@example.com -o json").json();
    let new = stored(&sandbox).pop().unwrap();
    assert_eq!((new.method.as_str(), new.to.as_str()), ("email", "ann@example.com"));
    assert_eq!(created, json!({"id": new.id, "message": "Created"}));
}

#[test]
fn a_change_is_printed_in_each_format() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [id, _] = ids(&sandbox);
    for (form, expected) in [
        ("table", format!("Activated {id}\n")),
        ("csv", format!("id,message\n{id},Activated\n")),
        ("ndjson", format!("{{\"id\":\"{id}\",\"message\":\"Activated\"}}\n")),
    ] {
        assert_eq!(home.demo(&sandbox, &format!("activate {id} -o {form}")).succeed(), expected);
    }
}

#[test]
fn create_ensure_prints_whether_the_contact_existed() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let ensure = || home.demo(&sandbox, "create --ensure voice 49-1 -o json").json();
    let (created, existing) = (ensure(), ensure());
    assert_eq!((&created["message"], &existing["message"]), (&json!("Created"), &json!("Exists")));
    assert_eq!(created["id"], existing["id"]);
    assert_eq!(asked(&sandbox, "POST"), 1);
}

#[test]
fn an_embedded_sandbox_has_two_contacts_and_needs_no_settings() {
    let list = Home::new().contacts().line("--sandbox list -o json").json();
    let printed: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|contact| (&contact["method"], &contact["to"]))
        .collect();
    assert_eq!(
        printed,
        [(&json!("email"), &json!("demo@example.com")), (&json!("sms"), &json!("90-555-555-5555"))]
    );
}

#[test]
fn standard_output_has_results_only_and_notes_go_to_standard_error() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let ran = home.demo(&sandbox, "create voice 49-1").run().with_code(0);
    assert!(ran.stdout.starts_with("Created ") && ran.stdout.lines().count() == 1, "{ran:?}");
    assert!(ran.stderr.starts_with("note: ") && ran.stderr.contains("verify"), "{ran:?}");
    let ran = home.demo(&sandbox, "-q create voice 49-2").run().with_code(0);
    assert_eq!(ran.stderr, "");
    let ran = home.demo(&sandbox, "-q get gone").run().with_code(4);
    assert!(ran.stderr.starts_with("error: ") && !ran.stderr.contains("hint: "), "{ran:?}");
}

#[test]
fn verbose_prints_each_request() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let ran = home.demo(&sandbox, "-v list --size 1").run().with_code(0);
    let lines: Vec<_> = ran.stderr.lines().collect();
    let url = format!("{}{LIST}", sandbox.base_url());
    assert_eq!(lines.len(), 4, "{ran:?}");
    assert_eq!(lines[0], format!("> GET {url}?offset=0&size=1"));
    assert!(lines[1].starts_with("< 200 OK in ") && lines[1].ends_with(" ms"), "{ran:?}");
    assert_eq!(lines[2], format!("> GET {url}?offset=1&size=1"));
}

#[cfg(unix)]
#[test]
fn a_reader_may_stop_after_the_first_lines() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| {
        let account = service.users().next().unwrap().account_id.clone();
        for number in 0..3000 {
            // More than the capacity of a pipe.
            service.add_contact(&account, "email", format!("{number:060}@example.com"), true);
        }
    });
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    for form in ["table", "json", "ndjson", "csv"] {
        let words =
            [env!("CARGO_BIN_EXE_contacts"), "list", "-o", form, "--base-url", &sandbox.base_url()];
        let who = ["--email", contacts_sandbox::DEMO_EMAIL, "--token-file", &token];
        let list = shlex::try_join(words.into_iter().chain(who)).unwrap();
        let line = format!("{{ {list}; echo $? >&2; }} | head -c 10");
        let ran = home.program("sh").args(["-c", &line]).run().with_code(0);
        assert_eq!((ran.stdout.len(), ran.stderr.as_str()), (10, "0\n"), "{form}");
    }
}
