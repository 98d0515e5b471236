//! The numbers of retries and waiting.

use std::time::Duration;

use crate::Limits;

/// The numbers of retries and waiting, all settable. The defaults, which are named here, are meant to be left alone.
///
/// ```
/// use std::time::Duration;
/// use contacts_proto::{BaseUrl, Credentials, RetryPolicy, exchange::Session};
///
/// let mut policy = RetryPolicy::default();
/// policy.max_attempts = 2;
/// policy.deadline = Duration::from_secs(60);
///
/// let session = Session::new(BaseUrl::new("https://api.example.com/cloud")?, Credentials::none()).with_policy(policy);
/// assert_eq!(session.policy().max_attempts, 2);
/// assert_eq!(session.policy().consistency_delay, Duration::from_secs(5));
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Requests for one operation at most, the first one counted: 4. 0 is taken as 1. Not counted are a look before an update is
    /// repeated, and a request with refreshed credentials.
    pub max_attempts: u32,
    /// Waiting before the first retry is 0 to this, by chance, before each further one 0 to twice as much as before: 100 ms.
    pub backoff: Duration,
    /// The same after a 429 that does not say how long to wait: 1 s.
    pub throttled_backoff: Duration,
    /// No back-off is longer: 20 s.
    pub max_backoff: Duration,
    /// The longest wait that the service may ask for; what asks for more fails at once: 60 s.
    pub max_retry_after: Duration,
    /// Everything that an exchange does ends within this time: 120 s.
    pub deadline: Duration,
    /// One request, from the connection to the end of the answer's body: 30 s.
    pub attempt_timeout: Duration,
    /// How long a contact is given to appear in the list after a creation whose answer was lost, before the looks of
    /// [`Ensure`](crate::exchange::Ensure) and the second look of [`Reconcile`](crate::exchange::Reconcile): 5 s.
    pub consistency_delay: Duration,
    /// How much of answers is taken in.
    pub limits: Limits,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            backoff: Duration::from_millis(100),
            throttled_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(60),
            deadline: Duration::from_secs(120),
            attempt_timeout: Duration::from_secs(30),
            consistency_delay: Duration::from_secs(5),
            limits: Limits::default(),
        }
    }
}
