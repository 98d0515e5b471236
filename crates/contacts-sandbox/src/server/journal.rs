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
            unix_ms: milliseconds(now),
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
#[derive(Debug)]
pub(super) struct Journal {
    started: u64,
    entries: VecDeque<Entry>,
    received: u64,
    /// Grows with every request and every answer.
    revision: u64,
}

/// A request, and when it last changed.
#[derive(Debug)]
struct Entry {
    revision: u64,
    recorded: Recorded,
}

/// What has changed in a journal, for who reads it again and again.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    /// When the sandbox was started, in milliseconds since the Unix epoch. Another one counts anew.
    started: u64,
    /// What to ask for next time.
    revision: u64,
    /// The number of the oldest request that is kept; those before it are forgotten.
    first: u64,
    /// How many requests are kept.
    kept: usize,
    /// The requests that are new or were answered since, the oldest first.
    entries: Vec<Recorded>,
}

impl Journal {
    /// An empty journal of a sandbox that is started now.
    pub(super) fn new(now: Duration) -> Self {
        Self { started: milliseconds(now), entries: VecDeque::new(), received: 0, revision: 0 }
    }

    /// When the sandbox was started, in milliseconds since the Unix epoch.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// Adds a request and gives it its number.
    pub(super) fn add(&mut self, mut recorded: Recorded) -> u64 {
        self.received += 1;
        self.revision += 1;
        recorded.number = self.received;
        if self.entries.len() >= KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { revision: self.revision, recorded });
        self.received
    }

    /// Notes the status of a request, if it is still known.
    pub(super) fn answered(&mut self, number: u64, status: u16) {
        self.revision += 1;
        // The latest is the likeliest.
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.recorded.number == number) {
            entry.recorded.status = Some(status);
            entry.revision = self.revision;
        }
    }

    pub(super) fn entries(&self) -> Vec<Recorded> {
        self.entries.iter().map(|entry| entry.recorded.clone()).collect()
    }

    /// What has changed since a revision; of many requests the last ones.
    pub(super) fn changes(&self, since: u64, last: usize) -> Changes {
        let changed = self.entries.iter().rev().filter(|entry| entry.revision > since).take(last);
        let mut entries: Vec<_> = changed.map(|entry| entry.recorded.clone()).collect();
        entries.reverse();
        Changes {
            started: self.started,
            revision: self.revision,
            first: self.entries.front().map_or(self.received + 1, |entry| entry.recorded.number),
            kept: self.entries.len(),
            entries,
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
