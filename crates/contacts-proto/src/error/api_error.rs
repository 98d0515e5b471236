//! An answer that is no success, read in steps: a shape that is known, other JSON, not JSON. Status and body are never lost.

use std::{fmt, time::Duration};

use http::{Response, StatusCode, header};

use super::{
    Attempts, Effect, ErrorKind, Hint, Reasoned,
    body::{ErrorBody, LONGEST, compression, request_id},
    meaning::{Asked, Meaning},
};
use crate::{Credentials, redact, retry::asked_for, transport::RetryClass};

/// An answer with a status that is no success. Its texts are printable lines of at most 300 characters.
#[derive(Clone)]
pub struct ApiError {
    operation: &'static str,
    status: StatusCode,
    said: ErrorBody,
    meaning: Meaning,
    /// Where a redirect leads.
    location: Option<String>,
    compressed: Option<String>,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    pub(crate) attempts: Attempts,
}

impl ApiError {
    pub(crate) fn read(asked: &Asked, response: &Response<&[u8]>) -> Self {
        let (status, body) = (response.status(), *response.body());
        let compressed = compression(response);
        let mut said = ErrorBody::read(status, if compressed.is_some() { b"" } else { body });
        said.is_empty &= body.is_empty();
        if let Some(id) = request_id(response.headers()) {
            said.request_id = Some(id);
        }
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let location = location.filter(|_| status.is_redirection());
        let ambiguous = RetryClass::of(status) == RetryClass::Ambiguous;
        Self {
            operation: asked.operation,
            status,
            meaning: Meaning::of(asked, status, &said, location),
            // The query of a log-in page is long, and its secret.
            location: location
                .map(|location| redact::line(location.split(['?', '#']).next().unwrap_or_default(), LONGEST)),
            compressed,
            said,
            retry_after: asked_for(status, response.headers()),
            body: body.to_vec(),
            attempts: Attempts::first(if ambiguous && asked.writes {
                Effect::Possible
            } else {
                Effect::None
            }),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What the service says.
    pub fn title(&self) -> Option<&str> {
        self.said.title.as_deref()
    }

    /// What it says further.
    pub fn detail(&self) -> Option<&str> {
        self.said.detail.as_deref()
    }

    /// Its error code: some shapes have a number here, some a text.
    pub fn code(&self) -> Option<&str> {
        self.said.code.as_deref()
    }

    /// What it says of members of the request, each with its name; 16 of them at most.
    pub fn fields(&self) -> &[(String, String)] {
        &self.said.fields
    }

    /// The id to tell the vendor's support, of the body or of a header.
    pub fn request_id(&self) -> Option<&str> {
        self.said.request_id.as_deref()
    }

    /// Server-requested retry delay: the larger of `Retry-After` and, if the rate limit is used up (a 429, or
    /// `X-RateLimit-Remaining: 0`), `X-RateLimit-Reset`. Fractions of a second are rounded up. Dates count from the answer's own
    /// `Date`; a value that cannot be read counts as absent.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The body as far as it was read: [`Limits::error_body`](crate::Limits::error_body) at most. It is not made fit for a terminal:
    /// see [`escape_controls`](crate::escape_controls).
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn kind(&self) -> ErrorKind {
        self.meaning.kind
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        self.meaning.hint.clone()
    }

    /// Takes out what a server echoed of the credentials, and says which kind of them was refused.
    pub(super) fn sent_with(&mut self, credentials: &Credentials) {
        self.body = credentials.redact(&self.body).into_owned();
        let ErrorBody { title, detail, code, fields, request_id, .. } = &mut self.said;
        let texts = [title, detail, code, request_id, &mut self.location].into_iter().flatten();
        credentials
            .redact_text(&mut texts.chain(fields.iter_mut().flat_map(|(name, reason)| [name, reason])));
        if self.meaning.hint == Some(Hint::CheckCredentials) && credentials.header().is_some() {
            let bearer = credentials.is_bearer();
            self.meaning.hint = Some(if bearer { Hint::CheckAccessToken } else { Hint::CheckApiToken });
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.operation, Reasoned(self.status))?;
        if let Some(location) = &self.location {
            write!(f, ": the answer leads to {location}")?;
        }
        if let Some(encoding) = &self.compressed {
            write!(f, ": the body is compressed ({encoding}), which was not requested")?;
        }
        match &self.said {
            _ if self.compressed.is_some() => {}
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
                    write!(f, "; {name}: {reason}")?;
                }
                if let Some(code) = code {
                    write!(f, " (code {code})")?;
                }
            }
        }
        write!(f, "{}", self.attempts)?;
        if let Some(id) = self.request_id() {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("said", &self.said)
            .field("retry_after", &self.retry_after)
            .field("body", &redact::excerpt(&self.body))
            .field("attempts", &self.attempts)
            .finish()
    }
}
