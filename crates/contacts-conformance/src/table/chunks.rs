//! Valid and invalid chunks.

use contacts_proto::transport::TransportErrorKind;

use super::{answered, each_once};
use crate::{Answer, AttemptReport, Expected, Scenario};

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for size in [1, 7, 1024] {
        scenarios.extend(each_once(
            &format!("chunks of {size}"),
            |answer| answer.chunked(size),
            answered,
        ));
    }
    for (name, chunk, last) in GOOD {
        scenarios.extend(each_once(name, |answer| one_chunk(answer, chunk, last), answered));
    }
    for (name, chunk, last) in CUT {
        scenarios.extend(each_once(
            name,
            |answer| one_chunk(answer, chunk, last),
            |answer| broken(answer, TransportErrorKind::Closed),
        ));
    }
    for (name, chunk, last) in BAD {
        scenarios.extend(each_once(
            name,
            |answer| one_chunk(answer, chunk, last),
            |answer| broken(answer, TransportErrorKind::Malformed),
        ));
    }
    scenarios.extend(each_once(
        "a size with a plus sign",
        |answer| one_chunk(answer, "+{SIZE}\r\n{BODY}\r\n", "0\r\n\r\n"),
        |answer| {
            // Not a valid size, but ureq accepts it. No other reading is possible, so this is
            // harmless.
            Expected::OneOf(vec![
                vec![AttemptReport::Answered(answer.clone())],
                vec![AttemptReport::Broken(answer, TransportErrorKind::Malformed)],
            ])
        },
    ));
    scenarios
}

/// Format of a chunk and of what follows it. `{SIZE}` and `{BODY}` are those of the response.
type Form = (&'static str, &'static str, &'static str);

const GOOD: [Form; 6] = [
    ("a size in capitals with zeros before it", "000{SIZE}\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("an extension", "{SIZE};name=value\r\n{BODY}\r\n", "0;last\r\n\r\n"),
    ("a quoted extension", "{SIZE};name=\"a b\"\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("a trailer", "{SIZE}\r\n{BODY}\r\n", "0\r\nx-checksum: 7\r\n\r\n"),
    (
        "trailers that lie",
        "{SIZE}\r\n{BODY}\r\n",
        "0\r\ncontent-length: 5\r\ntransfer-encoding: x\r\n\r\n",
    ),
    ("many zeros at the end", "{SIZE}\r\n{BODY}\r\n", "0000\r\n\r\n"),
];

const CUT: [Form; 6] = [
    ("cut before the first chunk", "", ""),
    ("cut in a size", "{SIZE}", ""),
    ("cut in a chunk", "{SIZE}\r\n{", ""),
    ("cut before the last chunk", "{SIZE}\r\n{BODY}\r\n", ""),
    ("cut in the last chunk", "{SIZE}\r\n{BODY}\r\n", "0\r\n"),
    ("cut in a trailer", "{SIZE}\r\n{BODY}\r\n", "0\r\nx-checksum: 7\r\n"),
];

const BAD: [Form; 9] = [
    ("no size", "\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("a size that is not a number", "zz\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("a negative size", "-{SIZE}\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("a size with a prefix", "0x{SIZE}\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("a size that is too large for any machine", "fffffffffffffffff\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("no end of the line behind a chunk", "{SIZE}\r\n{BODY}", "0\r\n\r\n"),
    ("a chunk that is longer than its size", "5\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("a size with something behind it", "{SIZE} x\r\n{BODY}\r\n", "0\r\n\r\n"),
    ("no chunks at all", "{BODY}\r\n", ""),
];

fn one_chunk(answer: &Answer, chunk: &str, last: &str) -> Vec<u8> {
    let body = String::from_utf8_lossy(&answer.body);
    let size = format!("{:X}", answer.body.len());
    let chunk = chunk.replace("{SIZE}", &size).replace("{BODY}", &body);
    let mut wire = answer.head_with("transfer-encoding: chunked\r\n");
    wire.extend(format!("{chunk}{last}").bytes());
    wire
}

fn broken(answer: Answer, cause: TransportErrorKind) -> Expected {
    Expected::once(AttemptReport::Broken(answer, cause))
}
