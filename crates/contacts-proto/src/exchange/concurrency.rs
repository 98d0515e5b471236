//! How many exchanges to run at the same time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::StatusCode;

use super::{Action, Event, Exchange, Now, Observer};
use crate::{retry::Aimd, transport::TransportErrorKind};

/// Limit on the number of exchanges at the same time. Clones share one limit.
///
/// For programs that read many users, such as an audit. The limit starts at 4. It rises while the
/// service answers quickly, and falls to a half:
/// - after a 429, 503 or 504, and after a time-out,
/// - when the answers stay slower: their median latency is over 1.75 times the least one, twice in a
///   row. This does not decrease it below 4.
///
/// Each exchange needs a [permit](Self::try_acquire), and the permit must observe it. The example
/// `many_users` of `contacts-hyper` is a whole program.
///
/// ```
/// use contacts_proto::{BaseUrl, ConcurrencyLimit, Credentials, ListContacts};
/// use contacts_proto::exchange::{Action, Event, Exchange, List, Now, Session};
/// # use std::time::Duration;
/// # let site = BaseUrl::new("https://api.example.com/cloud")?;
/// # let session = Session::new(site, Credentials::basic("ann@example.com", "token")?);
/// # let now = Now { monotonic: Duration::ZERO, unix: 0 };
///
/// let limit = ConcurrencyLimit::up_to(64);
/// let mut running = Vec::new();
/// while let Some(mut permit) = limit.try_acquire() {
///     // A client does this with `client.run_observed(list, &mut permit)`.
///     let mut list = List::new(session.clone(), ListContacts::all());
///     let action = list.observed_step(&mut permit, Event::Start, now, 0);
///     assert!(matches!(action, Action::Send { .. }));
///     running.push((list, permit));
/// }
/// assert_eq!(running.len(), 4);
///
/// // When an exchange ends, another one can start.
/// running.pop();
/// assert!(limit.try_acquire().is_some());
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ConcurrencyLimit(Arc<Mutex<Aimd>>);

impl ConcurrencyLimit {
    /// Creates a limit between 1 and `max` that adapts to the service. 0 means 1.
    pub fn up_to(max: usize) -> Self {
        Self(Arc::new(Mutex::new(Aimd::between(1, max.max(1)))))
    }

    /// Creates a limit that does not change. 0 means 1.
    pub fn fixed(limit: usize) -> Self {
        let limit = limit.max(1);
        Self(Arc::new(Mutex::new(Aimd::between(limit, limit))))
    }

    /// Returns the present limit, at least 1.
    pub fn current(&self) -> usize {
        self.aimd().limit()
    }

    /// Returns a permit for one exchange, or `None` if the limit is reached. Then try again when a
    /// permit was dropped.
    pub fn try_acquire(&self) -> Option<ConcurrencyPermit> {
        let is_allowed = self.aimd().try_begin();
        is_allowed.then(|| ConcurrencyPermit { limit: self.clone(), sent: None })
    }

    fn aimd(&self) -> MutexGuard<'_, Aimd> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Permit for one exchange, until it is dropped. As an [`Observer`], it reports each response to
/// the [`ConcurrencyLimit`].
#[must_use = "the permit ends when it is dropped"]
#[derive(Debug)]
pub struct ConcurrencyPermit {
    limit: ConcurrencyLimit,
    /// Time and generation of the last request.
    sent: Option<(Duration, u64)>,
}

impl ConcurrencyPermit {
    /// Returns a permit for the next exchange, or `None` if the limit has fallen below the number of
    /// permits. For threads that run one exchange after the other. The last permit is always renewed.
    pub fn renew(self) -> Option<Self> {
        if self.limit.aimd().try_continue() {
            return Some(self);
        }
        let limit = self.limit.clone();
        drop(self);
        limit.try_acquire()
    }
}

impl Observer for ConcurrencyPermit {
    fn event(&mut self, event: &Event<'_>, now: Now) {
        let Some((sent, generation)) = self.sent.take() else { return };
        let status = match event {
            Event::Answered(response) => Some(response.status()),
            Event::Failed(error) if error.kind() == TransportErrorKind::TimedOut => {
                return self.limit.aimd().overloaded(generation);
            }
            Event::Failed(error) => error.status().filter(|status| is_overload(*status)),
            _ => None,
        };
        match status {
            Some(status) if is_overload(status) => self.limit.aimd().overloaded(generation),
            // A failure at once says nothing about the latency.
            Some(status) if !status.is_server_error() => {
                self.limit.aimd().answered(generation, now.monotonic.saturating_sub(sent));
            }
            _ => {}
        }
    }

    fn action<E: Exchange>(&mut self, _: &E, action: &Action<E::Output>, now: Now) {
        if let Action::Send { .. } = action {
            self.sent = Some((now.monotonic, self.limit.aimd().generation()));
        }
    }
}

impl Drop for ConcurrencyPermit {
    fn drop(&mut self) {
        self.limit.aimd().end();
    }
}

fn is_overload(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}
