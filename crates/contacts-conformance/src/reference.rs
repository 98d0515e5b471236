//! What an adapter must report, and what the core makes of that.

use std::{fmt::Debug, time::Duration};

use contacts_proto::{
    BaseUrl, Error,
    exchange::{Exchange, Session},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use contacts_testkit::{
    drive::{Happened, Run, Surroundings},
    job::Shape,
    reply::Reply,
    trace::{About, Access},
};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};

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

    pub(crate) fn response(&self) -> Response<Vec<u8>> {
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
    NotSent(TransportErrorKind),
    /// A proxy answered CONNECT with this status.
    RefusedByProxy(u16),
    /// No answer, and the request may have been acted on.
    MaybeSent(TransportErrorKind),
    /// An answer whose body is not whole.
    Broken(Answer, TransportErrorKind),
}

impl Told {
    /// The report, as the core takes it.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Self::Answered(answer) => Reply::foreign(answer.response()),
            Self::NotSent(cause) => Reply::failed(Delivery::NotSent, *cause),
            Self::RefusedByProxy(status) => {
                let status = StatusCode::from_u16(*status).expect("a table has statuses that there are");
                Reply { told: Err(TransportError::refused_by_proxy(status)), is_genuine: false, hint: None }
            }
            Self::MaybeSent(cause) => Reply::failed(Delivery::Unknown, *cause),
            Self::Broken(answer, cause) => Reply::cut(answer.response(), *cause),
        }
    }
}

/// What an exchange of the core comes to where each request is answered so, and no time but that of its waits passes.
pub(crate) fn drive<E: Exchange>(
    exchange: E,
    session: &Session,
    reply: impl FnMut(&Request<Vec<u8>>) -> Reply,
) -> Result<E::Output, Error> {
    struct Answering<F>(F);

    impl<F: FnMut(&Request<Vec<u8>>) -> Reply> Surroundings for Answering<F> {
        fn send(&mut self, request: Request<Vec<u8>>, _: Duration, now: Duration) -> (Duration, Happened) {
            (now, Happened::replied((self.0)(&request)))
        }
    }

    let about = About::new(Shape::Other, session, Access::Fixed, Duration::ZERO);
    let mut run = Run::new(Box::new(exchange), about);
    run.to_end(&mut Answering(reply), &mut Duration::ZERO.clone()).expect("an exchange ends")
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

    fn visit<O: contacts_proto::exchange::ToExchange<Output: Debug>>(self, operation: &O) -> Outcome {
        let site = BaseUrl::new("https://api.example.com/cloud").expect("this is a site");
        let session =
            Session::new(site, self.setup.credentials.clone()).with_policy(self.setup.policy.clone());
        let (mut told, mut unanswered) = (self.told.iter(), 0);
        let result = drive(operation.exchange(session.clone()), &session, |_| {
            told.next().map_or_else(
                || {
                    unanswered += 1;
                    Reply::failed(Delivery::NotSent, TransportErrorKind::Certificate)
                },
                Told::reply,
            )
        });
        match (unanswered, told.len()) {
            (0, 0) => Outcome::of(result),
            (0, left) => Outcome::Value(format!("{:?} with {left} reports left", result.err())),
            _ => Outcome::Value("one more request".to_owned()),
        }
    }
}
