//! All scenarios, in groups.

mod chunks;
mod connections;
mod cuts;
mod error_responses;
mod heads;
mod informational;
mod lengths;
mod limits;
mod proxies;
mod redirects;
mod requests;
mod sending;
mod slow;
mod tls;

use contacts_proto::transport::TransportErrorKind;

use crate::{
    Answer, AttemptReport, Expected, Operation, Sample, Scenario,
    wire::{Connection, End, Ended, Plan, Script, Step},
};

/// A group of scenarios.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Its scenarios.
    pub scenarios: fn() -> Vec<Scenario>,
}

/// The whole table.
pub const GROUPS: [Group; 15] = [
    Group { name: "requests", scenarios: requests::scenarios },
    Group { name: "error responses", scenarios: error_responses::scenarios },
    Group { name: "redirects", scenarios: redirects::scenarios },
    Group { name: "cut responses", scenarios: cuts::answers },
    Group { name: "cut requests", scenarios: cuts::requests },
    Group { name: "sending", scenarios: sending::scenarios },
    Group { name: "tls", scenarios: tls::scenarios },
    Group { name: "connections", scenarios: connections::scenarios },
    Group { name: "informational responses", scenarios: informational::scenarios },
    Group { name: "lengths", scenarios: lengths::scenarios },
    Group { name: "chunks", scenarios: chunks::scenarios },
    Group { name: "heads", scenarios: heads::scenarios },
    Group { name: "limits", scenarios: limits::scenarios },
    Group { name: "slow servers", scenarios: slow::scenarios },
    Group { name: "proxies", scenarios: proxies::scenarios },
];

/// Reads one request, writes these bytes, and closes.
fn respond_and_close(wire: impl Into<Vec<u8>>) -> Plan {
    Plan::every([Step::ReadRequest, Step::write(wire), Step::End(End::Close)])
}

/// Reads one request, writes these bytes, and stays open.
fn respond(wire: impl Into<Vec<u8>>) -> Plan {
    Plan::every([Step::ReadRequest, Step::write(wire)])
}

/// Responds to one request after the other.
fn respond_to_each(answers: impl IntoIterator<Item = Vec<u8>>) -> Script {
    answers.into_iter().flat_map(|answer| [Step::ReadRequest, Step::Write(answer)]).collect()
}

fn answered(answer: Answer) -> Expected {
    Expected::once(AttemptReport::Answered(answer))
}

/// The request may have arrived, but the response is malformed.
fn malformed() -> Expected {
    Expected::once(AttemptReport::MaybeSent(TransportErrorKind::Malformed))
}

/// Two operations represent all others if only the response matters: one that reads, and one that
/// must not be repeated.
const READ_AND_CREATE: [Operation; 2] = [Operation::Get, Operation::Create];

/// The same response to a read and to a create, each requested once.
fn each_once(
    name: &str,
    wire: impl Fn(&Answer) -> Vec<u8>,
    expected: impl Fn(Answer) -> Expected,
) -> Vec<Scenario> {
    let scenario = |operation: Operation| {
        let answer = operation.success();
        let plan = respond_and_close(wire(&answer));
        Scenario::new(format!("{name}, to {operation:?}"), plan, operation, expected(answer))
            .sends_one_request()
    };
    READ_AND_CREATE.into_iter().map(scenario).collect()
}

/// The client itself has closed every connection.
fn closed_by_client(connections: &[Connection]) -> Result<(), String> {
    match connections.iter().position(|connection| connection.ended != Ended::Client) {
        None => Ok(()),
        Some(number) => Err(format!("connection {number} was not closed by the client")),
    }
}
