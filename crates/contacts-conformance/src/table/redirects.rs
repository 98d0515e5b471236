//! Redirects are never followed.

use super::{answered, respond};
use crate::{
    ALL_OPERATIONS, Answer, Operation, Route, Scenario, Seen,
    certificates::{ServerCertificate, server},
    wire::Plan,
};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Targets, if any. The server there must not get a request.
const TARGETS: [(&str, Option<&str>); 8] = [
    ("to the same host", Some("http://127.0.0.1:{SELF}/elsewhere")),
    ("to another host", Some("http://localhost:{OTHER}/elsewhere")),
    ("to another port", Some("http://127.0.0.1:{OTHER}/elsewhere")),
    ("with user info", Some("http://eve:secret@127.0.0.1:{OTHER}/")),
    ("to a relative path", Some("/elsewhere")),
    ("to the same path", Some("")),
    ("without a scheme", Some("//127.0.0.1:{OTHER}/")),
    ("to nowhere", None),
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for &operation in ALL_OPERATIONS {
        for status in STATUSES {
            for (name, location) in TARGETS {
                scenarios.push(scenario(operation, status, name, location));
            }
            scenarios.push(from_tls(scenario(
                operation,
                status,
                "from https to http",
                Some("http://127.0.0.1:{OTHER}/"),
            )));
        }
    }
    scenarios
}

fn scenario(operation: Operation, status: u16, name: &str, location: Option<&str>) -> Scenario {
    let mut answer = Answer::new(status, "moved");
    if let Some(location) = location {
        answer = answer.with("location", location);
    }
    let plan = respond(answer.wire());
    Scenario::new(format!("{status} {name}, to {operation:?}"), plan, operation, answered(answer))
        .other(Plan::default())
        .sends_one_request()
        .sees(Seen::OtherConnections(0..=0))
}

fn from_tls(scenario: Scenario) -> Scenario {
    let server = scenario.server.clone().with_tls(server(ServerCertificate::Good));
    Scenario { server, ..scenario }.route(Route::Tls("127.0.0.1"))
}
