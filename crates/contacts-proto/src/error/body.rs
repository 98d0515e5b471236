//! The body of an error response, read in steps: a known shape, other JSON, not JSON.

use http::{HeaderMap, Response, StatusCode, header};
use serde_json::Value;

use crate::{model::json::without_bom, redact};

/// Headers that real responses use for the request id. The first one counts.
const REQUEST_ID_HEADERS: [&str; 4] = ["atl-traceid", "x-trace-id", "x-request-id", "x-arequestid"];

/// Maximum length of a text in a message, in characters.
pub(super) const MAX_TEXT: usize = 300;

/// Contents of the body, whatever its shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ErrorBody {
    pub(super) title: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) code: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) request_id: Option<String>,
    /// The body is a JSON object, as every body from the service is.
    pub(super) is_object: bool,
    /// The body has a list of errors: the shape that the vendor documents for a 404.
    pub(super) is_listed: bool,
    /// The code differs from the status.
    pub(super) has_own_code: bool,
    /// The body looks like a response to an unknown path from a gateway or from the Jira platform.
    pub(super) is_from_gateway: bool,
    pub(super) is_markup: bool,
    pub(super) is_empty: bool,
    /// The body begins like a JSON object, and is not JSON.
    pub(super) is_truncated: bool,
}

impl ErrorBody {
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let body = without_bom(body);
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
            is_from_gateway: (json.get("timestamp").is_some() && json.get("path").is_some())
                || json.get("errorMessages").is_some(),
            is_markup: redact::is_markup(body),
            is_empty: body.trim_ascii().is_empty(),
            is_truncated: !json.is_object() && body.trim_ascii_start().starts_with(b"{"),
            code,
        }
    }

    pub(super) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns all texts in lower case, to search for words.
    fn texts(&self) -> impl Iterator<Item = String> {
        let fields = self.fields.iter().flat_map(|(name, reason)| [name, reason]);
        let texts = [&self.title, &self.detail, &self.code].into_iter().flatten();
        texts.chain(fields).map(|text| text.to_ascii_lowercase())
    }

    /// Returns `true` if a text has this phrase. The phrase must be in lower case.
    pub(super) fn has_phrase(&self, phrase: &str) -> bool {
        self.texts().any(|text| text.contains(phrase))
    }

    /// Returns `true` if a text has one of these words, in lower case. `USER_NOT_FOUND` counts as
    /// three words.
    pub(super) fn has_word(&self, words: &[&str]) -> bool {
        self.texts().any(|text| {
            text.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
        })
    }

    /// Returns `true` if a text names a contact, such as "contact not found". "Contact your
    /// administrator" does not.
    pub(super) fn mentions_contact(&self) -> bool {
        /// Words that follow the noun "contact". If another word
        /// follows, "contact" is a verb.
        const AFTER_NOUN: [&str; 15] = [
            "not", "does", "doesn", "is", "isn", "was", "wasn", "has", "could", "couldn", "cannot",
            "with", "of", "id", "for",
        ];
        self.texts().any(|text| {
            let words: Vec<_> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            let followers = words.iter().skip(1).copied().map(Some).chain([None]);
            words.iter().zip(followers).any(|(word, next)| {
                *word == "contacts"
                    || (*word == "contact" && next.is_none_or(|next| AFTER_NOUN.contains(&next)))
            })
        })
    }
}

/// Returns the rejected fields, each with its reason.
///
/// Reads three shapes: a map from fields to reasons; a list of errors, whose first entry is
/// skipped; the parameters of `application/problem+json`.
fn fields(json: &Value, entries: &[Value]) -> Vec<(String, String)> {
    let named = |entry: &Value| {
        let name = ["name", "field", "pointer", "parameter", "code"]
            .iter()
            .find_map(|key| scalar(entry.get(key)?));
        let reason =
            ["reason", "detail", "message", "title"].iter().find_map(|key| scalar(entry.get(key)?));
        Some((name?, reason?))
    };
    let map = json.get("errors").and_then(Value::as_object).into_iter().flatten();
    let map =
        map.filter_map(|(name, reason)| Some((redact::line(name, MAX_TEXT), scalar(reason)?)));
    // Any crate can turn on the feature of serde_json that changes the order of maps.
    let mut map: Vec<_> = map.collect();
    map.sort();
    let parameters = ["invalid-params", "invalidParams", "invalid_params"]
        .iter()
        .find_map(|key| json.get(key)?.as_array());
    // The first entry without a name of its own is the title.
    let further = entries
        .iter()
        .enumerate()
        .filter(|(index, entry)| *index > 0 || entry.get("title").is_none());
    let further = further.map(|(_, entry)| entry);
    map.into_iter()
        .chain(further.chain(parameters.into_iter().flatten()).filter_map(named))
        .take(16)
        .collect()
}

/// Returns a text or a number as one printable line.
fn scalar(value: &Value) -> Option<String> {
    let line = match value {
        Value::String(text) => redact::line(text, MAX_TEXT),
        Value::Number(number) => redact::line(&number.to_string(), MAX_TEXT),
        _ => return None,
    };
    Some(line).filter(|line| !line.is_empty())
}

/// Returns the request id in the headers.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = REQUEST_ID_HEADERS.iter().find_map(|name| headers.get(*name))?;
    Some(redact::line(&String::from_utf8_lossy(value.as_bytes()), 128)).filter(|id| !id.is_empty())
}

/// Returns the encoding of a compressed body, from its first bytes or its header.
pub(crate) fn compression(response: &Response<&[u8]>) -> Option<String> {
    if let Some(name) = redact::compression(response.body()) {
        return Some(name.to_owned());
    }
    let header = response.headers().get(header::CONTENT_ENCODING)?.to_str().ok()?.trim();
    // Some servers name an encoding and do not use it: then the body is plain text.
    let is_text = response
        .body()
        .iter()
        .all(|byte| byte.is_ascii() && (*byte >= b' ' || byte.is_ascii_whitespace()));
    (!is_text && !header.is_empty() && !header.eq_ignore_ascii_case("identity"))
        .then(|| redact::line(header, 20))
}
