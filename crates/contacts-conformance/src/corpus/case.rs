//! One answer, and what it must come to.

use std::collections::BTreeMap;

use contacts_proto::transport::TransportErrorKind;
use serde::Deserialize;

use super::{Body, Expectation, Question};
use crate::{Answer, Operation, Told, driver::Setup};

/// One answer, and what it must come to with each operation that meets it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A name of its own.
    pub name: String,
    /// The status, as a client reads it.
    pub status: u16,
    /// The lines of the head but for the length, as a client reads them.
    #[serde(default)]
    head: Vec<String>,
    /// The body.
    #[serde(default)]
    body: Body,
    /// Whether each character of the body and of the raw lines is one byte, so that they need not be UTF-8.
    #[serde(default)]
    bytes: bool,
    /// The lines that go on the wire in place of status, head and length; `{length}` in them is the body's.
    raw: Option<Vec<Body>>,
    /// What is read of the body, where it is not all.
    read: Option<Body>,
    /// What a client reports to the core.
    #[serde(default)]
    pub told: Report,
    /// Why another report than `told` is as good: the standard leaves it open.
    pub or_because: Option<String>,
    /// The other report.
    #[serde(default)]
    pub or: Option<Report>,
    /// How many attempts the policy allows. The server gives each the same answer.
    #[serde(default = "one")]
    pub attempts: u32,
    /// What must come of it.
    pub to: BTreeMap<Question, Expectation>,
}

/// What a client reports of an answer to the core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// A whole answer.
    #[default]
    Answered,
    /// No answer: it is no HTTP.
    Malformed,
    /// No answer: its head is too large.
    TooLarge,
    /// No answer: the connection was closed.
    Closed,
    /// A head, and a body that is broken.
    BodyMalformed,
    /// A head, and a body that is too large.
    BodyTooLarge,
    /// A head, and a body that breaks off.
    BodyClosed,
}

fn one() -> u32 {
    1
}

impl Case {
    /// What goes on the wire.
    pub(super) fn wire(&self) -> Vec<u8> {
        let body = self.bytes(&self.body);
        let Some(raw) = &self.raw else {
            return Answer { body, ..self.answer() }.wire();
        };
        let head: String = raw.iter().map(|line| line.text() + "\r\n").collect();
        let mut wire = self.encoded(&head.replace("{length}", &body.len().to_string()));
        wire.extend(b"\r\n");
        wire.extend(body);
        wire
    }

    /// Whether the server closes the connection behind the answer: where it is none to go on after.
    pub(super) fn closes(&self) -> bool {
        self.raw.is_some() || self.read.is_some()
    }

    /// What a client tells of it.
    pub(super) fn told(&self, report: Report, question: Question, setup: &Setup) -> Told {
        match report {
            Report::Answered => Told::Answered(self.answer()),
            Report::Malformed => Told::MaybeSent(TransportErrorKind::Malformed),
            Report::TooLarge => Told::MaybeSent(TransportErrorKind::TooLarge),
            Report::Closed => Told::MaybeSent(TransportErrorKind::Closed),
            Report::BodyMalformed => Told::Broken(self.answer(), TransportErrorKind::Malformed),
            Report::BodyClosed => Told::Broken(self.answer(), TransportErrorKind::Closed),
            Report::BodyTooLarge => {
                let limits = setup.policy.limits;
                let limit = match (self.status, question) {
                    (200..=299, Question::One(Operation::List) | Question::Several(_)) => limits.page_body,
                    (200..=299, _) => limits.contact_body,
                    _ => limits.error_body,
                };
                Told::Broken(self.answer().cut(limit), TransportErrorKind::TooLarge)
            }
        }
    }

    /// Whether the service itself can have said it: a JSON object that no sender has compressed.
    pub fn is_said_by_the_service(&self) -> bool {
        let answer = self.answer();
        let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body);
        let is_plain =
            !self.head.iter().any(|line| line.to_ascii_lowercase().starts_with("content-encoding:"));
        is_plain && serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok()
    }

    /// The answer as a client reads it.
    fn answer(&self) -> Answer {
        let body = self.bytes(self.read.as_ref().unwrap_or(&self.body));
        self.head.iter().fold(Answer::new(self.status, body), |answer, line| {
            let (name, value) = line.split_once(": ").expect("a line of a head has a name and a value");
            answer.with(name, value)
        })
    }

    fn bytes(&self, body: &Body) -> Vec<u8> {
        self.encoded(&body.text())
    }

    fn encoded(&self, text: &str) -> Vec<u8> {
        if !self.bytes {
            return text.as_bytes().to_vec();
        }
        text.chars().map(|c| u8::try_from(c).expect("a byte is at most U+00FF")).collect()
    }
}
