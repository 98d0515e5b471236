//! Reading answers: the status first, then the body.

use http::{Response, header};
use serde::{Deserialize, de::IgnoredAny};

use crate::{About, Class, ContactId, Error, Refusal, Unexpected, object::Object, text};

/// The JSON object in the body of a success.
pub(crate) fn json<'a, T: Deserialize<'a>>(
    about: &'static About,
    response: &Response<&'a [u8]>,
) -> Result<T, Error> {
    if without_bom(response.body()).trim_ascii_start().starts_with(b"[") {
        success(about, response)?;
        return Err(unexpected(about, response, "it is an array and not an object"));
    }
    read(about, response).map(|Object(value)| value)
}

/// Refuses a success whose body is not JSON.
pub(crate) fn any_json(about: &'static About, response: &Response<&[u8]>) -> Result<(), Error> {
    read::<IgnoredAny>(about, response).map(|_| ())
}

fn read<'a, T: Deserialize<'a>>(about: &'static About, response: &Response<&'a [u8]>) -> Result<T, Error> {
    success(about, response)?;
    if let Some(encoding) = compression(response) {
        let reason = format!("the body is compressed ({encoding}), which was not requested");
        return Err(unexpected(about, response, reason));
    }
    // Checked once as a whole: cheaper than string by string.
    let Ok(text) = std::str::from_utf8(without_bom(response.body())) else {
        return Err(unexpected(about, response, "it is not UTF-8"));
    };
    serde_json::from_str(text).map_err(|_| unexpected(about, response, reason::<T>(text)))
}

/// A body without the byte order mark that some gateways put before JSON.
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// The encoding of a compressed body, by its header or its first bytes. No request asks for one.
pub(crate) fn compression(response: &Response<&[u8]>) -> Option<String> {
    if let Some(name) = text::compression(response.body()) {
        return Some(name.to_owned());
    }
    let header = response.headers().get(header::CONTENT_ENCODING)?.to_str().ok()?.trim();
    // Some servers name an encoding and do not use it: JSON begins with neither of the bytes of a compressed body.
    let is_text =
        response.body().iter().all(|byte| byte.is_ascii() && (*byte >= b' ' || byte.is_ascii_whitespace()));
    (!is_text && !header.is_empty() && !header.eq_ignore_ascii_case("identity"))
        .then(|| text::line(header, 20))
}

/// Refuses every status that is no success.
pub(crate) fn success(about: &'static About, response: &Response<&[u8]>) -> Result<(), Error> {
    match Class::of(response.status()) {
        Class::Success => Ok(()),
        _ => Err(Error::Refused(Box::new(Refusal::read(about, response)))),
    }
}

/// Refuses an answer that is about another contact than the request was. UUIDs are compared without case.
pub(crate) fn same_id(
    about: &'static About,
    response: &Response<&[u8]>,
    asked: &ContactId,
    answered: &ContactId,
) -> Result<(), Error> {
    if asked.as_str().eq_ignore_ascii_case(answered.as_str()) {
        return Ok(());
    }
    Err(unexpected(about, response, format!("it is about another contact, {answered}")))
}

/// An answer that says success and cannot be used.
pub(crate) fn unexpected(
    about: &'static About,
    response: &Response<&[u8]>,
    reason: impl Into<String>,
) -> Error {
    Error::Unexpected(Box::new(Unexpected::new(about, response, reason)))
}

/// Why a text cannot be read, with the place in it. Only what failed is read again for its sake.
fn reason<'a, T: Deserialize<'a>>(text: &'a str) -> String {
    if text.trim().is_empty() {
        return "it has no body".into();
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => {
            // What cannot be named is a question mark at the end of it.
            let path = error.path().to_string();
            match path.trim_end_matches(['.', '?']) {
                "" => error.into_inner().to_string(),
                path => format!("at {path}: {}", error.inner()),
            }
        }
        Ok(_) => "there is something behind the end of it".into(),
    }
}
