//! A signal ends the command at once, and an unknown outcome is always reported.
#![cfg(unix)]

use crate::support;
use std::{
    io::{self, Write},
    thread,
    time::{Duration, Instant},
};

use crate::support::{Contacts, Home, Ran, SIGINT, ids, stored, until};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Hint, Operation, Sandbox, When};

/// A sandbox that performs every operation and never responds.
fn silent() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    sandbox
}

/// Runs a command line, and interrupts it after this many requests.
fn interrupted(home: &Home, sandbox: &Sandbox, line: &str, requests: usize) -> Ran {
    let command = home.demo(sandbox, line).start();
    until("the request", || sandbox.journal().len() >= requests);
    command.interrupt();
    command.end()
}

#[test]
fn an_interrupt_during_a_create_prints_a_receipt() {
    let (home, sandbox) = (Home::new(), silent());
    let ran = interrupted(&home, &sandbox, "create voice 49-1", 1).with_code(7);
    assert_eq!(ran.stdout, "");
    assert!(
        ran.stderr
            .contains("interrupted: it is unknown whether the voice contact 49-1 was created"),
        "{ran:?}"
    );
    let receipt = ran.stderr.lines().find_map(|line| line.strip_prefix("receipt: ")).unwrap();
    sandbox.disarm();
    until("the effect", || stored(&sandbox).len() == 3);
    let resolved = home.demo(&sandbox, &format!("reconcile {receipt} -o json")).json();
    assert_eq!(resolved["id"], *stored(&sandbox)[2].id);
}

#[test]
fn an_interrupt_during_a_create_is_one_json_error() {
    let (home, sandbox) = (Home::new(), silent());
    let ran = interrupted(&home, &sandbox, "create voice 49-1 -o json", 1).with_code(7);
    let error = ran.error();
    assert!(error["kind"] == "outcome_unknown" && error["receipt"].is_string(), "{error}");
}

#[test]
fn an_interrupt_while_create_ensure_waits_prints_a_receipt() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Close { when: When::After }).on(Operation::Create));
    let ran = interrupted(&home, &sandbox, "create --ensure voice 49-1 -o json", 2).with_code(7);
    assert!(ran.error()["receipt"].is_string(), "{ran:?}");
}

#[test]
fn an_interrupt_prints_no_receipt_if_the_create_was_certainly_not_processed() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 30, status: 429 });
    let mut command = home.demo(&sandbox, "create voice 49-1 -v").start();
    while !command.note().starts_with("waiting") {}
    command.interrupt();
    let ran = command.end().killed_by(SIGINT);
    assert!(!ran.stderr.contains("receipt"), "{ran:?}");
}

#[test]
fn an_interrupt_during_several_changes_reports_the_finished_ones() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).nth(2).on(Operation::Delete));
    let [email, sms] = ids(&sandbox);
    let ran = interrupted(&home, &sandbox, &format!("delete --yes --force {email} {sms} c"), 2)
        .killed_by(SIGINT);
    let expected = format!(
        "error: interrupted: 1 of 3 changes were made; the outcome of the next one is unknown: {sms}\n"
    );
    assert_eq!((ran.stdout, ran.stderr), (format!("Deleted {email}\n"), expected));
}

#[test]
fn an_interrupt_outside_a_change_prints_nothing() {
    let (home, sandbox) = (Home::new(), silent());
    for (number, line) in
        ["list", "update a b", "create --ensure voice 49-1", "delete --yes --force a"]
            .iter()
            .enumerate()
    {
        let ran = interrupted(&home, &sandbox, line, number + 1).killed_by(SIGINT);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""), "{line}");
    }
}

const SIGNALS: [(&str, i32); 3] = [("HUP", 1), ("INT", SIGINT), ("TERM", 15)];

#[test]
fn each_signal_ends_the_command_by_its_default_action() {
    for (name, number) in SIGNALS {
        let (home, sandbox) = (Home::new(), silent());
        let command = home.demo(&sandbox, "list").start();
        until("the request", || sandbox.journal().len() == 1);
        command.signal(name);
        let ran = command.end().killed_by(number);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""), "{name}");
    }
}

#[test]
fn each_signal_during_a_create_prints_a_receipt() {
    for (name, _) in SIGNALS {
        let (home, sandbox) = (Home::new(), silent());
        let command = home.demo(&sandbox, "create voice 49-1 -o json").start();
        until("the request", || sandbox.journal().len() == 1);
        command.signal(name);
        assert!(command.end().with_code(7).error()["receipt"].is_string(), "{name}");
    }
}

/// A shell script that runs the command as the demo user.
fn shell(home: &Home, sandbox: &Sandbox, shell: &str, line: &str) -> Contacts {
    let token = home.write("token", DEMO_TOKEN);
    let contacts = format!(
        "'{}' --base-url {} --email {DEMO_EMAIL} --token-file '{token}'",
        env!("CARGO_BIN_EXE_contacts"),
        sandbox.base_url()
    );
    home.program(shell).args(["-c", &line.replace("contacts", &contacts)])
}

#[test]
fn an_interrupt_stops_a_shell_loop() {
    let (home, sandbox) = (Home::new(), silent());
    let line = "for i in 1 2 3; do contacts list; done; echo on";
    let command = shell(&home, &sandbox, "bash", line).leader().start();
    until("the request", || sandbox.journal().len() == 1);
    command.signal_all("INT");
    let ran = command.end().killed_by(SIGINT);
    assert_eq!((&*ran.stdout, sandbox.journal().len()), ("", 1));
}

