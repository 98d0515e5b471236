//! A request without a complete response.

use std::{error::Error as StdError, fmt};

use http::StatusCode;

use super::{Attempts, ErrorKind, Hint, StatusText, body::request_id};
use crate::transport::{TransportError, TransportErrorKind};

/// A request without a complete response: a [`TransportError`] and the operation that it stopped.
///
/// The methods of [`Error`](crate::Error) return its details, such as the status. `source()` is the
/// error of the HTTP library.
#[derive(Clone)]
pub struct FailedRequest {
    pub(super) operation: &'static str,
    pub(super) error: TransportError,
    pub(super) request_id: Option<String>,
    pub(crate) attempts: Attempts,
}

impl FailedRequest {
    /// Before this call, the caller removes secrets from the error's response.
    pub(crate) fn new(operation: &'static str, error: TransportError, attempts: Attempts) -> Self {
        let request_id = error.response().and_then(|response| request_id(response.headers()));
        Self { operation, error, request_id, attempts }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self.error.kind() {
            TransportErrorKind::TimedOut => ErrorKind::TimedOut,
            TransportErrorKind::Certificate => ErrorKind::Certificate,
            TransportErrorKind::Unsupported => ErrorKind::InvalidInput,
            TransportErrorKind::Malformed | TransportErrorKind::TooLarge => {
                ErrorKind::InvalidResponse
            }
            TransportErrorKind::Proxy if self.error.is_refused_for_good() => ErrorKind::Rejected,
            _ => ErrorKind::Unavailable,
        }
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        match self.error.kind() {
            TransportErrorKind::Dns => Some(Hint::CheckHost),
            TransportErrorKind::Certificate => Some(Hint::CheckCertificate),
            TransportErrorKind::Malformed => Some(Hint::NotTheService),
            TransportErrorKind::Proxy => match self.error.proxy_status() {
                Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => Some(Hint::ProxyCredentials),
                Some(StatusCode::FORBIDDEN) => Some(Hint::ProxyForbids),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Shows only the status and the request id of a partial response. A derived `Debug` would print
/// the body as a list of numbers.
impl fmt::Debug for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedRequest")
            .field("operation", &self.operation)
            .field("kind", &self.error.kind())
            .field("status", &self.error.status())
            .field("request_id", &self.request_id)
            .field("source", &self.error.source())
            .field("attempts", &self.attempts)
            .finish()
    }
}

impl FailedRequest {
    /// Writes why the request failed.
    pub(super) fn reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.error.status() {
            write!(f, "{}, but ", StatusText(status))?;
        }
        write!(f, "{}", self.error)
    }
}

impl fmt::Display for FailedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, request_id, attempts, .. } = self;
        write!(f, "could not {operation}: ")?;
        self.reason(f)?;
        attempts.fmt(f)?;
        if let Some(id) = request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

impl StdError for FailedRequest {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
