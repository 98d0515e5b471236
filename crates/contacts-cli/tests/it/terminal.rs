//! Prompts, color, width and waits at a terminal. On Linux only.
#![cfg(target_os = "linux")]

use crate::support;
use crate::support::{Contacts, Home, Ran, ids, stored};
use contacts_sandbox::{DEMO_EMAIL, Fault, FaultRule, Hint, Sandbox, When};

/// Runs a command line without prompts at a terminal with this many columns.
fn at_terminal(home: &Home, sandbox: &Sandbox, columns: u16, line: &str) -> Ran {
    home.demo(sandbox, line).at_terminal(columns).end()
}

/// Runs a command line at a terminal, and answers its question.
fn answered(home: &Home, sandbox: &Sandbox, line: &str, answer: &str) -> Ran {
    home.demo(sandbox, line).at_terminal(100).answer("[y/N] ", answer).end()
}

fn is_colored(text: &str) -> bool {
    text.contains("\u{1b}[")
}

#[test]
fn delete_asks_and_does_nothing_unless_the_answer_is_yes() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    for answer in ["n", "", "yess"] {
        let ran = answered(&home, &sandbox, &format!("delete {first}"), answer).with_code(1);
        assert!(
            ran.stdout.contains(&format!(
                "{first}  email demo@example.com\r\nDelete 1 contact permanently? [y/N]"
            )),
            "{ran:?}"
        );
        assert!(ran.stdout.contains("nothing was deleted"), "{ran:?}");
    }
    assert_eq!(support::writes(&sandbox), 0);
    let ran = answered(&home, &sandbox, &format!("delete {first} {second}"), "y").with_code(0);
    let asked = "no notifications\r\nDelete 2 contacts permanently? [y/N]";
    assert!(ran.stdout.contains(asked), "{ran:?}");
    assert_eq!(stored(&sandbox), []);
}

#[test]
fn deactivate_asks_before_the_last_enabled_contact() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, second] = ids(&sandbox);
    let ran = at_terminal(&home, &sandbox, 100, &format!("deactivate {first}")).with_code(0);
    assert_eq!(ran.stdout, format!("Deactivated {first}\r\n"));
    let line = format!("deactivate {second}");
    let ran = answered(&home, &sandbox, &line, "n").with_code(1);
    assert!(ran.stdout.contains("Deactivate 1 contact anyway? [y/N]"), "{ran:?}");
    assert!(stored(&sandbox)[1].enabled);
    answered(&home, &sandbox, &line, "y").with_code(0);
    assert!(!stored(&sandbox)[1].enabled);
}

#[test]
fn delete_with_yes_does_not_ask() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let [first, _] = ids(&sandbox);
    let ran = at_terminal(&home, &sandbox, 100, &format!("delete --yes {first}")).with_code(0);
    assert_eq!(ran.stdout, format!("Deleted {first}\r\n"));
}

#[test]
fn color_is_for_terminals_unless_a_flag_decides() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for (line, colored) in [
        ("list", true),
        ("list --color never", false),
        ("get gone", true),
        ("get gone --color never", false),
        ("list -o json", false),
    ] {
        let ran = at_terminal(&home, &sandbox, 100, line);
        assert_eq!(is_colored(&ran.stdout), colored, "{line}: {ran:?}");
    }
    for (line, colored) in [("list", false), ("list --color always", true)] {
        assert_eq!(is_colored(&home.demo(&sandbox, line).succeed()), colored, "{line}");
    }
    for (line, colored) in [("get gone", false), ("get gone --color always", true)] {
        assert_eq!(is_colored(&home.demo(&sandbox, line).run().stderr), colored, "{line}");
    }
}

#[test]
fn no_color_turns_color_off() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let shown = |command: Contacts| command.at_terminal(100).end().with_code(0).stdout;
    assert!(is_colored(&shown(home.demo(&sandbox, "list"))));
    assert!(!is_colored(&shown(home.demo(&sandbox, "list").env("NO_COLOR", "1"))));
    let wanted = home.demo(&sandbox, "list --color always").env("NO_COLOR", "1");
    assert!(is_colored(&shown(wanted)), "a flag beats the environment");
}

