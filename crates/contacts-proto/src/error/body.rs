//! The body of an error response, read in steps: a shape that is known, other JSON, not JSON.

use http::{HeaderMap, Response, StatusCode, header};
use serde_json::Value;

use crate::{model::json::without_bom, redact};

/// The headers that have carried a request id, whichever is there.
const REQUEST_ID_HEADERS: [&str; 4] = ["atl-traceid", "x-trace-id", "x-request-id", "x-arequestid"];

/// The longest text of an answer that is shown, in characters.
pub(super) const LONGEST: usize = 300;

/// What the body says, in whichever of its shapes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ErrorBody {
    pub(super) title: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) code: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) request_id: Option<String>,
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
            is_of_a_gateway: (json.get("timestamp").is_some() && json.get("path").is_some())
                || json.get("errorMessages").is_some(),
            is_markup: redact::is_markup(body),
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
    let map = map.filter_map(|(name, reason)| Some((redact::line(name, LONGEST), scalar(reason)?)));
    // A feature of serde_json that any crate can turn on decides the order of its maps.
    let mut map: Vec<_> = map.collect();
    map.sort();
    let parameters = ["invalid-params", "invalidParams", "invalid_params"]
        .iter()
        .find_map(|key| json.get(key)?.as_array());
    // The first entry without a name of its own is the title.
    let further =
        entries.iter().enumerate().filter(|(index, entry)| *index > 0 || entry.get("title").is_none());
    let further = further.map(|(_, entry)| entry);
    map.into_iter()
        .chain(further.chain(parameters.into_iter().flatten()).filter_map(named))
        .take(16)
        .collect()
}

/// A text or a number, as one printable line.
fn scalar(value: &Value) -> Option<String> {
    let line = match value {
        Value::String(text) => redact::line(text, LONGEST),
        Value::Number(number) => redact::line(&number.to_string(), LONGEST),
        _ => return None,
    };
    Some(line).filter(|line| !line.is_empty())
}

/// The request id of an answer's head.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = REQUEST_ID_HEADERS.iter().find_map(|name| headers.get(*name))?;
    Some(redact::line(&String::from_utf8_lossy(value.as_bytes()), 128)).filter(|id| !id.is_empty())
}

/// The encoding of a compressed body, by its header or its first bytes. No request asks for one.
pub(crate) fn compression(response: &Response<&[u8]>) -> Option<String> {
    if let Some(name) = redact::compression(response.body()) {
        return Some(name.to_owned());
    }
    let header = response.headers().get(header::CONTENT_ENCODING)?.to_str().ok()?.trim();
    // Some servers name an encoding and do not use it: JSON begins with neither of the bytes of a compressed body.
    let is_text =
        response.body().iter().all(|byte| byte.is_ascii() && (*byte >= b' ' || byte.is_ascii_whitespace()));
    (!is_text && !header.is_empty() && !header.eq_ignore_ascii_case("identity"))
        .then(|| redact::line(header, 20))
}
