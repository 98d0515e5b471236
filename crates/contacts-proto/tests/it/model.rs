//! A world for exchanges: it keeps the time, answers as it is told, and writes down what was done.

pub(crate) mod service;

use std::{sync::Arc, time::Duration};

use contacts_proto::{
    Action, BaseUrl, Cause, ContactId, ContactMethod, CreateContact, Credentials, Error, Event, Exchange,
    Failure, Now, Progress, Session, Waiting,
};
use http::{Request, Response, StatusCode};

/// When every exchange begins.
pub(crate) const UNIX: u64 = 1_795_000_000;

/// How long an answer takes.
pub(crate) const LATENCY: Duration = Duration::from_millis(50);

/// What a request meets.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Answer(Response<Vec<u8>>),
    Failure(Failure),
}

/// What an exchange did, a word or two for each action, and how it ended.
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
    session().with_renewable(Some(known))
}

pub(crate) fn id(id: &str) -> ContactId {
    ContactId::new(id).unwrap()
}

pub(crate) fn create_sms(to: &str) -> CreateContact {
    CreateContact::new(ContactMethod::Sms, to).unwrap()
}

/// An answer.
pub(crate) fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Response::builder().status(status).body(body.into()).unwrap())
}

/// A refusal, or whatever else this status is.
pub(crate) fn status(status: u16) -> Reply {
    answer(status, "")
}

/// A status that asks for patience.
pub(crate) fn status_with(status: u16, name: &'static str, value: &str) -> Reply {
    Reply::Answer(Response::builder().status(status).header(name, value).body(Vec::new()).unwrap())
}

/// The request may have arrived.
pub(crate) fn lost() -> Reply {
    failure(Progress::MaybeSent, Cause::Closed)
}

/// The request has not left.
pub(crate) fn unsent() -> Reply {
    failure(Progress::NotSent, Cause::Connect)
}

/// The head of an answer, and a body that breaks off.
pub(crate) fn cut(status: u16) -> Reply {
    let head = Response::builder().status(status).body(b"{\"da".to_vec()).unwrap();
    failure(Progress::Answered(Box::new(head)), Cause::Closed)
}

pub(crate) fn failure(progress: Progress, cause: Cause) -> Reply {
    Reply::Failure(Failure::new(progress, cause))
}

/// A proxy answers CONNECT with this status.
pub(crate) fn refused_by_proxy(status: u16) -> Reply {
    Reply::Failure(Failure::refused_by_proxy(StatusCode::from_u16(status).unwrap()))
}

/// Runs an exchange in a world where no chance adds to a wait.
pub(crate) fn run<E: Exchange>(
    mut exchange: E,
    mut reply: impl FnMut(&Request<Vec<u8>>, Duration) -> Reply,
) -> Ran<E::Output> {
    let mut log = Vec::new();
    let mut took = Duration::ZERO;
    let now = |took: Duration| Now { monotonic: took, unix: UNIX + took.as_secs() };
    let mut action = exchange.step(Event::Start, now(took), 0);
    loop {
        action = match action {
            Action::Send { request, .. } => {
                assert_eq!(exchange.waiting(), None);
                log.push(in_short(&request));
                let reply = reply(&request, took);
                took += LATENCY;
                match reply {
                    Reply::Answer(response) => {
                        let (head, body) = response.into_parts();
                        exchange.step(Event::Answered(Response::from_parts(head, &body)), now(took), 0)
                    }
                    Reply::Failure(failure) => exchange.step(Event::Failed(failure), now(took), 0),
                }
            }
            Action::Wait(wait) => {
                log.push(match exchange.waiting() {
                    Some(Waiting::BackOff) => "back off".into(),
                    Some(why) => format!("{why:?} {wait:?}").to_lowercase(),
                    None => "wait without a reason".into(),
                });
                took += wait;
                exchange.step(Event::Waited, now(took), 0)
            }
            Action::Renew { .. } => {
                log.push("renew".into());
                let new = Credentials::bearer("a-new-token").unwrap();
                exchange.step(Event::Renewed(Ok(new)), now(took), 0)
            }
            Action::Done(result) => return Ran { log, result, took },
        };
    }
}

/// The same, where each request meets the next of these replies: all of them are met.
pub(crate) fn play<E: Exchange>(exchange: E, replies: impl IntoIterator<Item = Reply>) -> Ran<E::Output> {
    let mut replies = replies.into_iter();
    let ran = run(exchange, |request, _| {
        replies.next().unwrap_or_else(|| panic!("one request too many: {}", in_short(request)))
    });
    assert_eq!(replies.count(), 0, "replies are left over: {:?}", ran.log);
    ran
}

/// `POST`, `GET 100` for the page at this offset, `DELETE a`, `PATCH a/activate`.
fn in_short(request: &Request<Vec<u8>>) -> String {
    let uri = request.uri();
    let offset = uri.query().and_then(|query| query.strip_prefix("offset=")?.split('&').next());
    let what = match offset {
        Some(offset) => offset,
        None => uri.path().trim_start_matches("/cloud/v1/users/contacts").trim_start_matches('/'),
    };
    format!("{} {what}", request.method()).trim_end().to_owned()
}

/// A source of credentials that has none.
pub(crate) fn nothing_to_renew() -> Event<'static> {
    Event::Renewed(Err(Arc::new(std::fmt::Error)))
}
