//! Ten thousand users, and an audit that is stopped and goes on.
#![cfg(unix)]

use crate::support;
use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt};

use crate::support::{Home, Running, until, users::user};
use contacts_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::Value;

/// A sandbox with so many users, of whom every tenth has no enabled contact, and a file of their ids.
fn company(home: &Home, users: usize) -> (Sandbox, String) {
    let sandbox = Sandbox::start().unwrap();
    for number in 0..users {
        let contacts = [("email", "a@example.com", number % 10 != 0), ("sms", "49-1", number % 10 != 0)];
        user(&sandbox, &format!("u{number}"), &contacts);
    }
    let ids: String = (0..users).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &ids);
    (sandbox, file)
}

/// How often each user was asked for.
fn asked(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for recorded in sandbox.journal() {
        let account = recorded.target.split_once("targetAccountId=").unwrap().1.to_owned();
        *asked.entry(account).or_default() += 1;
    }
    asked
}

/// All users are told, once each and in order, and judged right.
fn assert_whole(ndjson: &str, users: usize) {
    let told: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), users);
    for (number, user) in told.iter().enumerate() {
        assert_eq!(user["accountId"], format!("u{number}"));
        let expected = if number % 10 == 0 { "unreachable" } else { "reachable" };
        assert_eq!(user["reachability"], expected, "{user}");
    }
}

#[test]
fn ten_thousand_users_are_read_each_of_them_once() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 10_000);
    let ran = home.demo(&sandbox, &format!("audit --from {file} -o ndjson")).run().with_code(0);
    assert_whole(&ran.stdout, 10_000);
    assert_eq!(ran.stderr, "");
    let asked = asked(&sandbox);
    assert_eq!((asked.len(), asked.values().max()), (10_000, Some(&1)));
}

/// The command when a hundred users were answered, and each of its four threads waits for another, who never is.
fn a_hundred_users(home: &Home, sandbox: &Sandbox, line: &str) -> Running {
    sandbox.disarm();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).range(101, u64::MAX));
    let before = sandbox.journal().len();
    let command = home.demo(sandbox, line).start();
    until("a hundred users", || sandbox.journal().len() == before + 100 + 4);
    command
}

#[test]
fn after_an_interrupt_the_same_command_goes_on_and_asks_nobody_twice_but_those_in_flight() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 400);
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {} --jobs 4", kept.display());
    let a_hundred = || a_hundred_users(&home, &sandbox, &line);

    let command = a_hundred();
    command.interrupt();
    let ran = command.end().killed_by(support::SIGINT);
    assert!(ran.stderr.contains("error: interrupted: 100 of 400 users were looked at\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: the same command goes on from there"), "{ran:?}");
    assert!(ran.stderr.contains("note: 100 users: "), "what is known is told: {ran:?}");
    let text = fs::read_to_string(&kept).unwrap();
    assert_eq!(text.lines().count(), 1 + 100);
    for number in (0..400).step_by(10) {
        let is_known = text.contains(&format!("\"accountId\":\"u{number}\""));
        assert_eq!(ran.stdout.contains(&format!("\nu{number} ")), is_known, "{number}: {ran:?}");
    }
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);

    // And again, without a chance to do anything about it.
    a_hundred().kill();
    // A line that was being written.
    let mut torn = fs::read(&kept).unwrap();
    torn.extend(br#"{"accountId":"u399","contacts":[{"id":"#);
    fs::write(&kept, torn).unwrap();

    sandbox.disarm();
    let ran = home.demo(&sandbox, &line).line("-o ndjson").run().with_code(0);
    assert_whole(&ran.stdout, 400);
    let asked = asked(&sandbox);
    assert_eq!(asked.len(), 400);
    let twice: usize = asked.values().map(|times| times - 1).sum();
    // One for each thread, and when it was killed, the one that was being written down.
    assert!(twice <= 4 + (4 + 1), "{twice} users were asked for again");

    // Now all of it is known.
    sandbox.clear_journal();
    let ran = home.demo(&sandbox, &line).line("-o ndjson --require voice").run().with_code(0);
    assert!(sandbox.journal().is_empty());
    let second: Value = serde_json::from_str(ran.stdout.lines().nth(1).unwrap()).unwrap();
    assert_eq!(second["reachability"], "missing-required", "what is required may change");
}

#[test]
fn an_end_that_was_torn_off_is_told() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {}", kept.display());
    home.demo(&sandbox, &line).run().with_code(0);
    let bytes = fs::read(&kept).unwrap();
    fs::write(&kept, &bytes[..bytes.len() - 1]).unwrap();
    sandbox.clear_journal();
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    assert!(ran.stderr.contains("note: the last line of"), "{ran:?}");
    assert_eq!(asked(&sandbox).len(), 1);
}

