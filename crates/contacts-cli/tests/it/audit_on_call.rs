//! The audit of who is on call.

use std::{collections::BTreeMap, fs};

use contacts_sandbox::{
    Fault, FaultRule, Hint, Operation, Participant, Rotation, RotationType, Sandbox, Schedule,
    Scopes, Team, User, When,
};
use serde_json::{Value, json};

use crate::support::{
    Home,
    users::{ordinary, user},
};

const ANN: &str = "712020:0a1b2c3d";
const BEN: &str = "712020:4e5f6a7b";
const PAYMENTS: &str = "0b6f2c1e-7d34-4a58-9c02-5e1f3a9b7d10";

/// The rows by account id, or by the id of a team.
fn rows(json: Value) -> BTreeMap<String, Value> {
    let Value::Array(rows) = json else { panic!("{json}") };
    let keyed = rows.into_iter().map(|row| {
        let id = row["accountId"].as_str().or_else(|| row["participant"]["id"].as_str());
        (id.unwrap().to_owned(), row)
    });
    keyed.collect()
}

/// The duties of a row, as `now s-1`.
fn duties(row: &Value) -> Vec<String> {
    let duties = row["onCall"].as_array().unwrap().iter();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    duties.map(|duty| format!("{} {}", word(&duty["when"]), word(&duty["schedule"]))).collect()
}

/// Adds a schedule whose only rotation has these participants.
fn always(sandbox: &Sandbox, id: &str, name: &str, participants: &[Participant]) {
    let rotation = Rotation::new(format!("{id}-r"), RotationType::Daily, std::time::Duration::ZERO)
        .with_participants(participants.to_vec());
    let schedule = Schedule::new(id, name).with_rotation(rotation);
    sandbox.with_service(|service| service.add_schedule(schedule));
}

fn requests(sandbox: &Sandbox, operation: Operation) -> usize {
    sandbox.requests(operation).len()
}

#[test]
fn each_person_and_each_schedule_is_read_once() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    always(&sandbox, "s-1", "Database", &[Participant::user(BEN)]);
    let all = rows(home.demo(&sandbox, "audit --on-call -o json").json());
    let ben = &all[BEN];
    assert_eq!(ben["name"], "Ben Ode");
    assert_eq!(ben["reachability"], "single");
    assert!(duties(ben).contains(&"now s-1".to_owned()), "{ben}");
    assert!(duties(ben).contains(&"next s-1".to_owned()), "{ben}");
    let people = all.values().filter(|row| row["accountId"].is_string()).count();
    assert_eq!(requests(&sandbox, Operation::List), people);
    for operation in [Operation::GetOnCalls, Operation::GetNextOnCalls] {
        assert_eq!(requests(&sandbox, operation), 3, "{operation:?}");
    }
    assert_eq!(requests(&sandbox, Operation::ListSchedules), 1);
    assert_eq!(requests(&sandbox, Operation::BulkGetUsers), 1);
}

#[test]
fn people_on_call_now_come_first_in_the_table() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    user(&sandbox, "none", &[]);
    user(&sandbox, "single", &[("sms", "49-1", true)]);
    always(&sandbox, "s-1", "Database", &[Participant::user("single")]);
    let table = home.demo(&sandbox, "audit none --on-call Database").succeed();
    let place = |name: &str| table.find(name).unwrap_or_else(|| panic!("{table}"));
    assert!(place("single  ") < place("none  "), "{table}");
    assert!(table.contains("now: Database"), "{table}");
}

#[test]
fn a_schedule_is_named_by_its_id_or_its_whole_name() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for name in [PAYMENTS, "payments PRIMARY"] {
        let line = ["audit", "-o", "json", "--on-call", name];
        let all = rows(home.demo(&sandbox, "").args(line).json());
        let schedules: Vec<_> = all.values().flat_map(duties).collect();
        assert!(schedules.iter().all(|duty| duty.ends_with(PAYMENTS)), "{schedules:?}");
        assert_eq!(all.len(), 2, "one person now, the other next");
    }
}

#[test]
fn a_name_without_exactly_one_schedule_is_an_error_with_the_way_out() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for id in ["s-1", "s-2"] {
        always(&sandbox, id, "Database", &[Participant::user(ANN)]);
    }
    let error = |name| home.demo(&sandbox, "audit --on-call").args([name]).fail(1);
    let several = error("database");
    assert_eq!(several["message"], "2 schedules have the name database");
    assert_eq!(several["hint"], "give an id: s-1, s-2");
    let unknown = error("Payments");
    assert_eq!(unknown["message"], "no visible schedule has the id or name Payments");
    let hint = unknown["hint"].as_str().unwrap();
    assert!(hint.contains("Payments primary") && hint.contains("Platform"), "{hint}");
    assert_eq!(requests(&sandbox, Operation::GetOnCalls), 0, "nothing else was read");
}

