//! Limits on the size and the time of a response.

use std::time::Duration;

use http::StatusCode;

/// Limits on the size of responses and lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum body of a response that is not a list, in bytes. Default: 1 MiB.
    pub contact_body: usize,
    /// Maximum body of a page of a list, in bytes. Default: 8 MiB.
    pub page_body: usize,
    /// Maximum body of an error response, in bytes. Default: 64 KiB.
    pub error_body: usize,
    /// Maximum number of pages of a list. Default: 10,000.
    pub pages: u32,
    /// Maximum number of items of a list, such as contacts. Default: 1,000,000.
    pub contacts: u32,
}

impl Limits {
    /// Maximum head of a response, in bytes: 64 KiB.
    pub const HEAD: usize = 64 * 1024;
    /// Maximum number of headers of a response: 128.
    pub const HEADERS: usize = 128;
}

/// Timeouts within the timeout of a request, which [`Action::Send`](crate::exchange::Action::Send)
/// has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Maximum time to connect, including DNS and TLS. Default: 5 s.
    pub connect: Duration,
    /// Maximum idle time of a connection before the client drops it. Default: 15 s.
    ///
    /// Servers close idle connections. A request sent at that moment is lost.
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

/// Limits on the body of one response.
///
/// At the limit, stop reading and close the connection. Report
/// [`TransportErrorKind::TooLarge`](super::TransportErrorKind::TooLarge) with the part that was
/// read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    /// Maximum body of a 2xx response, in bytes.
    pub success: usize,
    /// Maximum body of any other response, in bytes.
    pub error: usize,
}

impl BodyLimits {
    /// Returns the limit for a response with this status, in bytes.
    pub fn of(self, status: StatusCode) -> usize {
        if status.is_success() { self.success } else { self.error }
    }
}
