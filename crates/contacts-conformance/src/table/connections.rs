//! Idle connections, and what a server does to them.

use std::time::Duration;

use contacts_proto::transport::TransportErrorKind;

use super::{answered, respond_to_each};
use crate::{
    Answer, AttemptReport, Expected, Operation, Sample, Scenario, Seen,
    wire::{End, Plan, Step},
};

/// Long enough for the server's thread.
const A_WHILE: Duration = Duration::from_millis(150);

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![kept()];
    scenarios.extend([Operation::Create, Operation::Update].map(fresh_for_what_is_not_idempotent));
    for end in [End::Close, End::Reset] {
        scenarios.push(closed_while_idle(end));
        scenarios.push(closed_behind_an_answer(end));
        scenarios.push(closed_on_the_next_request(end));
        scenarios.push(closed_before_a_creation(end));
    }
    for (name, behind) in behind() {
        for before in
            [Operation::Get.success(), Operation::Delete.success(), Answer::json(404, "{}")]
        {
            scenarios.push(more_than_the_answer(name, &behind, &before, false));
            scenarios.push(more_than_the_answer(name, &behind, &before, true));
        }
    }
    scenarios.push(late_end("with an empty line", b"\r\n"));
    scenarios.push(late_end("with a trailer", b"x-checksum: 7\r\n\r\n"));
    for value in ["close", "Close", "keep-alive, close"] {
        scenarios.push(announced_close(value));
    }
    scenarios.push(old_protocol());
    scenarios
}

fn kept() -> Scenario {
    let answers = [Operation::Get, Operation::List, Operation::Delete, Operation::Activate];
    let script = respond_to_each(answers.map(|operation| operation.success().wire()));
    let mut scenario = Scenario::new(
        "requests one after the other on one connection",
        Plan::every(script),
        Operation::Get,
        answered(Operation::Get.success()),
    );
    for operation in [Operation::List, Operation::Delete, Operation::Activate] {
        scenario = scenario.then(operation, answered(operation.success()));
    }
    scenario.sees(Seen::Connections(1..=1)).sees(Seen::Requests(4..=4))
}

/// A request that must not be repeated uses its own connection and leaves the idle one to others.
fn fresh_for_what_is_not_idempotent(operation: Operation) -> Scenario {
    let (get, change) = (Operation::Get.success(), operation.success());
    let plan =
        Plan::each([respond_to_each([get.wire(), get.wire()]), respond_to_each([change.wire()])]);
    let name = format!("{operation:?} between two reads");
    Scenario::new(name, plan, Operation::Get, answered(get.clone()))
        .then(operation, answered(change))
        .then(Operation::Get, answered(get))
        .sees(Seen::Connections(2..=2))
        .sees(Seen::Requests(3..=3))
}

fn one_answer_then(end: End) -> Vec<Step> {
    let mut script = respond_to_each([Operation::Get.success().wire()]);
    script.push(Step::End(end));
    script
}

/// The client notices it and sends nothing on that connection.
fn closed_while_idle(end: End) -> Scenario {
    let (get, update) = (Operation::Get.success(), Operation::Update.success());
    let plan = Plan::each([one_answer_then(end), respond_to_each([update.wire()])]);
    Scenario::new(format!("an idle connection ends, {end:?}"), plan, Operation::Get, answered(get))
        .pause(A_WHILE)
        .then(Operation::Update, answered(update))
        .sees(Seen::Connections(2..=2))
        .sees(Seen::Requests(2..=2))
}

/// The client may notice it or not; the next read must succeed.
fn closed_behind_an_answer(end: End) -> Scenario {
    let get = Operation::Get.success();
    let plan = Plan::each([one_answer_then(end), respond_to_each([get.wire()])]);
    let whole = AttemptReport::Answered(get.clone());
    let next = [
        AttemptReport::MaybeSent(TransportErrorKind::Closed),
        AttemptReport::NotSent(TransportErrorKind::Closed),
    ]
    .map(|report| vec![report, whole.clone()]);
    let next = next.into_iter().chain([vec![whole]]).collect();
    Scenario::new(
        format!("a connection ends after its response, {end:?}"),
        plan,
        Operation::Get,
        answered(get),
    )
    .then(Operation::Get, Expected::OneOf(next))
    .set(|setup| setup.policy.max_attempts = 2)
    .sees(Seen::Requests(2..=2))
}

