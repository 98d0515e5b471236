//! An environment for exchanges: it keeps the time, sends scripted responses and logs each action.

pub(crate) mod service;

use std::{sync::Arc, time::Duration};

use contacts_proto::{
    BaseUrl, ContactId, ContactMethod, CreateContact, Credentials, Error,
    exchange::{Event, Exchange, Session, WaitReason},
    transport::{Delivery, TransportError, TransportErrorKind},
};
use contacts_testkit::{
    drive::{EPOCH, OwnedEvent, Run, SimulatedIo},
    job::ExchangeKind,
    reply::response,
    trace::{Access, ExchangeInfo, RecordedAction, SentRequest, Step},
};
use http::{Request, StatusCode};

pub(crate) use contacts_testkit::reply::Reply;

/// Start of every exchange.
pub(crate) const UNIX: u64 = EPOCH.as_secs();

/// Time until a response.
pub(crate) const LATENCY: Duration = Duration::from_millis(50);

/// Log of an exchange, a few words for each action, and its result.
#[derive(Debug)]
pub(crate) struct Ran<T> {
    pub(crate) log: Vec<String>,
    pub(crate) result: Result<T, Error>,
    pub(crate) took: Duration,
}

pub(crate) fn session() -> Session {
    let site = BaseUrl::new("https://api.example.com/cloud").unwrap();
    Session::new(site, Credentials::bearer("a-token").unwrap())
}

pub(crate) fn renewable() -> Session {
    let known = Credentials::bearer("an-old-token").unwrap();
    session().with_refreshable(Some(known))
}

pub(crate) fn id(id: &str) -> ContactId {
    ContactId::new(id).unwrap()
}

pub(crate) fn create_sms(to: &str) -> CreateContact {
    CreateContact::new(ContactMethod::Sms, to).unwrap()
}

/// A response.
pub(crate) fn answer(status: u16, body: &str) -> Reply {
    Reply::untrusted(response(status, body))
}

/// A response with this status and an empty body.
pub(crate) fn status(status: u16) -> Reply {
    answer(status, "")
}

/// A response with this status and a header that requests a delay.
pub(crate) fn status_with(status: u16, name: &'static str, value: &str) -> Reply {
    let mut response = response(status, "");
    response.headers_mut().insert(name, value.parse().unwrap());
    Reply::untrusted(response)
}

/// The request may have arrived.
pub(crate) fn lost() -> Reply {
    failure(Delivery::Unknown, TransportErrorKind::Closed)
}

/// The request was not sent.
pub(crate) fn unsent() -> Reply {
    failure(Delivery::NotSent, TransportErrorKind::Connect)
}

/// A response whose body is cut.
pub(crate) fn cut(status: u16) -> Reply {
    Reply::cut(response(status, "{\"da"), TransportErrorKind::Closed)
}

pub(crate) fn failure(progress: Delivery, cause: TransportErrorKind) -> Reply {
    Reply::failed(progress, cause)
}

/// A proxy rejects CONNECT with this status.
pub(crate) fn refused_by_proxy(status: u16) -> Reply {
    let failure = TransportError::refused_by_proxy(StatusCode::from_u16(status).unwrap());
    Reply { result: Err(failure), is_trusted: false, hint: None }
}

/// An environment with scripted responses and no random waits.
struct Answering<F>(F);

impl<F: FnMut(&Request<Vec<u8>>, Duration) -> Reply> SimulatedIo for Answering<F> {
    fn send(
        &mut self,
        request: Request<Vec<u8>>,
        _: Duration,
        now: Duration,
    ) -> (Duration, OwnedEvent) {
        (now + LATENCY, OwnedEvent::replied((self.0)(&request, now)))
    }

    fn refresh(&mut self, _: Duration, now: Duration) -> (Duration, OwnedEvent) {
        (now, OwnedEvent::Refreshed(Some("a-new-token".into())))
    }
}

/// Runs an exchange.
pub(crate) fn run<E: Exchange>(
    exchange: E,
    reply: impl FnMut(&Request<Vec<u8>>, Duration) -> Reply,
) -> Ran<E::Output> {
    let info =
        ExchangeInfo::new(ExchangeKind::Other, &session(), Access::Refreshable, Duration::ZERO);
    let mut run = Run::new(Box::new(exchange), info);
    let mut took = Duration::ZERO;
    let result = run.to_end(&mut Answering(reply), &mut took).expect("every exchange ends");
    Ran { log: run.trace.until_done().iter().filter_map(in_words).collect(), result, took }
}

/// Runs an exchange against these replies, one for each request. All must be used.
pub(crate) fn play<E: Exchange>(
    exchange: E,
    replies: impl IntoIterator<Item = Reply>,
) -> Ran<E::Output> {
    let mut replies = replies.into_iter();
    let ran = run(exchange, |request, _| {
        replies.next().unwrap_or_else(|| panic!("this request has no reply: {request:?}"))
    });
    assert_eq!(replies.count(), 0, "replies are left over: {:?}", ran.log);
    ran
}

/// `back off`, `consistency 5s`, `retry after 2s`, `refresh`, or the request in short.
fn in_words(step: &Step) -> Option<String> {
    assert_eq!(step.waiting.is_some(), matches!(step.action, RecordedAction::Wait(_)), "{step:?}");
    Some(match (&step.action, step.waiting) {
        (RecordedAction::Send(sent), _) => in_short(sent),
        (RecordedAction::Wait(_), Some(WaitReason::Backoff)) => "back off".into(),
        (RecordedAction::Wait(wait), Some(WaitReason::RetryAfter)) => {
            format!("retry after {wait:?}")
        }
        (RecordedAction::Wait(wait), reason) => format!("{:?} {wait:?}", reason?).to_lowercase(),
        (RecordedAction::Refresh { .. }, _) => "refresh".into(),
        (RecordedAction::Done(_), _) => return None,
    })
}

/// `POST`, `GET 100` for the page at this offset, `DELETE a`, `PATCH a/activate`.
fn in_short(sent: &SentRequest) -> String {
    let offset =
        sent.uri.query().and_then(|query| query.strip_prefix("offset=")?.split('&').next());
    let what = match offset {
        Some(offset) => offset,
        None => {
            sent.uri.path().trim_start_matches("/cloud/v1/users/contacts").trim_start_matches('/')
        }
    };
    format!("{} {what}", sent.method).trim_end().to_owned()
}

/// The result of a credentials provider that fails.
pub(crate) fn nothing_to_renew() -> Event<'static> {
    Event::Refreshed(Err(Arc::new(std::fmt::Error)))
}
