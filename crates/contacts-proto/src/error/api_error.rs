//! A response with an error status.
//!
//! A body is read as a known shape, else as other JSON, else as text. The status is always kept,
//! and so is the body, up to a limit.

use std::{fmt, time::Duration};

use http::{Response, StatusCode, header};

use super::{
    Attempts, Effect, ErrorKind, Hint, StatusText,
    body::{ErrorBody, MAX_TEXT, compression, request_id},
    meaning::{Meaning, OperationFacts},
};
use crate::{Credentials, redact, retry::server_delay, transport::RetryClass};

/// A response with a status other than 2xx, from the service or from a proxy before it.
///
/// Each text in it is one printable line of at most 300 characters.
#[derive(Clone)]
pub struct ApiError {
    pub(super) operation: &'static str,
    status: StatusCode,
    parsed: ErrorBody,
    meaning: Meaning,
    /// Target of a redirect.
    location: Option<String>,
    compression: Option<String>,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    pub(crate) attempts: Attempts,
}

impl ApiError {
    pub(crate) fn read(operation: &OperationFacts, response: &Response<&[u8]>) -> Self {
        let (status, body) = (response.status(), *response.body());
        let compression = compression(response);
        let mut parsed = ErrorBody::read(status, if compression.is_some() { b"" } else { body });
        parsed.is_empty &= body.is_empty();
        if let Some(id) = request_id(response.headers()) {
            parsed.request_id = Some(id);
        }
        let location =
            response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let location = location.filter(|_| status.is_redirection());
        let ambiguous = RetryClass::of(status) == RetryClass::Ambiguous;
        Self {
            operation: operation.name,
            status,
            meaning: Meaning::of(operation, status, &parsed, location),
            // The query of a login page is long and may hold secrets.
            location: location.map(|location| {
                redact::line(location.split(['?', '#']).next().unwrap_or_default(), MAX_TEXT)
            }),
            compression,
            parsed,
            retry_after: server_delay(status, response.headers()),
            body: body.to_vec(),
            attempts: Attempts::first(if ambiguous && operation.writes {
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

    /// Returns the service's message, if the body has one.
    pub fn title(&self) -> Option<&str> {
        self.parsed.title.as_deref()
    }

    /// Returns the service's details, if the body has some.
    pub fn detail(&self) -> Option<&str> {
        self.parsed.detail.as_deref()
    }

    /// Returns the service's error code, a number or a text, if the body has one.
    pub fn code(&self) -> Option<&str> {
        self.parsed.code.as_deref()
    }

    /// Returns the rejected fields of the request, each with the reason. At most 16.
    pub fn fields(&self) -> &[(String, String)] {
        &self.parsed.fields
    }

    /// Returns the request id for the vendor's support, from a header or the body.
    pub fn request_id(&self) -> Option<&str> {
        self.parsed.request_id.as_deref()
    }

    /// Returns the server-requested retry delay: the larger of `Retry-After` and
    /// `X-RateLimit-Reset`.
    ///
    /// `X-RateLimit-Reset` counts only on a 429 or with `X-RateLimit-Remaining: 0`. Fractions of a
    /// second are rounded up. Dates are compared with the response's own `Date` header. An
    /// unreadable value counts as absent.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Returns the body, at most [`Limits::error_body`](crate::Limits::error_body) bytes.
    ///
    /// Call [`escape_controls`](crate::escape_controls) before you print it.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn kind(&self) -> ErrorKind {
        self.meaning.kind
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        self.meaning.hint.clone()
    }

    /// Removes secrets that the server echoed, and chooses the hint for this kind of credentials.
    pub(super) fn sent_with(&mut self, credentials: &Credentials) {
        self.body = credentials.redact(&self.body).into_owned();
        let ErrorBody { title, detail, code, fields, request_id, .. } = &mut self.parsed;
        let texts = [title, detail, code, request_id, &mut self.location].into_iter().flatten();
        credentials.redact_text(
            &mut texts.chain(fields.iter_mut().flat_map(|(name, reason)| [name, reason])),
        );
        if self.meaning.hint == Some(Hint::CheckCredentials) && credentials.header().is_some() {
            let bearer = credentials.is_bearer();
            self.meaning.hint =
                Some(if bearer { Hint::CheckAccessToken } else { Hint::CheckApiToken });
        }
    }
}

impl ApiError {
    /// Writes the status and what the body says.
    pub(super) fn reason(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", StatusText(self.status))?;
        if let Some(location) = &self.location {
            write!(f, ": redirected to {location}")?;
        }
        if let Some(encoding) = &self.compression {
            write!(f, ": the body is compressed ({encoding}), but compression was not requested")?;
        }
        match &self.parsed {
            _ if self.compression.is_some() => {}
            ErrorBody { title: None, detail: None, fields, .. } if fields.is_empty() => {
                let excerpt = redact::excerpt(&self.body);
                if !excerpt.is_empty() {
                    write!(f, ": {excerpt}")?;
                }
            }
            ErrorBody { title, detail, code, fields, .. } => {
                for text in [title, detail].into_iter().flatten() {
                    write!(f, ": {text}")?;
                }
                for (name, reason) in fields {
                    write!(f, "; `{name}`: {reason}")?;
                }
                if let Some(code) = code {
                    write!(f, " (code {code})")?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: ", self.operation)?;
        self.reason(f)?;
        self.attempts.fmt(f)?;
        if let Some(id) = self.request_id() {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for ApiError {}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("parsed", &self.parsed)
            .field("retry_after", &self.retry_after)
            .field("body", &redact::excerpt(&self.body))
            .field("attempts", &self.attempts)
            .finish()
    }
}
