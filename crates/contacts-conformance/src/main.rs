//! Runs the table and random faults through both clients, and prints a report in one line.

mod arguments;

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use contacts_conformance::{ProblemKind, Report, faults, open_sockets, run_all, table};

use self::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let before = open_sockets();
    let mut report = Report::default();
    if arguments.index.is_none() {
        // A separate thread, because its cached listeners are closed with it.
        thread::scope(|scope| scope.spawn(|| run_table(&mut report)).join())
            .expect("the table does not panic");
    }
    for finding in faults::run(arguments.seed, arguments.indices(), &mut report) {
        eprintln!(
            "--seed {} --index {}: {:?}: {}",
            arguments.seed, finding.index, finding.defect, finding.text
        );
    }
    report.leaked_sockets = leaked(before);
    println!("{}", serde_json::to_string(&report).expect("a report is JSON"));
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_table(report: &mut Report) {
    for group in table::GROUPS {
        let scenarios = (group.scenarios)();
        let problems = run_all(&scenarios);
        report.scenarios += scenarios.len();
        for problem in problems {
            *match problem.kind {
                ProblemKind::Wrong => &mut report.wrong,
                ProblemKind::Hung => &mut report.hung,
                ProblemKind::Different => &mut report.differences,
            } += 1;
            eprintln!("{}: {problem}", group.name);
        }
    }
}

/// Number of sockets that are open now but were not before. Waits for sockets that are closing.
fn leaked(before: Option<usize>) -> u64 {
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let leaked = match (before, open_sockets()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => 0,
        };
        if leaked == 0 || Instant::now() > until {
            return leaked as u64;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
