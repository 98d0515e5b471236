//! Audits of many users, and audits that continue with `--resume`.
#![cfg(unix)]

use crate::support;
use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt};

use crate::support::{Home, Running, until, users::user};
use contacts_sandbox::{Fault, FaultRule, Sandbox, When};
use serde_json::Value;

/// A sandbox with this number of users, and a file of their ids. Every tenth user is unreachable.
fn company(home: &Home, users: usize) -> (Sandbox, String) {
    let sandbox = Sandbox::start().unwrap();
    for number in 0..users {
        let contacts =
            [("email", "a@example.com", number % 10 != 0), ("sms", "49-1", number % 10 != 0)];
        user(&sandbox, &format!("u{number}"), &contacts);
    }
    let ids: String = (0..users).map(|number| format!("u{number}\n")).collect();
    let file = home.write("users", &ids);
    (sandbox, file)
}

/// The number of requests for each user.
fn requests(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut requests = BTreeMap::new();
    for recorded in sandbox.journal() {
        let account = recorded.target.split_once("targetAccountId=").unwrap().1.to_owned();
        *requests.entry(account).or_default() += 1;
    }
    requests
}

/// Asserts that the output has each user once, in order, with the right reachability.
fn assert_whole(ndjson: &str, users: usize) {
    let rows: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), users);
    for (number, user) in rows.iter().enumerate() {
        assert_eq!(user["accountId"], format!("u{number}"));
        let expected = if number % 10 == 0 { "unreachable" } else { "reachable" };
        assert_eq!(user["reachability"], expected, "{user}");
    }
}

#[test]
fn each_of_ten_thousand_users_is_read_once() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 10_000);
    let ran = home.demo(&sandbox, &format!("audit --from {file} -o ndjson")).run().with_code(0);
    assert_whole(&ran.stdout, 10_000);
    assert_eq!(ran.stderr, "");
    let requests = requests(&sandbox);
    assert_eq!((requests.len(), requests.values().max()), (10_000, Some(&1)));
}

/// A running audit: a hundred users are read, and each of the four threads waits for an answer that
/// never comes.
fn a_hundred_users(home: &Home, sandbox: &Sandbox, line: &str) -> Running {
    sandbox.disarm();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).range(101, u64::MAX));
    let before = sandbox.journal().len();
    let command = home.demo(sandbox, line).start();
    until("a hundred users", || sandbox.journal().len() == before + 100 + 4);
    command
}

#[test]
fn after_an_interrupt_the_same_command_reads_only_the_remaining_users() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 400);
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {} --jobs 4", kept.display());
    let a_hundred = || a_hundred_users(&home, &sandbox, &line);

    let command = a_hundred();
    command.interrupt();
    let ran = command.end().killed_by(support::SIGINT);
    assert!(ran.stderr.contains("error: interrupted after 100 of 400 users\n"), "{ran:?}");
    assert!(ran.stderr.contains("hint: run the same command again to continue"), "{ran:?}");
    assert!(ran.stderr.contains("note: 100 users: "), "results so far are written: {ran:?}");
    let text = fs::read_to_string(&kept).unwrap();
    assert_eq!(text.lines().count(), 1 + 100);
    for number in (0..400).step_by(10) {
        let is_known = text.contains(&format!("\"accountId\":\"u{number}\""));
        assert_eq!(ran.stdout.contains(&format!("\nu{number} ")), is_known, "{number}: {ran:?}");
    }
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);

    // A kill leaves no time to clean up.
    a_hundred().kill();
    // An incomplete last line.
    let mut torn = fs::read(&kept).unwrap();
    torn.extend(br#"{"accountId":"u399","contacts":[{"id":"#);
    fs::write(&kept, torn).unwrap();

    sandbox.disarm();
    let ran = home.demo(&sandbox, &line).line("-o ndjson").run().with_code(0);
    assert_whole(&ran.stdout, 400);
    let requests = requests(&sandbox);
    assert_eq!(requests.len(), 400);
    let repeated: usize = requests.values().map(|times| times - 1).sum();
    // Users in flight: one per thread for each stop, and one that was not saved before the kill.
    assert!(repeated <= 4 + (4 + 1), "{repeated} users were read again");

    // Now the file has all users.
    sandbox.clear_journal();
    let ran = home.demo(&sandbox, &line).line("-o ndjson --require voice").run().with_code(0);
    assert!(sandbox.journal().is_empty());
    let second: Value = serde_json::from_str(ran.stdout.lines().nth(1).unwrap()).unwrap();
    assert_eq!(
        second["reachability"], "missing-required",
        "another --require needs no new requests"
    );
}

