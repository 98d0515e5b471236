//! At a terminal, `apply` shows the plan and makes changes only after a yes. On Linux only.
#![cfg(target_os = "linux")]

use crate::support::{Home, add, reached, writes};
use contacts_sandbox::Sandbox;

/// The end of the question.
const QUESTION: &str = " [y/N] ";

const BEFORE: [&str; 2] = ["email demo@example.com", "sms 90-555-555-5555"];

fn file(home: &Home) -> String {
    home.write("wanted.yaml", "- email: demo@example.com\n- voice: 49-1\n")
}

#[test]
fn the_plan_is_shown_and_only_yes_changes_something() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply {}", file(&home));
    for answer in ["n", "", "yess"] {
        let ran =
            home.demo(&sandbox, &line).at_terminal(200).answer(QUESTION, answer).end().with_code(1);
        for text in
            ["+ voice 49-1", "1 change: 1 to create", "Make 1 change? [y/N]", "nothing was changed"]
        {
            assert!(ran.stdout.contains(text), "{text}: {ran:?}");
        }
    }
    assert_eq!((reached(&sandbox), writes(&sandbox)), (BEFORE.map(String::from).to_vec(), 0));
    let ran = home.demo(&sandbox, &line).at_terminal(200).answer(QUESTION, "y").end().with_code(0);
    assert!(ran.stdout.contains("\u{1b}[32mok"), "{ran:?}");
    assert_eq!(reached(&sandbox).last().unwrap(), "voice 49-1");
    let ran = home.demo(&sandbox, &line).at_terminal(200).end().with_code(0);
    assert!(
        !ran.stdout.contains("[y/N]") && ran.stdout.contains("no changes"),
        "an empty plan has no question: {ran:?}"
    );
}

#[test]
fn yes_and_dry_run_ask_nothing() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for flag in ["--dry-run", "--yes"] {
        let line = format!("apply {flag} {}", file(&home));
        let ran = home.demo(&sandbox, &line).at_terminal(200).end().with_code(0);
        assert!(!ran.stdout.contains("[y/N]"), "{ran:?}");
    }
    assert_eq!(reached(&sandbox).len(), 3);
}

#[test]
fn if_contacts_change_during_the_question_a_new_plan_needs_a_new_answer() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply --prune --color never {}", file(&home));
    for (answer, code) in [("n", 1), ("y", 0)] {
        let mut running = home.demo(&sandbox, &line).at_terminal(200);
        running.shown(QUESTION);
        let to = format!("Phone {answer}");
        add(&sandbox, "mobile", &to, true);
        running.enter("y");
        running.shown("The contacts have changed since this plan was made.");
        running.shown(&format!("- mobile {to}"));
        running.shown(QUESTION);
        running.enter(answer);
        running.end().with_code(code);
        assert_eq!(reached(&sandbox).contains(&format!("mobile {to}")), answer == "n");
    }
    assert_eq!(reached(&sandbox), ["email demo@example.com", "voice 49-1"]);
}

#[test]
fn a_change_that_others_made_during_the_question_is_not_made_again() {
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

/// The limit of `--timeout` starts again after the answer.
#[test]
fn the_time_of_the_question_does_not_count_towards_the_timeout() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let line = format!("apply --color never --timeout 4s {}", file(&home));
    let mut running = home.demo(&sandbox, &line).at_terminal(200);
    running.shown(QUESTION);
    std::thread::sleep(std::time::Duration::from_millis(4_200));
    running.enter("y");
    running.end().with_code(0);
    assert_eq!(reached(&sandbox).len(), 3);
}
