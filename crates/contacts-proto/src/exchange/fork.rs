//! Copies of exchanges in progress, for simulations.

use std::ops::{Deref, DerefMut};

use super::Exchange;

/// An exchange that a simulation can copy while it is in progress, to try several continuations.
///
/// Exchanges do not implement `Clone`. A generic retry layer clones a request to send it again, and
/// two copies of a create request create two contacts. Drive only one copy against a real service.
///
/// The copies share the retry budget and the pause after a 429, like all exchanges of a session.
/// Before you continue with another copy, [restore](super::Session::restore_shared) them.
///
/// ```
/// use std::time::Duration;
/// use contacts_proto::{
///     BaseUrl, ContactId, Credentials, DeleteContact,
///     exchange::{Action, Call, Event, Exchange, Fork, Now, Session},
///     transport::{Delivery, TransportError, TransportErrorKind},
/// };
///
/// let base_url = BaseUrl::new("https://api.example.com/cloud")?;
/// let session = Session::new(base_url, Credentials::bearer("token")?);
/// let mut call = Call::new(session.clone(), DeleteContact::new(ContactId::new("a")?));
/// let now = Now { monotonic: Duration::ZERO, unix: 1_795_000_000 };
/// assert!(matches!(call.step(Event::Start, now, 0), Action::Send { .. }));
///
/// // The request is in flight. Either the response is lost, or it arrives.
/// let shared = session.shared();
/// let mut other = call.fork();
/// let lost = TransportError::new(Delivery::Unknown, TransportErrorKind::Closed);
/// assert!(matches!(call.step(Event::Failed(lost), now, 0), Action::Wait(_)));
///
/// session.restore_shared(shared);
/// let deleted = http::Response::builder().status(204).body(&b""[..]).unwrap();
/// assert!(matches!(other.step(Event::Answered(deleted), now, 0), Action::Done(Ok(()))));
/// # Ok::<(), contacts_proto::Error>(())
/// ```
pub trait Fork: Exchange + Sized {
    /// Returns a copy in the same state.
    #[must_use]
    fn fork(&self) -> Self;
}

/// An exchange inside another one. A clone of it is a fork.
#[derive(Debug)]
pub(super) struct Inner<E>(Box<E>);

impl<E> Inner<E> {
    pub(super) fn new(exchange: E) -> Self {
        Self(Box::new(exchange))
    }

    pub(super) fn into_inner(self) -> E {
        *self.0
    }
}

impl<E: Fork> Clone for Inner<E> {
    fn clone(&self) -> Self {
        Self::new(self.0.fork())
    }
}

impl<E> Deref for Inner<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.0
    }
}

impl<E> DerefMut for Inner<E> {
    fn deref_mut(&mut self) -> &mut E {
        &mut self.0
    }
}