#[test]
fn at_any_width_no_word_of_a_table_is_broken() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let to = "somebody-with-a-very-long-name-indeed@a-department.of-a-company.example.com";
    for (method, to) in [("voice", "49-5360287176"), ("email", to)] {
        sandbox.add_contact(DEMO_EMAIL, method, to, false);
    }
    let said = r#"{"values":[{"id":"ID","method":"sms","to":"49-1","status":{"enabled":false,"disabledReason":"Not verified, or never"}}]}"#;
    let id = "ecc428fc-dfff-47d3-ae28-e083d9499471";
    for columns in [30, 40, 60, 79, 80, 81, 85, 90, 100, 200] {
        let text = at_terminal(&home, &sandbox, columns, "list --color never").with_code(0).stdout;
        for contact in stored(&sandbox) {
            assert!(text.contains(&contact.id) && text.contains(&contact.to), "{columns}: {text}");
        }
        sandbox.arm(Fault::Status {
            status: 200,
            body: Some(said.replace("ID", id)),
            content_type: None,
            when: When::Before,
        });
        let text = at_terminal(&home, &sandbox, columns, "list --color never").with_code(0).stdout;
        for word in [id, "49-1", "no:", "Not", "verified,", "or", "never"] {
            assert!(
                text.split_whitespace().any(|printed| printed == word),
                "{columns}: {word}: {text}"
            );
        }
        // A line wider than the terminal is one word after its name.
        let wide = text.lines().filter(|line| line.chars().count() > usize::from(columns));
        assert!(wide.clone().all(|line| line.split_whitespace().count() == 2), "{columns}: {text}");
        assert!(columns < 80 || wide.count() == 0, "{columns}: {text}");
    }
    let wide = at_terminal(&home, &sandbox, 200, "list --color never").stdout;
    assert_eq!(wide.lines().count(), 5, "a line for each contact where there is room: {wide}");
}

#[test]
fn a_wait_longer_than_a_second_is_printed_at_a_terminal() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let limit = || Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 1, status: 429 };
    sandbox.arm(limit());
    let ran = at_terminal(&home, &sandbox, 100, "list --color never").with_code(0);
    let printed = ran.stdout.lines().next().unwrap();
    let seconds = printed
        .strip_prefix("waiting ")
        .and_then(|rest| rest.strip_suffix(" s as the service requested"));
    let seconds: f64 = seconds.unwrap_or_else(|| panic!("{ran:?}")).parse().unwrap();
    assert!((1.0..=1.5).contains(&seconds), "{ran:?}");

    sandbox.arm(limit());
    let ran = at_terminal(&home, &sandbox, 100, "list --quiet").with_code(0);
    assert!(!ran.stdout.contains("waiting"), "{ran:?}");
}

#[test]
fn control_characters_are_escaped_at_a_terminal_in_every_format() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let said = r#"{"values":[{"id":"a","method":"\u009b31mx","to":"=\u001b]0;title\u0007\u202eliame","status":
        {"enabled":false,"disabledReason":"\u001b[2J\r\ufeff"}}]}"#;
    let file = home.write("nobody.yaml", "[]");
    let forms = ["table", "json", "ndjson", "csv"];
    let lists = forms.map(|form| format!("list -o {form}"));
    let plans = forms.map(|form| format!("plan {file} --prune -o {form}"));
    let exports = ["yaml", "json", "csv"].map(|format| format!("export --format {format}"));
    let kept = format!("plan {file}");
    for line in lists.iter().chain(&plans).chain(&exports).chain([&kept]) {
        sandbox.disarm();
        sandbox.arm(FaultRule::new(Fault::Status {
            status: 200,
            body: Some(said.into()),
            content_type: None,
            when: When::Before,
        }));
        let line = format!("--color never {line}");
        let ran = at_terminal(&home, &sandbox, 100, &line).with_code(0);
        let acts =
            |c: char| c != '\n' && c != '\r' && c.is_control() || "\u{202e}\u{feff}".contains(c);
        assert!(!ran.stdout.contains(acts), "{line}: {ran:?}");
        // A line of a terminal ends with both. A single carriage return could overwrite the line.
        assert!(!ran.stdout.replace("\r\n", "\n").contains('\r'), "{line}: {ran:?}");
        assert!(ran.stdout.contains("liame"), "{line}: {ran:?}");
    }
}
