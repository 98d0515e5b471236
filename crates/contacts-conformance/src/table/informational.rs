//! Informational responses before the final one.

use std::time::Duration;

use contacts_proto::transport::TransportErrorKind;

use super::{answered, respond};
use crate::{
    ALL_OPERATIONS, Answer, AttemptReport, Expected, Operation, Sample, Scenario,
    wire::{Plan, Step},
};

const EARLY: [(&str, &str); 4] = [
    ("100", "HTTP/1.1 100 Continue\r\n\r\n"),
    ("102", "HTTP/1.1 102 Processing\r\n\r\n"),
    ("103 with headers", "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n"),
    ("100 and 103", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"),
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        let answer = operation.success();
        for (name, early) in EARLY {
            let wire = [early.as_bytes(), &answer.wire()].concat();
            let name = format!("{name} before the response to {operation:?}");
            scenarios.push(
                Scenario::new(name, respond(wire), operation, answered(answer.clone()))
                    .sends_one_request(),
            );
        }
        let later = vec![
            Step::ReadRequest,
            Step::write(EARLY[0].1),
            Step::Sleep(Duration::from_millis(20)),
            Step::Write(answer.wire()),
        ];
        let name = format!("100 and later the response to {operation:?}");
        scenarios.push(
            Scenario::new(name, Plan::every(later), operation, answered(answer))
                .sends_one_request(),
        );
    }
    scenarios.extend(super::each_once(
        "100 with a length before the response",
        with_length,
        |answer| {
            // Servers must not send it (RFC 9110, 8.6). The RFC does not say what a client should
            // do; ureq-proto rejects it.
            Expected::OneOf(vec![
                vec![AttemptReport::Answered(answer)],
                vec![AttemptReport::MaybeSent(TransportErrorKind::Malformed)],
            ])
        },
    ));
    scenarios.extend(super::READ_AND_CREATE.map(endless));
    scenarios
}

fn with_length(answer: &Answer) -> Vec<u8> {
    let early = "HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n";
    [early.as_bytes(), &answer.wire()].concat()
}

/// Only informational responses: a timeout.
fn endless(operation: Operation) -> Scenario {
    let all = EARLY[0].1.repeat(2_000).into_bytes();
    let drip = Step::Drip { all, bytes: 25, every: Duration::from_millis(1) };
    let plan = Plan::every([Step::ReadRequest, drip]);
    let expected = Expected::once(AttemptReport::MaybeSent(TransportErrorKind::TimedOut));
    Scenario::new(
        format!("endless informational responses to {operation:?}"),
        plan,
        operation,
        expected,
    )
    .set(|setup| {
        setup.policy.attempt_timeout = Duration::from_millis(250);
        setup.policy.deadline = Duration::from_secs(1);
    })
    .sends_one_request()
}
