//! What lost answers come to: by the usual rule, by our creation, by our `ensure`.

use std::time::Instant;

use contacts_proto::Error;
use contacts_testkit::{faults::Fault, findings::Findings, job::Job, random::Random};
use serde::Serialize;

use crate::subject::{Bench, Numbers, Strike, Subject, Tried, word};

/// What came of it.
#[derive(Debug, Default, Serialize)]
pub struct Compare {
    mode: &'static str,
    seed: u64,
    /// Schedules that each of the three met.
    pub schedules: u64,
    /// Ended with more than one contact by the usual rule: a retry made it.
    pub usual_doubled: u64,
    /// Ended with an error by the usual rule, which says nothing of the contact that is there.
    pub usual_unknown: u64,
    /// The same for our creation, and its receipts resolved: never, or it is a mistake.
    pub create_doubled: u64,
    /// Creations that ended with a receipt or an error.
    pub create_in_doubt: u64,
    /// The same as `create_doubled` for our `ensure`.
    pub ensure_doubled: u64,
    /// `ensure` ended with one contact for certain, though answers were lost.
    pub ensure_resolved: u64,
    /// What went wrong with our two.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// The longest schedule.
const LONGEST: u64 = 3;

/// Gives the same schedules of lost answers to all three. The faults strike creations: the looks of `ensure`, which the others do
/// not have, go well.
///
/// # Errors
/// If what is tried is no valid argument to begin with.
pub fn compare(schedules: u64, seed: u64) -> Result<Compare, Error> {
    let started = Instant::now();
    let bench = |subject| Bench::new(subject, Numbers::Default, Strike::Creations, Job::begin, seed);
    let mut usual = bench(Subject::Usual)?;
    let mut create = bench(Subject::Create)?;
    let mut ensure = bench(Subject::Ensure)?;
    let faults: Vec<_> = Fault::that_lose_an_answer().collect();
    let mut random = Random::new(seed);
    let mut findings = Findings::default();
    let mut told = Compare { mode: "compare", seed, schedules, ..Compare::default() };
    let doubled = |tried: &Tried| u64::from(tried.created > 1);
    for _ in 0..schedules {
        let length = 1 + random.below(LONGEST);
        let schedule: Vec<Fault> = (0..length).map(|_| *random.pick(&faults)).collect();
        // Other times each time; the same for all three.
        let seed = random.draw();
        let mut run = |bench: &mut Bench, subject: Subject| {
            let tried = bench.run_as(seed, &schedule);
            if subject != Subject::Usual {
                findings.add(&tried.violations, || replay(subject, &schedule, seed));
            }
            tried
        };

        let tried = run(&mut usual, Subject::Usual);
        told.usual_doubled += doubled(&tried);
        told.usual_unknown += u64::from(!tried.succeeded && tried.created > 0);
        let tried = run(&mut create, Subject::Create);
        told.create_doubled += doubled(&tried);
        told.create_in_doubt += u64::from(!tried.succeeded);
        let tried = run(&mut ensure, Subject::Ensure);
        told.ensure_doubled += doubled(&tried);
        told.ensure_resolved += u64::from(tried.succeeded && tried.created == 1);
    }
    told.findings = findings;
    told.seconds = started.elapsed().as_secs_f64();
    Ok(told)
}

fn replay(subject: Subject, schedule: &[Fault], seed: u64) -> String {
    let words: Vec<_> = schedule.iter().map(|fault| fault.word()).collect();
    let (subject, words) = (word(&subject), words.join(","));
    format!("contacts-sim replay --operation {subject} --schedule {words} --creations --seed {seed}")
}
