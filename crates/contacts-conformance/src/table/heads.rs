//! Valid and invalid heads.

use contacts_proto::transport::TransportErrorKind;

use super::{answered, each_once, malformed};
use crate::{Answer, AttemptReport, Expected, Scenario};

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for (name, status_line) in GOOD {
        scenarios.extend(each_once(
            name,
            |answer| with_status_line(answer, status_line),
            |answer| {
                let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
                answered(Answer { status: status.unwrap_or(answer.status), ..answer })
            },
        ));
    }
    for (name, status_line) in BAD {
        scenarios.extend(each_once(
            name,
            |answer| with_status_line(answer, status_line),
            |_| malformed(),
        ));
    }
    for (name, line) in BAD_LINES {
        scenarios.extend(each_once(name, |answer| with_line(answer, line), |_| malformed()));
    }
    for (name, line) in GOOD_LINES {
        scenarios.extend(each_once(name, |answer| with_line(answer, line), answered));
    }
    for (name, bytes) in NO_HTTP {
        scenarios.extend(each_once(name, |_| bytes.to_vec(), |_| malformed()));
    }
    scenarios.extend(each_once("lines that end without a return", bare, answered));
    scenarios.extend(sizes());
    scenarios
}

const GOOD: [(&str, &str); 6] = [
    ("no reason", "HTTP/1.1 200"),
    ("an empty reason", "HTTP/1.1 200 "),
    ("a reason of bytes", "HTTP/1.1 200 \u{fc}\u{df}"),
    ("an unknown status", "HTTP/1.1 299 Whatever"),
    ("the largest status", "HTTP/1.1 999 Too Much"),
    ("another large status", "HTTP/1.1 600 Too Much"),
];

const BAD: [(&str, &str); 9] = [
    ("a status of two digits", "HTTP/1.1 99 Too Few"),
    ("a status of four digits", "HTTP/1.1 2000 Too Many"),
    ("a status of zeros", "HTTP/1.1 000 Nothing"),
    ("a status below all", "HTTP/1.1 099 Nothing"),
    ("a status that is not a number", "HTTP/1.1 2x0 What"),
    ("no status", "HTTP/1.1"),
    ("another version", "HTTP/3.0 200 OK"),
    ("another protocol", "ICY 200 OK"),
    ("small letters", "http/1.1 200 OK"),
];

const BAD_LINES: [(&str, &[u8]); 7] = [
    ("a NUL in a value", b"x-a: b\0c\r\n"),
    ("a NUL in a name", b"x\0a: b\r\n"),
    ("a folded line", b"x-a: b\r\n c\r\n"),
    ("a space before the colon", b"x-a : b\r\n"),
    ("no colon", b"x-a\r\n"),
    ("no name", b": b\r\n"),
    ("a control character in a value", b"x-a: b\x01c\r\n"),
];

const GOOD_LINES: [(&str, &[u8]); 4] = [
    ("no space behind the colon", b"x-a:b\r\n"),
    ("no value", b"x-a:\r\n"),
    ("a value of bytes", b"x-a: \xff\xfe\r\n"),
    ("the same header twice", b"x-a: b\r\nx-a: c\r\n"),
];

const NO_HTTP: [(&str, &[u8]); 7] = [
    ("HTTP/0.9", b"<html>hello</html>"),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (
        "a frame of HTTP/2",
        b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff\xff",
    ),
    ("an alert of TLS", b"\x15\x03\x03\x00\x02\x02\x46"),
    ("another server's greeting", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ("a request", b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
    ("zeros", &[0; 64]),
];

fn with_status_line(answer: &Answer, status_line: &str) -> Vec<u8> {
    let wire = answer.wire();
    let line = wire.iter().position(|byte| *byte == b'\r').unwrap_or(0);
    // A letter outside ASCII as one byte, as old servers send it.
    let status_line: Vec<_> =
        status_line.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect();
    [&status_line, wire.get(line..).unwrap_or_default()].concat()
}

fn with_line(answer: &Answer, line: &[u8]) -> Vec<u8> {
    let wire = answer.wire();
    let at = wire.windows(2).position(|two| two == b"\r\n").map_or(0, |at| at + 2);
    let (before, after) = wire.split_at(at);
    [before, line, after].concat()
}

/// Clients may accept this (RFC 9112, 2.2), and both do.
fn bare(answer: &Answer) -> Vec<u8> {
    answer.wire().into_iter().filter(|byte| *byte != b'\r').collect()
}

fn sizes() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    let too_large = |_| Expected::once(AttemptReport::MaybeSent(TransportErrorKind::TooLarge));
    let line = |len: usize| format!("x-a: {}\r\n", "b".repeat(len)).into_bytes();
    let lines = |count: usize| {
        (0..count).flat_map(|n| format!("x-{n}: b\r\n").into_bytes()).collect::<Vec<_>>()
    };
    scenarios.extend(each_once(
        "a head of 60 KiB",
        |answer| with_line(answer, &line(60 * 1024)),
        answered,
    ));
    scenarios.extend(each_once(
        "a head of 65 KiB",
        |answer| with_line(answer, &line(65 * 1024)),
        too_large,
    ));
    scenarios.extend(each_once(
        "a head of 1 MiB",
        |answer| with_line(answer, &line(1024 * 1024)),
        too_large,
    ));
    scenarios.extend(each_once(
        "a head without end",
        |_| with_line(&Answer::new(200, ""), &[b'x'; 1 << 20]),
        too_large,
    ));
    // The response has two more headers.
    scenarios.extend(each_once("128 headers", |answer| with_line(answer, &lines(126)), answered));
    scenarios.extend(each_once("129 headers", |answer| with_line(answer, &lines(127)), too_large));
    scenarios.extend(each_once(
        "4000 headers",
        |answer| with_line(answer, &lines(4000)),
        too_large,
    ));
    scenarios
}
