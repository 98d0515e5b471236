//! Answers and requests that are cut, at every byte.

use contacts_proto::transport::TransportErrorKind;

use crate::{
    ALL_OPERATIONS, Answer, Expected, Operation, Route, Sample, Scenario, Seen, Told,
    certificates::{ServerCertificate, server},
    driver::{Driver, Setup, Ureq},
    operation::{Visitor, with},
    wire::{End, Plan, Server, Step},
};

const ENDS: [End; 2] = [End::Close, End::Reset];

/// Each answer of each operation, with a length and in chunks, and a refusal; cut at every byte.
pub(super) fn answers() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        let success = operation.success();
        scenarios.extend(cut_everywhere(operation, &success, &success.wire(), 1));
        if !success.body.is_empty() {
            scenarios.extend(cut_everywhere(operation, &success, &success.chunked(40), 1));
        }
    }
    let refusal = Answer::json(422, r#"{"errors":[{"title":"Bad value","code":"VALIDATION"}]}"#);
    scenarios.extend(cut_everywhere(Operation::Create, &refusal, &refusal.wire(), 1));
    scenarios.extend(cut_everywhere(Operation::Update, &refusal, &refusal.wire(), 1));
    let busy = Answer::new(503, "busy");
    scenarios.extend(cut_everywhere(Operation::Create, &busy, &busy.wire(), 1));
    // A cut of what is in TLS costs much more: now and then is enough, since nothing of it is known below.
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

fn cut_everywhere(operation: Operation, answer: &Answer, wire: &[u8], step: usize) -> Vec<Scenario> {
    let head = wire.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let mut scenarios = Vec::new();
    for (at, end) in (0..=wire.len()).step_by(step).flat_map(|at| ENDS.map(|end| (at, end))) {
        let told = if at == wire.len() {
            Told::Answered(answer.clone())
        } else if at < head {
            Told::MaybeSent(TransportErrorKind::Closed)
        } else {
            // Of a success nothing of the body is told; a refusal's is as long as what came.
            Told::Broken(answer.clone().cut(at - head), TransportErrorKind::Closed)
        };
        let script = vec![Step::ReadRequest, Step::write(&wire[..at]), Step::End(end)];
        let name =
            format!("answer {} to {operation:?} cut at {at} of {} by {end:?}", answer.status, wire.len());
        scenarios.push(
            Scenario::new(name, Plan::every(script), operation, Expected::once(told)).sends_one_request(),
        );
    }
    scenarios
}

/// Each request of each operation: the server reads so many bytes and is gone.
pub(super) fn requests() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        let whole = request_len(operation);
        for (at, end) in (0..=whole).flat_map(|at| ENDS.map(|end| (at, end))) {
            let expected = if at == whole {
                // The one thing that must never be said here is that it was not sent.
                Expected::once(Told::MaybeSent(TransportErrorKind::Closed))
            } else {
                // Whether the client has handed over the last byte before it hears of the end is a matter of microseconds.
                let told =
                    [Told::MaybeSent(TransportErrorKind::Closed), Told::NotSent(TransportErrorKind::Closed)];
                Expected::OneOf(told.into_iter().map(|told| vec![told]).collect())
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

/// How many bytes a request has. (The port of every server has five digits.)
fn request_len(operation: Operation) -> usize {
    struct Send(Ureq);

    impl Visitor for Send {
        type Output = ();

        fn visit<O: contacts_proto::exchange::ToExchange<Output: std::fmt::Debug>>(self, operation: &O) {
            // What matters is what the server sees.
            let _ = self.0.send(operation);
        }
    }

    let server =
        Server::start(super::respond_and_close("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"), None);
    let server = server.expect("there is a free port");
    let setup = Setup::new(format!("http://{}/cloud", server.address()));
    with(operation, Send(Ureq::new(&setup).expect("these are settings")));
    server.finish().iter().map(|connection| connection.read.len()).sum()
}
