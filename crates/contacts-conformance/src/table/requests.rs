//! The request of each operation on the wire, and the outcome of a plain response.

use crate::{
    ALL_OPERATIONS, AttemptReport, Expected, Operation, Sample, Scenario, Seen,
    wire::{Connection, Plan, Step},
};

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenario = |operation: Operation| {
        let answer = operation.success();
        let plan = Plan::every([Step::ReadRequest, Step::Write(answer.wire())]);
        Scenario::new(
            format!("{operation:?} on the wire"),
            plan,
            operation,
            Expected::once(AttemptReport::Answered(answer)),
        )
        .sends_one_request()
        .sees(Seen::Check(match operation {
            Operation::Activate | Operation::Deactivate => changes_without_a_body,
            Operation::Create | Operation::Update => changes_with_a_body,
            Operation::TenantInfo => asks_without_credentials,
            _ => reads,
        }))
    };
    ALL_OPERATIONS.iter().copied().chain([Operation::TenantInfo]).map(scenario).collect()
}

fn reads(connections: &[Connection]) -> Result<(), String> {
    has_headers(connections, &["accept", "authorization", "host", "user-agent"])
}

fn changes_without_a_body(connections: &[Connection]) -> Result<(), String> {
    has_headers(connections, &["accept", "authorization", "content-length", "host", "user-agent"])
}

fn changes_with_a_body(connections: &[Connection]) -> Result<(), String> {
    let names = ["accept", "authorization", "content-length", "content-type", "host", "user-agent"];
    has_headers(connections, &names)
}

fn asks_without_credentials(connections: &[Connection]) -> Result<(), String> {
    has_headers(connections, &["accept", "host", "user-agent"])
}

/// The library adds no headers to those of the core.
fn has_headers(connections: &[Connection], right: &[&str]) -> Result<(), String> {
    for request in connections.iter().flat_map(Connection::requests) {
        let text = String::from_utf8_lossy(request).to_ascii_lowercase();
        let (head, _) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut names: Vec<_> =
            head.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
        names.sort_unstable();
        if names != right {
            return Err(head.to_owned());
        }
    }
    Ok(())
}
