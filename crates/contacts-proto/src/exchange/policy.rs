//! The numbers of retries, waiting, times and sizes.

use std::time::Duration;

use super::BodyLimits;
use crate::About;

/// The numbers of retries and waiting, all settable. The defaults, which are named here, are meant to be left alone.
///
/// ```
/// use std::time::Duration;
/// use contacts_proto::{Credentials, Policy, Session, BaseUrl};
///
/// let mut policy = Policy::default();
/// policy.attempts = 2;
/// policy.deadline = Duration::from_secs(60);
///
/// let session = Session::new(BaseUrl::new("https://api.example.com/cloud")?, Credentials::none()).with_policy(policy);
/// assert_eq!(session.policy().attempts, 2);
/// assert_eq!(session.policy().settle, Duration::from_secs(5));
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Requests for one operation at most, the first one counted: 4. 0 is taken as 1. Not counted are a look before an update is
    /// repeated, and a request with renewed credentials.
    pub attempts: u32,
    /// Waiting before the first retry is 0 to this, by chance, before each further one 0 to twice as much as before: 100 ms.
    pub backoff: Duration,
    /// The same after a 429 that does not say how long to wait: 1 s.
    pub throttled_backoff: Duration,
    /// No back-off is longer: 20 s.
    pub longest_backoff: Duration,
    /// The longest wait that the service may ask for; what asks for more fails at once: 60 s.
    pub longest_wait: Duration,
    /// Everything that an exchange does ends within this time: 120 s.
    pub deadline: Duration,
    /// One request, from the connection to the end of the answer's body: 30 s.
    pub attempt_timeout: Duration,
    /// How long a contact is given to appear in the list after a creation whose answer was lost, before the looks of
    /// [`Ensure`](crate::Ensure) and the second look of [`Resolve`](crate::Resolve): 5 s.
    pub settle: Duration,
    /// How much of answers is taken in.
    pub limits: Limits,
}

/// How much of answers is taken in. The defaults are named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The body of an answer with one contact at most, in bytes: 1 MiB.
    pub contact_body: usize,
    /// The body of a page, in bytes: 8 MiB.
    pub page_body: usize,
    /// The body of an error, in bytes: 64 KiB.
    pub error_body: usize,
    /// Pages of one list: 10,000.
    pub pages: u32,
    /// Contacts of one list: 1,000,000.
    pub contacts: u32,
}

impl Limits {
    /// The head of an answer, in bytes: 64 KiB.
    pub const HEAD: usize = 64 * 1024;
    /// The headers of an answer: 128.
    pub const HEADERS: usize = 128;
}

/// The times that an adapter keeps within that of a request, which is [`Action::Send`](crate::Action::Send)'s. The defaults are
/// named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// A connection, with the look-up of the address and TLS: 5 s.
    pub connect: Duration,
    /// The head of an answer, once the request is sent: 15 s.
    pub head: Duration,
    /// A body whose next so many bytes take longer than a [`stall_window`](Self::stall_window) is given up: 1024. With 0 none is.
    pub stall_bytes: usize,
    /// The time for [`stall_bytes`](Self::stall_bytes), which begins anew once they are there: 10 s.
    pub stall_window: Duration,
    /// A connection that was idle for longer is not used again: 15 s. Servers close such connections, and what is sent into that
    /// closing is lost.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            head: Duration::from_secs(15),
            stall_bytes: 1024,
            stall_window: Duration::from_secs(10),
            idle: Duration::from_secs(15),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 4,
            backoff: Duration::from_millis(100),
            throttled_backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(20),
            longest_wait: Duration::from_secs(60),
            deadline: Duration::from_secs(120),
            attempt_timeout: Duration::from_secs(30),
            settle: Duration::from_secs(5),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            contact_body: 1024 * 1024,
            page_body: 8 * 1024 * 1024,
            error_body: 64 * 1024,
            pages: 10_000,
            contacts: 1_000_000,
        }
    }
}

impl Limits {
    pub(super) fn body(&self, about: &About) -> BodyLimits {
        BodyLimits {
            success: if about.pages { self.page_body } else { self.contact_body },
            error: self.error_body,
        }
    }
}
