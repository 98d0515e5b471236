//! An answer that is no success, read in steps: a shape that is known, other JSON, not JSON. Status and body are never lost.

use std::{fmt, time::Duration};

use http::{HeaderMap, Response, StatusCode, header};
use serde_json::Value;

use super::{Effect, ErrorKind, Hint, Reasoned, Trail, meaning::Meaning};
use crate::{About, Class, Credentials, answer, text, wait};

/// The headers that have carried a request id, whichever is there.
const REQUEST_ID_HEADERS: [&str; 4] = ["atl-traceid", "x-trace-id", "x-request-id", "x-arequestid"];

/// The longest text of an answer that is shown, in characters.
const LONGEST: usize = 300;

/// An answer with a status that is no success. Its texts are printable lines of at most 300 characters.
#[derive(Clone)]
pub struct Refusal {
    about: &'static About,
    status: StatusCode,
    said: Said,
    meaning: Meaning,
    /// Where a redirect leads.
    location: Option<String>,
    compressed: Option<String>,
    retry_after: Option<Duration>,
    body: Vec<u8>,
    pub(crate) trail: Trail,
}

/// What the body says, in whichever of its shapes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    title: Option<String>,
    detail: Option<String>,
    code: Option<String>,
    fields: Vec<(String, String)>,
    request_id: Option<String>,
    /// Whether it is a JSON object, as all that the service says.
    pub(super) is_object: bool,
    /// Whether it has a list of errors, the shape that the service documents for a 404.
    pub(super) is_listed: bool,
    /// Whether its code is more than the status once more.
    pub(super) has_own_code: bool,
    /// The shape of a gateway for a path that nobody serves, or of the sister platform.
    pub(super) is_of_a_gateway: bool,
    pub(super) is_markup: bool,
    pub(super) is_empty: bool,
}

impl Refusal {
    pub(crate) fn read(about: &'static About, response: &Response<&[u8]>) -> Self {
        let (status, body) = (response.status(), *response.body());
        let compressed = answer::compression(response);
        let mut said = Said::read(status, if compressed.is_some() { b"" } else { body });
        said.is_empty &= body.is_empty();
        if let Some(id) = request_id(response.headers()) {
            said.request_id = Some(id);
        }
        let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
        let location = location.filter(|_| status.is_redirection());
        let ambiguous = Class::of(status) == Class::Ambiguous;
        Self {
            about,
            status,
            meaning: Meaning::of(about, status, &said, location),
            // The query of a log-in page is long, and its secret.
            location: location
                .map(|location| text::line(location.split(['?', '#']).next().unwrap_or_default(), LONGEST)),
            compressed,
            said,
            retry_after: wait::asked_for(status, response.headers()),
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

    /// Server-requested retry delay: the larger of `Retry-After` and, if the rate limit is used up (a 429, or
    /// `X-RateLimit-Remaining: 0`), `X-RateLimit-Reset`. Fractions of a second are rounded up. Dates count from the answer's own
    /// `Date`; a value that cannot be read counts as absent.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The body as far as it was read: [`Limits::error_body`](crate::Limits::error_body) at most. It is not made fit for a terminal:
    /// see [`printable`](crate::printable).
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
        let Said { title, detail, code, fields, request_id, .. } = &mut self.said;
        let texts = [title, detail, code, request_id, &mut self.location].into_iter().flatten();
        credentials
            .redact_text(&mut texts.chain(fields.iter_mut().flat_map(|(name, reason)| [name, reason])));
        if self.meaning.hint == Some(Hint::CheckCredentials) && credentials.header().is_some() {
            let bearer = credentials.is_bearer();
            self.meaning.hint = Some(if bearer { Hint::CheckAccessToken } else { Hint::CheckApiToken });
        }
    }
}

impl Said {
    fn read(status: StatusCode, body: &[u8]) -> Self {
        let body = answer::without_bom(body);
        let json = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let entries = json.get("errors").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let first = entries.first().unwrap_or(&Value::Null);
        let texts = [
            first.get("title"),
            json.get("message").filter(|message| *message != "No message available"),
            json.get("errorMessages").and_then(|messages| messages.get(0)),
            json.get("title"),
            json.get("error"),
        ];
        let code = first.get("code").or_else(|| json.get("code")).and_then(scalar);
        Self {
            title: texts.into_iter().flatten().find_map(scalar),
            detail: first.get("detail").or_else(|| json.get("detail")).and_then(scalar),
            fields: fields(&json, entries),
            request_id: json.get("requestId").and_then(scalar),
            is_object: json.is_object(),
            is_listed: first.is_object(),
            has_own_code: code.as_deref().is_some_and(|code| code != status.as_str()),
            is_of_a_gateway: (json.get("timestamp").is_some() && json.get("path").is_some())
                || json.get("errorMessages").is_some(),
            is_markup: text::is_markup(body),
            is_empty: body.trim_ascii().is_empty(),
            code,
        }
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// All that it says, for the search of a word.
    fn texts(&self) -> impl Iterator<Item = String> {
        let fields = self.fields.iter().flat_map(|(name, reason)| [name, reason]);
        let texts = [&self.title, &self.detail, &self.code].into_iter().flatten();
        texts.chain(fields).map(|text| text.to_ascii_lowercase())
    }

    /// Whether it has this phrase, in lower case.
    pub(super) fn speaks_of(&self, phrase: &str) -> bool {
        self.texts().any(|text| text.contains(phrase))
    }

    /// Whether it has one of these words, in lower case. The parts of `USER_NOT_FOUND` are words.
    pub(super) fn has_word(&self, words: &[&str]) -> bool {
        self.texts().any(|text| text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word)))
    }

