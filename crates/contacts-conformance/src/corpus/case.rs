//! One response, and the outcomes that it must have.

use std::collections::BTreeMap;

use contacts_proto::transport::{Limits, TransportErrorKind};
use serde::Deserialize;

use super::{Body, Expectation, Question, Scope};
use crate::{Answer, AttemptReport, Operation, operation::ID, operation::Sample};

/// One response, and the outcome that it must have with each operation.
///
/// In its texts, `{id}` is the id of the contact in the request, `{good}` the body of a normal
/// response to the operation, and `{good-size}` its length in hexadecimal.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// A name of its own.
    pub name: String,
    /// Why the outcome is right, in one line.
    pub reason: String,
    /// The status that a client reads.
    pub status: u16,
    /// The header lines that a client reads, without the length.
    #[serde(default)]
    head: Vec<String>,
    /// The body.
    #[serde(default)]
    body: Body,
    /// `true` if each character of `body` and `wire` is one byte, so that they need not be UTF-8.
    #[serde(default)]
    bytes: bool,
    /// Lines that are sent in place of status, head and length; `{length}` is the body's length.
    wire: Option<Vec<Body>>,
    /// The body that a client reads, if it is another than `body`: without chunks, or a part of it.
    received: Option<Body>,
    /// What a client reports to the core.
    #[serde(default)]
    pub report: Report,
    /// Another report that the standard allows too. Its outcome is the core's.
    #[serde(default)]
    pub or: Option<Report>,
    /// Number of attempts that the policy allows. The server answers each with the same response.
    #[serde(default = "one")]
    pub attempts: u32,
    #[serde(flatten)]
    outcomes: BTreeMap<Scope, Expectation>,
}

/// What a client reports to the core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Report {
    /// A whole response.
    #[default]
    Answered,
    /// No response: this is not HTTP.
    Malformed,
    /// No response: its head is too large.
    TooLarge,
    /// No response: the connection was closed.
    Closed,
    /// A head, and a broken body.
    BodyMalformed,
    /// A head, and a body that is too large.
    BodyTooLarge,
    /// A head, and a body that is cut off.
    BodyClosed,
}

fn one() -> u32 {
    1
}

impl Report {
    /// Returns `true` if a client has read a status.
    pub fn has_status(self) -> bool {
        !matches!(self, Self::Malformed | Self::TooLarge | Self::Closed)
    }
}

impl Case {
    /// The calls that the case has an outcome for.
    pub fn outcomes(&self) -> impl Iterator<Item = (Question, &Expectation)> {
        Question::all().filter_map(|question| {
            let outcome = question.scopes().iter().find_map(|scope| self.outcomes.get(scope))?;
            Some((question, outcome))
        })
    }

    /// Returns `true` if the body can be the service's own: an uncompressed JSON object.
    pub fn is_json_object(&self) -> bool {
        let answer = self.answer(Question::WholeList);
        let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
        let is_plain = !self
            .head
            .iter()
            .any(|line| line.to_ascii_lowercase().starts_with("content-encoding:"));
        is_plain
            && serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok()
    }

    /// The bytes that the server sends.
    pub(super) fn wire(&self, question: Question) -> Vec<u8> {
        let body = self.bytes(&self.body, question);
        let Some(lines) = &self.wire else {
            return Answer { body, ..self.answer(question) }.wire();
        };
        let head: String = lines.iter().map(|line| line.text() + "\r\n").collect();
        let mut wire = self.encoded(&head.replace("{length}", &body.len().to_string()));
        wire.extend(b"\r\n");
        wire.extend(body);
        wire
    }

    /// Returns `true` if the server closes the connection after the response.
    pub(super) fn closes(&self) -> bool {
        self.wire.is_some() || self.received.is_some()
    }

    /// The client's report.
    pub(super) fn told(
        &self,
        report: Report,
        question: Question,
        limits: &Limits,
    ) -> AttemptReport {
        let answer = self.answer(question);
        match report {
            Report::Answered => AttemptReport::Answered(answer),
            Report::Malformed => AttemptReport::MaybeSent(TransportErrorKind::Malformed),
            Report::TooLarge => AttemptReport::MaybeSent(TransportErrorKind::TooLarge),
            Report::Closed => AttemptReport::MaybeSent(TransportErrorKind::Closed),
            Report::BodyMalformed => AttemptReport::Broken(answer, TransportErrorKind::Malformed),
            Report::BodyClosed => AttemptReport::Broken(answer, TransportErrorKind::Closed),
            Report::BodyTooLarge => {
                let limit = match (self.status, question) {
                    (200..=299, Question::One(Operation::List) | Question::WholeList) => {
                        limits.page_body
                    }
                    (200..=299, _) => limits.contact_body,
                    _ => limits.error_body,
                };
                AttemptReport::Broken(answer.cut(limit), TransportErrorKind::TooLarge)
            }
        }
    }

    /// The response that a client reads.
    fn answer(&self, question: Question) -> Answer {
        let body = self.bytes(self.received.as_ref().unwrap_or(&self.body), question);
        self.head.iter().fold(Answer::new(self.status, body), |answer, line| {
            let (name, value) =
                line.split_once(": ").expect("a header line has a name and a value");
            answer.with(name, value)
        })
    }

    fn bytes(&self, body: &Body, question: Question) -> Vec<u8> {
        let operation = match question {
            Question::One(operation) => operation,
            Question::WholeList => Operation::List,
        };
        let good = operation.success().body;
        let good = str::from_utf8(&good).expect("a normal response is text");
        let size = format!("{:x}", good.len());
        let text = body.text().replace("{id}", ID);
        self.encoded(&text.replace("{good}", good).replace("{good-size}", &size))
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        if !self.bytes {
            return text.as_bytes().to_vec();
        }
        text.chars().map(|c| u8::try_from(c).expect("a byte is at most U+00FF")).collect()
    }
}
