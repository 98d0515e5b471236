//! Content lengths that are wrong, missing, or duplicated.

use std::time::Duration;

use contacts_proto::transport::TransportErrorKind;

use super::{answered, each_once, malformed, respond};
use crate::{Answer, AttemptReport, Expected, Operation, Sample, Scenario};

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for length in
        ["-1", "+5", "0x5", "5 5", "abc", "5.0", "18446744073709551616", "99999999999999999999999"]
    {
        scenarios.extend(each_once(
            &format!("content-length {length:?}"),
            |answer| answer.wire_with(&format!("content-length: {length}\r\n")),
            |_| malformed(),
        ));
    }
    scenarios.extend(each_once(
        "two lengths that differ",
        |answer| {
            answer.wire_with(&format!(
                "content-length: {}\r\ncontent-length: 5\r\n",
                answer.body.len()
            ))
        },
        |_| malformed(),
    ));
    scenarios.extend(each_once(
        "no length",
        |answer| answer.wire_with("connection: close\r\n"),
        answered,
    ));
    scenarios.extend(each_once(
        "a length that is longer than the body",
        |answer| answer.wire_with(&format!("content-length: {}\r\n", answer.body.len() + 1)),
        |answer| Expected::once(AttemptReport::Broken(answer, TransportErrorKind::Closed)),
    ));
    scenarios.extend(each_once(
        "a length that is as large as can be",
        |answer| answer.wire_with("content-length: 9223372036854775807\r\n"),
        |answer| Expected::once(AttemptReport::Broken(answer, TransportErrorKind::Closed)),
    ));
    scenarios.extend(each_once(
        "a length that is shorter than the body",
        |answer| answer.wire_with("content-length: 30\r\n"),
        |answer| answered(answer.cut(30)),
    ));
    scenarios.extend(either());
    scenarios.extend(super::READ_AND_CREATE.map(never_whole));
    scenarios.extend([bodies_of_no_content(), no_body_at_all()]);
    scenarios
}

/// A client may accept or reject these (RFC 9112, 6.3: equal lengths, and chunks with a length). It
/// must not read them as something else.
fn either() -> Vec<Scenario> {
    let taken_or_refused = |answer: Answer| {
        Expected::OneOf(vec![
            vec![AttemptReport::Answered(answer)],
            vec![AttemptReport::MaybeSent(TransportErrorKind::Malformed)],
        ])
    };
    let mut scenarios = each_once(
        "two lengths that are equal",
        |answer| {
            let line = format!("content-length: {}\r\n", answer.body.len());
            answer.wire_with(&line.repeat(2))
        },
        taken_or_refused,
    );
    scenarios.extend(each_once(
        "two equal lengths in one line",
        |answer| answer.wire_with(&format!("content-length: {0}, {0}\r\n", answer.body.len())),
        taken_or_refused,
    ));
    scenarios.extend(each_once(
        "chunks beside a length",
        |answer| beside(answer, "content-length: 5\r\n", ""),
        taken_or_refused,
    ));
    scenarios.extend(each_once(
        "a length beside chunks",
        |answer| beside(answer, "", "content-length: 5\r\n"),
        taken_or_refused,
    ));
    scenarios
}

fn beside(answer: &Answer, before: &str, after: &str) -> Vec<u8> {
    let chunked = answer.chunked(1024);
    let head = answer.head_with("transfer-encoding: chunked\r\n").len();
    let lines = format!("{before}transfer-encoding: chunked\r\n{after}");
    [&answer.head_with(&lines), chunked.get(head..).unwrap_or_default()].concat()
}

/// The server waits for the client to take the incomplete body as complete.
fn never_whole(operation: Operation) -> Scenario {
    let answer = operation.success();
    let wire = answer.wire_with(&format!("content-length: {}\r\n", answer.body.len() + 1));
    let expected = Expected::once(AttemptReport::Broken(answer, TransportErrorKind::TimedOut));
    Scenario::new(
        format!("a body that is never whole, to {operation:?}"),
        respond(wire),
        operation,
        expected,
    )
    .set(|setup| setup.policy.attempt_timeout = Duration::from_millis(500))
    .sends_one_request()
}

/// A 204 has no body, whatever its headers say. Bytes after its head are not the next response.
fn bodies_of_no_content() -> Scenario {
    let wire = "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello";
    let answer = Operation::Delete.success();
    Scenario::new(
        "a 204 with a body",
        super::respond_and_close(wire),
        Operation::Delete,
        answered(answer),
    )
    .sends_one_request()
}

fn no_body_at_all() -> Scenario {
    let wire = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let plan = super::respond_and_close(wire);
    Scenario::new("an empty 200 to Get", plan, Operation::Get, answered(Answer::new(200, "")))
        .sends_one_request()
}