#[test]
fn an_account_without_visible_schedules_is_told_so() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let error = ordinary(&home, &sandbox, "audit --on-call").fail(1);
    assert_eq!(error["message"], "this account cannot see any schedule");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("administrator"), "{hint}");
}

#[test]
fn another_time_shows_other_people() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let now = |at: &str| {
        let line = format!("audit -o json --on-call {PAYMENTS} --at {at}");
        let all = rows(home.demo(&sandbox, &line).json());
        let is_now = |row: &&Value| duties(row)[0].starts_with("now");
        all.values().find(is_now).unwrap()["accountId"].as_str().unwrap().to_owned()
    };
    // The rotation changes on Mondays.
    assert_ne!(now("2026-12-01T12:00Z"), now("2026-12-08T13:00+01:00"));
    assert_ne!(now("+0s"), now("+7d"));
}

#[test]
fn later_duties_and_rotations_are_included_on_request() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for account in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        user(&sandbox, account, &[]);
    }
    let participants: Vec<_> =
        ["a", "b", "c", "d", "e", "f", "g", "h"].map(Participant::user).into();
    always(&sandbox, "s-1", "Database", &participants);
    let count = |more: &str| {
        let line = format!("audit -o json --on-call s-1 --at 2026-12-01T12:00Z {more}");
        rows(home.demo(&sandbox, &line).json()).len()
    };
    assert_eq!(count(""), 2, "now and next");
    assert_eq!(count("--within 3d"), 4);
    assert_eq!(count("--everyone"), 8);
    let error = home.demo(&sandbox, "audit --on-call --within 1h").run().with_code(2);
    assert!(error.stderr.contains("must be 8 hours or more"), "{error:?}");
}

#[test]
fn a_team_that_the_service_does_not_open_has_a_row_in_every_format() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| {
        service.add_team(Team::new("t-1", "Night").with_members([ANN]).unopened());
    });
    always(&sandbox, "s-1", "Database", &[Participant::team("t-1")]);
    let all = rows(home.demo(&sandbox, "audit --on-call Database -o json").json());
    assert_eq!(all["t-1"]["participant"], json!({"type": "team", "id": "t-1"}));
    assert_eq!(all["t-1"]["reachability"], "unreadable");
    let reason = "the service does not show its users";
    assert_eq!(all["t-1"]["findings"], json!([{"finding": "not-opened", "reason": reason}]));
    for format in ["table", "csv", "ndjson"] {
        let line = format!("audit --on-call Database -o {format}");
        let text = home.demo(&sandbox, &line).succeed();
        assert!(text.contains("t-1") && text.contains(reason), "{text}");
    }
    home.demo(&sandbox, "audit --on-call Database --exit-code").run().with_code(6);
}

#[test]
fn a_schedule_that_cannot_be_read_is_an_error_and_the_others_are_audited() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(
        FaultRule::new(Fault::Status {
            status: 403,
            body: Some(r#"{"message":"Forbidden"}"#.into()),
            content_type: Some("application/json".into()),
            when: When::Before,
        })
        .on(Operation::GetOnCalls)
        .nth(1),
    );
    let ran = home.demo(&sandbox, "audit --on-call --jobs 1 -o ndjson").run().with_code(3);
    assert!(
        ran.stderr.contains("schedule Payments primary: could not get who is on call"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains(r#""name":"Platform""#), "{ran:?}");
}

#[test]
fn after_a_429_all_workers_pause_together() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let accounts: Vec<_> = (0..60).map(|number| format!("user-{number}")).collect();
    for account in &accounts {
        user(&sandbox, account, &[]);
    }
    let limit = Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 2, status: 429 };
    sandbox.arm(FaultRule::new(limit).on(Operation::List).nth(20));
    home.demo(&sandbox, "audit --jobs 8").args(&accounts).succeed();
    let requests = sandbox.requests(Operation::List);
    let at = |status| requests.iter().position(|request| request.status == Some(status)).unwrap();
    let limited = at(429);
    let pause = requests[limited].unix_ms..requests[limited].unix_ms + 1_900;
    let during = requests.iter().filter(|request| pause.contains(&request.unix_ms)).count();
    // Requests that were in flight, or about to be sent.
    assert!(during <= 16, "{during} requests during the pause");
    assert_eq!(requests.len(), accounts.len() + 1, "only one request was limited");
}

#[test]
fn no_one_on_call_is_an_answer() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| service.add_schedule(Schedule::new("s-1", "Empty")));
    let ran = home.demo(&sandbox, "audit --on-call Empty").run().with_code(0);
    assert_eq!(ran.stdout, "no findings\n");
    assert!(ran.stderr.contains("note: no one is on call now in: Empty\n"), "{ran:?}");
}

