//! Certificates that a client must reject before it sends a byte of a request, and valid ones.

use std::time::Duration;

use contacts_proto::transport::TransportErrorKind;

use super::{answered, respond, respond_and_close};
use crate::{
    AttemptReport, Expected, Operation, Route, Sample, Scenario, Seen,
    certificates::{ServerCertificate, server},
    driver::Setup,
    wire::{Connection, End, Handshake, Plan, Step},
};

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for operation in super::READ_AND_CREATE {
        let answer = operation.success();
        for shown in ServerCertificate::BAD {
            let plan = respond(answer.wire()).with_tls(server(shown));
            scenarios.push(refused(format!("{shown:?}, {operation:?}"), plan, operation));
        }
        let good = respond(answer.wire()).with_tls(server(ServerCertificate::Good));
        scenarios.push(Scenario {
            route: Route::TlsUntrusted,
            ..refused(
                format!("an authority that the client does not trust, {operation:?}"),
                good,
                operation,
            )
        });
        for (shown, host) in [
            (ServerCertificate::Good, "127.0.0.1"),
            (ServerCertificate::Good, "localhost"),
            (ServerCertificate::GoodChain, "127.0.0.1"),
        ] {
            let plan = respond(answer.wire()).with_tls(server(shown));
            let name = format!("{shown:?} for {host}, {operation:?}");
            let scenario = Scenario::new(name, plan, operation, answered(answer.clone()));
            scenarios.push(scenario.route(Route::Tls(host)).sends_one_request());
        }
        scenarios.push(plaintext(operation));
        scenarios.extend(broken_handshakes(operation));
        scenarios.push(cut_without_notice(operation));
    }
    scenarios.push(kept());
    scenarios
}

/// Three attempts are allowed but one is made, because a certificate stays invalid.
fn refused(name: String, plan: Plan, operation: Operation) -> Scenario {
    let expected = Expected::once(AttemptReport::NotSent(TransportErrorKind::Certificate));
    Scenario::new(name, plan, operation, expected)
        .route(Route::Tls("127.0.0.1"))
        .set(|setup| setup.policy.max_attempts = 3)
        .sees(Seen::Connections(1..=1))
        .sees(Seen::Check(nothing_decrypted))
}

fn nothing_decrypted(connections: &[Connection]) -> Result<(), String> {
    for connection in connections {
        // In TLS 1.3 the server may learn of the rejection before or after its own end of the
        // handshake.
        if !connection.read.is_empty() || connection.handshake == Handshake::None {
            return Err(format!("{connection:?}"));
        }
    }
    Ok(())
}

/// A server that responds in plain text on the TLS port has read only the client hello, so a retry
/// is safe.
fn plaintext(operation: Operation) -> Scenario {
    let answer = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let plan = Plan::every([Step::Read(100), Step::write(answer)]);
    let reports = vec![AttemptReport::NotSent(TransportErrorKind::Tls); 2];
    Scenario::new(
        format!("plain text on the port of TLS, {operation:?}"),
        plan,
        operation,
        Expected::Same(reports),
    )
    .route(Route::Tls("127.0.0.1"))
    .set(|setup| setup.policy.max_attempts = 2)
    .sees(Seen::Connections(2..=2))
    .sees(Seen::Check(no_secret))
}

fn no_secret(connections: &[Connection]) -> Result<(), String> {
    let text =
        connections.iter().flat_map(|connection| &connection.read).copied().collect::<Vec<_>>();
    let text = String::from_utf8_lossy(&text).to_ascii_lowercase();
    if text.contains("authorization") || text.contains("v1/users") { Err(text) } else { Ok(()) }
}

/// A broken handshake: nothing was sent, whatever the reason.
fn broken_handshakes(operation: Operation) -> Vec<Scenario> {
    // A TLS alert: internal error.
    let alert = b"\x15\x03\x03\x00\x02\x02\x50";
    let ways = [
        ("closed at once", vec![Step::End(End::Close)], TransportErrorKind::Closed),
        ("closed", vec![Step::Read(100), Step::End(End::Close)], TransportErrorKind::Closed),
        ("reset", vec![Step::Read(100), Step::End(End::Reset)], TransportErrorKind::Closed),
        ("ended by an alert", vec![Step::Read(100), Step::write(alert)], TransportErrorKind::Tls),
        (
            "never answered",
            vec![Step::Read(100), Step::Sleep(Duration::from_secs(3))],
            TransportErrorKind::TimedOut,
        ),
    ];
    let scenario = |(name, script, cause): (&str, Vec<Step>, TransportErrorKind)| {
        let expected = Expected::once(AttemptReport::NotSent(cause));
        Scenario::new(
            format!("a handshake {name}, {operation:?}"),
            Plan::every(script),
            operation,
            expected,
        )
        .route(Route::Tls("127.0.0.1"))
        .set(if cause == TransportErrorKind::TimedOut { by_connect_timeout } else { |_| () })
        .sees(Seen::Connections(1..=1))
        .sees(Seen::Check(no_secret))
    };
    ways.into_iter().map(scenario).collect()
}

fn by_connect_timeout(setup: &mut Setup) {
    setup.connect_timeout = Duration::from_millis(300);
}

/// Without a content length, the body must end with the TLS close notification. Otherwise an
/// attacker could cut it.
fn cut_without_notice(operation: Operation) -> Scenario {
    let answer = operation.success();
    let plan = respond_and_close(answer.wire_with("connection: close\r\n"))
        .with_tls(server(ServerCertificate::Good));
    let expected = Expected::once(AttemptReport::Broken(answer, TransportErrorKind::Closed));
    Scenario::new(format!("a body cut without notice, {operation:?}"), plan, operation, expected)
        .route(Route::Tls("127.0.0.1"))
        .sends_one_request()
}

fn kept() -> Scenario {
    let (get, list) = (Operation::Get.success(), Operation::List.success());
    let plan = Plan::every(super::respond_to_each([get.wire(), list.wire()]))
        .with_tls(server(ServerCertificate::Good));
    Scenario::new("two requests on one connection with TLS", plan, Operation::Get, answered(get))
        .then(Operation::List, answered(list))
        .route(Route::Tls("localhost"))
        .sees(Seen::Connections(1..=1))
        .sees(Seen::Requests(2..=2))
}
