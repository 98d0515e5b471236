//! Mutates documented responses, by the million, without a fuzzer.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use contacts_proto::{AccountId, ContactId};
use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::operations::Any;

/// Error responses in each known shape.
const REFUSALS: [(u16, &str); 11] = [
    (404, r#"{"errors":[{"title":"Contact not found","code":"404"}]}"#),
    (422, r#"{"errors":[{"title":"Invalid","detail":"is taken","code":"CONTACT_EXISTS"}]}"#),
    (401, r#"{"code":401,"message":"Unauthorized; scope does not match"}"#),
    (
        403,
        r#"{"code":40301,"message":"No access to Operations","took":0.1,"requestId":"4f5a9b7d"}"#,
    ),
    (422, r#"{"message":"Invalid","errors":{"to":"is taken","method":"is unknown"}}"#),
    (
        404,
        r#"{"timestamp":"2026-11-24T10:00:00.000+00:00","status":404,"error":"Not Found","message":"No message available","path":"/x"}"#,
    ),
    (400, r#"{"errorMessages":["Bad request"],"errors":{}}"#),
    (429, r#"{"code":429,"message":"Too many requests"}"#),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>"),
    (503, "upstream connect error"),
    (200, "<!doctype html><title>Log in</title>Authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu"),
];

const HEADERS: [(&str, &str); 7] = [
    ("retry-after", "7"),
    ("retry-after", "Tue, 24 Nov 2026 10:00:09 GMT"),
    ("x-ratelimit-reset", "2026-11-24T10:00:30.5+01:00"),
    ("x-ratelimit-reset", "1795514405"),
    ("date", "Tue, 24 Nov 2026 10:00:00 GMT"),
    ("atl-traceid", "1f2e3d4c"),
    ("x-request-id", "4f5a9b7d"),
];

/// Tokens to insert at random positions.
const TOKENS: [&[u8]; 24] = [
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"-0",
    b"1e999",
    b"18446744073709551616",
    b"\\ud800",
    b"\\u0000",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\x1b[2J",
    b"\xe2\x80\xae",
    b"\"id\":\"../x\"",
    b"<",
];

/// Outcomes of many responses.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of responses.
    pub answers: u64,
    /// Successful reads.
    pub values: u64,
    /// Typed errors.
    pub errors: u64,
    /// Panics.
    pub panics: u64,
    /// Outcomes that are neither a value nor a typed error that keeps its response.
    pub untyped: u64,
    /// The first response with a wrong outcome, and the reason.
    pub first: Option<String>,
}

impl Tally {
    /// Feeds `count` responses to `read`. It returns `true` for a value.
    ///
    /// # Panics
    /// Never: its arguments are valid.
    pub fn of(
        count: u64,
        seed: u64,
        read: impl Fn(&Any, &Response<&[u8]>) -> Result<bool, String>,
    ) -> Self {
        let (id, account) = (
            ContactId::new("a1").expect("an id"),
            AccountId::new("account").expect("an account id"),
        );
        let operations = Any::all(&id, &account, "90-555-555-5555");
        let mut answers = Answers::new(&operations, seed);
        let mut tally = Self::default();
        for number in 0..count {
            let place = usize::try_from(number).unwrap_or(0) % operations.len();
            answers.next(place);
            let response = answers.response();
            // No value that a panic could leave half-changed is used again.
            let outcome = catch_unwind(AssertUnwindSafe(|| read(&operations[place], &response)));
            tally.answers += 1;
            let (count, wrong) = match outcome {
                Ok(Ok(true)) => (&mut tally.values, None),
                Ok(Ok(false)) => (&mut tally.errors, None),
                Ok(Err(how)) => (&mut tally.untyped, Some(how)),
                Err(_) => (&mut tally.panics, Some("panicked".into())),
            };
            *count += 1;
            if let Some(how) = wrong {
                let body = response.body().escape_ascii();
                let head = (response.status(), response.headers());
                tally.first.get_or_insert_with(|| {
                    format!("{:?} of {head:?} {body}: {how}", operations[place])
                });
            }
        }
        tally
    }
}

/// A generator of responses that reuses its memory.
struct Answers {
    random: Rng,
    /// The documented response body of each operation.
    documented: Vec<Vec<u8>>,
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Buffer for building a body.
    spare: Vec<u8>,
}

impl Answers {
    fn new(operations: &[Any], seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
            documented: operations
                .iter()
                .map(|operation| operation.documented().to_string().into_bytes())
                .collect(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Vec::new(),
            spare: Vec::new(),
        }
    }

    fn response(&self) -> Response<&[u8]> {
        let mut response = Response::new(&self.body[..]);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }

    /// Generates the next response for the operation at this index.
    fn next(&mut self, place: usize) {
        let refusal = self.random.choice(REFUSALS).unwrap_or_default();
        let (status, body) = match self.random.u8(..8) {
            0..=4 => (self.random.u16(200..=204), &self.documented[place][..]),
            _ => (refusal.0, refusal.1.as_bytes()),
        };
        self.body.clear();
        self.body.extend_from_slice(body);
        let status = if self.random.u8(..8) == 0 { self.random.u16(100..=999) } else { status };
        self.status = StatusCode::from_u16(status).unwrap_or_default();
        self.mutate();
        // Rarely, more than one mutation: most of these results are plain garbage.
        while self.random.u8(..4) == 0 {
            self.mutate();
        }
        self.headers.clear();
        if self.random.u8(..4) == 0 {
            self.add_headers();
        }
    }

    fn add_headers(&mut self) {
        for _ in 0..self.random.u8(1..=3) {
            let (name, value) = self.random.choice(HEADERS).unwrap_or_default();
            let mut value = value.as_bytes().to_vec();
            if self.random.bool() {
                let at = self.random.usize(..value.len());
                value[at] = self.random.u8(..);
            }
            // HTTP libraries never pass on an invalid header value.
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                self.headers.append(HeaderName::from_static(name), value);
            }
        }
    }

    fn mutate(&mut self) {
        if self.body.is_empty() {
            return self.insert();
        }
        match self.random.u8(..8) {
            0 => {
                let (at, bit) = (self.at(), self.random.u8(..8));
                self.body[at] ^= 1 << bit;
            }
            1 => {
                let at = self.at();
                self.body[at] = self.random.u8(..);
            }
            2 => {
                let part = self.part();
                self.body.drain(part);
            }
            3 => {
                let part = self.part();
                self.rebuild(&[0..part.end, part.start..part.end, part.end..self.body.len()]);
            }
            4 => self.insert(),
            5 => self.swap_tokens(),
            6 => self.splice(),
            _ => {
                let at = self.at();
                self.body.truncate(at);
            }
        }
    }

    fn at(&mut self) -> usize {
        self.random.usize(..self.body.len())
    }

    fn part(&mut self) -> Range<usize> {
        let start = self.at();
        start..self.random.usize(start..=self.body.len().min(start + 24))
    }

    /// The text, number or word around a random position.
    fn token(&mut self) -> Range<usize> {
        let at = self.at();
        let delimits = |byte: &u8| b"{}[],:".contains(byte);
        let start = self.body[..at].iter().rposition(delimits).map_or(0, |before| before + 1);
        let end =
            self.body[at..].iter().position(delimits).map_or(self.body.len(), |after| at + after);
        start..end
    }

    fn insert(&mut self) {
        let at = self.random.usize(..=self.body.len());
        let token = self.random.choice(TOKENS).unwrap_or_default();
        self.body.splice(at..at, token.iter().copied());
    }

    fn swap_tokens(&mut self) {
        let (one, other) = (self.token(), self.token());
        let (first, second) = if one.start <= other.start { (one, other) } else { (other, one) };
        if first.end <= second.start {
            self.rebuild(&[
                0..first.start,
                second.clone(),
                first.end..second.start,
                first,
                second.end..self.body.len(),
            ]);
        }
    }

    /// Continues with the end of another response.
    fn splice(&mut self) {
        let place = self.random.usize(..self.documented.len());
        let (at, from) = (self.at(), self.random.usize(..self.documented[place].len()));
        self.body.truncate(at);
        self.body.extend_from_slice(&self.documented[place][from..]);
    }

    fn rebuild(&mut self, parts: &[Range<usize>]) {
        self.spare.clear();
        for part in parts {
            self.spare.extend_from_slice(&self.body[part.clone()]);
        }
        std::mem::swap(&mut self.body, &mut self.spare);
    }
}
