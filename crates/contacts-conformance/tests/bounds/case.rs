//! One hostile response, its expected outcome, and its maximum cost.

use std::time::Duration;

use contacts_conformance::{
    Operation,
    driver::{Driver, Setup},
    wire::{Ended, Plan, Server, Step},
};
use contacts_proto::{
    ContactId, ContactMethod, CreateContact, Effect, Error, ErrorKind, GetContact, ListContacts,
    transport::TransportErrorKind,
};

use crate::{MOST_HEAP, peak};

/// More than the socket buffers hold, which a server can write without a reader.
const SOCKETS: u64 = 16 << 20;

/// One hostile response to one operation.
pub(crate) struct Case {
    name: String,
    operation: Operation,
    answer: Vec<Step>,
    /// The possible reasons: HTTP leaves some open, so the libraries differ.
    why: Vec<Why>,
    status: Option<u16>,
    attempts: u32,
    /// Maximum number of bytes that the client reads; `None` if a timeout ends it.
    taken: Option<u64>,
    /// Maximum rise of the heap, in bytes.
    most_heap: usize,
    setting: fn(&mut Setup),
}

/// The reason why the response is unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It is endless or malformed.
    Failed(TransportErrorKind),
    /// It is complete, but not what the operation expects.
    Unexpected,
    /// Its status is an error, whatever its body is.
    ErrorStatus,
}

/// A read is retried, which must not cost more.
const ATTEMPTS: u32 = 2;

impl Case {
    /// A response; the client may read this many bytes.
    pub(crate) fn new(
        name: &str,
        operation: Operation,
        answer: Vec<Step>,
        why: Why,
        taken: u64,
    ) -> Self {
        let name = format!("{name}, to {operation:?}");
        let attempts = if operation == Operation::Create { 1 } else { ATTEMPTS };
        let setting: fn(&mut Setup) = |_| ();
        let why = vec![why];
        let (status, taken, most_heap) = (None, Some(taken), MOST_HEAP);
        Self { name, operation, answer, why, status, attempts, taken, most_heap, setting }
    }

    /// Its status is read. A permanent error is not retried.
    pub(crate) fn status(self, status: u16) -> Self {
        let attempts = if (400..500).contains(&status) { 1 } else { self.attempts };
        Self { status: Some(status), attempts, ..self }
    }

    /// A timeout may end it too; this sets short ones.
    pub(crate) fn or_ends_by_time(mut self) -> Self {
        fn short(setup: &mut Setup) {
            setup.policy.max_attempts = 1;
            setup.policy.attempt_timeout = Duration::from_millis(300);
        }
        self.why.push(Why::Failed(TransportErrorKind::TimedOut));
        Self { taken: None, attempts: 1, setting: short, ..self }
    }

    /// It is read, and costs as much as its values.
    pub(crate) fn costs_at_most(self, most_heap: usize) -> Self {
        Self { most_heap, attempts: 1, setting: |setup| setup.policy.max_attempts = 1, ..self }
    }

