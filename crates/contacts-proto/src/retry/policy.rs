//! The settings of retries and waiting.

use std::time::Duration;

use crate::Limits;

/// Settings of retries and waiting.
///
/// ```
/// use std::time::Duration;
/// use contacts_proto::RetryPolicy;
///
/// let policy = RetryPolicy::default().max_attempts(2).deadline(Duration::from_secs(10));
/// assert_eq!(policy.max_attempts, 2);
/// assert_eq!(policy.consistency_delay, Duration::from_secs(5));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Maximum number of requests for one operation, including the first. Default: 4. 0 means 1.
    ///
    /// Not counted: the read before a repeated update, and a retry with new credentials.
    pub max_attempts: u32,
    /// Upper limit of the random delay before the first retry. It doubles with each further retry.
    /// Default: 100 ms.
    pub backoff: Duration,
    /// Like [`backoff`](field@Self::backoff), but after a 429 without `Retry-After`. Default: 1 s.
    pub throttled_backoff: Duration,
    /// Maximum random delay before a retry. Default: 20 s.
    pub max_backoff: Duration,
    /// Maximum server-requested retry delay. A longer one ends the operation at once. Default: 60
    /// s.
    pub max_retry_after: Duration,
    /// Maximum time of an exchange, with all its requests and delays. Default: 120 s. The clients'
    /// `list` is one exchange per page.
    pub deadline: Duration,
    /// Maximum time of one request, from the start of connecting to the end of the response body.
    /// Default: 30 s.
    pub attempt_timeout: Duration,
    /// Time for a new contact to appear in the list, after a create request without a response.
    /// Default: 5 s.
    ///
    /// [`Ensure`](crate::exchange::Ensure) and [`Reconcile`](crate::exchange::Reconcile) wait this
    /// long before they look again.
    pub consistency_delay: Duration,
    /// Maximum sizes of responses and lists.
    pub limits: Limits,
}

macro_rules! setters {
    ($($name:ident: $type:ty),+ $(,)?) => {
        /// Setters of the fields.
        impl RetryPolicy {$(
            #[doc = concat!("Sets [`", stringify!($name), "`](field@Self::", stringify!($name), ").")]
            #[must_use]
            pub fn $name(self, $name: $type) -> Self {
                Self { $name, ..self }
            }
        )+}
    };
}

setters! {
    max_attempts: u32,
    backoff: Duration,
    throttled_backoff: Duration,
    max_backoff: Duration,
    max_retry_after: Duration,
    deadline: Duration,
    attempt_timeout: Duration,
    consistency_delay: Duration,
    limits: Limits,
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
