//! Every schedule of faults up to a length.

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{
    faults::Fault,
    findings::{Findings, Violation},
    job::Begin,
};
use serde::Serialize;

use crate::subject::{Bench, Numbers, Strike, Subject, Tried, word};

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Exhaustive {
    mode: &'static str,
    /// Schedules, each for every subject and policy, those included that were known to differ in nothing from one that ran.
    pub schedules: u64,
    /// Exchanges that really ran.
    pub exchanges: u64,
    /// What went wrong.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Tries every schedule of the twelve faults up to this length on every subject, by both policies.
///
/// The k-th request of an exchange meets the k-th fault; later requests go well. All else that is drawn (times, whether a lost
/// answer shows as a reset or as a time-out) follows from the seed and the faults that were met. So if an exchange has ended
/// before it met all of a schedule, whatever follows in its place makes no difference, and is counted without being run.
///
/// # Errors
/// If what is tried is no valid argument to begin with.
pub fn exhaustive(length: usize, seed: u64, begin: Begin) -> Result<Exhaustive, Error> {
    let started = Instant::now();
    let mut whole = Exhaustive {
        mode: "exhaustive",
        schedules: 0,
        exchanges: 0,
        findings: Findings::default(),
        seconds: 0.0,
    };
    for subject in Subject::all() {
        for numbers in [Numbers::Default, Numbers::Patient] {
            let mut bench = Bench::new(subject, numbers, Strike::Requests, begin, seed)?;
            let mut walk = Walk::new(length, |schedule: &[Fault]| bench.run(schedule));
            walk.visit(&mut |schedule, violations| {
                whole.findings.add(violations, || replay(subject, numbers, schedule, seed));
            });
            whole.schedules += walk.schedules;
            whole.exchanges += walk.exchanges;
        }
    }
    whole.seconds = started.elapsed().as_secs_f64();
    Ok(whole)
}

/// The command that shows what happens to one exchange.
fn replay(subject: Subject, numbers: Numbers, schedule: &[Fault], seed: u64) -> String {
    format!(
        "contacts-sim replay --operation {} --schedule {} --policy {} --seed {seed}",
        word(&subject),
        words(schedule),
        word(&numbers)
    )
}

/// A schedule as an argument.
pub(crate) fn words(schedule: &[Fault]) -> String {
    let words: Vec<_> = schedule.iter().map(|fault| fault.word()).collect();
    if words.is_empty() { "''".to_owned() } else { words.join(",") }
}

/// A walk over the tree of schedules.
pub(crate) struct Walk<F> {
    run: F,
    length: usize,
    schedule: Vec<Fault>,
    pub(crate) schedules: u64,
    pub(crate) exchanges: u64,
}

impl<F: FnMut(&[Fault]) -> Tried> Walk<F> {
    /// Over all schedules up to this length, each of which is tried by `run`.
    pub(crate) fn new(length: usize, run: F) -> Self {
        Self { run, length, schedule: Vec::new(), schedules: 0, exchanges: 0 }
    }

    pub(crate) fn visit(&mut self, found: &mut impl FnMut(&[Fault], &[Violation])) {
        let tried = (self.run)(&self.schedule);
        self.schedules += 1;
        self.exchanges += tried.exchanges;
        found(&self.schedule, &tried.violations);
        if tried.requests <= self.schedule.len() {
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

/// How many schedules begin with a given one and are longer, by as much as `more`.
fn below(more: usize) -> u64 {
    (0..more).fold(0, |sum, _| (sum + 1) * Fault::IN_SCHEDULES as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_that_are_left_out_are_counted() {
        assert_eq!([0, 1, 2, 3].map(below), [0, 12, 156, 1884]);
    }
}
