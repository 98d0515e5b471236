//! What was asked, for tests to look at.

use std::collections::VecDeque;
use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use serde::Serialize;

use crate::faults::Fault;
use crate::operation::Operation;

/// How many requests are kept.
const KEPT: usize = 10_000;

/// Headers with a secret in them.
const SECRET: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// A request as it was received, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Its number, from 1 on; never used again.
    pub number: u64,
    /// When it was whole, in milliseconds since the Unix epoch.
    pub unix_ms: u64,
    /// The connection that it came on, numbered from 1 on.
    pub connection: u64,
    /// The operation, if it is one.
    pub operation: Option<Operation>,
    /// The method.
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    /// The headers, names in lower case, repeated ones as often as they were sent. Of credentials the scheme is kept.
    pub headers: Vec<(String, String)>,
    /// The account id of the user whose credentials it carries.
    pub account: Option<String>,
    /// The body; bytes that are no text are replaced.
    pub body: String,
    /// The status that was answered; none if nothing was, or not yet.
    pub status: Option<u16>,
    /// What went wrong on demand.
    pub fault: Option<Fault>,
}

impl Recorded {
    pub(super) fn new(parts: &Parts, body: &[u8], connection: u64, now: Duration) -> Self {
        Self {
            number: 0,
            unix_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            connection,
            operation: None,
            method: parts.method.to_string(),
            target: parts.uri.to_string(),
            headers: headers(&parts.headers),
            account: None,
            body: String::from_utf8_lossy(body).into_owned(),
            status: None,
            fault: None,
        }
    }

    /// The values of a header, whose name is in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = if SECRET.contains(&name.as_str()) { without_secret(&value) } else { value.into_owned() };
        (name.to_string(), value)
    });
    shown.collect()
}

fn without_secret(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => {
            format!("{scheme} [redacted]")
        }
        _ => "[redacted]".to_owned(),
    }
}

/// The latest requests.
#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: VecDeque<Recorded>,
    received: u64,
}

impl Journal {
    /// Adds a request and gives it its number.
    pub(super) fn add(&mut self, mut recorded: Recorded) -> u64 {
        self.received += 1;
        recorded.number = self.received;
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(recorded);
        self.received
    }

    /// Notes the status of a request, if it is still known.
    pub(super) fn answered(&mut self, number: u64, status: u16) {
        // The latest is the likeliest.
        if let Some(recorded) = self.entries.iter_mut().rev().find(|recorded| recorded.number == number) {
            recorded.status = Some(status);
        }
    }

    pub(super) fn entries(&self) -> Vec<Recorded> {
        self.entries.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}
