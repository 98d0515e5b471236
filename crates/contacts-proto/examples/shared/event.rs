//! What came of an action, as an exchange takes it.

use std::sync::Arc;

use contacts_proto::{Error, exchange::Event};
use http::Response;

/// What came of a request. The event borrows the body, which is kept in `bytes`.
pub(crate) fn told(answer: super::Answer, bytes: &mut Vec<u8>) -> Event<'_> {
    match answer {
        Ok(answer) => {
            let (head, body) = answer.into_parts();
            *bytes = body;
            Event::Answered(Response::from_parts(head, bytes))
        }
        Err(failure) => Event::Failed(failure),
    }
}

/// What a program says whose credentials do not expire.
pub(crate) fn refresh_failed() -> Event<'static> {
    Event::Refreshed(Err(Arc::new(Error::invalid("credentials", "are fixed"))))
}
