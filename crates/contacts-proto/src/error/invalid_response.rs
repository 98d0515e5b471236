//! A response with a success status that cannot be used.

use std::fmt;

use http::{Response, StatusCode};

use super::{Attempts, Effect, Hint, StatusText, body::request_id, meaning::OperationFacts};
use crate::{Credentials, redact};

/// Maximum size of a body that an error keeps, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// A 2xx response that the operation cannot use: a login page, a broken body, a missing id.
///
/// If the operation changes something, the change may have happened.
#[derive(Clone)]
pub struct InvalidResponse {
    pub(super) operation: &'static str,
    status: StatusCode,
    request_id: Option<String>,
    reason: String,
    body: Vec<u8>,
    pub(crate) attempts: Attempts,
}

impl InvalidResponse {
    pub(crate) fn new(
        operation: &OperationFacts,
        response: &Response<&[u8]>,
        reason: impl Into<String>,
    ) -> Self {
        let body = *response.body();
        Self {
            operation: operation.name,
            status: response.status(),
            request_id: request_id(response.headers()),
            // A reason may quote the body.
            reason: redact::line(&reason.into(), 200),
            body: body.get(..MAX_BODY).unwrap_or(body).to_vec(),
            attempts: Attempts::first(if operation.writes {
                Effect::Possible
            } else {
                Effect::None
            }),
        }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the request id for the vendor's support, if the response has one.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the reason why the response cannot be used.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the body, at most its first 64 KiB.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Removes secrets that the server echoed.
    pub(super) fn redact(&mut self, credentials: &Credentials) {
        self.body = credentials.redact(&self.body).into_owned();
        credentials.redact_text(&mut self.request_id.iter_mut().chain([&mut self.reason]));
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        redact::is_markup(&self.body).then_some(Hint::NotTheService)
    }
}

impl InvalidResponse {
    /// Writes why the response is unusable.
    pub(super) fn why(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected response ({}): {}", StatusText(self.status), self.reason)?;
        let excerpt = redact::excerpt(&self.body);
        if excerpt.is_empty() { Ok(()) } else { write!(f, ", in: {excerpt}") }
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: ", self.operation)?;
        self.why(f)?;
        self.attempts.fmt(f)?;
        if let Some(id) = &self.request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

/// Shows an excerpt of the body. A derived `Debug` would print it as a list of numbers.
impl fmt::Debug for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidResponse")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("reason", &self.reason)
            .field("body", &redact::excerpt(&self.body))
            .field("attempts", &self.attempts)
            .finish()
    }
}

impl std::error::Error for InvalidResponse {}