/// The server has read the second request, so its effect is unknown.
fn closed_on_the_next_request(end: End) -> Scenario {
    let get = Operation::Get.success();
    let mut script = respond_to_each([get.wire()]);
    script.extend([Step::ReadRequest, Step::End(end)]);
    let plan = Plan::each([script, respond_to_each([Answer::json(404, "{}").wire()])]);
    // A missing contact may have been deleted by the first request.
    let next = vec![
        AttemptReport::MaybeSent(TransportErrorKind::Closed),
        AttemptReport::Answered(Answer::json(404, "{}")),
    ];
    Scenario::new(
        format!("an idle connection ends on a delete, {end:?}"),
        plan,
        Operation::Get,
        answered(get),
    )
    .then(Operation::Delete, Expected::Same(next))
    .set(|setup| setup.policy.max_attempts = 2)
    .sees(Seen::Connections(2..=2))
    .sees(Seen::Requests(3..=3))
}

/// A create does not use the idle connection.
fn closed_before_a_creation(end: End) -> Scenario {
    let (get, create) = (Operation::Get.success(), Operation::Create.success());
    let plan = Plan::each([one_answer_then(end), respond_to_each([create.wire()])]);
    Scenario::new(
        format!("a connection ends before a create, {end:?}"),
        plan,
        Operation::Get,
        answered(get),
    )
    .then(Operation::Create, answered(create))
    .sees(Seen::Connections(2..=2))
    .sees(Seen::Requests(2..=2))
}

/// Bytes that a server or an attacker may send after a response, to be taken for the next one.
fn behind() -> Vec<(&'static str, Vec<u8>)> {
    let contact =
        r#"{"id":"evil","method":"email","to":"mallory@example.com","status":{"enabled":true}}"#;
    vec![
        ("another response", Answer::json(200, contact).wire()),
        (
            "the response of a timeout",
            Answer::new(408, "").wire_with("connection: close\r\ncontent-length: 0\r\n"),
        ),
        ("text", b"<p>and one more thing</p>".to_vec()),
        ("the end of a line", b"\r\n".to_vec()),
        ("a byte", b"x".to_vec()),
    ]
}

fn more_than_the_answer(name: &str, behind: &[u8], before: &Answer, later: bool) -> Scenario {
    let operation = if before.status == 204 { Operation::Delete } else { Operation::Get };
    let first = before.wire();
    let get = Operation::Get.success();
    let script = if later {
        vec![Step::ReadRequest, Step::Write(first), Step::Sleep(A_WHILE / 10), Step::write(behind)]
    } else {
        vec![Step::ReadRequest, Step::Write([&first, behind].concat())]
    };
    // If the client reuses the connection, the next response is a different one.
    let plan = Plan::each([script, respond_to_each([get.wire()])]);
    let when = if later { "later" } else { "at once" };
    let name = format!("{name} after a {}, {when}", before.status);
    Scenario::new(name, plan, operation, answered(before.clone()))
        .pause(A_WHILE)
        .then(Operation::Get, answered(get))
        .sees(Seen::Connections(2..=2))
        .sees(Seen::Requests(2..=2))
}

/// A response whose end comes late, during the next request. The rest of it must not count as the
/// next response.
fn late_end(name: &str, late: &'static [u8]) -> Scenario {
    let (get, list) = (Operation::Get.success(), Operation::List.success());
    let mut early = get.chunked(1024);
    early.truncate(early.len() - b"\r\n".len());
    let script = vec![
        Step::ReadRequest,
        Step::Write(early),
        Step::Sleep(A_WHILE),
        Step::write(late),
        Step::ReadRequest,
        Step::Write(list.wire()),
    ];
    let plan = Plan::each([script, respond_to_each([list.wire()])]);
    Scenario::new(format!("chunks that end late, {name}"), plan, Operation::Get, answered(get))
        .then(Operation::List, answered(list))
        .sees(Seen::Requests(2..=2))
}

fn announced_close(value: &str) -> Scenario {
    let get = Operation::Get.success();
    let length = format!("connection: {value}\r\ncontent-length: {}\r\n", get.body.len());
    let plan =
        Plan::each([respond_to_each([get.wire_with(&length)]), respond_to_each([get.wire()])]);
    Scenario::new(format!("connection: {value}"), plan, Operation::Get, answered(get.clone()))
        .then(Operation::Get, answered(get))
        .sees(Seen::Connections(2..=2))
}

/// An HTTP/1.0 server closes the connection unless it says otherwise.
fn old_protocol() -> Scenario {
    let get = Operation::Get.success();
    let wire = [b"HTTP/1.0", get.wire().get(8..).unwrap_or_default()].concat();
    let plan = Plan::each([respond_to_each([wire]), respond_to_each([get.wire()])]);
    Scenario::new("HTTP/1.0", plan, Operation::Get, answered(get.clone()))
        .then(Operation::Get, answered(get))
        .sees(Seen::Connections(2..=2))
}
