//! Compares naive retries, our create and our `ensure` when responses are lost.

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{faults::Fault, findings::Findings, job::Job, random::Random};
use serde::Serialize;

use crate::subject::{FaultScope, PolicyChoice, RunResult, ScheduleRunner, Subject, argument_name};

/// The result of a comparison.
#[derive(Debug, Default, Serialize)]
pub struct CompareReport {
    mode: &'static str,
    seed: u64,
    /// Number of schedules; each of the three ran all of them.
    pub schedules: u64,
    /// Number of exchanges that ended and were checked.
    pub exchanges: u64,
    /// Naive runs that created more than one contact.
    pub naive_doubled: u64,
    /// Naive runs that ended with an error although the contact exists.
    pub naive_unreported: u64,
    /// Runs of our create with more than one contact. Must be 0.
    pub create_doubled: u64,
    /// Runs of our create that ended with a receipt or an error.
    pub create_unknown: u64,
    /// Runs of our `ensure` with more than one contact. Must be 0.
    pub ensure_doubled: u64,
    /// Runs of our `ensure` that succeeded with exactly one contact.
    pub ensure_succeeded: u64,
    /// Violations of our create and `ensure`.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Maximum length of a schedule.
const MAX_LENGTH: u64 = 3;

/// Runs the same schedules of lost responses with all three. Only create requests meet faults,
/// because the other two have no scans.
///
/// # Errors
/// If a simulated job is invalid.
pub fn compare(schedules: u64, seed: u64) -> Result<CompareReport, Error> {
    let started = Instant::now();
    let runner = |subject| {
        ScheduleRunner::new(subject, PolicyChoice::Default, FaultScope::Creates, Job::begin, seed)
    };
    let naive = runner(Subject::Naive)?;
    let create = runner(Subject::Create)?;
    let ensure = runner(Subject::Ensure)?;
    let faults: Vec<_> = Fault::losing_the_response().collect();
    let mut random = Random::new(seed);
    let (mut findings, mut exchanges) = (Findings::default(), 0);
    let mut report = CompareReport { mode: "compare", seed, schedules, ..CompareReport::default() };
    let doubled = |result: &RunResult| u64::from(result.created > 1);
    for _ in 0..schedules {
        let length = 1 + random.below(MAX_LENGTH);
        let schedule: Vec<Fault> = (0..length).map(|_| *random.pick(&faults)).collect();
        // New times for each schedule; the same for all three.
        let seed = random.draw();
        let mut run = |runner: &ScheduleRunner, subject: Subject| {
            let result = runner.run_as(seed, &schedule);
            exchanges += result.exchanges;
            if subject != Subject::Naive {
                findings.add(&result.violations, || replay(subject, &schedule, seed));
            }
            result
        };

        let result = run(&naive, Subject::Naive);
        report.naive_doubled += doubled(&result);
        report.naive_unreported += u64::from(!result.succeeded && result.created > 0);
        let result = run(&create, Subject::Create);
        report.create_doubled += doubled(&result);
        report.create_unknown += u64::from(!result.succeeded);
        let result = run(&ensure, Subject::Ensure);
        report.ensure_doubled += doubled(&result);
        report.ensure_succeeded += u64::from(result.succeeded && result.created == 1);
    }
    (report.findings, report.exchanges) = (findings, exchanges);
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

fn replay(subject: Subject, schedule: &[Fault], seed: u64) -> String {
    let words: Vec<_> = schedule.iter().map(|fault| fault.name()).collect();
    let (subject, words) = (argument_name(&subject), words.join(","));
    format!(
        "contacts-sim replay --operation {subject} --schedule {words} --creates-only --seed {seed}"
    )
}
