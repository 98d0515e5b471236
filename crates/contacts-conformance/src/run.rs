//! Runs scenarios and checks the results.

use std::{
    fmt,
    ops::RangeInclusive,
    time::{Duration, Instant},
};

use contacts_proto::RetryPolicy;

use crate::{
    ClientStep, Expected, Outcome, Problem, ProblemKind, Scenario, Seen,
    driver::{Driver, Hyper, Setup, Ureq},
    operation::{Visitor, with},
    parallel, reference,
    wire::{Connection, Plan, Server},
};

/// Number of scenarios that run at the same time; most of them only wait.
const AT_A_TIME: usize = 8;

/// The result of a scenario with one client.
struct ScenarioRun {
    outcomes: Vec<Outcome>,
    late: Option<Duration>,
    setup: Setup,
    seen: Vec<Connection>,
    other: Vec<Connection>,
    ports: Vec<u16>,
}

/// Runs a scenario through both clients.
pub fn run(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (blocking, asynchronous) = (play::<Ureq>(scenario), play::<Hyper>(scenario));
    for (name, run) in [(Ureq::NAME, &blocking), (Hyper::NAME, &asynchronous)] {
        check(scenario, run, |kind, text| {
            let text = format!("{name}: {text}");
            problems.push(Problem { scenario: scenario.name.clone(), kind, text });
        });
    }
    if scenario.is_determined() && seen_text(&blocking) != seen_text(&asynchronous) {
        let text =
            format!("the servers read {} and {}", seen_text(&blocking), seen_text(&asynchronous));
        let scenario = scenario.name.clone();
        problems.push(Problem { scenario, kind: ProblemKind::Different, text });
    }
    problems
}

/// Runs a scenario through another client.
pub fn run_with<D: Driver>(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(scenario, &play::<D>(scenario), |kind, text| {
        let text = format!("{}: {text}", D::NAME);
        problems.push(Problem { scenario: scenario.name.clone(), kind, text });
    });
    problems
}

/// Runs scenarios through both clients, some at a time.
pub fn run_all(scenarios: &[Scenario]) -> Vec<Problem> {
    run_all_by(scenarios, run)
}

/// Runs scenarios, some at a time.
pub fn run_all_by(
    scenarios: &[Scenario],
    run: impl Fn(&Scenario) -> Vec<Problem> + Sync,
) -> Vec<Problem> {
    parallel::each(scenarios.iter(), AT_A_TIME, run)
}

fn play<D: Driver>(scenario: &Scenario) -> ScenarioRun {
    let start =
        |plan: &Plan, other| Server::start(plan.clone(), other).expect("there is a free port");
    let other = scenario.other.as_ref().map(|plan| start(plan, None));
    let other_address = other.as_ref().map(Server::address);
    let server = start(&scenario.server, other_address);
    let setup = scenario.setup(server.address(), other_address);
    let client = D::new(&setup).expect("the settings of a scenario are valid");
    let mut outcomes = Vec::new();
    let mut late = None;
    for step in &scenario.steps {
        match step {
            ClientStep::Pause(time) => {
                server.settle();
                client.rest(*time);
            }
            ClientStep::Call(operation, _) => {
                let begun = Instant::now();
                outcomes.push(with(*operation, SendTo(&client)));
                late = late.or_else(|| lateness(&setup.policy, begun.elapsed()));
            }
        }
    }
    drop(client);
    let ports: Vec<_> = std::iter::once(server.address())
        .chain(other_address)
        .map(|address| address.port())
        .collect();
    // An error shows the target of a redirect, so replace the port by its name.
    for outcome in &mut outcomes {
        if let Outcome::Error { text, .. } = outcome {
            for (port, name) in ports.iter().zip(["{SELF}", "{OTHER}"]) {
                *text = text.replace(&format!(":{port}"), &format!(":{name}"));
            }
        }
    }
    let seen = server.finish();
    ScenarioRun {
        outcomes,
        late,
        setup,
        seen,
        other: other.map(Server::finish).unwrap_or_default(),
        ports,
    }
}

/// Returns the duration of an operation that exceeded its deadline, with a tolerance for busy
/// machines.
pub(crate) fn lateness(policy: &RetryPolicy, took: Duration) -> Option<Duration> {
    (took > policy.deadline + Duration::from_millis(250) + Duration::from_secs(1)).then_some(took)
}

/// Sends an operation through a client.
pub(crate) struct SendTo<'a, D>(pub(crate) &'a D);

impl<D: Driver> Visitor for SendTo<'_, D> {
    type Output = Outcome;

    fn visit<O: contacts_proto::exchange::ToExchange<Output: fmt::Debug>>(
        self,
        operation: &O,
    ) -> Outcome {
        Outcome::of(self.0.send(operation))
    }
}

fn check(
    scenario: &Scenario,
    run: &ScenarioRun,
    mut report_problem: impl FnMut(ProblemKind, String),
) {
    let expected = scenario.steps.iter().filter_map(|step| match step {
        ClientStep::Call(operation, expected) => Some((*operation, expected)),
        ClientStep::Pause(_) => None,
    });
    for ((operation, expected), outcome) in expected.zip(&run.outcomes) {
        let right: Vec<_> = match expected {
            Expected::Same(reports) => vec![reference(operation, &run.setup, reports)],
            Expected::OneOf(all) => {
                all.iter().map(|reports| reference(operation, &run.setup, reports)).collect()
            }
        };
        if !right.contains(outcome) {
            let right: Vec<_> = right.iter().map(Outcome::to_string).collect();
            report_problem(
                ProblemKind::Wrong,
                format!(
                    "{operation:?} gave\n    {outcome}\n  not\n    {}",
                    right.join("\n  or\n    ")
                ),
            );
        }
    }
    if let Some(late) = run.late {
        report_problem(ProblemKind::Hung, format!("took {late:?}"));
    }
    for seen in &scenario.seen {
        if let Err(text) = seen.check(run) {
            report_problem(ProblemKind::Wrong, text);
        }
    }
}

impl Seen {
    fn check(&self, run: &ScenarioRun) -> Result<(), String> {
        let within = |what: &str, count: usize, range: &RangeInclusive<usize>| {
            if range.contains(&count) {
                Ok(())
            } else {
                Err(format!("{count} {what} instead of {range:?}"))
            }
        };
        match self {
            Self::Connections(range) => within("connections", run.seen.len(), range),
            Self::OtherConnections(range) => {
                within("connections to the other server", run.other.len(), range)
            }
            Self::Requests(range) => {
                let requests = run.seen.iter().map(|connection| connection.requests().len()).sum();
                within("requests", requests, range)
            }
            Self::Check(check) => check(&run.seen),
            Self::OtherCheck(check) => check(&run.other),
        }
    }
}

/// Returns all that the server read, without the ports, because they differ.
fn seen_text(run: &ScenarioRun) -> String {
    // Each library formats CONNECT differently.
    let servers = if run.setup.proxy.is_some() { &run.other } else { &run.seen };
    let read =
        servers.iter().map(|connection| String::from_utf8_lossy(&connection.read).into_owned());
    let mut text = format!("{:?}", read.collect::<Vec<_>>());
    for port in &run.ports {
        text = text.replace(&format!(":{port}"), ":PORT");
    }
    text
}
