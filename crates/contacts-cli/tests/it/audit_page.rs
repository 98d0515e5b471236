//! The page of an audit, as a file; `audit_browser.rs` opens it.

use crate::support;
use std::fs;

use crate::support::{Home, until, users::team};
use contacts_sandbox::{Fault, FaultRule, When};

#[test]
fn it_has_everybody_and_the_result_is_the_same_as_without_it() {
    let (home, sandbox) = (Home::new(), team());
    let page = home.path("audit.html");
    let line = "audit well single none phone --require email -o csv";
    let with = home.demo(&sandbox, &format!("{line} --html {}", page.display())).run().with_code(0);
    assert_eq!(with.stdout, home.demo(&sandbox, line).succeed());
    assert!(with.stderr.contains(&format!("note: the page is {}\n", page.display())), "{with:?}");
    let line = format!("{line} gone --html {}", page.display());
    home.demo(&sandbox, &line).run().with_code(1);
    let page = fs::read_to_string(page).unwrap();
    for told in [
        "5 users of http://127.0.0.1:",
        "Each of them needs an enabled contact of the kind email.",
        "Of 5 users: 1 reachable, 1 single, 1 missing-required, 1 unreachable, 1 unreadable",
        "sms: 1 of 4 users have an enabled contact, 1 only such as are not enabled",
        "no enabled email, and some other contact: 1 of 5 users",
        "<li>no enabled email</li><li>only voice 49-5</li><li>sms 49-4 is not enabled</li>",
        "No such user",
    ] {
        assert!(page.contains(told), "{told}");
    }
    let places: Vec<_> = ["none", "gone", "phone", "single", "well"]
        .iter()
        .map(|account| page.find(&format!("<b>{account}</b>")).unwrap())
        .collect();
    assert!(places.is_sorted(), "the worst first: {places:?}");
}

#[test]
fn where_it_cannot_be_written_nobody_is_asked_for() {
    let (home, sandbox) = (Home::new(), team());
    let ran = home.demo(&sandbox, "audit well --html /no/such/folder/audit.html").run().with_code(1);
    assert!(ran.stderr.contains("/no/such/folder/audit.html cannot be written"), "{ran:?}");
    assert!(sandbox.journal().is_empty());
}

#[cfg(unix)]
#[test]
fn one_that_is_there_stays_as_it_is_unless_there_is_a_whole_one_to_replace_it() {
    let (home, sandbox) = (Home::new(), team());
    let page = home.write("audit.html", "the page of yesterday");
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }));
    let command = home.demo(&sandbox, &format!("audit well --html {page}")).start();
    until("the request", || sandbox.journal().len() == 1);
    command.interrupt();
    command.end().killed_by(support::SIGINT);
    assert_eq!(fs::read_to_string(&page).unwrap(), "the page of yesterday");
    let left: Vec<_> = fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the page and the token: {left:?}");
    sandbox.disarm();
    home.demo(&sandbox, &format!("audit well --html {page}")).run().with_code(0);
    assert!(fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
}
