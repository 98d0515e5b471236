//! The command as a process.

use std::process::{Command, Output};

use serde_json::Value;

fn sim(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contacts-sim"))
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

/// Parses the last line of standard output, which is the only one.
fn line(output: &Output) -> Value {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(text).unwrap()
}

fn has(line: &Value, mode: &str, members: &[&str]) {
    assert_eq!(line["mode"], mode);
    assert!(members.iter().all(|member| line[member].is_u64()), "{line}");
    assert!(
        ["lost", "doubled", "phantom", "wrong", "late"].iter().all(|law| line[law] == 0),
        "{line}"
    );
    assert!(line["seconds"].is_f64(), "{line}");
}

#[test]
fn each_mode_ends_with_one_line_of_json_and_exit_code_0() {
    let output = sim("exhaustive --length 1");
    has(&line(&output), "exhaustive", &["schedules", "exchanges"]);
    assert_eq!(output.status.code(), Some(0));

    let output = sim("plan --length 1");
    has(&line(&output), "plan", &["schedules", "exchanges", "interrupted"]);
    assert_eq!(output.status.code(), Some(0));

    let output = sim("random --steps 300 --seed 6 --clients 3");
    has(&line(&output), "random", &["steps", "seed", "exchanges"]);
    assert_eq!(output.status.code(), Some(0));

    let output = sim("compare --schedules 100 --seed 2");
    let members =
        ["schedules", "naive_doubled", "create_doubled", "ensure_doubled", "ensure_succeeded"];
    has(&line(&output), "compare", &members);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_replay_prints_each_step() {
    let output = sim("replay --operation create --schedule lost-after --policy default");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    for part in [
        "sends POST",
        "fault lost-after",
        "gets: may have been sent",
        "ends with Reconciled(Found(",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let output = sim("replay --seed 2 --steps 50 --clients 3");
    assert!(String::from_utf8(output.stdout).unwrap().lines().count() > 50);
}

#[test]
fn a_violation_is_exit_code_1() {
    let output = sim("replay --operation naive --schedule lost-after");
    assert_eq!(output.status.code(), Some(1), "naive retries create duplicates");
    assert!(String::from_utf8(output.stdout).unwrap().contains("violation: doubled"));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [
        "",
        "exhaustive",
        "exhaustive --length many",
        "plan",
        "random",
        "random --steps 10 --clients 0",
        "compare --schedules -1",
        "replay",
        "replay --operation paint",
        "replay --operation create --schedule lost-never",
        "replay --operation create --steps 5",
    ] {
        assert_eq!(sim(arguments).status.code(), Some(2), "{arguments}");
    }
}
