//! The program itself: the table and some faults.

use std::process::{Command, Output};

use contacts_conformance::table::GROUPS;

fn contacts_conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contacts-conformance")).args(arguments).output().expect("it starts")
}

/// What a run says that found nothing.
fn zeros(scenarios: usize, faults: usize) -> String {
    format!(
        r#"{{"scenarios":{scenarios},"faults":{faults},"lost":0,"doubled":0,"wrong":0,"hung":0,"leaked_sockets":0,"differences":0}}"#
    )
}

#[test]
fn faults_cost_nothing_double_nothing_and_leak_nothing() {
    let output = contacts_conformance(&["--faults", "200", "--seed", "11"]);
    let scenarios = GROUPS.iter().map(|group| (group.scenarios)().len()).sum();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim_end(), zeros(scenarios, 200), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
}

#[test]
fn one_fault_can_be_tried_again() {
    let output = contacts_conformance(&["--seed", "11", "--index", "7"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim_end(), zeros(0, 1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn wrong_usage_is_told_and_nothing_is_run() {
    for arguments in [&["--faults"][..], &["--faults", "many"], &["--seed", "-1"], &["table"]] {
        let output = contacts_conformance(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
