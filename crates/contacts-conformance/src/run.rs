//! How a scenario is run, and what is held against what came of it.

use std::{
    fmt,
    ops::RangeInclusive,
    time::{Duration, Instant},
};

use contacts_proto::RetryPolicy;

use crate::{
    Asked, Complaint, ComplaintKind, Expected, Outcome, Scenario, Seen,
    driver::{Driver, Hyper, Setup, Ureq},
    operation::{Visitor, with},
    parallel, reference,
    wire::{Connection, Plan, Server},
};

/// So many scenarios are run at a time: most of them wait.
const AT_A_TIME: usize = 8;

/// What came of a scenario with one client.
struct Played {
    outcomes: Vec<Outcome>,
    late: Option<Duration>,
    setup: Setup,
    seen: Vec<Connection>,
    other: Vec<Connection>,
    ports: Vec<u16>,
}

/// Runs a scenario through both clients.
pub fn run(scenario: &Scenario) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let (blocking, asynchronous) = (play::<Ureq>(scenario), play::<Hyper>(scenario));
    for (name, played) in [(Ureq::NAME, &blocking), (Hyper::NAME, &asynchronous)] {
        judge(scenario, played, |kind, text| {
            let text = format!("{name}: {text}");
            complaints.push(Complaint { scenario: scenario.name.clone(), kind, text });
        });
    }
    if scenario.is_determined() && seen_text(&blocking) != seen_text(&asynchronous) {
        let text = format!("seen {} and {}", seen_text(&blocking), seen_text(&asynchronous));
        let scenario = scenario.name.clone();
        complaints.push(Complaint { scenario, kind: ComplaintKind::Different, text });
    }
    complaints
}

/// Runs a scenario through a client that is neither of the two.
pub fn run_with<D: Driver>(scenario: &Scenario) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    judge(scenario, &play::<D>(scenario), |kind, text| {
        let text = format!("{}: {text}", D::NAME);
        complaints.push(Complaint { scenario: scenario.name.clone(), kind, text });
    });
    complaints
}

/// Runs scenarios through both clients, some at a time.
pub fn run_all(scenarios: &[Scenario]) -> Vec<Complaint> {
    run_all_by(scenarios, run)
}

/// Runs scenarios, some at a time.
pub fn run_all_by(
    scenarios: &[Scenario],
    run: impl Fn(&Scenario) -> Vec<Complaint> + Sync,
) -> Vec<Complaint> {
    parallel::each(scenarios.iter(), AT_A_TIME, run)
}

fn play<D: Driver>(scenario: &Scenario) -> Played {
    let start = |plan: &Plan, other| Server::start(plan.clone(), other).expect("there is a free port");
    let other = scenario.other.as_ref().map(|plan| start(plan, None));
    let other_address = other.as_ref().map(Server::address);
    let server = start(&scenario.server, other_address);
    let setup = scenario.setup(server.address(), other_address);
    let client = D::new(&setup).expect("a scenario has settings that can be used");
    let mut outcomes = Vec::new();
    let mut late = None;
    for asked in &scenario.asked {
        match asked {
            Asked::Rest(time) => {
                server.settle();
                client.rest(*time);
            }
            Asked::For(operation, _) => {
                let begun = Instant::now();
                outcomes.push(with(*operation, Ask(&client)));
                late = late.or_else(|| lateness(&setup.policy, begun.elapsed()));
            }
        }
    }
    drop(client);
    let ports: Vec<_> =
        std::iter::once(server.address()).chain(other_address).map(|address| address.port()).collect();
    // An error shows where a redirect leads: with the port's name, as the core is told.
    for outcome in &mut outcomes {
        if let Outcome::Error { text, .. } = outcome {
            for (port, name) in ports.iter().zip(["{SELF}", "{OTHER}"]) {
                *text = text.replace(&format!(":{port}"), &format!(":{name}"));
            }
        }
    }
    let seen = server.finish();
    Played { outcomes, late, setup, seen, other: other.map(Server::finish).unwrap_or_default(), ports }
}

/// How long an operation took that is later than its deadline allows, even on a machine that is busy.
pub(crate) fn lateness(policy: &RetryPolicy, took: Duration) -> Option<Duration> {
    (took > policy.deadline + Duration::from_millis(250) + Duration::from_secs(1)).then_some(took)
}

/// Asks an operation of a client.
pub(crate) struct Ask<'a, D>(pub(crate) &'a D);

impl<D: Driver> Visitor for Ask<'_, D> {
    type Output = Outcome;

    fn visit<O: contacts_proto::exchange::ToExchange<Output: fmt::Debug>>(self, operation: &O) -> Outcome {
        Outcome::of(self.0.send(operation))
    }
}

fn judge(scenario: &Scenario, played: &Played, mut complain: impl FnMut(ComplaintKind, String)) {
    let expected = scenario.asked.iter().filter_map(|asked| match asked {
        Asked::For(operation, expected) => Some((*operation, expected)),
        Asked::Rest(_) => None,
    });
    for ((operation, expected), outcome) in expected.zip(&played.outcomes) {
        let right: Vec<_> = match expected {
            Expected::Same(told) => vec![reference(operation, &played.setup, told)],
            Expected::OneOf(all) => {
                all.iter().map(|told| reference(operation, &played.setup, told)).collect()
            }
        };
        if !right.contains(outcome) {
            let right: Vec<_> = right.iter().map(Outcome::to_string).collect();
            complain(
                ComplaintKind::Wrong,
                format!("{operation:?} gave\n    {outcome}\n  not\n    {}", right.join("\n  or\n    ")),
            );
        }
    }
    if let Some(late) = played.late {
        complain(ComplaintKind::Hung, format!("took {late:?}"));
    }
    for seen in &scenario.seen {
        if let Err(text) = seen.check(played) {
            complain(ComplaintKind::Wrong, text);
        }
    }
}

impl Seen {
    fn check(&self, played: &Played) -> Result<(), String> {
        let within = |what: &str, count: usize, range: &RangeInclusive<usize>| {
            if range.contains(&count) { Ok(()) } else { Err(format!("{count} {what} instead of {range:?}")) }
        };
        match self {
            Self::Connections(range) => within("connections", played.seen.len(), range),
            Self::OtherConnections(range) => within("connections elsewhere", played.other.len(), range),
            Self::Requests(range) => {
                let requests = played.seen.iter().map(|connection| connection.requests().len()).sum();
                within("requests", requests, range)
            }
            Self::Check(check) => check(&played.seen),
            Self::OtherCheck(check) => check(&played.other),
        }
    }
}

/// All that was read, without the ports, which differ.
fn seen_text(played: &Played) -> String {
    // A proxy is asked in each library's own words.
    let servers = if played.setup.proxy.is_some() { &played.other } else { &played.seen };
    let read = servers.iter().map(|connection| String::from_utf8_lossy(&connection.read).into_owned());
    let mut text = format!("{:?}", read.collect::<Vec<_>>());
    for port in &played.ports {
        text = text.replace(&format!(":{port}"), ":PORT");
    }
    text
}
