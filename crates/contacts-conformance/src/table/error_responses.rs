//! Every known error response, with every status, gives the same error in both clients.

use super::{answered, respond};
use crate::{ALL_OPERATIONS, Answer, Operation, Scenario, driver::TOKEN};

const JSON: [&str; 11] = [
    r#"{"errors":[{"title":"Contact not found","code":"NOT_FOUND"}]}"#,
    r#"{"errors":[{"title":"Bad value","code":"VALIDATION","detail":"to is not an address"}]}"#,
    r#"{"code":401,"message":"Unauthorized; scope does not match"}"#,
    r#"{"code":40301,"message":"Account does not have access to Opsgenie.","took":0.1,"requestId":"r-1"}"#,
    r#"{"message":"Validation failed","errors":{"to":"is taken","method":"is unknown"}}"#,
    r#"{"timestamp":"2026-11-24T10:15:30Z","status":404,"error":"Not Found","message":"No message available","path":"/v1"}"#,
    r#"{"errorMessages":["Something went wrong"],"errors":{}}"#,
    r#"{"other":"JSON"}"#,
    r#"["not","an","object"]"#,
    r#"{"message":"cut in the mid"#,
    "null",
];

const OTHER: [(&str, &[u8]); 4] = [
    ("text/html", b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
    ("text/plain", b"upstream connect error or disconnect/reset before headers"),
    ("application/octet-stream", b"\xff\xfe\x00\x1b[31m\xc3\x28"),
    ("text/plain", b""),
];

/// Statuses of the service, and some that any gateway may send.
const STATUSES: [u16; 30] = [
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 418, 421, 422,
    423, 425, 429, 431, 451, 500, 501, 502, 503, 504, 505,
];

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for status in STATUSES {
        for answer in answers(status) {
            for operation in operations(status) {
                scenarios.push(scenario(*operation, &answer));
            }
        }
    }
    // Success statuses that are wrong for the operation, and statuses without a meaning.
    for status in [200, 201, 202, 203, 205, 206, 226, 299, 300, 305, 306, 399, 499, 511, 520, 599] {
        for &operation in ALL_OPERATIONS {
            scenarios.push(scenario(operation, &Answer::json(status, r#"{"message":"hello"}"#)));
        }
    }
    scenarios.extend(with_headers().iter().map(|answer| scenario(Operation::Update, answer)));
    scenarios
}

fn answers(status: u16) -> impl Iterator<Item = Answer> {
    let echo = Answer::json(status, &format!(r#"{{"message":"no such token: {TOKEN}"}}"#));
    let json = JSON.into_iter().map(move |body| Answer::json(status, body));
    let other = OTHER
        .into_iter()
        .map(move |(kind, body)| Answer::new(status, body).with("content-type", kind));
    json.chain(other).chain([echo])
}

/// The statuses of the service's documentation use each operation, the others two.
fn operations(status: u16) -> &'static [Operation] {
    if matches!(status, 401 | 403 | 404 | 422 | 429) {
        ALL_OPERATIONS
    } else {
        &super::READ_AND_CREATE
    }
}

/// Delays that are too long to wait, and request ids in each of their headers.
fn with_headers() -> Vec<Answer> {
    let date = "Tue, 24 Nov 2026 10:00:00 GMT";
    let error_response =
        |status| Answer::json(status, r#"{"message":"slow down"}"#).with("date", date);
    let mut answers = vec![
        error_response(429).with("retry-after", "3600"),
        error_response(503).with("retry-after", "Tue, 24 Nov 2026 12:00:00 GMT"),
        error_response(429).with("x-ratelimit-reset", "2026-11-24T11:00Z"),
        error_response(429).with("x-ratelimit-reset", "7200").with("retry-after", "1"),
        error_response(429).with("retry-after", "soon"),
        error_response(429).with("retry-after", "1").with("retry-after", "3600"),
    ];
    let ids = ["atl-traceid", "x-trace-id", "x-request-id", "x-arequestid"];
    answers.extend(ids.map(|name| error_response(500).with(name, "id-7")));
    answers.push(error_response(500).with("x-request-id", TOKEN));
    answers
}

fn scenario(operation: Operation, answer: &Answer) -> Scenario {
    let body = String::from_utf8_lossy(&answer.body);
    let name =
        format!("{} with {body:?} and {:?}, to {operation:?}", answer.status, answer.headers);
    Scenario::new(name, respond(answer.wire()), operation, answered(answer.clone()))
        .sends_one_request()
}
