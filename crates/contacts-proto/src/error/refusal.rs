//! An answer that is no success, read in steps: a shape that is known, other JSON, not JSON. Status and body are never lost.

use std::{fmt, time::Duration};

use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

use super::{Effect, ErrorKind, Hint, Reasoned, Trail};
use crate::{About, Class, text, wait};

/// The headers that have carried a request id, whichever is there.
const REQUEST_ID_HEADERS: [&str; 4] = ["atl-traceid", "x-trace-id", "x-request-id", "x-arequestid"];

/// The longest text of an answer that is shown, in characters.
const LONGEST: usize = 300;

/// The service's word for a token without the scope.
const SCOPE_REFUSAL: &str = "scope does not match";

/// The service's code for an account without Operations.
const NO_OPERATIONS: &str = "40301";

/// An answer with a status that is no success. Its texts are printable lines of at most 300 characters.
#[derive(Clone)]
pub struct Refusal {
    about: &'static About,
    status: StatusCode,
    said: Said,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    pub(crate) trail: Trail,
}

/// What the body says, in whichever of its shapes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Said {
    title: Option<String>,
    detail: Option<String>,
    code: Option<String>,
    fields: Vec<(String, String)>,
    request_id: Option<String>,
    /// Spring's own page for a path that nobody serves.
    unknown_path: bool,
    /// Whether it is a JSON object, as all that the service says.
    is_object: bool,
}

impl Refusal {
    pub(crate) fn read(about: &'static About, response: &Response<&[u8]>) -> Self {
        let (status, body) = (response.status(), *response.body());
        let mut said =
            serde_json::from_slice::<Value>(body).map_or_else(|_| Said::default(), |json| Said::read(&json));
        if let Some(id) = request_id(response.headers()) {
            said.request_id = Some(id);
        }
        let ambiguous = Class::of(status) == Class::Ambiguous;
        Self {
            about,
            status,
            said,
            retry_after: wait::asked_for(response.headers()),
            body: body.to_vec(),
            trail: Trail::first(if ambiguous && about.writes { Effect::Possible } else { Effect::None }),
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

    /// How long the service asks to be left alone: the larger of `Retry-After` and `X-RateLimit-Reset`. Dates are reckoned from the
    /// answer's own `Date`; what cannot be read is as if it were not there.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The body as far as it was read: [`Limits::error_body`](crate::Limits::error_body) at most. It is not made fit for a terminal:
    /// see [`printable`](crate::printable).
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match (self.status.as_u16(), Class::of(self.status)) {
            (401, _) => ErrorKind::Unauthorized,
            (402 | 403, _) => ErrorKind::Forbidden,
            (404 | 410, _) => ErrorKind::NotFound,
            (429, _) => ErrorKind::RateLimited,
            (408, _) | (500.., Class::Ambiguous) | (421 | 425, _) => ErrorKind::Unavailable,
            (_, Class::Ambiguous) => ErrorKind::UnexpectedAnswer,
            _ => ErrorKind::Rejected,
        }
    }

    pub(super) fn hint(&self) -> Option<Hint> {
        let title = self.title().unwrap_or_default();
        match self.status.as_u16() {
            300..=303 | 305 | 307 | 308 => Some(Hint::Redirected),
            // No question of ours has such an answer.
            304..=399 => Some(Hint::NotTheService),
            // Nobody's credentials were sent.
            401 | 403 if self.about.scopes.is_empty() => self.is_markup().then_some(Hint::NotTheService),
            401 if title.contains(SCOPE_REFUSAL) => Some(Hint::MissingScope(self.about.scopes)),
            401 => Some(Hint::CheckCredentials),
            402 => Some(Hint::PlanLimit),
            // Of a contact or a person only the service can speak.
            403 | 409 | 422 if self.is_markup() => Some(Hint::NotTheService),
            404 | 410 if !self.said.is_object && self.about.names_contact => Some(Hint::NotTheService),
            403 if self.code() == Some(NO_OPERATIONS) => Some(Hint::NoOperations),
            403 => Some(Hint::NotAllowed),
            // Who asks without a scope asks for the site itself.
            404 if self.said.unknown_path || self.about.scopes.is_empty() => Some(Hint::WrongSite),
            404 if !self.about.names_contact && self.has_code() => Some(Hint::NoSuchUser),
            404 if !self.about.names_contact => Some(Hint::WrongSite),
            404 => Some(Hint::NoSuchContact),
            407 => Some(Hint::ProxyCredentials),
            409 | 422 => self.about.rejection,
            _ if self.is_markup() => Some(Hint::NotTheService),
            _ => None,
        }
    }

    /// Whether the service has a code for it. Whoever answers at a wrong address has none, or the status once more.
    fn has_code(&self) -> bool {
        self.code().is_some_and(|code| code != self.status.as_str())
    }

    fn is_markup(&self) -> bool {
        text::is_markup(&self.body)
    }
}

impl Said {
    fn read(json: &Value) -> Self {
        let first = json.get("errors").and_then(|errors| errors.get(0)).unwrap_or(&Value::Null);
        let texts = [
            first.get("title"),
            json.get("message").filter(|message| *message != "No message available"),
            json.get("errorMessages").and_then(|messages| messages.get(0)),
            json.get("title"),
            json.get("error"),
        ];
        let fields = json.get("errors").and_then(Value::as_object);
        Self {
            title: texts.into_iter().flatten().find_map(scalar),
            detail: first.get("detail").or_else(|| json.get("detail")).and_then(scalar),
            code: first.get("code").or_else(|| json.get("code")).and_then(scalar),
            fields: fields
                .into_iter()
                .flatten()
                .filter_map(|(name, reason)| Some((text::line(name, LONGEST), scalar(reason)?)))
                .take(16)
                .collect(),
            request_id: json.get("requestId").and_then(scalar),
            unknown_path: json.get("timestamp").is_some() && json.get("path").is_some(),
            is_object: json.is_object(),
        }
    }
}

/// A text or a number, as one printable line.
fn scalar(value: &Value) -> Option<String> {
    let line = match value {
        Value::String(text) => text::line(text, LONGEST),
        Value::Number(number) => text::line(&number.to_string(), LONGEST),
        _ => return None,
    };
    Some(line).filter(|line| !line.is_empty())
}

/// The request id of an answer's head.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = REQUEST_ID_HEADERS.iter().find_map(|name| headers.get(*name))?;
    Some(text::line(&String::from_utf8_lossy(value.as_bytes()), 128)).filter(|id| !id.is_empty())
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.about.name, Reasoned(self.status))?;
        match &self.said {
            Said { title: None, detail: None, fields, .. } if fields.is_empty() => {
                let excerpt = text::excerpt(&self.body);
                if !excerpt.is_empty() {
                    write!(f, ": {excerpt}")?;
                }
            }
            Said { title, detail, code, fields, .. } => {
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
        write!(f, "{}", self.trail)?;
        if let Some(id) = self.request_id() {
            write!(f, " [request id {id}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("operation", &self.about.name)
            .field("status", &self.status)
            .field("said", &self.said)
            .field("retry_after", &self.retry_after)
            .field("body", &text::excerpt(&self.body))
            .field("trail", &self.trail)
            .finish()
    }
}
