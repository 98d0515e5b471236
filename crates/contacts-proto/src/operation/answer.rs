//! Reading responses: the status first, then the body.

use http::Response;
use serde::{Deserialize, de::IgnoredAny};

use crate::{
    ApiError, Confirmation, ContactId, Error, Hint, InvalidResponse, Operation,
    error::{Asked, Subject, compression},
    model::json::{self, Object, without_bom},
    transport::RetryClass,
};

/// A response to an operation, of which any part may be wrong.
pub(crate) struct Answer<'r, 'b> {
    response: &'r Response<&'b [u8]>,
    asked: Asked,
}

impl<'r, 'b> Answer<'r, 'b> {
    pub(crate) fn to<O: Operation>(response: &'r Response<&'b [u8]>, subject: Subject) -> Self {
        Self { response, asked: Asked::of::<O>(subject) }
    }

    /// Names the usual reason of a 409 or 422.
    pub(crate) fn rejected_as(mut self, hint: Hint) -> Self {
        self.asked.rejection = Some(hint);
        self
    }

    /// Checks that the status says success.
    pub(crate) fn success(&self) -> Result<(), Error> {
        match RetryClass::of(self.response.status()) {
            RetryClass::Success => Ok(()),
            _ => Err(Error::Api(Box::new(ApiError::read(&self.asked, self.response)))),
        }
    }

    /// Reads the JSON object in the body of a success.
    pub(crate) fn object<T: Deserialize<'b>>(&self) -> Result<T, Error> {
        if without_bom(self.response.body()).trim_ascii_start().starts_with(b"[") {
            self.success()?;
            return Err(self.unexpected("it is an array and not an object"));
        }
        self.read().map(|Object(value)| value)
    }

    /// Checks that the body of a success is JSON.
    pub(crate) fn any_json(&self) -> Result<(), Error> {
        self.read::<IgnoredAny>().map(|_| ())
    }

    /// Reads the response to a change of a contact that the caller knows. The service promises no member of it: without an id it is
    /// about the caller's, and an empty body will do. Anything but a JSON object will not: the page of a captive portal has
    /// changed nothing.
    pub(crate) fn confirmation(&self, id: &ContactId, message: &str) -> Result<Confirmation, Error> {
        self.success()?;
        if self.response.body().is_empty() {
            return Ok(Confirmation::new(id.clone(), message));
        }
        let envelope: Envelope = self.object()?;
        if let Some(answered) = envelope.data.and_then(|data| data.id) {
            self.same_id(id, &answered)?;
        }
        Ok(Confirmation { id: id.clone(), message: envelope.message.unwrap_or_else(|| message.into()) })
    }

    /// Reads the response to a creation: without an id nobody can say what was created.
    pub(crate) fn new_contact(&self, message: &str) -> Result<Confirmation, Error> {
        let envelope: Envelope = self.object()?;
        let Some(id) = envelope.data.and_then(|data| data.id) else {
            return Err(self.unexpected("it has no `data.id`"));
        };
        Ok(Confirmation { id, message: envelope.message.unwrap_or_else(|| message.into()) })
    }

    /// Checks that the response is about the contact of the request. UUIDs are compared without case.
    pub(crate) fn same_id(&self, asked: &ContactId, answered: &ContactId) -> Result<(), Error> {
        if asked.as_str().eq_ignore_ascii_case(answered.as_str()) {
            return Ok(());
        }
        Err(self.unexpected(format!("it is about another contact, {answered}")))
    }

    fn read<T: Deserialize<'b>>(&self) -> Result<T, Error> {
        self.success()?;
        if let Some(encoding) = compression(self.response) {
            return Err(
                self.unexpected(format!("the body is compressed ({encoding}), which was not requested"))
            );
        }
        // Checked once as a whole: cheaper than string by string.
        let Ok(text) = std::str::from_utf8(without_bom(self.response.body())) else {
            return Err(self.unexpected("it is not UTF-8"));
        };
        serde_json::from_str(text).map_err(|_| self.unexpected(reason::<T>(text)))
    }

    fn unexpected(&self, reason: impl Into<String>) -> Error {
        Error::InvalidResponse(Box::new(InvalidResponse::new(&self.asked, self.response, reason)))
    }
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
