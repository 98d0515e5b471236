//! How the bytes that a fuzzer makes are read: as text in the plainest form that can say it all, so that a corpus file can be
//! written, read and shortened by hand.

pub mod exchange;
pub mod requests;
pub mod service;

use contacts_proto::{AccountId, ContactId, ListContacts, Operation, Page};
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use contacts_testkit::operations::{Any, is_showable};

/// Text, or nothing.
pub fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// An answer: a line that begins with the status, lines of headers, an empty line, the body.
pub fn answer(data: &[u8]) -> Option<Response<&[u8]>> {
    let (status, headers, body) = message(data);
    let mut answer = Response::new(body);
    *answer.status_mut() = http::StatusCode::from_bytes(status.get(..3)?).ok()?;
    *answer.headers_mut() = headers;
    Some(answer)
}

/// A first line, headers, and what comes after an empty line.
fn message(data: &[u8]) -> (&[u8], HeaderMap, &[u8]) {
    let (first, rest) = line(data);
    // The line break in front of the headers is one of the two that end them where there are none.
    match rest.strip_prefix(b"\n") {
        Some(body) => (first, HeaderMap::new(), body),
        None => {
            let end = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
            (first, headers(&rest[..end]), rest.get(end + 2..).unwrap_or_default())
        }
    }
}

/// Headers, one a line. What cannot be a header is passed over, as an HTTP library would never hand it on.
pub fn headers(data: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

/// The first line, and what comes after it.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// A page of so many contacts with this link to the next.
pub fn page(contacts: usize, link: &str) -> Page {
    let values: Vec<_> = (0..contacts)
        .map(|id| serde_json::json!({"id": id.to_string(), "method": "sms", "to": "1"}))
        .collect();
    let body = serde_json::json!({"values": values, "links": {"next": link}}).to_string();
    ListContacts::all().response(Response::new(body.as_bytes())).expect("this is a page")
}

/// Reads an answer by each operation.
///
/// # Errors
/// What is wrong with an outcome that is neither a value nor a typed error that keeps status and body.
pub fn read_by_each_operation(answer: &Response<&[u8]>) -> Result<(), String> {
    let (id, account) =
        (ContactId::new("a1").expect("an id"), AccountId::new("account").expect("an account id"));
    let operations = Any::all(&id, &account, "90-555-555-5555");
    operations.iter().try_for_each(|operation| {
        let read = operation.check_response(answer);
        read.map(|_| ()).map_err(|how| format!("{}: {how}", operation.path(&id)))
    })
}

/// Whether a text can be shown on a terminal.
pub fn is_printable(text: &str) -> bool {
    is_showable(text, usize::MAX)
}
