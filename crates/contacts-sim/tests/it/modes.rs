//! The modes: what the exchanges do under every schedule, and that a seed is all it takes to see it again.

use contacts_sim::{
    compare::compare,
    exhaustive::exhaustive,
    planned::planned,
    random::{Options, random, random_told},
    subject::{Bench, Numbers, Strike, Subject},
};
use contacts_testkit::{faults::Fault, findings::Counts, job::Job};

#[test]
fn no_contact_is_lost_doubled_or_phantom_at_the_end_of_any_schedule() {
    let done = exhaustive(2, 1, Job::begin).unwrap();
    assert_eq!(done.findings.counts, Counts::default(), "{:#?}", done.findings.told);
    let schedules = 1 + 12 + 12 * 12;
    assert_eq!(done.schedules, schedules * Subject::all().count() as u64 * 2);
}

/// The gate does it for schedules of three faults.
#[test]
fn a_plan_applied_under_any_schedule_and_again_ends_as_desired_with_nothing_doubled() {
    let done = planned(2, 1).unwrap();
    assert_eq!(done.findings.counts, Counts::default(), "{:#?}", done.findings.told);
    assert!(done.schedules.is_multiple_of(1 + 12 + 12 * 12) && done.schedules > 5_000, "{done:?}");
    assert!(done.broken_off > 1_000, "{done:?}");
}

#[test]
fn no_law_is_broken_by_many_clients_at_once() {
    for (seed, clients) in [(1, 1), (2, 2), (3, 16), (4, 64)] {
        let options = Options { steps: 20_000, seed, clients, begin: Job::begin };
        let done = random(&options).unwrap();
        assert_eq!(done.findings.counts, Counts::default(), "{:#?}", done.findings.told);
        assert_eq!(done.steps, 20_000);
    }
}

#[test]
fn an_ensured_contact_leaves_the_service_alone_as_long_as_it_asks() {
    for schedule in ["503-hint-before", "503-hint-after", "lost-before,429-long"] {
        let schedule = Fault::schedule(schedule).unwrap();
        let mut bench =
            Bench::new(Subject::Ensure, Numbers::Default, Strike::Creations, Job::begin, 1).unwrap();
        for seed in 1..20 {
            let tried = bench.run_as(seed, &schedule);
            assert!(tried.violations.is_empty(), "{schedule:?}, seed {seed}: {:?}", tried.violations);
        }
    }
}

#[test]
fn the_usual_rule_doubles_and_ours_do_not() {
    let done = compare(1_000, 1).unwrap();
    assert!(done.usual_doubled > 300, "{done:?}");
    assert_eq!((done.create_doubled, done.ensure_doubled), (0, 0), "{done:?}");
    assert!(done.ensure_resolved > 700, "{done:?}");
    assert_eq!(done.findings.counts, Counts::default(), "{done:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace_to_the_byte() {
    let trace = |seed| {
        let mut trace = String::new();
        let options = Options { steps: 12_000, seed, clients: 5, begin: Job::begin };
        random_told(&options, None, &mut |lines| trace.push_str(lines)).unwrap();
        trace
    };
    let first = trace(7);
    assert!(first.lines().count() > 12_000);
    assert!(first == trace(7), "the trace of one seed differs from itself");
    assert!(first != trace(8));
}

#[test]
fn a_world_is_replayed_by_its_own_seed_and_one_client_of_it_alone() {
    let trace = |client| {
        let mut trace = String::new();
        let options = Options { steps: 2_000, seed: 3, clients: 4, begin: Job::begin };
        random_told(&options, client, &mut |lines| trace.push_str(lines)).unwrap();
        trace
    };
    let (all, one) = (trace(None), trace(Some(2)));
    let mut all = all.lines();
    assert!(one.lines().count() > 100);
    assert!(one.lines().all(|line| all.any(|other| other == line)), "the client does the same, told alone");
}

/// The exhaustive mode leaves out what it knows to be the same: here it is run after all.
#[test]
fn what_follows_in_a_schedule_that_was_not_met_to_its_end_makes_no_difference() {
    let mut compared = 0;
    for subject in Subject::all() {
        let mut bench = Bench::new(subject, Numbers::Default, Strike::Requests, Job::begin, 1).unwrap();
        bench.trace();
        for first in Fault::in_schedules() {
            let met = bench.run(&[first]).requests;
            let trace = bench.take_trace();
            for second in Fault::in_schedules() {
                bench.run(&[first, second]);
                let other = bench.take_trace();
                if met > 1 {
                    assert!(other != trace, "{subject:?} {first:?} {second:?}");
                } else {
                    assert_eq!(other, trace, "{subject:?} {first:?} {second:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
