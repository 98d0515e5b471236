//! Reading answers: the status first, then the body.

use http::Response;
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    About, Class, Confirmation, ContactId, Error, Refusal, Unexpected,
    error::compression,
    model::json::{self, Object, without_bom},
};

/// The JSON object in the body of a success.
pub(crate) fn object<'a, T: Deserialize<'a>>(
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

/// Reads the answer to a change of a contact that the caller knows: no member of it is promised, so that the id is the
/// caller's where the service gives none, and an empty body will do. Anything but a JSON object will not: the page of a
/// captive portal has changed nothing.
pub(crate) fn confirmation(
    about: &'static About,
    response: &Response<&[u8]>,
    id: &ContactId,
    message: &str,
) -> Result<Confirmation, Error> {
    success(about, response)?;
    if response.body().is_empty() {
        return Ok(Confirmation::new(id.clone(), message));
    }
    let envelope: Envelope = object(about, response)?;
    if let Some(answered) = envelope.data.and_then(|data| data.id) {
        same_id(about, response, id, &answered)?;
    }
    Ok(Confirmation { id: id.clone(), message: envelope.message.unwrap_or_else(|| message.into()) })
}

/// Reads the answer to a creation: without an id nobody can say what was created.
pub(crate) fn new_contact(
    about: &'static About,
    response: &Response<&[u8]>,
    message: &str,
) -> Result<Confirmation, Error> {
    let envelope: Envelope = object(about, response)?;
    let Some(id) = envelope.data.and_then(|data| data.id) else {
        return Err(unexpected(about, response, "it has no `data.id`"));
    };
    Ok(Confirmation { id, message: envelope.message.unwrap_or_else(|| message.into()) })
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    message: Option<String>,
    #[serde(default, deserialize_with = "json::optional")]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    id: Option<ContactId>,
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
