//! Bodies that exceed the limits.

use contacts_proto::transport::TransportErrorKind;

use super::{answered, respond};
use crate::{
    ALL_OPERATIONS, Answer, AttemptReport, Expected, Operation, Sample, Scenario, Seen,
    driver::Setup,
    wire::{Connection, Plan, Step},
};

/// Limits of these scenarios, in bytes: of a contact, a page, an error.
const CONTACT: usize = 3000;
const PAGE: usize = 5000;
const ERROR: usize = 700;

/// Far more than all socket buffers hold.
const FLOOD: u64 = 256 << 20;
const BUFFERED: usize = 32 << 20;

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        let success = if operation == Operation::List { PAGE } else { CONTACT };
        if operation != Operation::Delete {
            scenarios.extend(at_the_limit(operation, &operation.success(), success));
            scenarios.extend(beyond(operation, operation.success().status, success));
        }
        scenarios.extend(at_the_limit(operation, &Answer::new(422, "no"), ERROR));
        scenarios.extend(beyond(operation, 422, ERROR));
        scenarios.extend(beyond(operation, 503, ERROR));
    }
    scenarios
}

fn small(setup: &mut Setup) {
    let limits = &mut setup.policy.limits;
    (limits.contact_body, limits.page_body, limits.error_body) = (CONTACT, PAGE, ERROR);
}

/// A body at the limit is read; one byte more is not.
fn at_the_limit(operation: Operation, answer: &Answer, limit: usize) -> Vec<Scenario> {
    let padded = |len: usize| {
        let mut answer = answer.clone();
        answer.body.resize(len, b' ');
        answer
    };
    let (whole, more) = (padded(limit), padded(limit + 1));
    let cut = Expected::once(AttemptReport::Broken(
        more.clone().cut(limit),
        TransportErrorKind::TooLarge,
    ));
    let status = answer.status;
    let mut scenarios = Vec::new();
    for (how, wire) in FORMS {
        let name = format!("{limit} bytes {how}, {status} to {operation:?}");
        scenarios.push(
            Scenario::new(name, respond(wire(&whole)), operation, answered(whole.clone()))
                .set(small)
                .sends_one_request(),
        );
        let name = format!("{} bytes {how}, {status} to {operation:?}", limit + 1);
        scenarios.push(
            Scenario::new(name, respond(wire(&more)), operation, cut.clone())
                .set(small)
                .sends_one_request()
                .sees(Seen::Check(super::closed_by_client)),
        );
    }
    scenarios
}

type Form = fn(&Answer) -> Vec<u8>;

/// Formats of a body on the wire.
const FORMS: [(&str, Form); 2] = [("with a length", Answer::wire), ("in chunks", in_chunks)];

fn in_chunks(answer: &Answer) -> Vec<u8> {
    answer.chunked(600)
}

/// The client stops reading an endless body at the limit, and closes the connection.
fn beyond(operation: Operation, status: u16, limit: usize) -> Vec<Scenario> {
    let answer = Answer::new(status, vec![b'x'; limit]);
    let heads = [
        ("with a length", format!("content-length: {FLOOD}\r\n")),
        ("until the end", "connection: close\r\n".to_owned()),
    ];
    let scenario = |(how, lines): (&str, String)| {
        let script =
            [Step::ReadRequest, Step::Write(answer.head_with(&lines)), Step::Flood(b"x", FLOOD)];
        let expected =
            Expected::once(AttemptReport::Broken(answer.clone(), TransportErrorKind::TooLarge));
        let name = format!("a flood {how}, {status} to {operation:?}");
        Scenario::new(name, Plan::every(script), operation, expected)
            .set(small)
            .sends_one_request()
            .sees(Seen::Check(not_drained))
    };
    heads.into_iter().map(scenario).collect()
}

fn not_drained(connections: &[Connection]) -> Result<(), String> {
    super::closed_by_client(connections)?;
    match connections.iter().find(|connection| connection.written > BUFFERED) {
        None => Ok(()),
        Some(connection) => Err(format!("the client read {} bytes", connection.written)),
    }
}
