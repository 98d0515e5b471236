//! Reports of an adapter, and the outcome that the core derives from them.

use std::{fmt::Debug, time::Duration};

use contacts_proto::{
    BaseUrl, Error,
    exchange::{Exchange, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use contacts_testkit::{
    drive::{OwnedEvent, Run, SimulatedIo},
    job::ExchangeKind,
    reply::Reply,
    trace::{Access, ExchangeInfo},
};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};

use crate::{
    Operation, Outcome,
    driver::Setup,
    operation::{Visitor, with},
};

/// A response of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers, without those about the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A response without a content type.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// A JSON response of the service.
    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, body).with("content-type", "application/json")
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Truncates the body.
    #[must_use]
    pub fn cut(mut self, len: usize) -> Self {
        self.body.truncate(len);
        self
    }

    /// Returns the bytes on the wire, with a content length.
    pub fn wire(&self) -> Vec<u8> {
        // A 204 has no content length.
        let length =
            (self.status != 204).then(|| format!("content-length: {}\r\n", self.body.len()));
        self.wire_with(&length.unwrap_or_default())
    }

    /// Returns the bytes on the wire, in chunks of this size.
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

    /// Returns the bytes on the wire, with these additional header lines.
    pub fn wire_with(&self, lines: &str) -> Vec<u8> {
        let mut wire = self.head_with(lines);
        wire.extend(&self.body);
        wire
    }

    /// Returns the bytes of the head.
    pub fn head_with(&self, lines: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Some Reason\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        format!("{head}{lines}\r\n").into_bytes()
    }

    pub(crate) fn response(&self) -> Response<Vec<u8>> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() =
            StatusCode::from_u16(self.status).expect("statuses in the table are valid");
        for (name, value) in &self.headers {
            let name: HeaderName = name.parse().expect("header names in the table are valid");
            let value = HeaderValue::from_bytes(value.as_bytes())
                .expect("header values in the table are valid");
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// The report of an adapter about one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptReport {
    /// A complete response.
    Answered(Answer),
    /// No response; the service cannot have processed the request.
    NotSent(TransportErrorKind),
    /// The proxy's status of CONNECT.
    RefusedByProxy(u16),
    /// No response; the service may have processed the request.
    MaybeSent(TransportErrorKind),
    /// A response with an incomplete body.
    Broken(Answer, TransportErrorKind),
}

impl AttemptReport {
    /// Converts the report for the core.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Self::Answered(answer) => Reply::untrusted(answer.response()),
            Self::NotSent(cause) => Reply::failed(Delivery::NotSent, *cause),
            Self::RefusedByProxy(status) => {
                let status =
                    StatusCode::from_u16(*status).expect("statuses in the table are valid");
                Reply {
                    result: Err(TransportError::refused_by_proxy(status)),
                    is_trusted: false,
                    hint: None,
                }
            }
            Self::MaybeSent(cause) => Reply::failed(Delivery::Unknown, *cause),
            Self::Broken(answer, cause) => Reply::cut(answer.response(), *cause),
        }
    }
}

/// Drives an exchange to its end with these results. Only its own waits take time.
pub(crate) fn drive<E: Exchange>(
    exchange: E,
    session: &Session,
    reply: impl FnMut(&Request<Vec<u8>>) -> Reply,
) -> Result<E::Output, Error> {
    struct Answering<F>(F);

    impl<F: FnMut(&Request<Vec<u8>>) -> Reply> SimulatedIo for Answering<F> {
        fn send(
            &mut self,
            request: Request<Vec<u8>>,
            _: Duration,
            now: Duration,
        ) -> (Duration, OwnedEvent) {
            (now, OwnedEvent::replied((self.0)(&request)))
        }
    }

    let info = ExchangeInfo::new(ExchangeKind::Other, session, Access::Fixed, Duration::ZERO);
    let mut run = Run::new(Box::new(exchange), info);
    run.to_end(&mut Answering(reply), &mut Duration::ZERO.clone()).expect("an exchange ends")
}

/// Returns the outcome that the core derives from these reports, one per attempt.
pub fn reference(operation: Operation, setup: &Setup, reports: &[AttemptReport]) -> Outcome {
    with(operation, Reference { setup, reports })
}

struct Reference<'a> {
    setup: &'a Setup,
    reports: &'a [AttemptReport],
}

impl Visitor for Reference<'_> {
    type Output = Outcome;

    fn visit<O: contacts_proto::exchange::ToExchange<Output: Debug>>(
        self,
        operation: &O,
    ) -> Outcome {
        let site = BaseUrl::new("https://api.example.com/cloud").expect("the base URL is valid");
        let session = Session::new(site, self.setup.credentials.clone())
            .with_policy(self.setup.policy.clone());
        let (mut reports, mut unanswered) = (self.reports.iter(), 0);
        let result = drive(operation.exchange(session.clone()), &session, |_| {
            reports.next().map_or_else(
                || {
                    unanswered += 1;
                    Reply::failed(Delivery::NotSent, TransportErrorKind::Certificate)
                },
                AttemptReport::reply,
            )
        });
        match (unanswered, reports.len()) {
            (0, 0) => Outcome::of(result),
            (0, left) => Outcome::Value(format!("{:?} with {left} unused reports", result.err())),
            _ => Outcome::Value("one more request".to_owned()),
        }
    }
}
