//! Parses the bytes of a fuzzer as plain text, so that people can write, read and shorten corpus
//! files.

pub mod exchange;
pub mod requests;
pub mod service;

use std::collections::BTreeSet;

use contacts_proto::{AccountId, ContactId, GetOnCalls, ListContacts, Operation, Page, ScheduleId};
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use contacts_testkit::operations::{Any, is_showable};

/// Returns the text, or `None`.
pub fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// Parses a response: a line with the status, header lines, an empty line, the body.
pub fn answer(data: &[u8]) -> Option<Response<&[u8]>> {
    let (status, headers, body) = message(data);
    let mut answer = Response::new(body);
    *answer.status_mut() = http::StatusCode::from_bytes(status.get(..3)?).ok()?;
    *answer.headers_mut() = headers;
    Some(answer)
}

/// Splits a message: the first line, the headers, and the body after an empty line.
fn message(data: &[u8]) -> (&[u8], HeaderMap, &[u8]) {
    let (first, rest) = line(data);
    // Without headers, their line break is the first of the two that end them.
    match rest.strip_prefix(b"\n") {
        Some(body) => (first, HeaderMap::new(), body),
        None => {
            let end = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
            (first, headers(&rest[..end]), rest.get(end + 2..).unwrap_or_default())
        }
    }
}

/// Parses headers, one per line. Skips invalid ones, because HTTP libraries never pass them on.
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

/// Splits off the first line.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// A page with this many contacts and this link to the next page.
pub fn page(contacts: usize, link: &str) -> Page {
    let values: Vec<_> = (0..contacts)
        .map(|id| serde_json::json!({"id": id.to_string(), "method": "sms", "to": "1"}))
        .collect();
    let body = serde_json::json!({"values": values, "links": {"next": link}}).to_string();
    ListContacts::all().response(Response::new(body.as_bytes())).expect("the page is valid")
}

/// Reads a response with each operation.
///
/// # Errors
/// A description of an outcome that is neither a value nor a typed error with status and body.
pub fn read_by_each_operation(answer: &Response<&[u8]>) -> Result<(), String> {
    let (id, account) =
        (ContactId::new("a1").expect("an id"), AccountId::new("account").expect("an account id"));
    let operations = Any::all(&id, &account, "90-555-555-5555");
    operations.iter().try_for_each(|operation| {
        let read = operation.check_response(answer);
        read.map(|_| ()).map_err(|how| format!("{}: {how}", operation.path(&id)))
    })
}

/// Reads a response as who is on call, and checks the methods of the value.
///
/// # Errors
/// A description of what is wrong.
pub fn read_on_calls(answer: &Response<&[u8]>) -> Result<(), String> {
    let schedule = ScheduleId::new("s1").expect("an id");
    let Ok(on_calls) = GetOnCalls::new(schedule).response(answer.clone()) else { return Ok(()) };
    let ids = on_calls.account_ids();
    if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        return Err(format!("a user comes twice: {ids:?}"));
    }
    match on_calls.unopened().iter().map(ToString::to_string).find(|text| !is_printable(text)) {
        Some(text) => Err(format!("not safe to display: {text:?}")),
        None => Ok(()),
    }
}

/// Returns `true` if a text is safe to print on a terminal.
pub fn is_printable(text: &str) -> bool {
    is_showable(text, usize::MAX)
}
