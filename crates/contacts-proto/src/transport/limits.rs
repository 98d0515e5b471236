//! How much of an answer is read, and for how long.

use std::time::Duration;

use http::StatusCode;

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

/// The times that an adapter keeps within that of a request, which is [`Action::Send`](crate::exchange::Action::Send)'s. The defaults are
/// named here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// A connection, with the look-up of the address and TLS: 5 s.
    pub connect: Duration,
    /// A connection that was idle for longer is not used again: 15 s. Servers close such connections, and what is sent into that
    /// closing is lost.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), idle: Duration::from_secs(15) }
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
    pub(crate) fn body(&self, is_page: bool) -> BodyLimits {
        BodyLimits {
            success: if is_page { self.page_body } else { self.contact_body },
            error: self.error_body,
        }
    }
}

/// How much of an answer's body is read. What is longer is reported as [`TransportErrorKind::TooLarge`](crate::transport::TransportErrorKind::TooLarge) with what was read, and the
/// connection closed, not drained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// Of a success, in bytes.
    pub success: usize,
    /// Of anything else, in bytes.
    pub error: usize,
}

impl BodyLimits {
    /// The limit for an answer with this status, in bytes.
    pub fn of(self, status: StatusCode) -> usize {
        if status.is_success() { self.success } else { self.error }
    }
}
