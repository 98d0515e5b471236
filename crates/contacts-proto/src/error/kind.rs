//! The kind of an error.

use std::fmt;

/// Kind of an error, for exit codes, metrics and decisions of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or a setting cannot be used. Nothing was sent.
    InvalidInput,
    /// 401: the credentials are wrong, expired or lack a scope. Also if the credentials provider
    /// failed.
    Unauthorized,
    /// 402 or 403 from the service itself: this account may not do this.
    Forbidden,
    /// 404 from the service itself: no such contact.
    NotFound,
    /// Another permanent error, such as 422, or a 404 about a user, a schedule or a site.
    Rejected,
    /// 429: too many requests.
    RateLimited,
    /// The service cannot respond now, or cannot be reached: 408, 425, 5xx, no connection.
    Unavailable,
    /// The response, or the credentials provider, took too long.
    TimedOut,
    /// The server's certificate is not trusted.
    Certificate,
    /// A response that is not from the service, or not usable: a redirect, a firewall's page, a
    /// broken body.
    InvalidResponse,
    /// It is unknown whether a contact was created.
    OutcomeUnknown,
    /// A contact exists several times.
    Duplicate,
}

impl ErrorKind {
    /// Returns the kind as one word for logs and machines, such as `not_found`.
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

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
