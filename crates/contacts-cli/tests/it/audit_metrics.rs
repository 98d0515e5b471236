//! The metrics of an audit: the file for the textfile collector of node_exporter.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, SystemTime},
};

use crate::support::{self, Home, until, users::team};
use contacts_sandbox::{Fault, FaultRule, When};

/// The metrics of a file by name and labels, without the prefix of the names.
fn metrics(file: &str) -> BTreeMap<String, f64> {
    let text = fs::read_to_string(file).unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.strip_prefix("contacts_audit_").unwrap().to_owned(), value.parse().unwrap())
    });
    samples.collect()
}

/// The path of a file of metrics, as an argument.
fn file(home: &Home) -> String {
    home.path("team.prom").to_str().unwrap().to_owned()
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

const OLD: &str = "contacts_audit_users{reachability=\"reachable\"} 1\n";

#[test]
fn the_file_has_the_numbers_of_the_audit() {
    let (home, sandbox) = (Home::new(), team());
    let file = file(&home);
    let line = "audit well single none phone gone --require sms|voice,email -o csv";
    let before = now().floor();
    let with = home.demo(&sandbox, &format!("{line} --metrics {file}")).run().with_code(1);
    let after = now();
    assert!(with.stderr.contains(&format!("note: metrics written to {file}\n")), "{with:?}");

    let mut found = metrics(&file);
    let finished = found.remove("finished_timestamp_seconds{audit=\"team\"}").unwrap();
    assert!((before..=after).contains(&finished), "{before} {finished} {after}");
    let took = found.remove("duration_seconds{audit=\"team\"}").unwrap();
    assert!(took > 0.0 && took <= with.took.as_secs_f64(), "{took}");
    let expected = [
        ("users", "reachability", "unreachable", 1.0),
        ("users", "reachability", "unreadable", 1.0),
        ("users", "reachability", "missing-required", 2.0),
        ("users", "reachability", "single", 0.0),
        ("users", "reachability", "too-few", 0.0),
        ("users", "reachability", "reachable", 1.0),
        ("users_with_finding", "finding", "unreachable", 1.0),
        ("users_with_finding", "finding", "unreadable", 1.0),
        ("users_with_finding", "finding", "missing", 2.0),
        ("users_with_finding", "finding", "single", 2.0),
        ("users_with_finding", "finding", "too-few", 0.0),
        ("users_with_finding", "finding", "deactivated", 0.0),
        ("users_with_finding", "finding", "not-opened", 0.0),
        ("users_with_finding", "finding", "disabled-phone", 1.0),
        ("users_without_required", "requirement", "sms|voice", 2.0),
        ("users_without_required", "requirement", "email", 2.0),
    ];
    let expected = expected.map(|(name, label, value, count)| {
        (format!("{name}{{audit=\"team\",{label}=\"{value}\"}}"), count)
    });
    let resumed = ("users_from_resume_file{audit=\"team\"}".to_owned(), 0.0);
    assert_eq!(found, expected.into_iter().chain([resumed]).collect());
}

#[test]
fn the_result_is_the_same_as_without_metrics() {
    let (home, sandbox) = (Home::new(), team());
    let line = "audit well single none phone -o csv";
    let with = home.demo(&sandbox, &format!("{line} --metrics {}", file(&home))).succeed();
    assert_eq!(with, home.demo(&sandbox, line).succeed());
}

#[test]
fn the_file_is_written_whatever_the_audit_finds() {
    let (home, sandbox) = (Home::new(), team());
    let file = file(&home);
    for (line, code) in [
        ("audit well --exit-code", 0),
        ("audit none --exit-code", 6),
        ("audit well gone --exit-code", 1),
        ("audit well -q -o json", 0),
    ] {
        fs::write(&file, OLD).unwrap();
        home.demo(&sandbox, &format!("{line} --metrics {file}")).run().with_code(code);
        assert!(metrics(&file).contains_key("duration_seconds{audit=\"team\"}"), "{line}");
    }
    let left = fs::read_dir(home.path("")).unwrap().count();
    assert_eq!(left, 2, "the metrics and the token");
}

#[test]
fn an_audit_that_stops_early_leaves_the_old_file_and_says_so() {
    let (home, sandbox) = (Home::new(), team());
    let (file, page) = (file(&home), home.path("audit.html"));
    fs::write(&file, OLD).unwrap();
    let body = Some("{}".into());
    let unauthorized = Fault::Status { status: 401, body, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(unauthorized).nth(2));
    let line = format!("audit well single --jobs 1 --metrics {file} --html {}", page.display());
    let ran = home.demo(&sandbox, &line).run().with_code(3);
    for path in [&file, page.to_str().unwrap()] {
        let note = format!("note: {path} not written: the audit stopped early\n");
        assert!(ran.stderr.contains(&note), "{ran:?}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
    assert!(!page.exists());
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_the_old_file_and_says_so() {
    let (home, sandbox) = (Home::new(), team());
    let file = file(&home);
    fs::write(&file, OLD).unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).range(2, u64::MAX));
    let line = format!("audit well single --jobs 1 --metrics {file}");
    let command = home.demo(&sandbox, &line).start();
    until("the second request", || sandbox.journal().len() == 2);
    command.interrupt();
    let ran = command.end().killed_by(support::SIGINT);
    assert!(ran.stderr.contains("not written: the audit stopped early\n"), "{ran:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
}

#[test]
fn a_file_that_cannot_be_used_is_reported_before_any_request() {
    let (home, sandbox) = (Home::new(), team());
    for (file, code, why) in [
        ("/no/such/folder/m.prom", 1, "could not write /no/such/folder/m.prom: "),
        ("metrics.txt", 2, "the name must end in .prom; node_exporter ignores other files"),
        ("-", 2, "the name must end in .prom"),
    ] {
        let ran = home.demo(&sandbox, &format!("audit well --metrics {file}")).run();
        let ran = ran.with_code(code);
        assert!(ran.stderr.contains(why), "{ran:?}");
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_page_that_can_no_longer_be_written_does_not_prevent_the_metrics() {
    let (home, sandbox) = (Home::new(), team());
    let (file, folder) = (file(&home), home.path("pages"));
    fs::create_dir(&folder).unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }).times(1));
    let page = folder.join("audit.html");
    let line =
        format!("audit none gone --timeout 3s --jobs 1 --metrics {file} --html {}", page.display());
    let command = home.demo(&sandbox, &line).start();
    until("the first request", || !sandbox.journal().is_empty());
    fs::remove_dir(&folder).unwrap();
    let ran = command.end().with_code(1);
    let could_not_write = format!("error: could not write {}: ", page.display());
    assert!(ran.stderr.contains(&could_not_write), "{ran:?}");
    assert!(ran.stderr.contains("error: could not read 2 of 2 users\n"), "{ran:?}");
    assert_eq!(metrics(&file)["users{audit=\"team\",reachability=\"unreadable\"}"], 2.0);
}

#[cfg(unix)]
#[test]
fn another_program_can_read_a_new_file_and_an_old_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |file: &str| fs::metadata(file).unwrap().permissions().mode() & 0o777;
    let (home, sandbox) = (Home::new(), team());
    let (file, page) = (file(&home), home.path("audit.html").to_str().unwrap().to_owned());
    let line = format!("audit well --metrics {file} --html {page}");
    home.demo(&sandbox, &line).run().with_code(0);
    // The umask of this process is also that of the command.
    let usual = home.path("usual").to_str().unwrap().to_owned();
    fs::File::create(&usual).unwrap();
    assert_eq!(mode(&file), mode(&usual));
    assert_eq!(mode(&page), 0o600, "the page has personal data");

    support::set_mode(file.as_ref(), 0o640);
    home.demo(&sandbox, &line).run().with_code(0);
    assert_eq!(mode(&file), 0o640);
}

#[test]
fn users_from_the_resume_file_are_counted() {
    let (home, sandbox) = (Home::new(), team());
    let (file, kept) = (file(&home), home.path("kept"));
    for (users, expected) in [("well single", 0.0), ("well single none", 2.0)] {
        let line = format!("audit {users} --resume {} --metrics {file}", kept.display());
        home.demo(&sandbox, &line).run().with_code(0);
        assert_eq!(metrics(&file)["users_from_resume_file{audit=\"team\"}"], expected, "{users}");
    }
}

#[test]
fn the_audit_continues_for_the_metrics_after_its_output_closed() {
    let (home, sandbox) = (Home::new(), team());
    let file = file(&home);
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 100, when: When::Before }));
    let line = format!("audit well single none phone --jobs 1 -o ndjson --metrics {file}");
    let ran = home.demo(&sandbox, &line).unread().run().with_code(0);
    assert!(ran.took > Duration::from_millis(400), "{ran:?}");
    let users = metrics(&file).into_iter().filter(|(name, _)| name.starts_with("users{"));
    assert_eq!(users.map(|(_, count)| count).sum::<f64>(), 4.0);
}
