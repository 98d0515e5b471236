//! Applies plans under every schedule of faults up to a length, interrupts them at every request,
//! and applies them again.

mod claims;
mod runner;
mod scenario;

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{faults::Fault, findings::Findings};
use serde::Serialize;

use self::{
    runner::{Case, FollowUp, PlanRunner},
    scenario::{Retries, SCENARIOS},
};
use crate::walk::Walk;

/// The result of the plan mode.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    mode: &'static str,
    /// Number of schedules, for every scenario and policy. Includes schedules that cannot differ
    /// from one that ran.
    pub schedules: u64,
    /// Number of exchanges that ended and were checked, each in a schedule of its own.
    pub exchanges: u64,
    /// Number of exchanges at the beginning of a schedule that had ended before its first own
    /// fault. They ran, and were checked and counted, in another schedule.
    pub shared: u64,
    /// Number of runs that were interrupted at a request.
    pub interrupted: u64,
    /// Violations.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Applies plans under every schedule of the twelve faults up to this length. A schedule can begin
/// at each request of a run, including the list before the plan. With each single fault, and
/// without faults, the run is also interrupted at each of its requests.
///
/// Then all delayed requests arrive. From now on the outcomes of the creates must be true: a
/// reported contact exists, and a create with "no effect" had none.
///
/// The simulator then plans and applies the same file again without faults, with or without the old
/// plan before it. The result must be as desired, without duplicates. At no time may the user lose
/// the last enabled contact, even if the service hides the status.
///
/// # Errors
/// If the base URL is invalid.
pub fn planned(length: usize, seed: u64) -> Result<PlanReport, Error> {
    let started = Instant::now();
    let mut report = PlanReport {
        mode: "plan",
        schedules: 0,
        exchanges: 0,
        shared: 0,
        interrupted: 0,
        findings: Findings::default(),
        seconds: 0.0,
    };
    for scenario in &SCENARIOS {
        for retries in Retries::ALL {
            let runner = PlanRunner::new(scenario, retries, seed)?;
            let without_faults =
                Case { after: 0, schedule: &[], stop_after: None, follow_up: FollowUp::NewPlan };
            let requests = runner.start(without_faults).finish().requests;
            for case in cases(requests) {
                report.walk(&runner, case, length);
                report.interrupt(&runner, case, requests);
            }
        }
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Start points of schedules.
fn cases(requests: usize) -> impl Iterator<Item = Case<'static>> {
    let case = |after| {
        FollowUp::BOTH.map(|follow_up| Case { after, schedule: &[], stop_after: None, follow_up })
    };
    (0..requests).flat_map(case)
}

impl PlanReport {
    /// Runs every schedule that begins there.
    fn walk(&mut self, runner: &PlanRunner<'_>, begin: Case<'_>, length: usize) {
        let mut walk = Walk::new(length);
        walk.visit(runner.branch(begin), &mut |schedule, result| {
            self.findings
                .add(&result.violations, || format!("{runner}, {}", Case { schedule, ..begin }));
        });
        self.schedules += walk.schedules;
        self.exchanges += walk.exchanges;
        self.shared += walk.shared;
    }

    /// Runs every fault there, and none, and interrupts the run at each later request.
    fn interrupt(&mut self, runner: &PlanRunner<'_>, begin: Case<'_>, requests: usize) {
        let faults = Fault::in_schedules().map(|fault| vec![fault]).chain([Vec::new()]);
        for schedule in faults {
            for last in begin.after + 1..=requests {
                let case = Case { schedule: &schedule, stop_after: Some(last), ..begin };
                let result = runner.start(case).finish();
                self.interrupted += 1;
                self.exchanges += result.exchanges;
                self.findings.add(&result.violations, || format!("{runner}, {case}"));
            }
        }
    }
}
