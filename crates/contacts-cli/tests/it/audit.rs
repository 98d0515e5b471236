//! `audit`: the results for many users, and the input.

use std::collections::BTreeSet;

use crate::support::{
    Home, until,
    users::{team, user},
};
use contacts_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::{Value, json};

/// Runs an audit and returns its users as JSON.
fn audited(home: &Home, sandbox: &Sandbox, line: &str) -> Vec<Value> {
    let users = home.demo(sandbox, line).line("-o json").json();
    users.as_array().unwrap().clone()
}

fn findings(user: &Value) -> Vec<&str> {
    user["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["finding"].as_str().unwrap())
        .collect()
}

#[test]
fn json_has_every_user_in_the_order_of_the_input_with_counts_and_findings() {
    let (home, sandbox) = (Home::new(), team());
    let users = audited(&home, &sandbox, "audit well single none phone --require email");
    let results: Vec<_> = users
        .iter()
        .map(|user| {
            (
                user["accountId"].as_str().unwrap(),
                user["reachability"].as_str().unwrap(),
                findings(user),
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            ("well", "reachable", vec![]),
            ("single", "single", vec!["single"]),
            ("none", "unreachable", vec!["unreachable"]),
            ("phone", "missing-required", vec!["missing", "single", "disabled-phone"]),
        ]
    );
    let count = |enabled: usize, disabled: usize| json!({"enabled": enabled, "disabled": disabled});
    assert_eq!(
        users[3]["contacts"],
        json!({"email": count(0, 1), "sms": count(0, 1), "voice": count(1, 0), "mobile": count(0, 0)})
    );
    assert_eq!(users[3]["findings"][0]["methods"], json!(["email"]));
    let disabled =
        json!({"finding": "disabled-phone", "method": "sms", "to": "49-4", "reason": null});
    assert_eq!(users[3]["findings"][2], disabled);
}

#[test]
fn a_user_needs_every_required_kind() {
    let (home, sandbox) = (Home::new(), team());
    let reachability = |require: &str| {
        audited(&home, &sandbox, &format!("audit well {require}"))[0]["reachability"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (require, expected) in [
        ("", "reachable"),
        ("--require sms", "reachable"),
        ("--require email,sms", "reachable"),
        ("--require sms,voice", "missing-required"),
        ("--require voice --require mobile", "missing-required"),
    ] {
        assert_eq!(reachability(require), expected, "{require}");
    }
}

#[test]
fn findings_change_the_exit_code_only_with_exit_code() {
    let (home, sandbox) = (Home::new(), team());
    for (line, code) in [
        ("audit well none", 0),
        ("audit well none --exit-code", 6),
        ("audit well --exit-code", 0),
        ("audit well gone --exit-code", 1),
    ] {
        home.demo(&sandbox, line).run().with_code(code);
    }
}

#[test]
fn the_table_shows_the_worst_first_and_a_note_sums_up() {
    let (home, sandbox) = (Home::new(), team());
    let ran =
        home.demo(&sandbox, "audit well phone single none gone --require email").run().with_code(1);
    let first: Vec<_> =
        ran.stdout.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(first[..4], ["ACCOUNT", "none", "gone", "phone"], "{}", ran.stdout);
    for finding in [
        "no enabled contact",
        "no enabled email",
        "only one enabled contact: voice 49-5",
        "sms 49-4 is disabled",
        "No such user",
    ] {
        assert!(ran.stdout.contains(finding), "{finding}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("well"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains(
            "note: 5 users: 1 reachable, 1 with only one enabled contact, 1 without a required contact, \
             1 unreachable, 1 unreadable; 1 with a disabled phone number\n"
        ),
        "{}",
        ran.stderr
    );
    let all = home.demo(&sandbox, "audit well none --all").succeed();
    assert!(all.lines().last().unwrap().starts_with("well"), "{all}");
    assert_eq!(home.demo(&sandbox, "audit well --quiet").run().with_code(0).stderr, "");
    assert_eq!(home.demo(&sandbox, "audit well").succeed(), "no findings\n");
}

#[test]
fn names_and_addresses_of_the_users_are_in_every_format() {
    let (home, sandbox) = (Home::new(), team());
    let file = home.write(
        "users.csv",
        "\u{feff}Name;Email;Account ID\n\n=Ann;ann@x;none\n# x\n;;single\nAnn;;none\n",
    );
    let from = format!("audit well single --from {file}");
    let users = audited(&home, &sandbox, &from);
    let ids: Vec<_> = users.iter().map(|user| user["accountId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["well", "single", "none"], "each once");
    assert_eq!((&users[2]["name"], &users[2]["email"]), (&"=Ann".into(), &"ann@x".into()));
    let table = home.demo(&sandbox, &from).succeed();
    assert!(table.starts_with("USER ") && table.contains("\n=Ann  none "), "{table}");
    let csv = home.demo(&sandbox, &from).line("-o csv").succeed();
    let lines: Vec<_> = csv.lines().collect();
    assert!(lines[0].starts_with("accountId,name,email,reachability,enabled,"), "{csv}");
    assert_eq!(lines[3], "none,'=Ann,ann@x,unreachable,0,0,0,0,0,1,,,", "{csv}");
    let ndjson = home.demo(&sandbox, &from).line("-o ndjson").succeed();
    let lines: Vec<Value> =
        ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, users);
    let piped =
        home.demo(&sandbox, "audit --from - -o json").stdin("well\n#none\n\nsingle\n").json();
    assert_eq!(piped.as_array().unwrap()[..], users[..2]);
}

#[test]
fn all_errors_of_the_input_are_reported_before_any_request() {
    let (home, sandbox) = (Home::new(), team());
    let file = home.write("users", "well\nA n n\n\n# x\nB e n\n");
    let ran = home.demo(&sandbox, &format!("audit single --from {file}")).run().with_code(2);
    for line in [2, 5] {
        let told =
            format!("error: {file}:{line}:1: the account id has whitespace or a control character");
        assert!(ran.stderr.contains(&told), "{ran:?}");
    }
    let bytes = home.path("bytes");
    std::fs::write(&bytes, b"well\n\xff\n").unwrap();
    for (line, why) in [
        ("audit".to_owned(), "no users to audit"),
        (format!("audit --from {}", bytes.display()), "bytes:2:1: the file is not valid UTF-8"),
        (format!("audit --from {}", home.path("none").display()), "could not read"),
        ("audit --from - --token-file -".to_owned(), "both the token and the users"),
        ("audit a --require fax".to_owned(), "invalid value 'fax'"),
        ("audit a --jobs 0".to_owned(), "0"),
        ("audit a --jobs 129".to_owned(), "129"),
    ] {
        // `Home::demo` has its own --token-file, and a flag must not be repeated.
        let command = match line.contains("token-file") {
            true => home.contacts().args([
                "--base-url",
                &sandbox.base_url(),
                "--email",
                "demo@example.com",
            ]),
            false => home.demo(&sandbox, ""),
        };
        let ran = command.line(&line).run().with_code(2);
        assert!(ran.stderr.contains(why), "{line}: {ran:?}");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn csv_without_a_column_of_account_ids_is_rejected_before_any_request() {
    let (home, sandbox) = (Home::new(), team());
    let contacts = home.path("contacts.csv");
    home.demo(&sandbox, "export").args([&contacts]).succeed();
    sandbox.clear_journal();
    let texts = [
        "id,method,to\nc1,email,a@b\n",
        "id,name\nwell,Ann\n",
        "well,Ann\nsingle,Ben\n",
        "id\nwell\n",
    ];
    let others = texts
        .iter()
        .zip(1..)
        .map(|(text, number): (_, u8)| home.write(&format!("users{number}.csv"), text));
    let others: Vec<_> = others.collect();
    for file in [contacts.to_str().unwrap()].into_iter().chain(others.iter().map(String::as_str)) {
        let ran = home.demo(&sandbox, &format!("audit --from {file}")).run().with_code(2);
        let error =
            format!("error: {file}:1:1: no column of account ids: its name must be accountId, ");
        assert!(ran.stderr.starts_with(&error) && ran.stderr.contains("Atlassian ID"), "{ran:?}");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn the_column_of_account_ids_may_have_several_names() {
    let (home, sandbox) = (Home::new(), team());
    for name in ["accountId", "account id", "account_id", "Atlassian ID", "User id", "USER ID"] {
        for text in [format!("{name}\nwell\n"), format!("id,name,{name}\nc1,Ann,well\n")] {
            let file = home.write("users.csv", &text);
            let users = audited(&home, &sandbox, &format!("audit --from {file}"));
            assert_eq!((users.len(), &users[0]["accountId"]), (1, &"well".into()), "{text}");
        }
    }
}

#[test]
fn files_of_users_from_spreadsheets_and_editors_are_read() {
    let (home, sandbox) = (Home::new(), team());
    for text in [
        "\"well\"\n\"single\"\n",
        "\u{feff}Atlassian ID;User name;;\r\nwell;Ann;;\r\nsingle;;;\r\n;;;\r\n",
        "sep=;\r\nUser id;E-Mail\r\nwell;a@b\r\n\"single\"\r\n",
        "account_id\tname\nwell\t\"A\tB\"\nsingle\t\n",
        "well,,\nsingle,,\n",
    ] {
        let file = home.write("users", text);
        let users = audited(&home, &sandbox, &format!("audit --from {file}"));
        let ids: Vec<_> = users.iter().map(|user| user["accountId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["well", "single"], "{text}");
    }
}

#[test]
fn the_timeout_is_for_each_user() {
    let (home, sandbox) = (Home::new(), team());
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 800, when: When::Before }));
    let ran = home
        .demo(&sandbox, "audit well single none phone --jobs 1 --timeout 3s")
        .run()
        .with_code(0);
    assert!(ran.took > std::time::Duration::from_secs(3), "{ran:?}");
}

#[test]
fn jobs_is_the_number_of_users_read_at_the_same_time() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for number in 0..40 {
        user(&sandbox, &format!("u{number}"), &[("email", "a@b", true), ("sms", "49-1", true)]);
    }
    let file =
        home.write("users", &(0..40).map(|number| format!("u{number}\n")).collect::<String>());
    let connections = || -> BTreeSet<_> {
        sandbox.journal().iter().map(|recorded| recorded.connection).collect()
    };
    for jobs in [1, 5] {
        let line = format!("audit --from {file} --jobs {jobs}");
        sandbox.disarm();
        sandbox.clear_journal();
        home.demo(&sandbox, &line).run().with_code(0);
        assert!(
            (1..=jobs).contains(&connections().len()),
            "too many connections: {:?}",
            connections()
        );

        // No request gets an answer, so all of them are in flight.
        sandbox.clear_journal();
        sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }));
        let _command = home.demo(&sandbox, &line).start();
        until("one request per job", || sandbox.journal().len() >= jobs);
        assert_eq!((connections().len(), sandbox.journal().len()), (jobs, jobs));
    }
}

#[test]
fn without_jobs_the_audit_reads_more_users_at_the_same_time_while_answers_stay_quick() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let users: Vec<_> = (0..200).map(|number| format!("u{number}")).collect();
    for user_id in &users {
        user(&sandbox, user_id, &[("email", "a@b", true), ("sms", "49-1", true)]);
    }
    let file = home.write("users", &users.join("\n"));
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 100, when: When::Before }));
    let read = audited(&home, &sandbox, &format!("audit --from {file}"));
    assert_eq!(read.len(), users.len());
    let connections: BTreeSet<_> =
        sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert!((9..=128).contains(&connections.len()), "{connections:?}");
}