    /// Returns the problem that a client shows, if there is one.
    pub(crate) fn problem<D: Driver>(&self) -> Option<String> {
        // A connection that stays open may be used again.
        let script = [vec![Step::ReadRequest], self.answer.clone()].concat();
        let plan = Plan::every(vec![script; self.attempts as usize].concat());
        let server = Server::start(plan, None).expect("there is a free port");
        let mut setup = Setup::new(format!("http://{}/cloud", server.address()));
        setup.policy.max_attempts = ATTEMPTS;
        (self.setting)(&mut setup);
        let (result, peak) = peak::of(|| {
            let client = D::new(&setup).expect("the settings are valid");
            ask(&client, self.operation)
        });
        let connections = server.finish();
        let written: u64 = connections.iter().map(|connection| connection.written as u64).sum();
        let each = written / u64::from(self.attempts);
        println!(
            "{:>8} KiB of heap, {:>8} KiB written: {}, {}",
            peak / 1024,
            each / 1024,
            self.name,
            D::NAME
        );

        let mut wrong = self.wrong_error(&result);
        if peak > self.most_heap {
            wrong.push(format!("{peak} bytes of heap"));
        }
        if let Some(taken) = self.taken.filter(|taken| each > taken + SOCKETS) {
            wrong.push(format!("{each} bytes were read instead of {taken}"));
        }
        let requests: usize =
            connections.iter().map(|connection| connection.requests().len()).sum();
        if requests != self.attempts as usize {
            wrong.push(format!("{requests} requests instead of {}", self.attempts));
        }
        if connections.iter().any(|connection| connection.ended != Ended::Client) {
            wrong.push("a connection was not closed by the client".to_owned());
        }
        (!wrong.is_empty()).then(|| format!("{}: {}: {}", D::NAME, self.name, wrong.join("; ")))
    }

    fn wrong_error(&self, result: &Result<(), Error>) -> Vec<String> {
        let Err(error) = result else { return vec!["not an error".to_owned()] };
        let mut wrong = Vec::new();
        let mut must_be = |what: &str, is: String, right: String| {
            if is != right {
                wrong.push(format!("{what} {is} instead of {right} ({error})"));
            }
        };
        let Some(why) = why(error).filter(|why| self.why.contains(why)) else {
            return vec![format!("{error:?} instead of {:?}", self.why)];
        };
        let (kind, effect) = self.kind_and_effect(why);
        must_be("kind", format!("{:?}", error.kind()), format!("{kind:?}"));
        must_be("effect", format!("{:?}", error.effect()), format!("{effect:?}"));
        let status = error.status().map(|status| status.as_u16());
        must_be("status", format!("{status:?}"), format!("{:?}", self.status));
        if let Error::OutcomeUnknown(unknown) = error {
            must_be("receipt for", unknown.receipt().to().to_owned(), TO.to_owned());
        }
        wrong
    }

    fn kind_and_effect(&self, why: Why) -> (ErrorKind, Effect) {
        let is_refused = self.status == Some(422);
        match why {
            Why::ErrorStatus if is_refused => (ErrorKind::Rejected, Effect::None),
            _ if self.operation == Operation::Create => {
                (ErrorKind::OutcomeUnknown, Effect::Possible)
            }
            Why::ErrorStatus => (ErrorKind::Unavailable, Effect::None),
            Why::Failed(TransportErrorKind::TimedOut) => (ErrorKind::TimedOut, Effect::None),
            Why::Failed(_) | Why::Unexpected => (ErrorKind::InvalidResponse, Effect::None),
        }
    }
}

const TO: &str = "bob@example.com";

fn ask<D: Driver>(client: &D, operation: Operation) -> Result<(), Error> {
    match operation {
        Operation::Create => client.send(&CreateContact::new(ContactMethod::Email, TO)?).map(drop),
        Operation::List => client.each_contact(ListContacts::MAX_PAGE_SIZE, drop),
        _ => client.send(&GetContact::new(ContactId::new("a")?)).map(drop),
    }
}

/// The reason of an error. Only the message shows the cause of a transport error.
fn why(error: &Error) -> Option<Why> {
    const CAUSES: [TransportErrorKind; 4] = [
        TransportErrorKind::TooLarge,
        TransportErrorKind::Malformed,
        TransportErrorKind::TimedOut,
        TransportErrorKind::Closed,
    ];
    match error {
        Error::OutcomeUnknown(unknown) => why(unknown.cause()),
        Error::InvalidResponse(_) => Some(Why::Unexpected),
        Error::Api(_) => Some(Why::ErrorStatus),
        Error::Transport(failed) => {
            let text = failed.to_string();
            CAUSES.into_iter().find(|cause| text.contains(&cause.to_string())).map(Why::Failed)
        }
        _ => None,
    }
}
