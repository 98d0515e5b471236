//! What the command does.

use std::io::{self, Write};

use contacts_proto::Error;
use contacts_testkit::{findings::Findings, job::Job};
use serde::Serialize;

use crate::{
    args::{Arguments, Mode, Replay},
    compare::compare,
    exhaustive::exhaustive,
    planned::planned,
    random::{Options, random, random_told},
    subject::{Bench, Strike},
};

/// Does what the arguments say; true if nothing went wrong.
///
/// # Errors
/// If standard output is closed, or what is tried is no valid argument to begin with.
pub fn run(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    match &arguments.mode {
        Mode::Exhaustive { length, seed } => {
            let done = exhaustive(usize::from(*length), *seed, Job::begin)?;
            tell(&done, &done.findings, 0)
        }
        Mode::Random { scene } => {
            let done = random(&options(scene.steps, scene.seed, scene.clients))?;
            tell(&done, &done.findings, 0)
        }
        Mode::Compare { schedules, seed } => {
            let done = compare(*schedules, *seed)?;
            tell(&done, &done.findings, done.create_doubled + done.ensure_doubled)
        }
        Mode::Plan { length, seed } => {
            let done = planned(usize::from(*length), *seed)?;
            tell(&done, &done.findings, 0)
        }
        Mode::Replay(case) => replay(case),
    }
}

fn options(steps: u64, seed: u64, clients: u16) -> Options {
    Options { steps, seed, clients: clients.into(), begin: Job::begin }
}

fn tell(line: &impl Serialize, findings: &Findings, more: u64) -> Result<bool, Box<dyn std::error::Error>> {
    findings.told.iter().try_for_each(|case| writeln!(io::stderr(), "{case}"))?;
    writeln!(io::stdout(), "{}", serde_json::to_string(line)?)?;
    Ok(findings.counts.sum() + more == 0)
}

fn replay(case: &Replay) -> Result<bool, Box<dyn std::error::Error>> {
    if let Some(steps) = case.steps {
        let mut written = Ok(());
        let done = random_told(&options(steps, case.seed, case.clients), case.client, &mut |lines| {
            if written.is_ok() {
                written = io::stdout().write_all(lines.as_bytes());
            }
        })?;
        written?;
        return Ok(done.findings.counts.sum() == 0);
    }
    let Some(subject) = case.operation else {
        return Err(Error::invalid("operation", "is missing").into());
    };
    let strike = if case.creations { Strike::Creations } else { Strike::Requests };
    let mut bench = Bench::new(subject, case.policy, strike, Job::begin, case.seed)?;
    bench.trace();
    let tried = bench.run(&case.schedule);
    write!(io::stdout(), "{}", bench.take_trace())?;
    Ok(tried.violations.is_empty())
}