#[test]
fn without_access_to_jira_the_ids_must_do() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let scopes = Scopes { jira_user: false, ..Scopes::ALL };
    let admin = User::new("admin@example.com", "its-token").as_administrator().with_scopes(scopes);
    sandbox.add_user(admin);
    let token = home.write("its-token", "its-token");
    let base_url = sandbox.base_url();
    let who = ["--base-url", &base_url, "--email", "admin@example.com", "--token-file", &token];
    let ran = home.contacts().args(who).line("audit --on-call -o csv").run().with_code(0);
    assert!(ran.stderr.contains("note: names are missing: could not get users: "), "{ran:?}");
    assert!(ran.stdout.contains(BEN) && !ran.stdout.contains("Ben Ode"), "{ran:?}");
}

#[test]
fn a_deactivated_account_on_call_is_unreachable() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let left = User::new("left@example.com", "its-token").with_account_id("left").deactivated();
    sandbox.add_user(left);
    for method in ["sms", "voice"] {
        sandbox.add_contact("left@example.com", method, "49-1", true);
    }
    always(&sandbox, "s-1", "Database", &[Participant::user("left")]);
    let all = rows(home.demo(&sandbox, "audit --on-call Database -o json").json());
    assert_eq!(all["left"]["reachability"], "unreachable");
    assert_eq!(all["left"]["active"], false);
    assert_eq!(all["left"]["findings"], json!([{"finding": "deactivated"}]));
}

#[test]
fn users_are_found_by_their_whole_address_only() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    // The search also finds users by a prefix of name or address.
    user(&sandbox, "ann@on-call", &[]);
    let file = home
        .write("on-call.txt", "ann@on-call.example\nBEN@on-call.example\ncleo@on-call.example\n");
    let ran = home.demo(&sandbox, &format!("audit --from {file} -o ndjson")).run().with_code(1);
    let rows: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<_> = rows.iter().map(|row| row["accountId"].clone()).collect();
    assert_eq!(ids, [json!(ANN), json!(BEN), Value::Null], "{ran:?}");
    assert_eq!(rows[2]["email"], "cleo@on-call.example");
    assert!(ran.stdout.contains("no visible user has this e-mail address"), "{ran:?}");
}

#[test]
fn the_metrics_count_people_by_schedule_time_and_finding() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    always(&sandbox, "s-1", "Data\"base", &[Participant::user(BEN)]);
    let file = home.path("on-call.prom").to_str().unwrap().to_owned();
    home.demo(&sandbox, &format!("audit --on-call s-1 --require sms|voice --metrics {file}"))
        .succeed();
    let text = fs::read_to_string(&file).unwrap();
    for when in ["now", "next"] {
        let labels =
            format!(r#"{{audit="on-call",schedule="Data\"base",schedule_id="s-1",when="{when}""#);
        for expected in [
            format!("contacts_audit_on_call_users{labels}}} 1\n"),
            format!("contacts_audit_on_call_users_with_finding{labels},finding=\"missing\"}} 1\n"),
            format!(
                "contacts_audit_on_call_users_with_finding{labels},finding=\"unreachable\"}} 0\n"
            ),
        ] {
            assert!(text.contains(&expected), "{expected}{text}");
        }
    }
}

#[test]
fn the_page_shows_who_is_on_call_now_and_cannot_be_woken() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    always(&sandbox, "s-1", "Data<base>", &[Participant::user(BEN)]);
    let file = home.path("page.html").to_str().unwrap().to_owned();
    home.demo(&sandbox, &format!("audit --on-call s-1 --require sms|voice --html {file}"))
        .succeed();
    let page = fs::read_to_string(&file).unwrap();
    for expected in [
        "<h2>Who is on call</h2>",
        "<b>Data&lt;base&gt;</b>",
        "now: <span class=\"badge missing-required\">missing-required</span> Ben Ode",
        "<small class=\"duty now\">now: Data&lt;base&gt;</small>",
        "on call now first",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
}
