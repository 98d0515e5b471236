//! The checker itself: clients that break a law are caught by schedules of faults and by the audit of the service.

use contacts_sim::{
    exhaustive::exhaustive,
    random::{Options, random, random_told},
};
use contacts_testkit::{findings::Counts, job::Begin, mutants};

/// What schedules of one fault find.
fn found(begin: Begin) -> Counts {
    exhaustive(1, 1, begin).unwrap().findings.counts
}

#[test]
fn a_creation_that_is_sent_again_after_a_5xx_is_caught() {
    let counts = found(mutants::creates_again);
    assert!(counts.doubled > 0, "two contacts: {counts:?}");
    assert!(counts.wrong > 0, "two creations, whether the first came through or not: {counts:?}");
}

#[test]
fn a_hint_that_is_ignored_by_a_millisecond_is_caught() {
    let told: Vec<_> = (1..5)
        .flat_map(|seed| exhaustive(1, seed, mutants::ignores_a_millisecond).unwrap().findings.told)
        .collect();
    assert!(!told.is_empty());
    assert!(told.iter().all(|case| case.contains("wrong: a wait after a hint is the hint")), "{told:#?}");
    // Where the client oversleeps, it is not early.
    assert!(told.iter().any(|case| case.contains("has passed: sent 1ms too early")), "{told:#?}");
}

#[test]
fn a_deadline_that_is_checked_after_sleeping_is_caught() {
    let options = Options { steps: 20_000, seed: 1, clients: 8, begin: mutants::oversleeps_the_deadline };
    assert!(random(&options).unwrap().findings.counts.late > 0);
}

#[test]
fn an_update_that_is_reported_without_being_sent_again_is_caught() {
    assert!(found(mutants::updates_by_looking).lost > 0);
}

#[test]
fn a_deletion_that_takes_a_first_404_for_success_is_caught() {
    assert!(found(mutants::deletes_what_was_never_there).wrong > 0);
}

#[test]
fn a_contact_that_is_ensured_without_a_look_is_caught() {
    let counts = found(mutants::ensures_without_a_look);
    assert!(counts.doubled > 0, "{counts:?}");
}

#[test]
fn a_receipt_that_is_resolved_by_one_early_look_is_caught() {
    let counts = exhaustive(2, 1, mutants::resolves_by_one_look).unwrap().findings.counts;
    assert!(counts.phantom > 0, "{counts:?}");
}

#[test]
fn what_is_caught_is_told_with_the_command_that_replays_it() {
    let done = exhaustive(1, 1, mutants::deletes_what_was_never_there).unwrap();
    let replay = "contacts-sim replay --operation delete-absent --schedule '' --policy default --seed 1";
    assert!(done.findings.told[0].ends_with(replay), "{}", done.findings.told[0]);
    assert!(done.findings.told.len() <= 10);
}

#[test]
fn what_is_caught_among_many_is_seen_again_by_its_replay() {
    let options = Options { steps: 20_000, seed: 1, clients: 4, begin: mutants::ensures_without_a_look };
    let done = random(&options).unwrap();
    let told = done.findings.told.iter().find(|case| case.starts_with("doubled")).unwrap();
    let number = |name: &str| {
        let (_, rest) = told.split_once(&format!("--{name} ")).unwrap();
        rest.split(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let again = Options { steps: number("steps"), seed: number("seed"), ..options };
    let mut trace = String::new();
    let client = usize::try_from(number("client")).unwrap();
    random_told(&again, Some(client), &mut |lines| trace.push_str(lines)).unwrap();
    let judged = trace.lines().rev().take(4).any(|line| line.contains("is judged doubled"));
    assert!(judged, "{trace}");
}
