//! Tests of the modes: exchanges keep the laws under every schedule, and a seed reproduces a run.

use contacts_sim::{
    compare::compare,
    exhaustive::exhaustive,
    planned::planned,
    random::{Options, random, random_with_log},
    subject::{FaultScope, PolicyChoice, ScheduleRunner, Subject},
};
use contacts_testkit::{faults::Fault, findings::Counts, job::Job};

#[test]
fn no_contact_is_lost_doubled_or_phantom_at_the_end_of_any_schedule() {
    let done = exhaustive(2, 1, Job::begin).unwrap();
    assert_eq!(done.findings.counts, Counts::default(), "{:#?}", done.findings.examples);
    let schedules = 1 + 12 + 12 * 12;
    assert_eq!(done.schedules, schedules * Subject::all().count() as u64 * 2);
}

/// `.ci/nightly` runs longer schedules.
#[test]
fn a_plan_that_is_applied_again_after_any_faults_ends_as_desired_without_duplicates() {
    let done = planned(2, 1).unwrap();
    assert_eq!(done.findings.counts, Counts::default(), "{:#?}", done.findings.examples);
    assert!(done.schedules % (1 + 12 + 12 * 12) == 0 && done.schedules > 5_000, "{done:?}");
    assert!(done.interrupted > 1_000, "{done:?}");
}

#[test]
fn no_law_is_broken_by_many_clients_at_once() {
    for (seed, clients) in [(1, 1), (2, 2), (3, 16), (4, 64)] {
        let options = Options { steps: 20_000, seed, clients, begin: Job::begin };
        let done = random(&options).unwrap();
        assert_eq!(done.findings.counts, Counts::default(), "{:#?}", done.findings.examples);
        assert_eq!(done.steps, 20_000);
    }
}

#[test]
fn ensure_waits_for_the_delay_that_the_service_requests() {
    for schedule in ["503-hint-before", "503-hint-after", "lost-before,429-long"] {
        let schedule = Fault::schedule(schedule).unwrap();
        let runner = ScheduleRunner::new(
            Subject::Ensure,
            PolicyChoice::Default,
            FaultScope::Creates,
            Job::begin,
            1,
        )
        .unwrap();
        for seed in 1..20 {
            let result = runner.run_as(seed, &schedule);
            assert!(
                result.violations.is_empty(),
                "{schedule:?}, seed {seed}: {:?}",
                result.violations
            );
        }
    }
}

#[test]
fn naive_retries_create_duplicates_and_ours_do_not() {
    let done = compare(1_000, 1).unwrap();
    assert!(done.naive_doubled > 300, "{done:?}");
    assert_eq!((done.create_doubled, done.ensure_doubled), (0, 0), "{done:?}");
    assert!(done.ensure_succeeded > 700, "{done:?}");
    assert_eq!(done.findings.counts, Counts::default(), "{done:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace_to_the_byte() {
    let trace = |seed| {
        let mut trace = String::new();
        let options = Options { steps: 12_000, seed, clients: 5, begin: Job::begin };
        random_with_log(&options, None, &mut |lines| trace.push_str(lines)).unwrap();
        trace
    };
    let first = trace(7);
    assert!(first.lines().count() > 12_000);
    assert!(first == trace(7), "the same seed gave another trace");
    assert!(first != trace(8));
}

#[test]
fn a_world_is_replayed_by_its_seed_and_can_show_one_client_alone() {
    let trace = |client| {
        let mut trace = String::new();
        let options = Options { steps: 2_000, seed: 3, clients: 4, begin: Job::begin };
        random_with_log(&options, client, &mut |lines| trace.push_str(lines)).unwrap();
        trace
    };
    let (all, one) = (trace(None), trace(Some(2)));
    let mut all = all.lines();
    assert!(one.lines().count() > 100);
    assert!(
        one.lines().all(|line| all.any(|other| other == line)),
        "the client's lines are the same when shown alone"
    );
}

/// The exhaustive mode skips these schedules; this test runs them.
#[test]
fn faults_after_the_last_request_make_no_difference() {
    let mut compared = 0;
    for subject in Subject::all() {
        let mut runner = ScheduleRunner::new(
            subject,
            PolicyChoice::Default,
            FaultScope::Requests,
            Job::begin,
            1,
        )
        .unwrap();
        runner.trace();
        for first in Fault::in_schedules() {
            let alone = runner.run(&[first]);
            for second in Fault::in_schedules() {
                let other = runner.run(&[first, second]).log;
                if alone.requests > 1 {
                    assert!(other != alone.log, "{subject:?} {first:?} {second:?}");
                } else {
                    assert_eq!(other, alone.log, "{subject:?} {first:?} {second:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
