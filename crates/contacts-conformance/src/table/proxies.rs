//! Proxies with CONNECT.

use std::time::Duration;

use contacts_proto::transport::TransportErrorKind;

use super::{answered, respond, respond_and_close};
use crate::{
    AttemptReport, Expected, Operation, Route, Sample, Scenario, Seen,
    certificates::{ServerCertificate, server},
    driver::TOKEN,
    wire::{Connection, End, Plan, Step},
};

const OPEN: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for operation in super::READ_AND_CREATE {
        scenarios.extend([through(operation, true), through(operation, false)]);
        scenarios.extend(error_responses(operation));
        scenarios.push(bad_certificate(operation));
        scenarios.push(with_credentials(operation));
        scenarios.extend(slow_tunnels(operation));
    }
    scenarios.push(rejected_credentials());
    scenarios
}

fn tunnel() -> Plan {
    Plan::every([Step::ReadRequest, Step::write(OPEN), Step::Tunnel { up: None, down: None }])
}

fn through(operation: Operation, tls: bool) -> Scenario {
    let answer = operation.success();
    let mut behind = respond(answer.wire());
    if tls {
        behind = behind.with_tls(server(ServerCertificate::Good));
    }
    let name = format!("through a proxy, {}, {operation:?}", if tls { "https" } else { "http" });
    let scenario = Scenario::new(name, tunnel(), operation, answered(answer))
        .other(behind)
        .route(Route::Proxy { tls })
        .sees(Seen::Connections(1..=1))
        .sees(Seen::OtherConnections(1..=1))
        .sees(Seen::Check(connects))
        .sees(Seen::OtherCheck(has_authorization));
    if tls { scenario.sees(Seen::Check(knows_nothing)) } else { scenario }
}

/// Proxies that open the tunnel slowly.
fn slow_tunnels(operation: Operation) -> Vec<Scenario> {
    const WAY: Duration = Duration::from_millis(600);

    let scenario = |name: &str, tunnel: Vec<Step>, behind: Plan, expected| {
        Scenario::new(format!("{name}, {operation:?}"), Plan::every(tunnel), operation, expected)
            .other(behind)
            .route(Route::Proxy { tls: false })
            .sees(Seen::Connections(1..=1))
    };
    let opens = || {
        let tunnel = Step::Tunnel { up: None, down: None };
        vec![Step::ReadRequest, Step::Sleep(WAY), Step::write(OPEN), tunnel]
    };
    let answer = operation.success();
    let slow = Plan::every([Step::ReadRequest, Step::Sleep(WAY / 2), Step::write(answer.wire())]);
    let silent = Plan::every([Step::ReadRequest]);
    let no_head = Expected::once(AttemptReport::MaybeSent(TransportErrorKind::TimedOut));
    let not_sent = AttemptReport::NotSent(TransportErrorKind::TimedOut);
    // For a request without a body, a library may not know. The client repeats it in any case.
    let no_tunnel = match operation {
        Operation::Create => Expected::once(not_sent),
        _ => Expected::OneOf(vec![
            vec![not_sent],
            vec![AttemptReport::MaybeSent(TransportErrorKind::TimedOut)],
        ]),
    };
    vec![
        scenario("a slow tunnel and a slow head", opens(), slow, answered(answer))
            .sees(Seen::OtherConnections(1..=1)),
        scenario("a slow tunnel and no head", opens(), silent.clone(), no_head)
            .set(|setup| setup.policy.attempt_timeout = WAY * 2)
            .sees(Seen::OtherConnections(1..=1)),
        scenario(
            "a tunnel that is not open within the attempt timeout",
            vec![Step::ReadRequest],
            silent,
            no_tunnel,
        )
        .set(|setup| setup.policy.attempt_timeout = WAY / 2)
        .sees(Seen::OtherConnections(0..=0)),
    ]
}

/// The proxy gets the host to connect to, and nothing else.
fn connects(connections: &[Connection]) -> Result<(), String> {
    for connection in connections {
        let text = String::from_utf8_lossy(&connection.read);
        let (head, _) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let head = head.to_ascii_lowercase();
        if !head.starts_with("connect 127.0.0.1:")
            || head.contains("\r\nauthorization")
            || head.contains("/v1/")
        {
            return Err(head);
        }
    }
    Ok(())
}

fn knows_nothing(connections: &[Connection]) -> Result<(), String> {
    for connection in connections {
        let text = String::from_utf8_lossy(&connection.read);
        if text.to_ascii_lowercase().contains("\r\nauthorization:")
            || text.contains("/v1/")
            || text.contains(TOKEN)
        {
            return Err(text.into_owned());
        }
    }
    Ok(())
}

fn has_authorization(connections: &[Connection]) -> Result<(), String> {
    let text: Vec<_> =
        connections.iter().flat_map(|connection| connection.read.iter().copied()).collect();
    let text = String::from_utf8_lossy(&text).into_owned();
    if text.contains("\r\nauthorization: Basic ") && !text.contains("proxy-") {
        Ok(())
    } else {
        Err(text)
    }
}

