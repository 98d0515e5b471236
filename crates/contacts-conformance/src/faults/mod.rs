//! Random faults: runs both clients against the sandbox, and audits its state after each case.

mod case;
mod service;
mod trial;

use self::{
    case::Case,
    trial::{Trial, try_with},
};
use crate::{
    Report,
    driver::{Driver, Hyper, Ureq},
    parallel,
};

/// Number of cases that run at the same time; most of them only wait.
const AT_A_TIME: usize = 12;

/// A defect of one client, or a difference between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// An effect was reported but is missing.
    Lost,
    /// An effect happened twice.
    Doubled,
    /// A definite outcome is false.
    Wrong,
    /// An operation took longer than its deadline.
    Hung,
    /// The two clients had different outcomes.
    Different,
}

/// A defect, and the data to reproduce it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Index of the case. Seed and index determine a case.
    pub index: u64,
    /// Its kind.
    pub defect: Defect,
    /// Description.
    pub text: String,
}

/// Runs the cases with these indices through both clients. Adds the results to the report.
pub fn run(seed: u64, indices: std::ops::Range<u64>, report: &mut Report) -> Vec<Finding> {
    report.faults += indices.end.saturating_sub(indices.start);
    let mut findings = parallel::each(indices, AT_A_TIME, |index| check(seed, index));
    findings.sort_by_key(|finding| finding.index);
    for finding in &findings {
        *match finding.defect {
            Defect::Lost => &mut report.lost,
            Defect::Doubled => &mut report.doubled,
            Defect::Wrong => &mut report.wrong,
            Defect::Hung => &mut report.hung,
            Defect::Different => &mut report.differences,
        } += 1;
    }
    findings
}

/// Returns the defects of one case.
fn check(seed: u64, index: u64) -> Vec<Finding> {
    let case = Case::draw(seed, index);
    let finding =
        |(defect, text)| Finding { index, defect, text: format!("{text}\n    case {case:?}") };
    let mut trials = both(&case);
    // On a busy machine, time may run out for one client only. Then a second run has another
    // result.
    for _ in 0..2 {
        if differ(&case, &trials) && trials.iter().any(|trial| trial.ran_out_of_time) {
            trials = both(&case);
        }
    }
    let mut findings = Vec::new();
    if differ(&case, &trials) {
        let [one, other] = &trials;
        findings.push(finding((Defect::Different, format!("{} and {}", one.end, other.end))));
    }
    for (name, trial) in [Ureq::NAME, Hyper::NAME].into_iter().zip(trials) {
        let named =
            trial.defects.into_iter().map(|(defect, text)| (defect, format!("{name}: {text}")));
        findings.extend(named.map(finding));
    }
    findings
}

fn both(case: &Case) -> [Trial; 2] {
    [try_with::<Ureq>(case), try_with::<Hyper>(case)]
}

/// Returns `true` if the outcomes differ, unless a race that no rule decides may cause that.
fn differ(case: &Case, [one, other]: &[Trial; 2]) -> bool {
    one.kind != other.kind && !case.is_undetermined()
}
