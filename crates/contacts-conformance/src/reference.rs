//! What an adapter must report, and what the core makes of that.

use std::{fmt::Debug, time::Duration};

use contacts_proto::{Action, BaseUrl, Cause, Event, Exchange, Failure, Now, Progress, Session};
use http::{HeaderName, HeaderValue, Response, StatusCode};

use crate::{
    Operation, Outcome,
    driver::Setup,
    operation::{Visitor, with},
};

/// An answer, as a server means it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers but for those of the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer without a type.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// An answer of the service.
    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, body).with("content-type", "application/json")
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With the beginning of the body only, as a client sees it that read no more.
    #[must_use]
    pub fn cut(mut self, len: usize) -> Self {
        self.body.truncate(len);
        self
    }

    /// On the wire, with its length.
    pub fn wire(&self) -> Vec<u8> {
        // A 204 has no length.
        let length = (self.status != 204).then(|| format!("content-length: {}\r\n", self.body.len()));
        self.wire_with(&length.unwrap_or_default())
    }

    /// On the wire, in chunks of this many bytes.
    pub fn chunked(&self, size: usize) -> Vec<u8> {
        let mut wire = self.head_with("transfer-encoding: chunked\r\n");
        for chunk in self.body.chunks(size) {
            wire.extend(format!("{:x}\r\n", chunk.len()).bytes());
            wire.extend(chunk);
            wire.extend(b"\r\n");
        }
        wire.extend(b"0\r\n\r\n");
        wire
    }

    /// On the wire, with these lines in its head, each with its end.
    pub fn wire_with(&self, lines: &str) -> Vec<u8> {
        let mut wire = self.head_with(lines);
        wire.extend(&self.body);
        wire
    }

    /// The head alone.
    pub fn head_with(&self, lines: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Some Reason\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        format!("{head}{lines}\r\n").into_bytes()
    }

    fn response(&self) -> Response<Vec<u8>> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() =
            StatusCode::from_u16(self.status).expect("a table has statuses that there are");
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().expect("a table has names that there are");
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a table has values that there are");
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// What an adapter reports of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A whole answer.
    Answered(Answer),
    /// No answer, and the request cannot have been acted on.
    NotSent(Cause),
    /// A proxy answered CONNECT with this status.
    RefusedByProxy(u16),
    /// No answer, and the request may have been acted on.
    MaybeSent(Cause),
    /// An answer whose body is not whole.
    Broken(Answer, Cause),
}

impl Told {
    /// The answer in the report, or an empty one.
    pub(crate) fn response(&self) -> Response<Vec<u8>> {
        match self {
            Self::Answered(answer) | Self::Broken(answer, _) => answer.response(),
            Self::NotSent(_) | Self::RefusedByProxy(_) | Self::MaybeSent(_) => Response::default(),
        }
    }

    /// The report, as an exchange takes it; the response is that of the report.
    pub(crate) fn event<'a>(&self, response: &'a Response<Vec<u8>>) -> Event<'a> {
        let (progress, cause) = match self {
            Self::Answered(_) => return Event::Answered(response_ref(response)),
            Self::RefusedByProxy(status) => {
                let status = StatusCode::from_u16(*status).expect("a table has statuses that there are");
                return Event::Failed(Failure::refused_by_proxy(status));
            }
            Self::NotSent(cause) => (Progress::NotSent, cause),
            Self::MaybeSent(cause) => (Progress::MaybeSent, cause),
            Self::Broken(_, cause) => (Progress::Answered(Box::new(response.clone())), cause),
        };
        Event::Failed(Failure::new(progress, *cause))
    }
}

/// What the core makes of these reports, one for each attempt.
pub fn reference(operation: Operation, setup: &Setup, told: &[Told]) -> Outcome {
    with(operation, Reference { setup, told })
}

struct Reference<'a> {
    setup: &'a Setup,
    told: &'a [Told],
}

impl Visitor for Reference<'_> {
    type Output = Outcome;

    fn visit<O: contacts_proto::Carry<Output: Debug>>(self, operation: &O) -> Outcome {
        let site = BaseUrl::new("https://api.example.com/cloud").expect("this is a site");
        let session =
            Session::new(site, self.setup.credentials.clone()).with_policy(self.setup.policy.clone());
        let mut call = operation.in_session(session);
        let mut now = Now { monotonic: Duration::ZERO, unix: 0 };
        let mut told = self.told.iter();
        let mut action = call.step(Event::Start, now, 0);
        loop {
            let response;
            let event = match action {
                Action::Done(result) if told.len() == 0 => return Outcome::of(result),
                Action::Done(result) => {
                    return Outcome::Value(format!("{:?} with {} reports left", result.err(), told.len()));
                }
                Action::Wait(time) => {
                    now.monotonic += time;
                    Event::Waited
                }
                Action::Renew { .. } => return Outcome::Value("a renewal".to_owned()),
                Action::Send { .. } => match told.next() {
                    None => return Outcome::Value("one more request".to_owned()),
                    Some(told) => {
                        response = told.response();
                        told.event(&response)
                    }
                },
            };
            action = call.step(event, now, 0);
        }
    }
}

fn response_ref(response: &Response<Vec<u8>>) -> Response<&[u8]> {
    let mut borrowed = Response::new(response.body().as_slice());
    *borrowed.status_mut() = response.status();
    *borrowed.headers_mut() = response.headers().clone();
    borrowed
}
