//! Runs the command.

use std::io::{self, Write};

use contacts_proto::Error;
use contacts_testkit::{findings::Findings, job::Job};
use serde::Serialize;

use crate::{
    args::{Arguments, Mode, Replay},
    compare::compare,
    exhaustive::exhaustive,
    planned::planned,
    random::{Options, random, random_with_log},
    subject::{FaultScope, ScheduleRunner},
};

/// Runs the mode of the arguments. Returns `true` if no law was broken.
///
/// # Errors
/// If standard output is closed, or a simulated job is invalid.
pub fn run(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    match &arguments.mode {
        Mode::Exhaustive { length, seed } => {
            let done = exhaustive(usize::from(*length), *seed, Job::begin)?;
            print(&done, &done.findings, 0)
        }
        Mode::Random { arguments } => {
            let done = random(&options(arguments.steps, arguments.seed, arguments.clients))?;
            print(&done, &done.findings, 0)
        }
        Mode::Compare { schedules, seed } => {
            let done = compare(*schedules, *seed)?;
            print(&done, &done.findings, done.create_doubled + done.ensure_doubled)
        }
        Mode::Plan { length, seed } => {
            let done = planned(usize::from(*length), *seed)?;
            print(&done, &done.findings, 0)
        }
        Mode::Replay(case) => replay(case),
    }
}

fn options(steps: u64, seed: u64, clients: u16) -> Options {
    Options { steps, seed, clients: clients.into(), begin: Job::begin }
}

fn print(
    line: &impl Serialize,
    findings: &Findings,
    more: u64,
) -> Result<bool, Box<dyn std::error::Error>> {
    findings.examples.iter().try_for_each(|case| writeln!(io::stderr(), "{case}"))?;
    writeln!(io::stdout(), "{}", serde_json::to_string(line)?)?;
    Ok(findings.counts.total() + more == 0)
}

fn replay(case: &Replay) -> Result<bool, Box<dyn std::error::Error>> {
    if let Some(steps) = case.steps {
        let mut written = Ok(());
        let done =
            random_with_log(&options(steps, case.seed, case.clients), case.client, &mut |lines| {
                if written.is_ok() {
                    written = io::stdout().write_all(lines.as_bytes());
                }
            })?;
        written?;
        return Ok(done.findings.counts.total() == 0);
    }
    let Some(subject) = case.operation else {
        return Err(Error::invalid("operation", "is missing").into());
    };
    let scope = if case.creates_only { FaultScope::Creates } else { FaultScope::Requests };
    let mut runner = ScheduleRunner::new(subject, case.policy, scope, Job::begin, case.seed)?;
    runner.trace();
    let result = runner.run(&case.schedule);
    write!(io::stdout(), "{}", result.log)?;
    Ok(result.violations.is_empty())
}