    /// Whether it names a contact, and does not only say whom to contact.
    pub(super) fn speaks_of_a_contact(&self) -> bool {
        const WHOM: [&str; 9] = ["your", "you", "support", "us", "the", "our", "an", "a", "admin"];
        self.texts().any(|text| {
            let words: Vec<_> =
                text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
            let followers = words.iter().skip(1).copied().map(Some).chain([None]);
            words.iter().zip(followers).any(|(word, next)| {
                *word == "contacts" || (*word == "contact" && next.is_none_or(|next| !WHOM.contains(&next)))
            })
        })
    }
}

/// What the body says of members of the request, in whichever of its shapes: a map of fields to reasons, the further entries of a
/// list of errors, or the parameters of `application/problem+json`.
fn fields(json: &Value, entries: &[Value]) -> Vec<(String, String)> {
    let named = |entry: &Value| {
        let name =
            ["name", "field", "pointer", "parameter", "code"].iter().find_map(|key| scalar(entry.get(key)?));
        let reason = ["reason", "detail", "message", "title"].iter().find_map(|key| scalar(entry.get(key)?));
        Some((name?, reason?))
    };
    let map = json.get("errors").and_then(Value::as_object).into_iter().flatten();
    let map = map.filter_map(|(name, reason)| Some((text::line(name, LONGEST), scalar(reason)?)));
    let parameters = ["invalid-params", "invalidParams", "invalid_params"]
        .iter()
        .find_map(|key| json.get(key)?.as_array());
    // The first entry without a name of its own is the title.
    let further =
        entries.iter().enumerate().filter(|(index, entry)| *index > 0 || entry.get("title").is_none());
    let further = further.map(|(_, entry)| entry);
    map.chain(further.chain(parameters.into_iter().flatten()).filter_map(named)).take(16).collect()
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
        if let Some(location) = &self.location {
            write!(f, ": the answer leads to {location}")?;
        }
        if let Some(encoding) = &self.compressed {
            write!(f, ": the body is compressed ({encoding}), which was not requested")?;
        }
        match &self.said {
            _ if self.compressed.is_some() => {}
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
