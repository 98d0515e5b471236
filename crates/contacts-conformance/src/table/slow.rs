//! Slow and endless servers.

use std::time::Duration;

use contacts_proto::transport::TransportErrorKind;

use crate::{
    Answer, AttemptReport, Expected, Operation, Sample, Scenario, Seen,
    driver::Setup,
    wire::{Plan, Step},
};

pub(super) fn scenarios() -> Vec<Scenario> {
    let endless = super::READ_AND_CREATE.map(without_end);
    super::READ_AND_CREATE.into_iter().flat_map(for_operation).chain(endless).collect()
}

const STEP: Duration = Duration::from_millis(10);

fn for_operation(operation: Operation) -> Vec<Scenario> {
    let mut answer = operation.success();
    // At one byte per ten milliseconds, this takes half a minute.
    answer.body.resize(3000, b' ');
    let wire = answer.wire();
    let head = wire.len() - answer.body.len();
    let drip = |from: usize| {
        let all = wire.get(from..).unwrap_or_default().to_vec();
        let at_once = wire.get(..from).unwrap_or_default();
        Plan::every([
            Step::ReadRequest,
            Step::write(at_once),
            Step::Drip { all, bytes: 1, every: STEP },
        ])
    };
    let drip_and_silence = || {
        let (first, then) = wire.split_at_checked(head).unwrap_or_default();
        let all = then.get(..20).unwrap_or_default().to_vec();
        let drip = Step::Drip { all, bytes: 1, every: STEP };
        Plan::every([Step::ReadRequest, Step::write(first), drip])
    };
    let silent_after = |from: usize| {
        Plan::every([Step::ReadRequest, Step::write(wire.get(..from).unwrap_or_default())])
    };
    let no_head = AttemptReport::MaybeSent(TransportErrorKind::TimedOut);
    let no_body = AttemptReport::Broken(
        Answer { body: Vec::new(), ..answer.clone() },
        TransportErrorKind::TimedOut,
    );
    let scenario = |name: &str, plan: Plan, report: &AttemptReport, setting: fn(&mut Setup)| {
        Scenario::new(
            format!("{name}, to {operation:?}"),
            plan,
            operation,
            Expected::once(report.clone()),
        )
        .set(setting)
        .sends_one_request()
        .sees(Seen::Check(super::closed_by_client))
    };
    let drip_in_chunks = |at_once: &str, all: &str| {
        let at_once =
            [&answer.head_with("transfer-encoding: chunked\r\n"), at_once.as_bytes()].concat();
        let all = all.repeat(3000 / all.len()).into_bytes();
        Plan::every([
            Step::ReadRequest,
            Step::Write(at_once),
            Step::Drip { all, bytes: 1, every: STEP },
        ])
    };
    let chunks = || drip_in_chunks("", "1\r\nx\r\n");
    let extension = || drip_in_chunks("1;", "x");
    let trailers = || drip_in_chunks("2\r\n{}\r\n0\r\n", "x-a: b\r\n");
    vec![
        scenario("chunks that drip, by the deadline", chunks(), &no_body, by_deadline),
        scenario(
            "a chunk's extension that drips, by the deadline",
            extension(),
            &no_body,
            by_deadline,
        ),
        scenario("trailers that drip, by the deadline", trailers(), &no_body, by_deadline),
        scenario("silence, by the attempt timeout", silent_after(0), &no_head, by_attempt),
        scenario("silence, by the deadline", silent_after(0), &no_head, by_deadline),
        scenario(
            "half a head and silence, by the deadline",
            silent_after(20),
            &no_head,
            by_deadline,
        ),
        scenario("a head that drips, by the deadline", drip(0), &no_head, by_deadline),
        scenario(
            "a body that does not come, by the deadline",
            silent_after(head),
            &no_body,
            by_deadline,
        ),
        scenario("a body that drips, by the attempt timeout", drip(head), &no_body, by_attempt),
        scenario("a body that drips, by the deadline", drip(head), &no_body, by_deadline),
        scenario(
            "a body that begins, and no more of it, by the deadline",
            drip_and_silence(),
            &no_body,
            by_deadline,
        ),
    ]
}

/// Time limits that no clock can reach must work.
fn without_end(operation: Operation) -> Scenario {
    let answer = operation.success();
    let plan = super::respond_and_close(answer.wire());
    Scenario::new(
        format!("endless time limits, {operation:?}"),
        plan,
        operation,
        super::answered(answer),
    )
    .set(|setup| {
        setup.connect_timeout = Duration::MAX;
        setup.policy.attempt_timeout = Duration::MAX;
        // The table adds some time to the deadline.
        setup.policy.deadline = Duration::MAX / 2;
    })
}

/// The limit under test; the others are far longer.
const SHORT: Duration = Duration::from_millis(300);

fn by_attempt(setup: &mut Setup) {
    setup.policy.attempt_timeout = SHORT;
    setup.policy.deadline = Duration::from_secs(3);
}

fn by_deadline(setup: &mut Setup) {
    setup.policy.deadline = SHORT;
}
