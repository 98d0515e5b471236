//! An answer whose status says success and whose body does not.

use std::fmt;

use http::{Response, StatusCode};

use super::{Attempts, Effect, Hint, Reasoned, body::request_id, meaning::Asked};
use crate::{Credentials, redact};

/// The most of a body that is kept, in bytes.
pub(crate) const LONGEST_BODY: usize = 64 * 1024;

/// An answer with a 2xx status that the operation cannot use: a page of a captive portal, a broken body, a missing id.
///
/// Of a writing operation it is not known whether it was carried out.
#[derive(Clone)]
pub struct InvalidResponse {
    operation: &'static str,
    status: StatusCode,
    request_id: Option<String>,
    reason: String,
    body: Vec<u8>,
    pub(crate) attempts: Attempts,
}

impl InvalidResponse {
    pub(crate) fn new(asked: &Asked, response: &Response<&[u8]>, reason: impl Into<String>) -> Self {
        let body = *response.body();
        Self {
            operation: asked.operation,
            status: response.status(),
            request_id: request_id(response.headers()),
            // A reason may quote the body.
            reason: redact::line(&reason.into(), 200),
            body: body.get(..LONGEST_BODY).unwrap_or(body).to_vec(),
            attempts: Attempts::first(if asked.writes { Effect::Possible } else { Effect::None }),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The id to tell the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// What is wrong with the answer.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The body, 64 KiB of it at most.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes out what a server echoed of the credentials.
    pub(super) fn redact(&mut self, credentials: &Credentials) {
        self.body = credentials.redact(&self.body).into_owned();
        credentials.redact_text(&mut self.request_id.iter_mut().chain([&mut self.reason]));
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        redact::is_markup(&self.body).then_some(Hint::NotTheService)
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self { operation, reason, .. }, status) = (self, Reasoned(self.status));
        write!(f, "could not {operation}: the answer {status} is not what is expected: {reason}")?;
        let excerpt = redact::excerpt(&self.body);
        if !excerpt.is_empty() {
            write!(f, ", in: {excerpt}")?;
        }
        write!(f, "{}", self.attempts)?;
        if let Some(id) = &self.request_id {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

/// As `Display`, and the attempts: a body as numbers helps nobody.
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
