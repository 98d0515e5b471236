//! An audit with `--resume` reports which part of its result comes from the file.
#![cfg(unix)]

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use crate::support::{Home, SECRET, users::team};
use contacts_sandbox::Sandbox;

/// 2026-01-02 03:04:05 UTC.
const THEN: Duration = Duration::from_secs(1_767_323_045);

/// A resume file with these users, last written at [`THEN`].
fn kept(home: &Home, sandbox: &Sandbox, users: &str) -> String {
    let file = home.path("kept").to_str().unwrap().to_owned();
    let ran = home.demo(sandbox, &format!("audit {users} --resume {file}")).run().with_code(0);
    assert!(!ran.stderr.contains("not read again"), "{ran:?}");
    set_modified(&file, SystemTime::UNIX_EPOCH + THEN);
    sandbox.clear_journal();
    file
}

fn set_modified(file: &str, time: SystemTime) {
    File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

fn note(taken: &str, file: &str, written: &str) -> String {
    format!(
        "note: {taken} users not read again: their contacts are from {file}{written}; to read them again, \
         delete the file or use a new one\n"
    )
}

#[test]
fn a_result_from_the_file_alone_says_so_each_time() {
    let (home, sandbox) = (Home::new(), team());
    let file = kept(&home, &sandbox, "well single");
    let wrong = home.write("wrong", SECRET);
    let url = sandbox.base_url();
    let line = format!("audit well single --resume {file} -o csv");
    for _ in 0..2 {
        // The wrong token shows that no request is needed.
        let who = ["--base-url", &url, "--email", "demo@example.com", "--token-file", &wrong];
        let ran = home.contacts().args(who).line(&line).run().with_code(0);
        let expected = note("2 of 2", &file, ", last written 2026-01-02 03:04:05 UTC");
        assert_eq!(
            ran.stderr,
            format!("{expected}note: 2 users: 1 reachable, 1 with only one enabled contact\n")
        );
        let ran = home.demo(&sandbox, &line).line("-q").run().with_code(0);
        assert_eq!(ran.stderr, "");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn the_note_and_the_page_say_how_many_users_are_from_the_file() {
    let (home, sandbox) = (Home::new(), team());
    let file = kept(&home, &sandbox, "well single");
    let page = home.path("audit.html");
    let line = format!("audit well phone none --resume {file} --html {}", page.display());
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    assert!(
        ran.stderr.starts_with(&note("1 of 3", &file, ", last written 2026-01-02 03:04:05 UTC")),
        "{ran:?}"
    );
    assert_eq!(sandbox.journal().len(), 2);
    let html = fs::read_to_string(&page).unwrap();
    let text = " UTC. Contacts of 1 user are from an earlier audit, last written 2026-01-02 03:04:05 UTC.</p>";
    assert!(html.contains(text), "{html}");

    fs::remove_file(&file).unwrap();
    let ran = home.demo(&sandbox, &line).run().with_code(0);
    assert!(!ran.stderr.contains("not read again"), "{ran:?}");
    assert!(!fs::read_to_string(&page).unwrap().contains("earlier"));
}

#[test]
fn an_impossible_time_of_the_file_is_omitted() {
    let (home, sandbox) = (Home::new(), team());
    let file = kept(&home, &sandbox, "well single");
    set_modified(&file, SystemTime::UNIX_EPOCH - Duration::from_secs(86_400));
    let ran = home.demo(&sandbox, &format!("audit well single --resume {file}")).run().with_code(0);
    assert!(ran.stderr.starts_with(&note("2 of 2", &file, "")), "{ran:?}");
}