#[test]
fn users_who_could_not_be_read_are_asked_for_again() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    sandbox.arm(Fault::Status { status: 503, body: None, content_type: None, when: When::Before });
    let line = format!("audit --from {file} --resume {} --attempts 1 -o ndjson", home.path("kept").display());
    home.demo(&sandbox, &line).run().with_code(5);
    sandbox.clear_journal();
    assert_whole(&home.demo(&sandbox, &line).run().with_code(0).stdout, 3);
    assert_eq!(asked(&sandbox).len(), 1);
}

#[test]
fn a_file_of_another_site_or_of_something_else_is_refused_and_left_as_it_is() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    let other = Sandbox::start().unwrap();
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {}", kept.display());
    home.demo(&other, &line).run().with_code(1);
    let contacts = home.write("contacts.yaml", "- sms: 90-5555559999");
    for (name, why) in [
        (kept.to_str().unwrap(), format!("it is of another site, {}", other.base_url())),
        (&contacts, "it is not what an audit has written".into()),
        ("/", "cannot be used".into()),
    ] {
        let before = fs::read(name).ok();
        let ran = home.demo(&sandbox, &format!("audit --from {file} --resume {name}")).run().with_code(2);
        assert!(ran.stderr.contains(&why), "{ran:?}");
        assert_eq!(fs::read(name).ok(), before);
    }
    assert!(sandbox.journal().is_empty());
}

/// The command with memory that does not last for gigabytes.
fn frugal(home: &Home, sandbox: &Sandbox, line: &str) -> support::Ran {
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    let url = sandbox.base_url();
    let who = ["--base-url", &url, "--email", contacts_sandbox::DEMO_EMAIL, "--token-file", &token];
    let limited = ["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_contacts")];
    home.program("sh").args(limited).args(who).line(line).run()
}

#[test]
fn what_is_no_file_or_has_a_line_without_an_end_is_refused_before_anybody_is_asked_for() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    let pipe = home.path("pipe");
    home.program("mkfifo").args([&pipe]).succeed();
    let endless = home.write("endless", "");
    fs::File::options().write(true).open(&endless).unwrap().set_len(4 << 30).unwrap();
    let no_file = "cannot be used: it is not a regular file";
    for (name, why) in [
        ("/dev/zero", no_file),
        ("/dev/full", no_file),
        (pipe.to_str().unwrap(), no_file),
        (home.path("").to_str().unwrap(), no_file),
        (&endless, "line 1 is longer than any that an audit has written"),
    ] {
        let ran = frugal(&home, &sandbox, &format!("audit --from {file} --resume {name}")).with_code(2);
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
    assert_eq!(fs::metadata(&endless).unwrap().len(), 4 << 30);
    assert!(sandbox.journal().is_empty());
}

/// A file that grows to so many blocks of 512 bytes and no further, as on a disk that is full.
#[test]
fn on_a_full_disk_all_results_are_told_and_then_the_failure() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 50);
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    let url = sandbox.base_url();
    let who = ["--base-url", &url, "--email", contacts_sandbox::DEMO_EMAIL, "--token-file", &token];
    let limited = ["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_contacts")];
    for form in ["ndjson", "json"] {
        let kept = home.path(form);
        let line = format!("audit --from {file} --resume {} -o {form}", kept.display());
        let ran = home.program("sh").args(limited).args(who).line(&line).run().with_code(1);
        if form == "ndjson" {
            assert_whole(&ran.stdout, 50);
        } else {
            assert_eq!(support::one_line(&ran.stdout).as_array().unwrap().len(), 50);
        }
        let message = ran.error()["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with(&format!("{} cannot be written: ", kept.display())), "{message}");

        // What was kept is gone on from.
        sandbox.clear_journal();
        home.demo(&sandbox, &line).run().with_code(0);
        assert!((1..50).contains(&asked(&sandbox).len()));
    }
}

#[test]
fn an_interrupt_does_not_wait_for_whoever_waits() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }));
    let command = home.demo(&sandbox, &format!("audit --from {file} -o json")).start();
    until("the requests", || sandbox.journal().len() == 3);
    command.interrupt();
    let ran = command.end().killed_by(support::SIGINT);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.error()["kind"], "interrupted");
    assert!(ran.took < std::time::Duration::from_secs(30), "the time for each of them is a minute: {ran:?}");
}
