//! The rules of an audit: `--require` with alternatives, and `--min`.

use std::fs;

use crate::support::{
    Home,
    users::{team, user},
};
use contacts_sandbox::Sandbox;
use serde_json::{Value, json};

/// Runs an audit and returns its users as JSON.
fn audited(home: &Home, sandbox: &Sandbox, line: &str) -> Vec<Value> {
    home.demo(sandbox, line).line("-o json").json().as_array().unwrap().clone()
}

/// The reachability of each user.
fn reachabilities(home: &Home, sandbox: &Sandbox, line: &str) -> Vec<String> {
    let users = audited(home, sandbox, line);
    users.iter().map(|user| user["reachability"].as_str().unwrap().to_owned()).collect()
}

/// A sandbox with the users `none`, `one`, `two`, `three` and `four`, named by the number of their
/// enabled contacts.
fn by_number() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    for (number, name) in ["none", "one", "two", "three", "four"].into_iter().enumerate() {
        let all = [("email", "a@b"), ("sms", "49-1"), ("voice", "49-1"), ("email", "c@d")];
        user(&sandbox, name, &all.map(|(kind, to)| (kind, to, true))[..number]);
    }
    sandbox
}

const BY_NUMBER: &str = "audit none one two three four";

#[test]
fn any_enabled_contact_of_the_alternatives_meets_a_requirement() {
    let (home, sandbox) = (Home::new(), team());
    for (require, expected) in [
        ("sms|voice", ["reachable", "missing-required", "unreachable", "single"]),
        ("voice|sms,email", ["reachable", "missing-required", "unreachable", "missing-required"]),
        ("mobile|voice", ["missing-required", "missing-required", "unreachable", "single"]),
        ("email|sms|voice|mobile", ["reachable", "single", "unreachable", "single"]),
    ] {
        let line = format!("audit well single none phone --require {require}");
        assert_eq!(reachabilities(&home, &sandbox, &line), expected, "{require}");
    }
}

