//! Exchanges: whole tasks, each with as many requests as it needs.
//!
//! An exchange decides about retries, waits and deadlines. It does no IO: an adapter drives it.
//!
//! | exchange | task |
//! | --- | --- |
//! | [`Call`] | one operation, with retries and a deadline |
//! | [`Create`] | creates a contact; an unknown outcome leaves a [`Receipt`] |
//! | [`Update`] | updates a contact; checks it before a retry |
//! | [`Ensure`] | ensures that a contact exists once |
//! | [`Reconcile`] | checks whether an interrupted create request succeeded |
//! | [`List`], [`Pages`] | read a whole list, such as all contacts: as one result, or page by page |
//!
//! An adapter is a loop. The guide has [a complete one](crate::guide::embedding).

mod call;
mod concurrency;
mod create;
mod ensure;
mod fork;
mod list;
mod observer;
mod pages;
mod receipt;
mod reconcile;
mod search;
mod session;
#[cfg(feature = "tracing")]
mod spans;
mod to_exchange;
mod update;

use std::{ops::ControlFlow, time::Duration};

use http::{Request, Response};

#[cfg(feature = "tracing")]
pub use self::spans::Spans;
pub use self::{
    call::Call,
    concurrency::{ConcurrencyLimit, ConcurrencyPermit},
    create::Create,
    ensure::{Ensure, EnsureOutcome, Ensured},
    fork::Fork,
    list::List,
    observer::Observer,
    pages::Pages,
    receipt::Receipt,
    reconcile::{Reconcile, Reconciled},
    session::{Session, SharedState},
    to_exchange::ToExchange,
    update::Update,
};
use crate::{
    Credentials, Error,
    transport::{BodyLimits, TransportError},
};

/// A task with as many requests as it needs: a state machine without IO that an adapter drives.
///
/// Start with [`Event::Start`]. Perform each [`Action`] and pass its result as the next event,
/// until the action is [`Action::Done`]. `step` reads no clock and no randomness. It depends only
/// on its arguments, the state, and the [`RetryBudget`](crate::RetryBudget) that all exchanges of a
/// client share.
///
/// The other methods describe the exchange to observers: `name`, `wait_reason` and
/// `is_create_in_flight`. Each has a default. An exchange that wraps another one must forward all
/// of them, or observers miss a create request in flight.
///
/// ```
/// use std::{ops::ControlFlow, time::Duration};
/// use contacts_proto::{
///     BaseUrl, ContactId, Credentials, GetContact,
///     exchange::{Action, Call, Event, Exchange, Now, Session},
/// };
///
/// let site = BaseUrl::new("https://api.example.com/cloud")?;
/// let session = Session::new(site, Credentials::basic("ann@example.com", "token")?);
/// let mut call = Call::new(session, GetContact::new(ContactId::new("a")?));
///
/// let now = |seconds| Now { monotonic: Duration::from_secs(seconds), unix: 1_795_000_000 };
/// let Action::Send { request, .. } = call.step(Event::Start, now(0), 0) else {
///     panic!("a call starts with its request")
/// };
/// assert_eq!(request.uri().path(), "/cloud/v1/users/contacts/a");
///
/// // The adapter sends the request. The service asks to wait for 2 seconds.
/// let busy = http::Response::builder().status(429).header("retry-after", "2");
/// let busy = Event::Answered(busy.body(&b""[..]).unwrap());
/// let Action::Wait(wait) = call.step(busy, now(1), 0) else { panic!("2 s are short enough") };
/// assert_eq!(wait, Duration::from_secs(2));
///
/// // The adapter waits, and the call sends the request again.
/// assert!(matches!(call.step(Event::Waited, now(3), 0), Action::Send { .. }));
/// let body = br#"{"id":"a","method":"email","to":"ann@example.com"}"#;
/// let response = Event::Answered(http::Response::new(&body[..]));
/// let Action::Done(Ok(contact)) = call.step(response, now(4), 0) else {
///     panic!("the body is a contact")
/// };
/// assert_eq!(contact.to, "ann@example.com");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
pub trait Exchange {
    /// The value returned on success.
    type Output;

    /// Takes the last event and returns the next action.
    ///
    /// `random` must be a new random number for each call, one that an attacker cannot predict.
    ///
    /// An unexpected event does no harm. After a wait that was too short, the exchange waits
    /// again. If you report no result for a request, it counts as possibly sent. After the end, the
    /// result is [`Error::InvalidInput`].
    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Self::Output>;

    /// Runs [`step`](Self::step) and shows its event and its action to an observer.
    fn observed_step(
        &mut self,
        observer: &mut impl Observer,
        event: Event<'_>,
        now: Now,
        random: u64,
    ) -> Action<Self::Output>
    where
        Self: Sized,
    {
        observer.event(&event, now);
        let action = self.step(event, now, random);
        observer.action(self, &action, now);
        action
    }

    /// Returns the name of the task as a verb phrase, for logs.
    fn name(&self) -> &'static str {
        "run an exchange"
    }

    /// If the last action is [`Action::Wait`], returns the reason, to show to a person.
    fn wait_reason(&self) -> Option<WaitReason> {
        None
    }

    /// Returns `true` while it is unknown whether a create request took effect.
    ///
    /// If you cancel the exchange now, keep a [receipt](crate::CreateContact::receipt).
    fn is_create_in_flight(&self) -> bool {
        false
    }
}

