//! Runs every schedule of faults up to a length.

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{faults::Fault, findings::Findings, job::Begin};
use serde::Serialize;

use crate::{
    subject::{FaultScope, PolicyChoice, ScheduleRunner, Subject, argument_name},
    walk::Walk,
};

/// The result of the exhaustive mode.
#[derive(Debug, Serialize)]
pub struct ExhaustiveReport {
    mode: &'static str,
    /// Number of schedules, for every subject and policy. Includes schedules that cannot differ
    /// from one that ran.
    pub schedules: u64,
    /// Number of exchanges that ended and were checked, each in a schedule of its own.
    pub exchanges: u64,
    /// Violations.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Runs every schedule of the twelve faults up to this length, for every subject and both policies.
///
/// The k-th request of an exchange meets the k-th fault; later requests succeed. The seed and the
/// faults met decide everything else: times, and whether a lost response is a reset or a timeout.
/// If an exchange ends before it meets its whole schedule, the remaining faults make no difference.
/// Such schedules are counted without running.
///
/// Schedules that begin with the same faults share the run up to there: it is cloned before each
/// request that can meet another fault. Each exchange ends, and its whole trace is checked, in one
/// schedule.
///
/// # Errors
/// If a simulated job is invalid.
pub fn exhaustive(length: usize, seed: u64, begin: Begin) -> Result<ExhaustiveReport, Error> {
    let started = Instant::now();
    let mut report = ExhaustiveReport {
        mode: "exhaustive",
        schedules: 0,
        exchanges: 0,
        findings: Findings::default(),
        seconds: 0.0,
    };
    for subject in Subject::all() {
        for policy_choice in [PolicyChoice::Default, PolicyChoice::Patient] {
            let runner =
                ScheduleRunner::new(subject, policy_choice, FaultScope::Requests, begin, seed)?;
            let mut walk = Walk::new(length);
            walk.visit(runner.branch(), &mut |schedule, result| {
                report
                    .findings
                    .add(&result.violations, || replay(subject, policy_choice, schedule, seed));
            });
            report.schedules += walk.schedules;
            report.exchanges += walk.exchanges;
        }
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Returns the command that replays an exchange.
fn replay(subject: Subject, policy_choice: PolicyChoice, schedule: &[Fault], seed: u64) -> String {
    format!(
        "contacts-sim replay --operation {} --schedule {} --policy {} --seed {seed}",
        argument_name(&subject),
        schedule_argument(schedule),
        argument_name(&policy_choice)
    )
}

/// Formats a schedule as an argument.
pub(crate) fn schedule_argument(schedule: &[Fault]) -> String {
    let schedule_argument: Vec<_> = schedule.iter().map(|fault| fault.name()).collect();
    if schedule_argument.is_empty() { "''".to_owned() } else { schedule_argument.join(",") }
}

#[cfg(test)]
mod tests {
    use contacts_testkit::{job::Job, mutants};

    use super::*;

    #[test]
    fn a_schedule_in_the_walk_ends_like_the_same_schedule_alone() {
        let policies = [PolicyChoice::Default, PolicyChoice::Patient];
        let begins: [Begin; 2] = [Job::begin, mutants::waits_a_millisecond_too_little];
        for subject in Subject::all() {
            for (policy, begin) in policies.into_iter().zip(begins) {
                let scope = FaultScope::Requests;
                let mut runner = ScheduleRunner::new(subject, policy, scope, begin, 1).unwrap();
                runner.trace();
                Walk::new(2).visit(runner.branch(), &mut |schedule, result| {
                    let alone = runner.run(schedule);
                    assert_eq!(format!("{result:?}"), format!("{alone:?}"), "{schedule:?}");
                    assert!(result.log.contains("sends"), "{}", result.log);
                });
            }
        }
    }
}
