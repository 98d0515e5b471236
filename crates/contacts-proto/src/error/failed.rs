//! A request without a whole answer, and the operation that it was for.

use std::fmt;

use http::StatusCode;

use super::{ErrorKind, Hint, Reasoned, Trail, body::request_id};
use crate::{Cause, Failure};

/// A [`Failure`] with the operation it met. What it tells, the methods of [`Error`](crate::Error) tell, and its `source` is what the
/// HTTP library says.
#[derive(Clone)]
pub struct Failed {
    operation: &'static str,
    pub(super) failure: Failure,
    pub(super) request_id: Option<String>,
    pub(crate) trail: Trail,
}

impl Failed {
    /// The answer in the failure has no secret in it any more.
    pub(crate) fn new(operation: &'static str, failure: Failure, trail: Trail) -> Self {
        let request_id = failure.answer().and_then(|answer| request_id(answer.headers()));
        Self { operation, failure, request_id, trail }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self.failure.cause() {
            Cause::TimedOut => ErrorKind::TimedOut,
            Cause::Certificate => ErrorKind::Certificate,
            Cause::Malformed | Cause::TooLarge => ErrorKind::UnexpectedAnswer,
            Cause::Proxy if self.failure.is_refused_for_good() => ErrorKind::Rejected,
            _ => ErrorKind::Unavailable,
        }
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        match self.failure.cause() {
            Cause::Resolve => Some(Hint::CheckHost),
            Cause::Certificate => Some(Hint::CheckCertificate),
            Cause::Malformed => Some(Hint::NotTheService),
            Cause::Proxy => match self.failure.proxy_status() {
                Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED) => Some(Hint::ProxyCredentials),
                Some(StatusCode::FORBIDDEN) => Some(Hint::ProxyForbids),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Of the answer, if there was the beginning of one, the status and the request id alone: a body as numbers helps nobody.
impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("operation", &self.operation)
            .field("cause", &self.failure.cause())
            .field("status", &self.failure.status())
            .field("request_id", &self.request_id)
            .field("source", &self.failure.source())
            .field("trail", &self.trail)
            .finish()
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, failure, request_id, trail } = self;
        write!(f, "could not {operation}: ")?;
        if let Some(status) = failure.status() {
            write!(f, "{}, and ", Reasoned(status))?;
        }
        write!(f, "{failure}{trail}")?;
        if let Some(id) = request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}
