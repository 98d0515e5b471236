//! The HTML page of an audit as a file. `audit_browser.rs` opens it in a browser.

use crate::support;
use std::fs;

use crate::support::{Home, until, users::team};
use contacts_sandbox::{Fault, FaultRule, When};

#[test]
fn the_page_has_all_users_and_the_result_is_the_same_as_without_a_page() {
    let (home, sandbox) = (Home::new(), team());
    let page = home.path("audit.html");
    let line = "audit well single none phone --require email -o csv";
    let with = home.demo(&sandbox, &format!("{line} --html {}", page.display())).run().with_code(0);
    assert_eq!(with.stdout, home.demo(&sandbox, line).succeed());
    assert!(
        with.stderr.contains(&format!("note: HTML page written to {}\n", page.display())),
        "{with:?}"
    );
    let line = format!("{line} gone --html {}", page.display());
    home.demo(&sandbox, &line).run().with_code(1);
    let page = fs::read_to_string(page).unwrap();
    for text in [
        "<p>5 users of http://127.0.0.1:",
        " Required for each user: email.</p>",
        "5 users: 1 reachable, 1 single, 1 missing-required, 1 unreachable, 1 unreadable",
        "sms: 1 of 4 users with an enabled contact, 1 with disabled contacts only",
        "no enabled email, but another contact: 1 of 5 users",
        "<li>no enabled email</li><li>only one enabled contact: voice 49-5</li><li>sms 49-4 is disabled</li>",
        "No such user",
    ] {
        assert!(page.contains(text), "{text}");
    }
    let places: Vec<_> = ["none", "gone", "phone", "single", "well"]
        .iter()
        .map(|account| page.find(&format!("<b>{account}</b>")).unwrap())
        .collect();
    assert!(places.is_sorted(), "worst first: {places:?}");
}

#[test]
fn a_page_that_cannot_be_written_is_reported_before_any_request() {
    let (home, sandbox) = (Home::new(), team());
    let ran =
        home.demo(&sandbox, "audit well --html /no/such/folder/audit.html").run().with_code(1);
    assert!(ran.stderr.contains("could not write /no/such/folder/audit.html: "), "{ran:?}");
    assert!(sandbox.journal().is_empty());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_old_page() {
    let (home, sandbox) = (Home::new(), team());
    let page = home.write("audit.html", "the page of yesterday");
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }));
    let command = home.demo(&sandbox, &format!("audit well --html {page}")).start();
    until("the request", || sandbox.journal().len() == 1);
    command.interrupt();
    command.end().killed_by(support::SIGINT);
    assert_eq!(fs::read_to_string(&page).unwrap(), "the page of yesterday");
    let left: Vec<_> =
        fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the page and the token: {left:?}");
    sandbox.disarm();
    home.demo(&sandbox, &format!("audit well --html {page}")).run().with_code(0);
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
}
