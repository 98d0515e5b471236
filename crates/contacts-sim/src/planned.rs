//! Plans applied under every schedule of faults up to a length, broken off at every request, and applied again.

mod claims;
mod scene;
mod stage;

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{faults::Fault, findings::Findings};
use serde::Serialize;

use self::{
    scene::{Haste, SCENES},
    stage::{Again, Case, Stage},
};
use crate::{exhaustive::Walk, subject::Tried};

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Planned {
    mode: &'static str,
    /// Schedules, each for every scene and policy, those included that were known to differ in nothing from one that ran.
    pub schedules: u64,
    /// Exchanges that really ran.
    pub exchanges: u64,
    /// Runs that were broken off at some request.
    pub broken_off: u64,
    /// What went wrong.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// Applies plans under every schedule of the twelve faults up to this length, which begins with each of the requests of a run, the
/// list before the plan included: the next request meets the next fault. Under each fault alone, and under none, the run is broken
/// off at each of its requests too.
///
/// Then all that was delayed happens. What was told of creations must be true by then: what is told to exist does, and what is told
/// to have had no effect has had none. It is done again without faults: the same file is planned and applied, with or without
/// another application of the old plan before. Everything is as it is to be then, nothing is there twice, and nobody was without an
/// enabled contact at any time, be it that the service says which contacts are enabled, or that it does not.
///
/// # Errors
/// If the site is none.
pub fn planned(length: usize, seed: u64) -> Result<Planned, Error> {
    let started = Instant::now();
    let mut whole = Planned {
        mode: "plan",
        schedules: 0,
        exchanges: 0,
        broken_off: 0,
        findings: Findings::default(),
        seconds: 0.0,
    };
    for scene in &SCENES {
        for haste in Haste::ALL {
            let mut stage = Stage::new(scene, haste, seed)?;
            let well = Case { after: 0, schedule: &[], last: None, again: Again::Planned };
            let requests = stage.run(well).requests;
            for case in cases(requests) {
                whole.walk(&mut stage, case, length);
                whole.break_off(&mut stage, case, requests);
            }
        }
    }
    whole.seconds = started.elapsed().as_secs_f64();
    Ok(whole)
}

/// Beginnings of schedules.
fn cases(requests: usize) -> impl Iterator<Item = Case<'static>> {
    let case = |after| Again::BOTH.map(|again| Case { after, schedule: &[], last: None, again });
    (0..requests).flat_map(case)
}

impl Planned {
    /// Every schedule that begins there.
    fn walk(&mut self, stage: &mut Stage<'_>, begin: Case<'_>, length: usize) {
        let name = stage.to_string();
        let mut walk = Walk::new(length, |schedule: &[Fault]| {
            let tried = stage.run(Case { schedule, ..begin });
            // Those before the faults are not counted.
            Tried { requests: tried.requests.saturating_sub(begin.after), ..tried }
        });
        walk.visit(&mut |schedule, violations| {
            self.findings.add(violations, || format!("{name}, {}", Case { schedule, ..begin }));
        });
        self.schedules += walk.schedules;
        self.exchanges += walk.exchanges;
    }

    /// Every fault there, and none; and no further than to the request that meets it, the one after it, …
    fn break_off(&mut self, stage: &mut Stage<'_>, begin: Case<'_>, requests: usize) {
        let faults = Fault::in_schedules().map(|fault| vec![fault]).chain([Vec::new()]);
        for schedule in faults {
            for last in begin.after + 1..=requests {
                let case = Case { schedule: &schedule, last: Some(last), ..begin };
                let tried = stage.run(case);
                self.broken_off += 1;
                self.exchanges += tried.exchanges;
                self.findings.add(&tried.violations, || format!("{stage}, {case}"));
            }
        }
    }
}