#[test]
fn an_incomplete_last_line_is_noted_and_its_user_is_read_again() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {}", kept.display());
    home.demo(&sandbox, &line).run().with_code(0);
    let bytes = fs::read(&kept).unwrap();
    fs::write(&kept, &bytes[..bytes.len() - 1]).unwrap();
    sandbox.clear_journal();
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    assert!(
        ran.stderr.contains(&format!("note: the last line of {} is incomplete", kept.display())),
        "{ran:?}"
    );
    assert_eq!(requests(&sandbox).len(), 1);
}

#[test]
fn users_that_could_not_be_read_are_read_again() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    sandbox.arm(Fault::Status { status: 503, body: None, content_type: None, when: When::Before });
    let line = format!(
        "audit --from {file} --resume {} --attempts 1 -o ndjson",
        home.path("kept").display()
    );
    home.demo(&sandbox, &line).run().with_code(5);
    sandbox.clear_journal();
    assert_whole(&home.demo(&sandbox, &line).run().with_code(0).stdout, 3);
    assert_eq!(requests(&sandbox).len(), 1);
}

#[test]
fn a_file_of_another_site_or_purpose_is_rejected_and_not_changed() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    let other = Sandbox::start().unwrap();
    let kept = home.path("kept");
    let line = format!("audit --from {file} --resume {}", kept.display());
    home.demo(&other, &line).run().with_code(1);
    let contacts = home.write("contacts.yaml", "- sms: 90-5555559999");
    for (name, why) in [
        (kept.to_str().unwrap(), format!("it belongs to another site, {}", other.base_url())),
        (&contacts, "it is not the --resume file of an audit".into()),
        ("/", "could not use /: ".into()),
    ] {
        let before = fs::read(name).ok();
        let ran =
            home.demo(&sandbox, &format!("audit --from {file} --resume {name}")).run().with_code(2);
        assert!(ran.stderr.contains(&why), "{ran:?}");
        assert_eq!(fs::read(name).ok(), before);
    }
    assert!(sandbox.journal().is_empty());
}

/// Runs the command with 2 GB of memory at most.
fn run_with_little_memory(home: &Home, sandbox: &Sandbox, line: &str) -> support::Ran {
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    let url = sandbox.base_url();
    let who = ["--base-url", &url, "--email", contacts_sandbox::DEMO_EMAIL, "--token-file", &token];
    let limited = ["-c", "ulimit -v 2000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_contacts")];
    home.program("sh").args(limited).args(who).line(line).run()
}

#[test]
fn a_device_a_pipe_a_folder_or_an_endless_line_is_rejected_before_any_request() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    let pipe = home.path("pipe");
    home.program("mkfifo").args([&pipe]).succeed();
    let endless = home.write("endless", "");
    fs::File::options().write(true).open(&endless).unwrap().set_len(4 << 30).unwrap();
    let not_regular = ": it is not a regular file";
    for (name, why) in [
        ("/dev/zero", not_regular),
        ("/dev/full", not_regular),
        (pipe.to_str().unwrap(), not_regular),
        (home.path("").to_str().unwrap(), not_regular),
        (&endless, ": line 1 is longer than 33554432 bytes"),
    ] {
        let ran = run_with_little_memory(
            &home,
            &sandbox,
            &format!("audit --from {file} --resume {name}"),
        )
        .with_code(2);
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
    assert_eq!(fs::metadata(&endless).unwrap().len(), 4 << 30);
    assert!(sandbox.journal().is_empty());
}

/// `ulimit -f` limits the size of files, like a full disk.
#[test]
fn with_a_full_disk_all_results_are_written_and_then_the_error() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 50);
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    let url = sandbox.base_url();
    let who = ["--base-url", &url, "--email", contacts_sandbox::DEMO_EMAIL, "--token-file", &token];
    let limited =
        ["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_contacts")];
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
        assert!(message.starts_with(&format!("could not write {}: ", kept.display())), "{message}");

        // The saved users are not read again.
        sandbox.clear_journal();
        home.demo(&sandbox, &line).run().with_code(0);
        assert!((1..50).contains(&requests(&sandbox).len()));
    }
}

#[test]
fn an_interrupt_does_not_wait_for_requests_in_flight() {
    let home = Home::new();
    let (sandbox, file) = company(&home, 3);
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }));
    let command = home.demo(&sandbox, &format!("audit --from {file} -o json")).start();
    until("the requests", || sandbox.journal().len() == 3);
    command.interrupt();
    let ran = command.end().killed_by(support::SIGINT);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.error()["kind"], "interrupted");
    assert!(
        ran.took < std::time::Duration::from_secs(30),
        "the timeout of a user is a minute: {ran:?}"
    );
}