/// The proxy opens no tunnel, so nothing was sent to the service. A permanent status is not
/// retried.
fn error_responses(operation: Operation) -> Vec<Scenario> {
    let not_http = "SSH-2.0-OpenSSH_9.6\r\n\r\n\r\n";
    let statuses = [
        (400, "Bad Request", 1),
        (403, "Forbidden", 1),
        (404, "Not Found", 1),
        (407, "Proxy Authentication Required", 1),
        (429, "Too Many Requests", 1),
        (302, "Found\r\nlocation: http://127.0.0.1:{OTHER}/", 1),
        (502, "Bad Gateway", 2),
        (503, "Service Unavailable", 2),
        (504, "Gateway Timeout", 2),
    ];
    let refuses = statuses.into_iter().map(|(status, reason, attempts)| {
        let body = "no tunnel";
        let wire =
            format!("HTTP/1.1 {status} {reason}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        (status.to_string(), wire, vec![AttemptReport::RefusedByProxy(status); attempts])
    });
    let breaks = [("no HTTP", not_http), ("nothing", ""), ("half a head", "HTTP/1.1 200 Conn")]
        .into_iter()
        .map(|(name, wire)| {
            (
                name.to_owned(),
                wire.to_owned(),
                vec![AttemptReport::NotSent(TransportErrorKind::Proxy); 2],
            )
        });
    let scenario = |(name, wire, reports): (String, String, Vec<AttemptReport>)| {
        let attempts = reports.len();
        let name = format!("a proxy that responds {name}, to {operation:?}");
        Scenario::new(name, respond_and_close(wire), operation, Expected::Same(reports))
            .other(Plan::default())
            .route(Route::Proxy { tls: true })
            .set(|setup| setup.policy.max_attempts = 2)
            .sees(Seen::Connections(attempts..=attempts))
            .sees(Seen::OtherConnections(0..=0))
            .sees(Seen::Check(connects))
            .sees(Seen::Check(knows_nothing))
    };
    let mut scenarios: Vec<_> = refuses.chain(breaks).map(scenario).collect();
    // The client cannot know whether the proxy or the server reset the connection.
    let reset = Plan::every([Step::ReadRequest, Step::End(End::Reset)]);
    let reports = vec![AttemptReport::NotSent(TransportErrorKind::Closed); 2];
    let resets = scenario(("nothing and resets".to_owned(), String::new(), reports));
    scenarios.push(Scenario { server: reset, ..resets });
    scenarios
}

/// A proxy that intercepts TLS is rejected.
fn bad_certificate(operation: Operation) -> Scenario {
    let behind =
        respond(operation.success().wire()).with_tls(server(ServerCertificate::UnknownAuthority));
    let expected = Expected::once(AttemptReport::NotSent(TransportErrorKind::Certificate));
    Scenario::new(
        format!("a bad certificate behind a proxy, {operation:?}"),
        tunnel(),
        operation,
        expected,
    )
    .other(behind)
    .route(Route::Proxy { tls: true })
    .set(|setup| setup.policy.max_attempts = 3)
    .sees(Seen::Connections(1..=1))
    .sees(Seen::Check(knows_nothing))
    .sees(Seen::OtherCheck(nothing_read))
}

fn nothing_read(connections: &[Connection]) -> Result<(), String> {
    if connections.iter().all(|connection| connection.read.is_empty()) {
        Ok(())
    } else {
        Err(format!("{connections:?}"))
    }
}

/// The proxy's credentials go to the proxy, the service's to the service.
fn with_credentials(operation: Operation) -> Scenario {
    Scenario {
        name: format!("through a proxy with credentials, {operation:?}"),
        ..through(operation, true)
            .set(|setup| setup.proxy = Some("http://eve:s%40cret@127.0.0.1:{SELF}".to_owned()))
            .sees(Seen::Check(has_proxy_authorization))
    }
}

fn has_proxy_authorization(connections: &[Connection]) -> Result<(), String> {
    for connection in connections {
        let head = String::from_utf8_lossy(&connection.read).to_ascii_lowercase();
        // eve:s@cret
        if !head
            .contains(&"\r\nproxy-authorization: basic ZXZlOnNAY3JldA==\r\n".to_ascii_lowercase())
        {
            return Err(head);
        }
    }
    Ok(())
}

/// The client does not retry, because that may lock the account, and does not print them.
fn rejected_credentials() -> Scenario {
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
    let expected = Expected::once(AttemptReport::RefusedByProxy(407));
    Scenario::new(
        "a proxy that refuses credentials",
        respond_and_close(answer),
        Operation::Create,
        expected,
    )
    .other(Plan::default())
    .route(Route::Proxy { tls: true })
    .set(|setup| {
        setup.policy.max_attempts = 4;
        setup.proxy = Some("http://eve:s%40cret@127.0.0.1:{SELF}".to_owned());
    })
    .sees(Seen::Connections(1..=1))
    .sees(Seen::OtherConnections(0..=0))
}
