//! Responses and requests that are cut, at every byte.

use contacts_proto::transport::TransportErrorKind;

use crate::{
    ALL_OPERATIONS, Answer, AttemptReport, Expected, Operation, Route, Sample, Scenario, Seen,
    certificates::{ServerCertificate, server},
    driver::{Driver, Setup, Ureq},
    operation::{Visitor, with},
    wire::{End, Plan, Server, Step},
};

const ENDS: [End; 2] = [End::Close, End::Reset];

/// Each response of each operation, with a length and in chunks, and an error response; cut at
/// every byte.
pub(super) fn answers() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        let success = operation.success();
        scenarios.extend(cut_everywhere(operation, &success, &success.wire(), 1));
        if !success.body.is_empty() {
            scenarios.extend(cut_everywhere(operation, &success, &success.chunked(40), 1));
        }
    }
    let error_response =
        Answer::json(422, r#"{"errors":[{"title":"Bad value","code":"VALIDATION"}]}"#);
    scenarios.extend(cut_everywhere(Operation::Create, &error_response, &error_response.wire(), 1));
    scenarios.extend(cut_everywhere(Operation::Update, &error_response, &error_response.wire(), 1));
    let busy = Answer::new(503, "busy");
    scenarios.extend(cut_everywhere(Operation::Create, &busy, &busy.wire(), 1));
    // TLS is slow, so only some positions: the layers below do not know about them.
    let success = Operation::Create.success();
    let in_tls = cut_everywhere(Operation::Create, &success, &success.wire(), 17);
    scenarios.extend(in_tls.into_iter().map(within_tls));
    scenarios
}

fn within_tls(scenario: Scenario) -> Scenario {
    let server = scenario.server.clone().with_tls(server(ServerCertificate::Good));
    let name = format!("{}, in TLS", scenario.name);
    Scenario { name, server, ..scenario }.route(Route::Tls("127.0.0.1"))
}

fn cut_everywhere(
    operation: Operation,
    answer: &Answer,
    wire: &[u8],
    step: usize,
) -> Vec<Scenario> {
    let head = wire.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let mut scenarios = Vec::new();
    for (at, end) in (0..=wire.len()).step_by(step).flat_map(|at| ENDS.map(|end| (at, end))) {
        let report = if at == wire.len() {
            AttemptReport::Answered(answer.clone())
        } else if at < head {
            AttemptReport::MaybeSent(TransportErrorKind::Closed)
        } else {
            // Of a success, the client keeps no part of the body; of an error response, what
            // arrived.
            AttemptReport::Broken(answer.clone().cut(at - head), TransportErrorKind::Closed)
        };
        let script = vec![Step::ReadRequest, Step::write(&wire[..at]), Step::End(end)];
        let name = format!(
            "response {} to {operation:?} cut at {at} of {} by {end:?}",
            answer.status,
            wire.len()
        );
        scenarios.push(
            Scenario::new(name, Plan::every(script), operation, Expected::once(report))
                .sends_one_request(),
        );
    }
    scenarios
}

/// Each request of each operation: the server reads some bytes and ends the connection.
pub(super) fn requests() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        let whole = request_len(operation);
        for (at, end) in (0..=whole).flat_map(|at| ENDS.map(|end| (at, end))) {
            let expected = if at == whole {
                // The client must not report it as not sent.
                Expected::once(AttemptReport::MaybeSent(TransportErrorKind::Closed))
            } else {
                // Microseconds decide whether the client sends the last byte before it sees the
                // end.
                let report = [
                    AttemptReport::MaybeSent(TransportErrorKind::Closed),
                    AttemptReport::NotSent(TransportErrorKind::Closed),
                ];
                Expected::OneOf(report.into_iter().map(|report| vec![report]).collect())
            };
            let script = vec![Step::Read(at), Step::End(end)];
            let name = format!("{end:?} at byte {at} of {whole} of the request of {operation:?}");
            let requests = usize::from(at == whole);
            scenarios.push(
                Scenario::new(name, Plan::every(script), operation, expected)
                    .sees(Seen::Connections(1..=1))
                    .sees(Seen::Requests(requests..=requests)),
            );
        }
    }
    scenarios
}

/// Length of a request. (Every server's port has five digits.)
fn request_len(operation: Operation) -> usize {
    struct Send(Ureq);

    impl Visitor for Send {
        type Output = ();

        fn visit<O: contacts_proto::exchange::ToExchange<Output: std::fmt::Debug>>(
            self,
            operation: &O,
        ) {
            // Only what the server reads matters.
            let _ = self.0.send(operation);
        }
    }

    let server = Server::start(
        super::respond_and_close("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"),
        None,
    );
    let server = server.expect("there is a free port");
    let setup = Setup::new(format!("http://{}/cloud", server.address()));
    with(operation, Send(Ureq::new(&setup).expect("the settings are valid")));
    server.finish().iter().map(|connection| connection.read.len()).sum()
}
