//! Bodies without an end, and bodies that would be gigabytes.

use contacts_conformance::{Operation, wire::Step};
use contacts_proto::transport::TransportErrorKind;

use crate::case::{Case, Why};

/// The default limits, in bytes: of a contact, and of an error.
const CONTACT: u64 = 1 << 20;
const ERROR: u64 = 64 << 10;

/// Eight gibibytes.
const ENDLESS: u64 = 8 << 30;

const TOO_LARGE: Why = Why::Failed(TransportErrorKind::TooLarge);
const MALFORMED: Why = Why::Failed(TransportErrorKind::Malformed);

pub(crate) fn cases() -> Vec<Case> {
    [Operation::Get, Operation::Create].into_iter().flat_map(for_operation).collect()
}

fn for_operation(operation: Operation) -> Vec<Case> {
    let success = if operation == Operation::Create { 201 } else { 200 };
    let answer = |status: u16, headers: &str, begin: &[u8], flood: &'static [u8]| {
        let head = format!("HTTP/1.1 {status} Some Reason\r\n{headers}\r\n\r\n");
        vec![Step::Write([head.as_bytes(), begin].concat()), Step::Flood(flood, ENDLESS)]
    };
    let with_length = format!("content-length: {ENDLESS}");
    let of_length = |status: u16, why: Why, limit: u64| {
        let name = format!("8 GiB announced, {status}");
        Case::new(&name, operation, answer(status, &with_length, b"", b"x"), why, limit)
            .status(status)
    };
    let in_chunks =
        |name: &str, status: u16, begin: &[u8], flood: &'static [u8], why: Why, limit: u64| {
            let steps = answer(status, "transfer-encoding: chunked", begin, flood);
            Case::new(name, operation, steps, why, limit).status(status)
        };
    // hyper ignores any number of zeros, and ureq any number of trailers, until the attempt
    // timeout.
    let until_closed = answer(success, "connection: close", b"", b"x");
    vec![
        of_length(success, TOO_LARGE, CONTACT),
        of_length(500, Why::ErrorStatus, ERROR),
        of_length(422, Why::ErrorStatus, ERROR),
        Case::new("no length and no end", operation, until_closed, TOO_LARGE, CONTACT)
            .status(success),
        in_chunks(
            "chunks without an end",
            success,
            b"",
            b"10\r\n0123456789abcdef\r\n",
            TOO_LARGE,
            2 * CONTACT,
        ),
        in_chunks(
            "chunks of one byte without an end, 422",
            422,
            b"",
            b"1\r\nx\r\n",
            Why::ErrorStatus,
            6 * ERROR,
        ),
        in_chunks(
            "one chunk without an end",
            success,
            b"7fffffffffffffff\r\n",
            b"x",
            TOO_LARGE,
            CONTACT,
        ),
        in_chunks("a chunk's extension without an end", success, b"1;", b"x", MALFORMED, ERROR),
        in_chunks("a chunk's size of zeros without an end", success, b"", b"0", MALFORMED, ERROR)
            .or_ends_by_time(),
        in_chunks(
            "a trailer without an end",
            success,
            b"2\r\n{}\r\n0\r\nx-a: ",
            b"b",
            MALFORMED,
            ERROR,
        ),
        in_chunks(
            "trailers without an end",
            success,
            b"2\r\n{}\r\n0\r\n",
            b"x-a: b\r\n",
            MALFORMED,
            ERROR,
        )
        .or_ends_by_time(),
        bomb(operation, success),
    ]
}

/// A gigabyte of zeros in gzip, up to the limit: each byte stands for 1,032. The client did not
/// request compression.
fn bomb(operation: Operation, status: u16) -> Case {
    const GZIP: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xec, 0xc1, 1, 1, 0, 0, 0, 0x80, 0x90, 0xfe, 0xaf,
        0xee, 8, 0x0a,
    ];
    let head = format!(
        "HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {CONTACT}\r\n\r\n"
    );
    let begin = [head.as_bytes(), GZIP].concat();
    let steps = vec![Step::Write(begin), Step::Flood(&[0], CONTACT - GZIP.len() as u64)];
    Case::new("a gigabyte in gzip", operation, steps, Why::Unexpected, CONTACT).status(status)
}