/// Reason for a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// Back-off before the next attempt.
    Backoff,
    /// Delay that the service requested, or a pause because another exchange of the same user got a
    /// 429.
    RetryAfter,
    /// Wait before a check: after a lost response, a new contact may take time to appear in the
    /// list.
    Consistency,
}

impl<E: Exchange + ?Sized> Exchange for &mut E {
    type Output = E::Output;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Self::Output> {
        (**self).step(event, now, random)
    }

    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        (**self).wait_reason()
    }

    fn is_create_in_flight(&self) -> bool {
        (**self).is_create_in_flight()
    }
}

/// Next step of an adapter.
#[must_use = "the adapter must perform the action"]
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it moves once for each request: a box would cost an allocation"
)]
pub enum Action<T> {
    /// Send a request and read the response. The next event is [`Event::Answered`] or
    /// [`Event::Failed`].
    ///
    /// The result of an exchange is correct only if the adapter follows these rules. Many HTTP
    /// libraries retry and follow redirects by default. Turn that off.
    /// - Send the request once. Do not repeat it and do not follow redirects: a 302 is a response
    ///   like any other, and a redirected request would carry the token along.
    /// - Send it to its URL, with its headers unchanged. Use a proxy only if the client's
    ///   settings have one. The HTTP library must not read proxy variables by itself.
    /// - Check the certificate. Do not decompress the body of the response.
    /// - If a body ends before its length or its last chunk, report
    ///   [`Delivery::Partial`](crate::transport::Delivery::Partial) with
    ///   [`TransportErrorKind::Closed`](crate::transport::TransportErrorKind::Closed).
    /// - Report [`Delivery::NotSent`](crate::transport::Delivery::NotSent) only if the last byte of
    ///   the request was not sent and never will be.
    /// - Limit the head of the response to [`Limits::HEAD`](crate::Limits::HEAD) and
    ///   [`Limits::HEADERS`](crate::Limits::HEADERS).
    Send {
        /// The request, ready for the wire.
        request: Request<Vec<u8>>,
        /// Maximum time, from the start of connecting to the end of the response body.
        timeout: Duration,
        /// If `true`, use a connection that has not carried a request.
        fresh_connection: bool,
        /// Limits on the response body.
        body: BodyLimits,
    },
    /// Wait for this time. The next event is [`Event::Waited`].
    Wait(Duration),
    /// Call the credentials provider. The next event is [`Event::Refreshed`].
    Refresh {
        /// Credentials that the service rejected. `None` if there were none yet.
        ///
        /// If the provider already has newer credentials, it should return them.
        refused: Option<Credentials>,
        /// Maximum time: the rest of the deadline. After it, cancel the call and report
        /// [`Event::Refreshed`] with an error.
        timeout: Duration,
    },
    /// The exchange has ended with this result.
    Done(Result<T, Error>),
}

impl<T> Action<T> {
    /// The action of an exchange that is driven after its end.
    fn at_its_end() -> Self {
        Self::Done(Err(Error::invalid("exchange", "has already ended")))
    }

    /// Helps an exchange that wraps another one. `Continue`: the inner exchange has ended with this
    /// result, and the outer one continues. `Break`: the inner one has not ended; return this action.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use contacts_proto::exchange::{Action, Event, Exchange, Now, WaitReason};
    ///
    /// /// Counts the items that an exchange lists.
    /// struct Count<E>(E);
    ///
    /// impl<T, E: Exchange<Output = Vec<T>>> Exchange for Count<E> {
    ///     type Output = usize;
    ///
    ///     fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<usize> {
    ///         match self.0.step(event, now, random).result() {
    ///             ControlFlow::Break(action) => action,
    ///             ControlFlow::Continue(result) => Action::Done(result.map(|all| all.len())),
    ///         }
    ///     }
    ///
    ///     fn name(&self) -> &'static str {
    ///         self.0.name()
    ///     }
    ///
    ///     fn wait_reason(&self) -> Option<WaitReason> {
    ///         self.0.wait_reason()
    ///     }
    ///
    ///     fn is_create_in_flight(&self) -> bool {
    ///         self.0.is_create_in_flight()
    ///     }
    /// }
    /// ```
    pub fn result<U>(self) -> ControlFlow<Action<U>, Result<T, Error>> {
        match self {
            Self::Done(result) => ControlFlow::Continue(result),
            Self::Send { request, timeout, fresh_connection, body } => {
                ControlFlow::Break(Action::Send { request, timeout, fresh_connection, body })
            }
            Self::Wait(duration) => ControlFlow::Break(Action::Wait(duration)),
            Self::Refresh { refused, timeout } => {
                ControlFlow::Break(Action::Refresh { refused, timeout })
            }
        }
    }
}

/// Result of the last action.
#[derive(Debug)]
pub enum Event<'a> {
    /// The first event.
    Start,
    /// The wait is over.
    Waited,
    /// The complete response.
    Answered(Response<&'a [u8]>),
    /// The response is missing or not complete.
    Failed(TransportError),
    /// The result of the credentials provider.
    Refreshed(Result<Credentials, std::sync::Arc<dyn std::error::Error + Send + Sync>>),
}

/// Current time, as the adapter reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time since a fixed moment, from a monotonic clock. It decides about waits and deadlines. All
    /// exchanges of a session must use the same moment.
    pub monotonic: Duration,
    /// Seconds since the Unix epoch. They are only for people: receipts show them.
    pub unix: u64,
}
