//! Some faults, by the program itself.

use std::process::{Command, Output};

fn contacts_conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contacts-conformance")).args(arguments).output().expect("it starts")
}

#[test]
fn a_fault_costs_nothing_and_doubles_nothing() {
    // Each index is a case of its own: the table, which is tested beside this, is left out.
    for index in ["0", "1", "2", "3"] {
        let output = contacts_conformance(&["--seed", "11", "--index", index]);
        let said = String::from_utf8_lossy(&output.stdout);
        let zeros = r#"{"scenarios":0,"faults":1,"lost":0,"doubled":0,"wrong":0,"hung":0,"leaked_sockets":0,"differences":0}"#;
        assert_eq!(said.trim_end(), zeros, "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success());
    }
}

#[test]
fn wrong_usage_is_told_and_nothing_is_run() {
    let output = contacts_conformance(&["--faults", "many"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && !output.stderr.is_empty());
}
