//! An audit that goes on from a file says what in its result is old.
#![cfg(unix)]

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use crate::support::{Home, SECRET, users::team};
use contacts_sandbox::Sandbox;

/// 2026-01-02 03:04:05 UTC.
const THEN: Duration = Duration::from_secs(1_767_323_045);

/// A file from which to go on, of these users, as if it was written then.
fn kept(home: &Home, sandbox: &Sandbox, users: &str) -> String {
    let file = home.path("kept").to_str().unwrap().to_owned();
    let ran = home.demo(sandbox, &format!("audit {users} --resume {file}")).run().with_code(0);
    assert!(!ran.stderr.contains("read earlier"), "everybody was asked for: {ran:?}");
    set_modified(&file, SystemTime::UNIX_EPOCH + THEN);
    sandbox.clear_journal();
    file
}

fn set_modified(file: &str, time: SystemTime) {
    File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

fn told(taken: &str, file: &str, written: &str) -> String {
    format!(
        "note: {taken} users are as they were read earlier, from {file}{written}; to have them asked again, \
         delete the file, or name a new one\n"
    )
}

#[test]
fn where_nobody_is_asked_it_says_from_when_the_result_is_each_time() {
    let (home, sandbox) = (Home::new(), team());
    let file = kept(&home, &sandbox, "well single");
    let wrong = home.write("wrong", SECRET);
    let url = sandbox.base_url();
    let line = format!("audit well single --resume {file} -o csv");
    for _ in 0..2 {
        // It would be refused, and is not even asked.
        let who = ["--base-url", &url, "--email", "demo@example.com", "--token-file", &wrong];
        let ran = home.contacts().args(who).line(&line).run().with_code(0);
        let expected = told("2 of 2", &file, ", last written 2026-01-02 03:04:05 UTC");
        assert_eq!(ran.stderr, format!("{expected}note: 2 users: 1 reachable, 1 by a single contact\n"));
        let ran = home.demo(&sandbox, &line).line("-q").run().with_code(0);
        assert_eq!(ran.stderr, "");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn of_some_it_says_how_many_and_the_page_says_so_too() {
    let (home, sandbox) = (Home::new(), team());
    let file = kept(&home, &sandbox, "well single");
    let page = home.path("audit.html");
    let line = format!("audit well phone none --resume {file} --html {}", page.display());
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    assert!(
        ran.stderr.starts_with(&told("1 of 3", &file, ", last written 2026-01-02 03:04:05 UTC")),
        "{ran:?}"
    );
    assert_eq!(sandbox.journal().len(), 2);
    let html = fs::read_to_string(&page).unwrap();
    let said = " UTC. 1 of them are as they were read earlier, by 2026-01-02 03:04:05 UTC.</p>";
    assert!(html.contains(said), "{html}");

    fs::remove_file(&file).unwrap();
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    assert!(!ran.stderr.contains("earlier"), "{ran:?}");
    assert!(!fs::read_to_string(&page).unwrap().contains("earlier"));
}

#[test]
fn a_time_that_no_audit_has_is_left_out() {
    let (home, sandbox) = (Home::new(), team());
    let file = kept(&home, &sandbox, "well single");
    set_modified(&file, SystemTime::UNIX_EPOCH - Duration::from_secs(86_400));
    let ran = home.demo(&sandbox, &format!("audit well single --resume {file}")).run().with_code(0);
    assert!(ran.stderr.starts_with(&told("2 of 2", &file, "")), "{ran:?}");
}
