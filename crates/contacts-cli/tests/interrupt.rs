//! Ctrl-C ends the command at once, and never leaves a doubt untold.
#![cfg(unix)]

mod support;

use contacts_sandbox::{Fault, FaultRule, Hint, Operation, Sandbox, When};
use support::{Home, Ran, ids, stored, until};

/// A sandbox that carries out everything and answers nothing.
fn silent() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    sandbox
}

/// Runs a command line, and interrupts it when the sandbox has this many requests.
fn interrupted(home: &Home, sandbox: &Sandbox, line: &str, requests: usize) -> Ran {
    let command = home.demo(sandbox, line).start();
    until("the request", || sandbox.journal().len() >= requests);
    command.interrupt();
    command.end()
}

#[test]
fn in_the_middle_of_a_creation_it_leaves_a_ticket() {
    let (home, sandbox) = (Home::new(), silent());
    let ran = interrupted(&home, &sandbox, "create voice 49-1", 1).with_code(7);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("interrupted: the voice contact 49-1 may have been created"), "{ran:?}");
    let ticket = ran.stderr.lines().find_map(|line| line.strip_prefix("ticket: ")).unwrap();
    sandbox.disarm();
    until("the effect", || stored(&sandbox).len() == 3);
    let resolved = home.demo(&sandbox, &format!("resolve {ticket} -o json")).json();
    assert_eq!(resolved["id"], *stored(&sandbox)[2].id);
}

#[test]
fn in_the_middle_of_a_creation_it_is_one_error_as_json() {
    let (home, sandbox) = (Home::new(), silent());
    let ran = interrupted(&home, &sandbox, "create voice 49-1 -o json", 1).with_code(7);
    let error = ran.error();
    assert!(error["kind"] == "indeterminate" && error["ticket"].is_string(), "{error}");
}

#[test]
fn while_a_creation_that_is_ensured_waits_it_leaves_a_ticket_too() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Close { when: When::After }).on(Operation::Create));
    let ran = interrupted(&home, &sandbox, "create --ensure voice 49-1 -o json", 2).with_code(7);
    assert!(ran.error()["ticket"].is_string(), "{ran:?}");
}

#[test]
fn while_a_creation_waits_that_certainly_did_nothing_it_leaves_none() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 30, status: 429 });
    let mut command = home.demo(&sandbox, "create voice 49-1 -v").start();
    while !command.note().starts_with("waiting") {}
    command.interrupt();
    let ran = command.end().with_code(130);
    assert!(!ran.stderr.contains("ticket"), "{ran:?}");
}

#[test]
fn in_the_middle_of_several_changes_it_tells_how_far_they_are() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).nth(2).on(Operation::Delete));
    let [email, sms] = ids(&sandbox);
    let ran = interrupted(&home, &sandbox, &format!("delete --yes {email} {sms} c"), 2).with_code(130);
    let told = format!(
        "error: interrupted: 1 of 3 changes were made, and how far the next one came is not known: {sms}\n"
    );
    assert_eq!((ran.stdout, ran.stderr), (format!("Deleted {email}\n"), told));
}

#[test]
fn elsewhere_it_ends_the_command_without_a_word() {
    let (home, sandbox) = (Home::new(), silent());
    for (number, line) in
        ["list", "update a b", "create --ensure voice 49-1", "delete --yes a"].iter().enumerate()
    {
        let ran = interrupted(&home, &sandbox, line, number + 1).with_code(130);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""), "{line}");
    }
}
