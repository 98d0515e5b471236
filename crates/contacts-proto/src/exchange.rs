//! Exchanges: what a caller wants, however many requests it takes. All policy of retries, waiting and deadlines is here.

mod call;
mod create;
mod ensure;
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
    create::Create,
    ensure::{Ensure, EnsureOutcome, Ensured},
    list::List,
    observer::Observer,
    pages::Pages,
    receipt::Receipt,
    reconcile::{Reconcile, Reconciled},
    session::Session,
    to_exchange::ToExchange,
    update::Update,
};
use crate::{
    Credentials, Error,
    transport::{BodyLimits, TransportError},
};

/// What a caller wants, however many requests it takes: a machine without IO that an adapter drives.
///
/// It begins with [`Event::Start`]. Each [`Action`] is carried out, and what came of it is the next event, until the action is
/// [`Action::Done`]. `step` is a pure function of its arguments and the machine's state (and the [`RetryBudget`](crate::RetryBudget), which all exchanges
/// of a client share): it reads no clock and no randomness.
///
/// The other methods tell what it is about, to those who watch it. Each has an answer for an exchange that says nothing of it: one
/// that is put around another passes all of them on, or its watchers no longer hear of a doubt.
///
/// ```
/// use std::{ops::ControlFlow, time::Duration};
/// use contacts_proto::{BaseUrl, ContactId, Credentials, GetContact, exchange::{Action, Call, Event, Exchange, Now, Session}};
///
/// let site = BaseUrl::new("https://api.example.com/cloud")?;
/// let session = Session::new(site, Credentials::basic("ann@example.com", "token")?);
/// let mut call = Call::new(session, GetContact::new(ContactId::new("a")?));
///
/// let now = |seconds| Now { monotonic: Duration::from_secs(seconds), unix: 1_795_000_000 };
/// let Action::Send { request, .. } = call.step(Event::Start, now(0), 0) else { panic!("a call begins with its request") };
/// assert_eq!(request.uri().path(), "/cloud/v1/users/contacts/a");
///
/// // The adapter sends it, and reads an answer, which asks for some patience …
/// let busy = http::Response::builder().status(429).header("retry-after", "2").body(&b""[..]).unwrap();
/// let Action::Wait(wait) = call.step(Event::Answered(busy), now(1), 0) else { panic!("the wait is short enough") };
/// assert_eq!(wait, Duration::from_secs(2));
///
/// // … which the adapter has.
/// assert!(matches!(call.step(Event::Waited, now(3), 0), Action::Send { .. }));
/// let contact = http::Response::new(&br#"{"id":"a","method":"email","to":"ann@example.com"}"#[..]);
/// let Action::Done(Ok(contact)) = call.step(Event::Answered(contact), now(4), 0) else { panic!("this is a contact") };
/// assert_eq!(contact.to, "ann@example.com");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
pub trait Exchange {
    /// What a success gives.
    type Output;

    /// Takes what happened and says what to do next. `random` is any number that an attacker cannot foresee, another one each time.
    ///
    /// It takes any event at any time: a wait that was too short is asked for again, a request of which nothing is told counts as one
    /// that may have been sent, and after the end there is [`Error::InvalidInput`].
    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Self::Output>;

    /// Takes a step while an observer watches: the event before it, and the action after it.
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

    /// What it does, as the rest of `could not …`: for logs.
    fn name(&self) -> &'static str {
        "carry out an exchange"
    }

    /// What it waits for, while its last action is [`Action::Wait`]: something to tell a person who waits too.
    fn wait_reason(&self) -> Option<WaitReason> {
        None
    }

    /// Whether a contact may have been created, as things stand, of which nothing more is known. Who gives up the exchange now
    /// keeps a receipt: see [`CreateContact::receipt`](crate::CreateContact::receipt).
    fn is_create_in_flight(&self) -> bool {
        false
    }
}

/// What an exchange waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitReason {
    /// The next attempt is not to come at once.
    Backoff,
    /// The service asked for it.
    RetryAfter,
    /// What an unanswered creation may have done is given time to show.
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

/// What an adapter does next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is moved once a request: a box would cost an allocation")]
pub enum Action<T> {
    /// Send a request and read its answer: the next event is [`Event::Answered`] or [`Event::Failed`].
    ///
    /// What an exchange says in the end is true if this is done to the letter. Many HTTP libraries do more by themselves, which is to
    /// be turned off:
    /// - The request is sent once. Nothing repeats it, and no redirect is followed: a 302 is an answer as any other, and what is
    ///   followed carries the token along.
    /// - It goes where its URL says, with its headers as they are; by a proxy only if somebody has chosen one, not by the environment.
    /// - The certificate is checked, and the answer's body is not decoded.
    /// - A body that ends before its length or its last chunk is no answer, but [`Delivery::Partial`](crate::transport::Delivery::Partial) with [`TransportErrorKind::Closed`](crate::transport::TransportErrorKind::Closed).
    /// - [`Delivery::NotSent`](crate::transport::Delivery::NotSent) is said only if the last byte of the request certainly never left, and never will.
    /// - The head of the answer is bounded, by [`Limits::HEAD`](crate::Limits::HEAD) and [`Limits::HEADERS`](crate::Limits::HEADERS) in the clients of this workspace.
    Send {
        /// The request as it goes on the wire.
        request: Request<Vec<u8>>,
        /// How long all of it may take, from the connection to the end of the body.
        timeout: Duration,
        /// Whether nothing may have been sent on its connection before.
        fresh_connection: bool,
        /// How much of the answer's body is read.
        body: BodyLimits,
    },
    /// Let this time pass: the next event is [`Event::Waited`].
    Wait(Duration),
    /// Ask the source of credentials: the next event is [`Event::Refreshed`].
    Refresh {
        /// The credentials that were not accepted; `None` if there were none yet. A source that has others already gives them.
        refused: Option<Credentials>,
        /// How long it may take: what is left of the deadline. A source that takes longer is given up, and the event is
        /// [`Event::Refreshed`] with an error.
        timeout: Duration,
    },
    /// The end.
    Done(Result<T, Error>),
}

impl<T> Action<T> {
    /// What an exchange says that is asked to go on after its end.
    fn at_its_end() -> Self {
        Self::Done(Err(Error::invalid("exchange", "is at its end already")))
    }

    /// For an exchange around the one that this is of: its result, to go on with (`Continue`), or else the same action, which is to be
    /// carried out first (`Break`).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use contacts_proto::exchange::{Action, Event, Exchange, Now, WaitReason};
    ///
    /// /// How many there are of whatever an exchange lists.
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
            Self::Refresh { refused, timeout } => ControlFlow::Break(Action::Refresh { refused, timeout }),
        }
    }
}

/// What came of the last action.
#[derive(Debug)]
pub enum Event<'a> {
    /// Nothing has happened yet.
    Start,
    /// The time has passed.
    Waited,
    /// The whole answer.
    Answered(Response<&'a [u8]>),
    /// There is no whole answer.
    Failed(TransportError),
    /// What the source of credentials gave.
    Refreshed(Result<Credentials, std::sync::Arc<dyn std::error::Error + Send + Sync>>),
}

/// The time, as the adapter reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time since any fixed moment, from a clock that never goes back. All waiting and all deadlines are reckoned by it.
    pub monotonic: Duration,
    /// Seconds of the Unix epoch. Nothing is decided by it: it stands in receipts, for people.
    pub unix: u64,
}
