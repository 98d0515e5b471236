//! Runs every schedule of faults up to a length.

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{
    faults::Fault,
    findings::{Findings, Violation},
    job::Begin,
};
use serde::Serialize;

use crate::subject::{FaultScope, PolicyChoice, RunResult, ScheduleRunner, Subject, argument_name};

/// The result of the exhaustive mode.
#[derive(Debug, Serialize)]
pub struct ExhaustiveReport {
    mode: &'static str,
    /// Number of schedules, for every subject and policy. Includes schedules that cannot differ
    /// from one that ran.
    pub schedules: u64,
    /// Number of exchanges that ran.
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
            let mut runner =
                ScheduleRunner::new(subject, policy_choice, FaultScope::Requests, begin, seed)?;
            let mut walk = Walk::new(length, |schedule: &[Fault]| runner.run(schedule));
            walk.visit(&mut |schedule, violations| {
                report.findings.add(violations, || replay(subject, policy_choice, schedule, seed));
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

/// Walks the tree of schedules.
pub(crate) struct Walk<F> {
    run: F,
    length: usize,
    schedule: Vec<Fault>,
    pub(crate) schedules: u64,
    pub(crate) exchanges: u64,
}

impl<F: FnMut(&[Fault]) -> RunResult> Walk<F> {
    /// A walk over all schedules up to this length. `run` runs each of them.
    pub(crate) fn new(length: usize, run: F) -> Self {
        Self { run, length, schedule: Vec::new(), schedules: 0, exchanges: 0 }
    }

    pub(crate) fn visit(&mut self, found: &mut impl FnMut(&[Fault], &[Violation])) {
        let result = (self.run)(&self.schedule);
        self.schedules += 1;
        self.exchanges += result.exchanges;
        found(&self.schedule, &result.violations);
        if result.requests <= self.schedule.len() {
            self.schedules += below(self.length - self.schedule.len());
            return;
        }
        if self.schedule.len() < self.length {
            for fault in Fault::in_schedules() {
                self.schedule.push(fault);
                self.visit(found);
                self.schedule.pop();
            }
        }
    }
}

/// Number of schedules that extend a given one by up to `more` faults.
fn below(more: usize) -> u64 {
    (0..more).fold(0, |sum, _| (sum + 1) * Fault::IN_SCHEDULES as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_schedules_are_counted() {
        assert_eq!([0, 1, 2, 3].map(below), [0, 12, 156, 1884]);
    }
}
