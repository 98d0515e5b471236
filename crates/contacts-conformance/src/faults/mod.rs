//! Faults drawn by lot, through both clients, against the sandbox, whose state is audited after each.

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

/// So many cases are tried at a time: most of them wait.
const AT_A_TIME: usize = 12;

/// What is wrong with a client, or between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// An effect was reported, and is not there.
    Lost,
    /// An effect is there twice.
    Doubled,
    /// A definite outcome is not true.
    Wrong,
    /// An operation went on for longer than its deadline.
    Hung,
    /// The two clients ended differently.
    Different,
}

/// A defect, with what it takes to see it again.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which case it is: the same seed and index make the same case.
    pub index: u64,
    /// What kind it is.
    pub defect: Defect,
    /// What it is.
    pub text: String,
}

/// Draws the cases with these indices and tries each with both clients. What they find goes into the report's counts.
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

/// What is found in one case.
fn check(seed: u64, index: u64) -> Vec<Finding> {
    let case = Case::draw(seed, index);
    let finding = |(defect, text)| Finding { index, defect, text: format!("{text}\n    in {case:?}") };
    let mut trials = both(&case);
    // On a machine that is busy time may run out for one client and not for the other. If that is the reason, it is not the
    // same again.
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
        let named = trial.defects.into_iter().map(|(defect, text)| (defect, format!("{name}: {text}")));
        findings.extend(named.map(finding));
    }
    findings
}

fn both(case: &Case) -> [Trial; 2] {
    [try_with::<Ureq>(case), try_with::<Hyper>(case)]
}

/// Whether the two ended differently, and not by the order of events that nothing settles.
fn differ(case: &Case, [one, other]: &[Trial; 2]) -> bool {
    one.kind != other.kind && !case.is_undetermined()
}
