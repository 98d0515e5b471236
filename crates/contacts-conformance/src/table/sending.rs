//! Failures before and while a request is sent.

use contacts_proto::transport::TransportErrorKind;

use crate::{
    Answer, AttemptReport, Expected, Operation, Scenario, Seen,
    driver::Setup,
    wire::{Plan, Step},
};

pub(super) fn scenarios() -> Vec<Scenario> {
    super::READ_AND_CREATE.into_iter().flat_map(for_operation).collect()
}

fn for_operation(operation: Operation) -> Vec<Scenario> {
    let nowhere = |name: &str, cause, setting: fn(&mut Setup)| {
        let report = vec![AttemptReport::NotSent(cause); 2];
        Scenario::new(
            format!("{name}, {operation:?}"),
            Plan::default(),
            operation,
            Expected::Same(report),
        )
        .set(setting)
        .set(|setup| setup.policy.max_attempts = 2)
        .sees(Seen::Connections(0..=0))
    };
    vec![
        nowhere("no server listens", TransportErrorKind::Connect, |setup| {
            setup.base = "http://127.0.0.1:1/cloud".to_owned();
        }),
        nowhere("no proxy listens", TransportErrorKind::Connect, |setup| {
            setup.base = "https://api.example.com/cloud".to_owned();
            setup.proxy = Some("http://127.0.0.1:1".to_owned());
        }),
        nowhere("there is no such host", TransportErrorKind::Dns, |setup| {
            // No such name will ever exist (RFC 6761, 6.4).
            setup.base = "https://there-is-none.invalid/cloud".to_owned();
        }),
        early(operation),
    ]
}

/// A server that responds before it has read the whole request.
fn early(operation: Operation) -> Scenario {
    let answer = Answer::json(413, r#"{"message":"too much"}"#);
    let script = [
        Step::Read(20),
        Step::Write(answer.wire_with("connection: close\r\ncontent-length: 22\r\n")),
    ];
    let name = format!("a response before the request is read, to {operation:?}");
    Scenario::new(name, Plan::every(script), operation, super::answered(answer)).sends_one_request()
}
