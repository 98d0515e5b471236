//! What kind of thing went wrong.

/// What kind of thing went wrong: for an exit code, a metric, a decision of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument cannot be used.
    InvalidInput,
    /// 401: the credentials are unknown, expired, or lack a scope; or there were none to be had.
    Unauthorized,
    /// 402 or 403 of the service itself: known, and not allowed.
    Forbidden,
    /// 404 of the service itself: no such contact.
    NotFound,
    /// Another refusal that will not change by itself, such as 422, or a 404 that speaks of a user or a site.
    Rejected,
    /// 429: too many requests.
    RateLimited,
    /// The service cannot answer now, or cannot be reached: 408, 425, 5xx, no connection.
    Unavailable,
    /// No answer in time.
    TimedOut,
    /// The server's certificate is not one to trust.
    Certificate,
    /// An answer that is not the service's, or not what the operation expects: a redirect, a firewall's page, a broken body.
    InvalidResponse,
    /// A contact may have been created.
    OutcomeUnknown,
    /// A contact exists several times.
    Duplicate,
}

impl ErrorKind {
    /// A word for logs and machines: `not_found`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed_out",
            Self::Certificate => "certificate",
            Self::InvalidResponse => "invalid_response",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Duplicate => "duplicate",
        }
    }
}
