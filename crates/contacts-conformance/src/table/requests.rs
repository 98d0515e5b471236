//! What goes on the wire for each operation, and what a plain answer gives.

use crate::{
    Expected, Operation, SEVEN, Sample, Scenario, Told,
    wire::{Plan, Step},
};

pub(super) fn scenarios() -> Vec<Scenario> {
    let scenario = |operation: Operation| {
        let answer = operation.success();
        let plan = Plan::every([Step::ReadRequest, Step::Write(answer.wire())]);
        Scenario::new(
            format!("{operation:?} as it goes on the wire"),
            plan,
            operation,
            Expected::once(Told::Answered(answer)),
        )
        .asks_once()
    };
    SEVEN.into_iter().chain([Operation::TenantInfo]).map(scenario).collect()
}
