//! An audit at a terminal shows a progress bar and removes it at the end. On Linux only.
#![cfg(target_os = "linux")]

use crate::support::{Home, users::user};
use contacts_sandbox::{Fault, FaultRule, Hint, Sandbox, When};

/// Fifty users with slow answers, half of them unreachable. The rule may make one request wait.
fn slow(home: &Home, limited: Option<FaultRule>) -> (Sandbox, String) {
    let sandbox = Sandbox::start().unwrap();
    for number in 0..50 {
        user(
            &sandbox,
            &format!("u{number}"),
            &[("email", "a@b", number % 2 == 0), ("sms", "49-1", number % 2 == 0)],
        );
    }
    if let Some(limited) = limited {
        sandbox.arm(limited);
    }
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 50, when: When::Before }));
    (
        sandbox,
        home.write("users", &(0..50).map(|number| format!("u{number}\n")).collect::<String>()),
    )
}

fn retry_after(seconds: u32) -> Fault {
    Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds, status: 429 }
}

/// The text on the screen at the end, without overwritten and erased lines.
fn left(text: &str) -> String {
    let shown = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let erased = line.rsplit("\u{1b}[2K").next().unwrap_or(line);
        erased.rsplit('\r').next().unwrap_or(erased)
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_bar_shows_progress_and_counts_and_is_removed_at_the_end() {
    let home = Home::new();
    let (sandbox, file) = slow(&home, None);
    let line = format!("--color never audit --from {file} --jobs 4 -o csv");
    let ran = home.demo(&sandbox, &line).at_terminal(120).end().with_code(0);
    for text in ["/50 users, ", "/s, ", " left", " unreachable"] {
        assert!(ran.stdout.contains(text), "{text}: {ran:?}");
    }
    let left = left(&ran.stdout);
    assert!(!left.contains("/50 users"), "{left}");
    assert!(
        left.contains("u49,,,unreachable") && left.contains("note: 50 users: 25 reachable"),
        "{left}"
    );

    let ran = home.demo(&sandbox, &format!("{line} --quiet")).at_terminal(120).end().with_code(0);
    assert!(!ran.stdout.contains("/50 users"), "{ran:?}");
    assert_eq!(
        home.demo(&sandbox, &line).run().with_code(0).stderr.lines().count(),
        1,
        "no bar without a terminal"
    );
}

#[test]
fn a_wait_stays_in_the_bar_while_other_users_are_read() {
    let home = Home::new();
    // After a 429, all users would wait.
    let busy = Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 2, status: 503 };
    let (sandbox, file) = slow(&home, Some(FaultRule::new(busy).nth(2)));
    let line = format!("--color never audit --from {file} --jobs 2 -o csv");
    let ran = home.demo(&sandbox, &line).at_terminal(160).end().with_code(0);
    let bars = || ran.stdout.split(['\r', '\n']).filter(|part| part.contains("/50 users"));
    let read =
        |bar: &str| bar.split("/50 users").next()?.split_whitespace().last()?.parse::<u32>().ok();
    let most = bars().filter(|bar| bar.contains("; waiting 2")).filter_map(read).max();
    assert!(most >= Some(5), "{most:?}: {ran:?}");
    assert!(!bars().next_back().unwrap().contains("waiting"), "{ran:?}");
}

#[test]
fn waits_are_shown_in_the_bar_and_requests_above_it() {
    let home = Home::new();
    let (sandbox, file) = slow(&home, Some(retry_after(1).into()));
    let line = format!("--color never audit --from {file} --jobs 1 -o csv");
    let ran = home.demo(&sandbox, &line).at_terminal(160).end().with_code(0);
    let bar = ran.stdout.split(['\r', '\n']).find(|part| part.contains("; waiting 1")).unwrap();
    assert!(bar.contains("/50 users") && bar.contains("as the service requested"), "{bar}");
    assert!(!left(&ran.stdout).contains("waiting"), "{ran:?}");

    let ran = home.demo(&sandbox, &format!("{line} -v")).at_terminal(160).end().with_code(0);
    let left = left(&ran.stdout);
    let lines = left
        .lines()
        .filter(|line| line.starts_with("> GET http") || line.starts_with("< 200 OK in "))
        .count();
    assert_eq!(lines, 100, "one line each: {left}");
}
