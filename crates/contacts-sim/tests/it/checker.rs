//! Tests of the checker: schedules of faults and the audit detect clients that break a law.

use contacts_sim::{
    exhaustive::exhaustive,
    random::{Options, random, random_with_log},
};
use contacts_testkit::{findings::Counts, job::Begin, mutants};

/// Returns the violations under schedules of one fault.
fn found(begin: Begin) -> Counts {
    exhaustive(1, 1, begin).unwrap().findings.counts
}

#[test]
fn a_create_that_is_repeated_after_a_5xx_is_detected() {
    let counts = found(mutants::repeats_a_create_after_a_5xx);
    assert!(counts.doubled > 0, "two contacts: {counts:?}");
    assert!(counts.wrong > 0, "two create requests, whatever happened to the first: {counts:?}");
}

#[test]
fn a_wait_that_is_a_millisecond_too_short_is_detected() {
    let examples: Vec<_> = (1..5)
        .flat_map(|seed| {
            exhaustive(1, seed, mutants::waits_a_millisecond_too_little).unwrap().findings.examples
        })
        .collect();
    assert!(!examples.is_empty());
    assert!(
        examples.iter().all(|case| case.contains("wrong: a requested wait is the delay")),
        "{examples:#?}"
    );
    // A client that oversleeps is not early.
    assert!(
        examples.iter().any(|case| case.contains("has passed: sent 1ms too early")),
        "{examples:#?}"
    );
}

#[test]
fn a_deadline_that_is_checked_only_after_sleeping_is_detected() {
    let options = Options {
        steps: 20_000,
        seed: 1,
        clients: 8,
        begin: mutants::checks_the_deadline_only_after_sleeping,
    };
    assert!(random(&options).unwrap().findings.counts.late > 0);
}

#[test]
fn an_update_that_is_reported_but_not_repeated_is_detected() {
    assert!(found(mutants::reports_an_update_after_a_read).lost > 0);
}

#[test]
fn a_delete_that_treats_a_first_404_as_success_is_detected() {
    assert!(found(mutants::takes_a_first_404_for_a_delete).wrong > 0);
}

#[test]
fn an_ensure_without_a_scan_is_detected() {
    let counts = found(mutants::ensures_without_a_scan);
    assert!(counts.doubled > 0, "{counts:?}");
}

#[test]
fn a_reconcile_with_a_single_scan_is_detected() {
    let counts = exhaustive(2, 1, mutants::reconciles_with_one_scan).unwrap().findings.counts;
    assert!(counts.phantom > 0, "{counts:?}");
}

#[test]
fn an_example_ends_with_the_command_that_replays_it() {
    let done = exhaustive(1, 1, mutants::takes_a_first_404_for_a_delete).unwrap();
    let replay =
        "contacts-sim replay --operation delete-absent --schedule '' --policy default --seed 1";
    assert!(done.findings.examples[0].ends_with(replay), "{}", done.findings.examples[0]);
    assert!(done.findings.examples.len() <= 10);
}

#[test]
fn the_replay_of_a_random_run_shows_the_same_violation() {
    let options =
        Options { steps: 20_000, seed: 1, clients: 4, begin: mutants::ensures_without_a_scan };
    let done = random(&options).unwrap();
    let example = done.findings.examples.iter().find(|case| case.starts_with("doubled")).unwrap();
    let number = |name: &str| {
        let (_, rest) = example.split_once(&format!("--{name} ")).unwrap();
        rest.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let again = Options { steps: number("steps"), seed: number("seed"), ..options };
    let mut trace = String::new();
    let client = usize::try_from(number("client")).unwrap();
    random_with_log(&again, Some(client), &mut |lines| trace.push_str(lines)).unwrap();
    let is_shown = trace.lines().rev().take(4).any(|line| line.contains("violation: doubled"));
    assert!(is_shown, "{trace}");
}
