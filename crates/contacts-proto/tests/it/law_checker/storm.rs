//! Many exchanges of one client, and a service that is in trouble.

use std::time::Duration;

use contacts_proto::{Action, BaseUrl, Cause, Credentials, Event, Failure, Now, Progress, Session};
use http::Response;

use super::subject::{Any, Subject};

/// How the service fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    Status(u16),
    NotSent,
    MaybeSent,
}

pub(crate) fn session() -> Session {
    let site = BaseUrl::new("https://api.example.com/cloud").unwrap();
    Session::new(site, Credentials::bearer("a-token").unwrap())
}

/// The requests that come of it when these exchanges, all at once, meet nothing but these troubles, one after the other.
pub(crate) fn requests(session: &Session, subjects: &[Subject], troubles: &[Trouble]) -> usize {
    let mut troubles = troubles.iter().copied().cycle();
    let mut now = Now { monotonic: Duration::ZERO, unix: 0 };
    let mut running: Vec<(Any, bool)> =
        subjects.iter().map(|subject| (subject.exchange(session.clone()), false)).collect();
    let mut requests = 0;
    while !running.is_empty() {
        running.retain_mut(|(exchange, sent)| {
            let action = match *sent {
                true => fail(exchange, troubles.next().unwrap(), now),
                false => exchange.step(Event::Waited, now, 0),
            };
            *sent = matches!(action, Action::Send { .. });
            requests += usize::from(*sent);
            !matches!(action, Action::Done(_))
        });
        now.monotonic += Duration::from_millis(1);
    }
    requests
}

fn fail(exchange: &mut Any, trouble: Trouble, now: Now) -> Action<String> {
    let event = match trouble {
        Trouble::Status(status) => {
            Event::Answered(Response::builder().status(status).body(&b""[..]).unwrap())
        }
        Trouble::NotSent => Event::Failed(Failure::new(Progress::NotSent, Cause::Connect)),
        Trouble::MaybeSent => Event::Failed(Failure::new(Progress::MaybeSent, Cause::Closed)),
    };
    exchange.step(event, now, 0)
}

/// A call that succeeds at once.
pub(crate) fn succeed(session: &Session) {
    let mut call = Subject::Delete.exchange(session.clone());
    let now = Now { monotonic: Duration::ZERO, unix: 0 };
    call.step(Event::Start, now, 0);
    let gone = Response::builder().status(204).body(&b""[..]).unwrap();
    let end = call.step(Event::Answered(gone), now, 0);
    assert!(matches!(end, Action::Done(Ok(_))), "{end:?}");
}
