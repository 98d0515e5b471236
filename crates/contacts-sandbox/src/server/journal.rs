//! The journal of requests.

use std::collections::VecDeque;
use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;
use serde::Serialize;

use crate::faults::Fault;
use crate::operation::Operation;

/// Maximum number of requests in the journal.
const MAX_REQUESTS: usize = 10_000;

/// Maximum total size of the requests in the journal, so that large ones do not exhaust memory.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Headers that contain secrets.
const SECRET: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

/// A received request, its fault and its status.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// Number of the request, starting at 1. Never reused.
    pub number: u64,
    /// Time when the request was complete, in milliseconds since the Unix epoch.
    pub unix_ms: u64,
    /// Number of the connection, starting at 1.
    pub connection: u64,
    /// Operation, if the request is one.
    pub operation: Option<Operation>,
    /// HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Headers with names in lower case, including repeated ones. Secrets are redacted; the scheme
    /// of credentials is kept.
    pub headers: Vec<(String, String)>,
    /// Account id of the request's credentials, if known.
    pub account: Option<String>,
    /// Body. Bytes that are not UTF-8 are replaced.
    pub body: String,
    /// Response status. `None` without a response, or before it.
    pub status: Option<u16>,
    /// Fault that was applied.
    pub fault: Option<Fault>,
}

impl RecordedRequest {
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

    /// Returns the values of a header. The name must be in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Size of a recorded request in bytes.
fn size(recorded: &RecordedRequest) -> usize {
    let headers =
        recorded.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    // A fault can contain a body.
    let fault = recorded
        .fault
        .as_ref()
        .and_then(|fault| serde_json::to_vec(fault).ok())
        .map_or(0, |json| json.len());
    recorded.method.len() + recorded.target.len() + headers + recorded.body.len() + fault
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = if SECRET.contains(&name.as_str()) {
            without_secret(&value)
        } else {
            value.into_owned()
        };
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

/// The most recent requests.
#[derive(Debug)]
pub(super) struct Journal {
    started: u64,
    entries: VecDeque<Entry>,
    /// Total size of the entries.
    bytes: usize,
    received: u64,
    /// Increases with every request and every response.
    revision: u64,
}

/// A request and the revision of its last change.
#[derive(Debug)]
struct Entry {
    revision: u64,
    size: usize,
    recorded: RecordedRequest,
}

/// Changes of a journal since a revision.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    /// Start of the sandbox in milliseconds since the Unix epoch. A new sandbox starts counting
    /// again.
    started: u64,
    /// Current revision: the next `since`.
    revision: u64,
    /// Number of the oldest request in the journal.
    first: u64,
    /// Number of requests in the journal.
    kept: usize,
    /// New requests and those with a new status, oldest first.
    entries: Vec<RecordedRequest>,
}

impl Journal {
    /// Creates an empty journal for a sandbox that starts now.
    pub(super) fn new(now: Duration) -> Self {
        Self {
            started: milliseconds(now),
            entries: VecDeque::new(),
            bytes: 0,
            received: 0,
            revision: 0,
        }
    }

    /// Returns the start of the sandbox in milliseconds since the Unix epoch.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// Adds a request and returns its number.
    pub(super) fn add(&mut self, mut recorded: RecordedRequest) -> u64 {
        self.received += 1;
        self.revision += 1;
        recorded.number = self.received;
        let size = size(&recorded);
        self.bytes += size;
        self.entries.push_back(Entry { revision: self.revision, size, recorded });
        while self.entries.len() > MAX_REQUESTS
            || (self.bytes > MAX_BYTES && self.entries.len() > 1)
        {
            self.bytes -= self.entries.pop_front().map_or(0, |entry| entry.size);
        }
        self.received
    }

    /// Sets the status of a request, if it is still in the journal.
    pub(super) fn answered(&mut self, number: u64, status: u16) {
        self.revision += 1;
        // Usually it is the most recent one.
        if let Some(entry) =
            self.entries.iter_mut().rev().find(|entry| entry.recorded.number == number)
        {
            entry.recorded.status = Some(status);
            entry.revision = self.revision;
        }
    }

    pub(super) fn entries(&self) -> Vec<RecordedRequest> {
        self.entries.iter().map(|entry| entry.recorded.clone()).collect()
    }

    /// Returns the changes since a revision, at most the `last` ones.
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
        self.bytes = 0;
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn recorded(body: usize) -> RecordedRequest {
        let (parts, ()) = Request::new(()).into_parts();
        RecordedRequest::new(&parts, &vec![b'a'; body], 1, Duration::ZERO)
    }

    fn numbers(journal: &Journal) -> Vec<u64> {
        journal.entries.iter().map(|entry| entry.recorded.number).collect()
    }

    #[test]
    fn large_requests_are_dropped_oldest_first_before_they_exhaust_memory() {
        let mut journal = Journal::new(Duration::ZERO);
        let large = MAX_BYTES / 64;
        for number in 1..=200 {
            journal.add(recorded(large));
            let kept = journal.entries.iter().map(|entry| entry.recorded.body.len()).sum::<usize>();
            assert!(kept <= MAX_BYTES, "{kept}");
            assert_eq!(*numbers(&journal).last().unwrap(), number);
        }
        assert_eq!(numbers(&journal), (138..=200).collect::<Vec<_>>());
        assert_eq!(journal.changes(0, usize::MAX).first, 138);
        // The last request stays, whatever its size.
        journal.add(recorded(MAX_BYTES + 1));
        assert_eq!(numbers(&journal), [201]);
        journal.add(recorded(1));
        assert_eq!(numbers(&journal), [202]);
    }

    #[test]
    fn the_number_of_small_requests_is_limited() {
        let mut journal = Journal::new(Duration::ZERO);
        for _ in 0..MAX_REQUESTS + 5 {
            journal.add(recorded(100));
        }
        assert_eq!((numbers(&journal).len(), numbers(&journal)[0]), (MAX_REQUESTS, 6));
        journal.clear();
        for _ in 0..64 {
            journal.add(recorded(MAX_BYTES / 65));
        }
        assert_eq!(numbers(&journal).len(), 64, "cleared requests do not count");
    }

    #[test]
    fn the_body_of_a_fault_counts() {
        let mut journal = Journal::new(Duration::ZERO);
        let fault =
            Fault::Garbage { text: Some("a".repeat(MAX_BYTES / 4)), when: crate::When::Before };
        for _ in 0..5 {
            journal.add(RecordedRequest { fault: Some(fault.clone()), ..recorded(0) });
        }
        assert_eq!(numbers(&journal), [3, 4, 5]);
    }
}
