//! Events: the results of actions.

use std::sync::Arc;

use contacts_proto::{Error, exchange::Event};
use http::Response;

/// Returns the event for the result of a request. The event borrows the body from `bytes`.
pub(crate) fn event_of(answer: super::Answer, bytes: &mut Vec<u8>) -> Event<'_> {
    match answer {
        Ok(answer) => {
            let (head, body) = answer.into_parts();
            *bytes = body;
            Event::Answered(Response::from_parts(head, bytes))
        }
        Err(failure) => Event::Failed(failure),
    }
}

/// Returns the event of a program without a credentials provider.
pub(crate) fn refresh_failed() -> Event<'static> {
    Event::Refreshed(Err(Arc::new(Error::invalid("credentials", "are fixed"))))
}
