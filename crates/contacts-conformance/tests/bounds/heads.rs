//! Heads without an end.

use contacts_conformance::{Operation, wire::Step};
use contacts_proto::transport::TransportErrorKind;

use crate::case::{Case, Why};

/// Maximum size of a head, in bytes.
const HEAD: u64 = 64 << 10;

/// Eight gibibytes.
const ENDLESS: u64 = 8 << 30;

pub(crate) fn cases() -> Vec<Case> {
    [Operation::Get, Operation::Create].into_iter().flat_map(for_operation).collect()
}

fn for_operation(operation: Operation) -> Vec<Case> {
    let begun = |flood: &'static [u8], count: u64, end: &str| {
        vec![
            Step::write("HTTP/1.1 200 OK\r\nx-a: b\r\n"),
            Step::Flood(flood, count),
            Step::write(end),
        ]
    };
    let too_large = |name: &str, answer: Vec<Step>| {
        Case::new(name, operation, answer, Why::Failed(TransportErrorKind::TooLarge), HEAD)
    };
    // ureq counts them as part of the head; hyper ignores them until the timeout.
    let early = |name: &str, flood: &'static [u8]| {
        too_large(name, vec![Step::Flood(flood, ENDLESS)]).or_ends_by_time()
    };
    const LINE: &[u8] = b"x-a: b\r\n";
    let line = |count: u64| {
        vec![
            Step::write("HTTP/1.1 200 OK\r\nx-a: "),
            Step::Flood(b"b", count),
            Step::write("\r\ncontent-length: 0\r\n\r\n"),
        ]
    };
    vec![
        too_large(
            "10,000 header lines",
            begun(LINE, 10_000 * LINE.len() as u64, "content-length: 0\r\n\r\n"),
        ),
        too_large("header lines without an end", begun(LINE, ENDLESS, "")),
        too_large("a header line of 10 MiB", line(10 << 20)),
        too_large("a header line without an end", line(ENDLESS)),
        too_large(
            "a status line without an end",
            vec![Step::write("HTTP/1.1 200 "), Step::Flood(b"x", ENDLESS)],
        ),
        early("100 without an end", b"HTTP/1.1 100 Continue\r\n\r\n"),
        early("103 without an end", b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n"),
    ]
}