#[test]
fn every_format_shows_the_alternatives_of_an_unmet_requirement() {
    let (home, sandbox) = (Home::new(), team());
    let page = home.path("audit.html");
    let line = "audit single none --require sms|voice,email,mobile";
    let users = audited(&home, &sandbox, line);
    assert_eq!(
        users[0]["findings"][0],
        json!({"finding": "missing", "methods": ["mobile"], "requirements": [["sms", "voice"], ["mobile"]]})
    );
    assert_eq!(users[1]["findings"].as_array().unwrap().len(), 1, "unreachable says everything");

    let table = home.demo(&sandbox, line).args(["--html", page.to_str().unwrap()]).succeed();
    assert!(table.contains("no enabled sms or voice, no enabled mobile\n"), "{table}");

    let csv = home.demo(&sandbox, line).line("-o csv").succeed();
    let column = csv.lines().next().unwrap().split(',').position(|name| name == "missing").unwrap();
    let missing: Vec<_> =
        csv.lines().skip(1).map(|row| row.split(',').nth(column).unwrap()).collect();
    assert_eq!(missing, ["sms|voice mobile", ""]);

    let page = fs::read_to_string(page).unwrap();
    for text in [
        " Required for each user: sms or voice; email; mobile.</p>",
        "<b>sms <small>required: sms or voice</small></b>",
        "<b>email <small>required</small></b>",
        "no enabled sms or voice, but another contact: 1 of 2 users",
        "<li>no enabled sms or voice, no enabled mobile</li>",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn a_repeated_requirement_is_reported_once() {
    let (home, sandbox) = (Home::new(), team());
    for require in [
        "--require voice|mobile,mobile|voice",
        "--require voice|mobile|voice",
        "--require voice|mobile --require mobile|voice",
    ] {
        let users = audited(&home, &sandbox, &format!("audit well {require}"));
        let requirements = &users[0]["findings"][0]["requirements"];
        assert_eq!(requirements, &json!([["voice", "mobile"]]), "{require}");
    }
}

#[test]
fn a_wrong_kind_is_named_with_the_allowed_kinds_before_any_request() {
    let (home, sandbox) = (Home::new(), team());
    for (require, why) in [
        ("sms|fax,email", "`fax` is not a kind of contact; use email, sms, voice or mobile"),
        ("email,SMS", "`SMS` is not a kind of contact; use email, sms, voice or mobile"),
        ("sms|", "a kind of contact is missing; use email, sms, voice or mobile"),
        ("sms,,voice", "a kind of contact is missing; use email, sms, voice or mobile"),
    ] {
        let line = format!("audit well --require {require}");
        let ran = home.demo(&sandbox, &line).run().with_code(2);
        assert!(ran.stderr.contains(why) && ran.stderr.contains("--require"), "{ran:?}");
        let ran = home.demo(&sandbox, &line).line("-o json").run().with_code(2);
        assert!(ran.error()["message"].as_str().unwrap().contains(why), "{ran:?}");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_user_with_fewer_enabled_contacts_than_the_minimum_has_a_finding() {
    let (home, sandbox) = (Home::new(), by_number());
    for (min, expected) in [
        ("", ["unreachable", "single", "reachable", "reachable", "reachable"]),
        ("--min 1", ["unreachable", "reachable", "reachable", "reachable", "reachable"]),
        ("--min 2", ["unreachable", "single", "reachable", "reachable", "reachable"]),
        ("--min 3", ["unreachable", "single", "too-few", "reachable", "reachable"]),
        ("--min 4", ["unreachable", "single", "too-few", "too-few", "reachable"]),
        ("--min 20", ["unreachable", "single", "too-few", "too-few", "too-few"]),
    ] {
        let line = format!("{BY_NUMBER} {min}");
        assert_eq!(reachabilities(&home, &sandbox, &line), expected, "{min}");
        for user in audited(&home, &sandbox, &line) {
            let is_reachable = user["reachability"] == "reachable";
            assert_eq!(user["findings"] == json!([]), is_reachable, "{user}");
        }
    }
    let two = audited(&home, &sandbox, "audit two --min 4");
    assert_eq!(two[0]["findings"], json!([{"finding": "too-few", "enabled": 2, "min": 4}]));
    home.demo(&sandbox, "audit two --exit-code --min 2").run().with_code(0);
    home.demo(&sandbox, "audit two --exit-code --min 3").run().with_code(6);
    home.demo(&sandbox, "audit one --exit-code --min 1").run().with_code(0);
}

#[test]
fn without_min_the_minimum_is_two() {
    let (home, sandbox) = (Home::new(), by_number());
    for format in ["table", "json", "ndjson", "csv"] {
        let line = format!("{BY_NUMBER} --require sms|voice -o {format}");
        let with = home.demo(&sandbox, &format!("{line} --min 2")).succeed();
        assert_eq!(home.demo(&sandbox, &line).succeed(), with);
    }
}

#[test]
fn the_table_the_note_and_the_page_show_the_minimum() {
    let (home, sandbox) = (Home::new(), by_number());
    let page = home.path("audit.html");
    let line = format!("{BY_NUMBER} --min 4 --html {}", page.display());
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    let findings = [
        ("none", "no enabled contact"),
        ("one", "only one enabled contact: email a@b"),
        ("two", "only 2 enabled contacts; the minimum is 4"),
        ("three", "only 3 enabled contacts; the minimum is 4"),
    ];
    assert_eq!(ran.stdout.lines().count(), 5, "{ran:?}");
    for (line, (user, finding)) in ran.stdout.lines().skip(1).zip(findings) {
        assert!(line.starts_with(user) && line.ends_with(finding), "worst first: {ran:?}");
    }
    let note = "note: 5 users: 1 reachable, 2 with too few enabled contacts, \
                1 with only one enabled contact, 1 unreachable\n";
    assert!(ran.stderr.contains(note), "{ran:?}");
    let written = fs::read_to_string(&page).unwrap();
    for text in [
        "<small>4 or more enabled contacts</small>",
        "5 users: 1 reachable, 2 too-few, 1 single, 1 unreachable, 0 unreadable",
        "only 2 to 3 enabled contacts: 2 of 5 users",
        "<tr data-reachability=\"too-few\">",
    ] {
        assert!(written.contains(text), "{text}: {written}");
    }
    home.demo(&sandbox, &format!("{BY_NUMBER} --min 1 --html {}", page.display())).succeed();
    let written = fs::read_to_string(&page).unwrap();
    let label = "5 users: 4 reachable, 1 unreachable, 0 unreadable";
    assert!(written.contains(label) && !written.contains("only one enabled"), "{written}");
}

#[test]
fn a_minimum_outside_of_1_to_20_is_rejected() {
    let (home, sandbox) = (Home::new(), team());
    for min in ["0", "21", "-1", "two", ""] {
        let ran = home.demo(&sandbox, &format!("audit well --min={min}")).run().with_code(2);
        assert!(ran.stderr.contains("--min"), "{ran:?}");
    }
    assert!(sandbox.journal().is_empty());
}
