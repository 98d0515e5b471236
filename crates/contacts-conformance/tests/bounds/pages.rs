//! Pages over the limit, and the most expensive pages below it.

use contacts_conformance::{Operation, wire::Step};
use contacts_proto::transport::TransportErrorKind;

use crate::case::{Case, Why};

/// Default limit of a page, in bytes.
const PAGE: u64 = 8 << 20;

/// Maximum heap of a readable page with its values: eight times the limit.
const MOST_HEAP: usize = 8 * (8 << 20);

/// Small on the wire, large as a value.
const CONTACT: &[u8] = br#"{"id":"a","method":"sms","to":""},"#;

/// End of each page; the junk after it makes the page invalid.
const LAST: &str = r#"{"id":"b","method":"sms","to":"1"}]} junk"#;

const BEFORE_VALUES: &str = r#"{"values":["#;
const BEFORE_TO: &str = r#"{"values":[{"id":"a","method":"sms","to":""#;

/// A page over the limit.
pub(crate) fn too_large() -> Vec<Case> {
    let why = Why::Failed(TransportErrorKind::TooLarge);
    vec![page("a page of a million contacts", BEFORE_VALUES, CONTACT, 1_000_000, "", why)]
}

/// Pages just below the limit.
pub(crate) fn read() -> Vec<Case> {
    let room = |before: &str| PAGE - before.len() as u64 - LAST.len() as u64 - 16;
    let contacts = room(BEFORE_VALUES) / CONTACT.len() as u64;
    let (text, escapes) = (room(BEFORE_TO), room(BEFORE_TO) / 2);
    let pages = [
        page(
            "a page of as many contacts as are read",
            BEFORE_VALUES,
            CONTACT,
            contacts,
            "",
            Why::Unexpected,
        ),
        page("a page of one long address", BEFORE_TO, b"x", text, "\"},", Why::Unexpected),
        page("a page of escapes", BEFORE_TO, b"\\n", escapes, "\"},", Why::Unexpected),
    ];
    pages.map(|page| page.costs_at_most(MOST_HEAP)).into()
}

fn page(name: &str, before: &str, part: &'static [u8], count: u64, after: &str, why: Why) -> Case {
    let len = count * part.len() as u64;
    let all = (before.len() + after.len() + LAST.len()) as u64 + len;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {all}\r\n\r\n{before}");
    let answer =
        vec![Step::write(head), Step::Flood(part, len), Step::write(format!("{after}{LAST}"))];
    Case::new(name, Operation::List, answer, why, PAGE).status(200)
}
