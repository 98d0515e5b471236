//! At a terminal a plan is applied only once somebody has seen it and said yes. On Linux only.
#![cfg(target_os = "linux")]

use crate::support::{Home, add, reached, writes};
use contacts_sandbox::Sandbox;

/// The question that must be answered before anything is done.
const QUESTION: &str = " [y/N] ";

const BEFORE: [&str; 2] = ["email demo@example.com", "sms 90-555-555-5555"];

fn file(home: &Home) -> String {
    home.write("wanted.yaml", "- email: demo@example.com\n- voice: 49-1\n")
}

#[test]
fn the_plan_is_shown_and_nothing_is_done_unless_the_answer_is_yes() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply {}", file(&home));
    for answer in ["n", "", "yess"] {
        let ran = home.demo(&sandbox, &line).at_terminal(200).answer(QUESTION, answer).end().with_code(1);
        for told in ["+ voice 49-1", "1 change: 1 to create", "Make 1 change? [y/N]", "nothing was changed"] {
            assert!(ran.stdout.contains(told), "{told}: {ran:?}");
        }
    }
    assert_eq!((reached(&sandbox), writes(&sandbox)), (BEFORE.map(String::from).to_vec(), 0));
    let ran = home.demo(&sandbox, &line).at_terminal(200).answer(QUESTION, "y").end().with_code(0);
    assert!(ran.stdout.contains("\u{1b}[32mok"), "{ran:?}");
    assert_eq!(reached(&sandbox).last().unwrap(), "voice 49-1");
    let ran = home.demo(&sandbox, &line).at_terminal(200).end().with_code(0);
    assert!(
        !ran.stdout.contains("[y/N]") && ran.stdout.contains("no changes"),
        "there is nothing to ask: {ran:?}"
    );
}

#[test]
fn with_yes_or_without_effect_nobody_is_asked() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for flag in ["--dry-run", "--yes"] {
        let line = format!("apply {flag} {}", file(&home));
        let ran = home.demo(&sandbox, &line).at_terminal(200).end().with_code(0);
        assert!(!ran.stdout.contains("[y/N]"), "{ran:?}");
    }
    assert_eq!(reached(&sandbox).len(), 3);
}

#[test]
fn contacts_that_have_changed_while_it_asked_are_planned_for_and_asked_about_again() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply --prune --color never {}", file(&home));
    for (answer, code) in [("n", 1), ("y", 0)] {
        let mut running = home.demo(&sandbox, &line).at_terminal(200);
        running.shown(QUESTION);
        let to = format!("Phone {answer}");
        add(&sandbox, "mobile", &to, true);
        running.enter("y");
        running.shown("The contacts have changed since that plan was made.");
        running.shown(&format!("- mobile {to}"));
        running.shown(QUESTION);
        running.enter(answer);
        running.end().with_code(code);
        assert_eq!(reached(&sandbox).contains(&format!("mobile {to}")), answer == "n");
    }
    assert_eq!(reached(&sandbox), ["email demo@example.com", "voice 49-1"]);
}

#[test]
fn what_was_done_by_others_while_it_asked_is_not_done_again() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply --color never {}", file(&home));
    let mut running = home.demo(&sandbox, &line).at_terminal(200);
    running.shown(QUESTION);
    add(&sandbox, "voice", "49-1", true);
    running.enter("y");
    let ran = running.end().with_code(0);
    assert!(ran.stdout.contains("no changes"), "{ran:?}");
    assert_eq!((reached(&sandbox).len(), writes(&sandbox)), (3, 0));
}

/// The time for it all begins when the answer is there.
#[test]
fn the_time_that_a_question_takes_is_not_the_commands() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply --color never --timeout 4s {}", file(&home));
    let mut running = home.demo(&sandbox, &line).at_terminal(200);
    running.shown(QUESTION);
    std::thread::sleep(std::time::Duration::from_millis(4_200));
    running.enter("y");
    running.end().with_code(0);
    assert_eq!(reached(&sandbox).len(), 3);
}