#[test]
fn a_shell_reports_the_signal() {
    let (home, sandbox) = (Home::new(), silent());
    let command = shell(
        &home,
        &sandbox,
        "sh",
        "contacts list & kill_me=$!; echo $kill_me; wait $kill_me; echo $?",
    );
    let mut command = command.start();
    until("the request", || sandbox.journal().len() == 1);
    let child = command.line();
    support::send("TERM", child.trim());
    assert_eq!(command.line(), "143\n");
}

/// A sandbox that responds late, so that a signal can arrive before.
fn slow() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(Fault::Delay { ms: 1_500, when: When::Before });
    sandbox
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_ignored_at_the_start_stays_ignored() {
    for (begun, signal, other) in [
        ("trap '' HUP; exec contacts list", "HUP", "TERM"),
        ("trap '' INT; exec contacts list", "INT", "HUP"),
        ("trap '' TERM; exec contacts list", "TERM", "INT"),
    ] {
        let (home, sandbox) = (Home::new(), slow());
        let command = shell(&home, &sandbox, "sh", begun).start();
        until("the request", || sandbox.journal().len() == 1);
        command.signal(signal);
        assert!(command.end().with_code(0).stdout.contains("demo@example.com"), "{begun}");

        let (home, sandbox) = (Home::new(), silent());
        let command = shell(&home, &sandbox, "sh", begun).start();
        until("the request", || sandbox.journal().len() == 1);
        command.signal(other);
        assert_eq!(command.end().status.code(), None, "{begun}: {other} is not ignored");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn under_nohup_an_audit_survives_the_end_of_its_terminal() {
    let (home, sandbox) = (Home::new(), slow());
    let file = home.write("users", "712020:0a1b2c3d\n712020:4e5f6a7b\n");
    let line = format!("exec nohup contacts audit --from {file} -o ndjson");
    let command = shell(&home, &sandbox, "sh", &line).start();
    until("the requests", || !sandbox.journal().is_empty());
    command.signal("HUP");
    assert_eq!(command.end().with_code(0).stdout.lines().count(), 2);
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_does_not_end_a_background_job_of_a_script() {
    let (home, sandbox) = (Home::new(), slow());
    // Without job control, background jobs of a shell ignore SIGINT.
    let line = "trap : INT; contacts list & job=$!; until wait $job; [ $? -lt 128 ]; do :; done; wait $job; echo $?";
    let command = shell(&home, &sandbox, "sh", line).leader().start();
    until("the request", || sandbox.journal().len() == 1);
    command.signal_all("INT");
    let ran = command.end().with_code(0);
    assert!(ran.stdout.contains("demo@example.com") && ran.stdout.ends_with("0\n"), "{ran:?}");
}

/// A full pipe whose reader does not read.
fn full_pipe() -> (io::PipeReader, io::PipeWriter) {
    let (reader, mut writer) = io::pipe().unwrap();
    // Both ends share the blocking mode, and the command must block on this pipe.
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while writer.write(b"\n").is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    (reader, writer)
}

#[test]
fn a_full_pipe_without_a_reader_does_not_block_the_exit() {
    for signals in [&["INT", "INT", "TERM"][..], &["INT"], &["TERM"], &["HUP"]] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        let file = home.write("contacts.yaml", "- email: new@example.com\n- voice: 49-1\n");
        let (_reader, writer) = full_pipe();
        let line = format!("apply {file} --yes -o ndjson");
        let command = home.demo(&sandbox, &line).stdout(writer).start();
        until("the first change", || support::writes(&sandbox) > 0);
        // The command blocks while it writes the first result.
        thread::sleep(Duration::from_millis(300));
        for signal in signals {
            command.signal(signal);
        }
        let ran = command.end();
        assert_eq!(ran.status.code(), None, "{signals:?}: {ran:?}");
        assert!(ran.took < Duration::from_secs(20), "{signals:?}: {ran:?}");
        if signals.len() == 1 {
            let error = ran.error();
            assert!(error["message"].as_str().unwrap().starts_with("interrupted: "), "{error}");
        }
    }
}

#[test]
fn with_both_streams_blocked_the_command_ends_and_exit_code_7_stays() {
    for (line, code) in [("create voice 49-1", Some(7)), ("list", None)] {
        let (home, sandbox) = (Home::new(), silent());
        let (_reader, writer) = full_pipe();
        let (out, error) = (writer.try_clone().unwrap(), writer);
        let mut command = home.demo(&sandbox, line).stdout(out).command();
        let mut child = command.stderr(error).spawn().unwrap();
        until("the request", || sandbox.journal().len() == 1);
        support::send("INT", &child.id().to_string());
        let began = Instant::now();
        assert_eq!(child.wait().unwrap().code(), code, "{line}");
        assert!(began.elapsed() < Duration::from_secs(20), "{line}");
    }
}

#[test]
fn a_receipt_is_printed_even_if_no_one_reads_the_results() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.write("contacts.yaml", "- email: new@example.com\n- voice: 49-1\n");
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }).nth(1).on(Operation::Create));
    let (_reader, writer) = full_pipe();
    let line = format!("apply {file} --yes -o json");
    let command = home.demo(&sandbox, &line).stdout(writer).start();
    until("the create", || support::writes(&sandbox) > 0);
    command.interrupt();
    assert!(command.end().with_code(7).error()["receipt"].is_string());
}
