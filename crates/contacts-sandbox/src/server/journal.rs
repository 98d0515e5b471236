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

/// How many bytes of requests are kept: a client that sends large ones must not fill the memory.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

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

/// What is said of it, in bytes.
fn size(recorded: &Recorded) -> usize {
    let headers = recorded.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    // A fault can have a body of its own.
    let fault =
        recorded.fault.as_ref().and_then(|fault| serde_json::to_vec(fault).ok()).map_or(0, |json| json.len());
    recorded.method.len() + recorded.target.len() + headers + recorded.body.len() + fault
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
    /// The size of all entries.
    bytes: usize,
    received: u64,
    /// Grows with every request and every answer.
    revision: u64,
}

/// A request, and when it last changed.
#[derive(Debug)]
struct Entry {
    revision: u64,
    size: usize,
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
        Self { started: milliseconds(now), entries: VecDeque::new(), bytes: 0, received: 0, revision: 0 }
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
        let size = size(&recorded);
        self.bytes += size;
        self.entries.push_back(Entry { revision: self.revision, size, recorded });
        while self.entries.len() > KEPT || (self.bytes > KEPT_BYTES && self.entries.len() > 1) {
            self.bytes -= self.entries.pop_front().map_or(0, |entry| entry.size);
        }
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

    fn recorded(body: usize) -> Recorded {
        let (parts, ()) = Request::new(()).into_parts();
        Recorded::new(&parts, &vec![b'a'; body], 1, Duration::ZERO)
    }

    fn numbers(journal: &Journal) -> Vec<u64> {
        journal.entries.iter().map(|entry| entry.recorded.number).collect()
    }

    #[test]
    fn large_requests_are_forgotten_before_they_fill_the_memory_and_the_oldest_first() {
        let mut journal = Journal::new(Duration::ZERO);
        let large = KEPT_BYTES / 64;
        for number in 1..=200 {
            journal.add(recorded(large));
            let kept = journal.entries.iter().map(|entry| entry.recorded.body.len()).sum::<usize>();
            assert!(kept <= KEPT_BYTES, "{kept}");
            assert_eq!(*numbers(&journal).last().unwrap(), number);
        }
        assert_eq!(numbers(&journal), (138..=200).collect::<Vec<_>>());
        assert_eq!(journal.changes(0, usize::MAX).first, 138);
        // The last one is kept, whatever its size, and makes no place for itself by halves.
        journal.add(recorded(KEPT_BYTES + 1));
        assert_eq!(numbers(&journal), [201]);
        journal.add(recorded(1));
        assert_eq!(numbers(&journal), [202]);
    }

    #[test]
    fn small_requests_are_kept_by_their_number() {
        let mut journal = Journal::new(Duration::ZERO);
        for _ in 0..KEPT + 5 {
            journal.add(recorded(100));
        }
        assert_eq!((numbers(&journal).len(), numbers(&journal)[0]), (KEPT, 6));
        journal.clear();
        for _ in 0..64 {
            journal.add(recorded(KEPT_BYTES / 65));
        }
        assert_eq!(numbers(&journal).len(), 64, "what was cleared takes no place");
    }

    #[test]
    fn the_body_of_a_fault_counts() {
        let mut journal = Journal::new(Duration::ZERO);
        let fault = Fault::Garbage { text: Some("a".repeat(KEPT_BYTES / 4)), when: crate::When::Before };
        for _ in 0..5 {
            journal.add(Recorded { fault: Some(fault.clone()), ..recorded(0) });
        }
        assert_eq!(numbers(&journal), [3, 4, 5]);
    }
}
