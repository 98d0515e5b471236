//! The program: the table and some faults.

use std::process::{Command, Output};

use contacts_conformance::table::GROUPS;

fn contacts_conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contacts-conformance"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// The report of a run without problems.
fn zeros(scenarios: usize, faults: usize) -> String {
    format!(
        r#"{{"scenarios":{scenarios},"faults":{faults},"lost":0,"doubled":0,"wrong":0,"hung":0,"leaked_sockets":0,"differences":0}}"#
    )
}

#[test]
fn faults_lose_nothing_duplicate_nothing_and_leak_no_socket() {
    let output = contacts_conformance(&["--faults", "200", "--seed", "11"]);
    let scenarios = GROUPS.iter().map(|group| (group.scenarios)().len()).sum();
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        report.trim_end(),
        zeros(scenarios, 200),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success());
}

#[test]
fn one_fault_can_be_run_alone() {
    let output = contacts_conformance(&["--seed", "11", "--index", "7"]);
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(report.trim_end(), zeros(0, 1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn wrong_usage_is_reported_and_nothing_runs() {
    for arguments in [&["--faults"][..], &["--faults", "many"], &["--seed", "-1"], &["table"]] {
        let output = contacts_conformance(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
