//! Reading responses: the status first, then the body.

use http::Response;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::error::Category;

use crate::{
    ApiError, Confirmation, ContactId, Error, Hint, InvalidResponse, Operation,
    error::{OperationFacts, Subject, compression},
    model::json::{self, Object, without_bom},
    transport::RetryClass,
};

/// A response to an operation. Any part of it may be wrong.
pub(crate) struct Answer<'r, 'b> {
    response: &'r Response<&'b [u8]>,
    operation: OperationFacts,
}

impl<'r, 'b> Answer<'r, 'b> {
    pub(crate) fn to<O: Operation>(response: &'r Response<&'b [u8]>, subject: Subject) -> Self {
        Self { response, operation: OperationFacts::of::<O>(subject) }
    }

    /// Sets the usual reason of a 409 or 422.
    pub(crate) fn rejected_as(mut self, hint: Hint) -> Self {
        self.operation.rejection = Some(hint);
        self
    }

    /// Checks that the status says success.
    pub(crate) fn success(&self) -> Result<(), Error> {
        match RetryClass::of(self.response.status()) {
            RetryClass::Success => Ok(()),
            _ => Err(Error::Api(Box::new(ApiError::read(&self.operation, self.response)))),
        }
    }

    /// Reads the JSON object in the body of a success.
    pub(crate) fn object<T: Deserialize<'b>>(&self) -> Result<T, Error> {
        if without_bom(self.response.body()).trim_ascii_start().starts_with(b"[") {
            self.success()?;
            return Err(self.unexpected("the body is an array, not an object"));
        }
        self.read().map(|Object(value)| value)
    }

    /// Reads the JSON array of objects in the body of a success.
    pub(crate) fn array<T: Deserialize<'b>>(&self) -> Result<Vec<T>, Error> {
        self.read().map(|json::Array(values)| values)
    }

    /// Reads the response to a change of a known contact.
    ///
    /// The service promises no member of it, so an empty body or a missing id is fine. Any other
    /// body must be a JSON object: a captive portal's page has changed nothing.
    pub(crate) fn confirmation(
        &self,
        id: &ContactId,
        message: &str,
    ) -> Result<Confirmation, Error> {
        self.success()?;
        if without_bom(self.response.body()).trim_ascii().is_empty() {
            return Ok(Confirmation::new(id.clone(), message));
        }
        let envelope: Envelope = self.object()?;
        match envelope.data.and_then(|data| data.id) {
            Some(found) => self.same_id(id, &found)?,
            // Some gateways send errors with a 200.
            None if envelope.code.is_some() || envelope.errors.is_some() => {
                return Err(self.unexpected("the body is an error"));
            }
            None => {}
        }
        Ok(Confirmation {
            id: id.clone(),
            message: envelope.message.unwrap_or_else(|| message.into()),
        })
    }

    /// Reads the response to a create request. It must have an id.
    pub(crate) fn new_contact(&self, message: &str) -> Result<Confirmation, Error> {
        let envelope: Envelope = self.object()?;
        let Some(id) = envelope.data.and_then(|data| data.id) else {
            return Err(self.unexpected("the body has no `data.id`"));
        };
        Ok(Confirmation { id, message: envelope.message.unwrap_or_else(|| message.into()) })
    }

    /// Checks that the response is about the contact of the request. Case is ignored: ids are
    /// UUIDs.
    pub(crate) fn same_id(&self, requested: &ContactId, found: &ContactId) -> Result<(), Error> {
        if requested.as_str().eq_ignore_ascii_case(found.as_str()) {
            return Ok(());
        }
        Err(self.unexpected(format!("the response is about another contact (id {found})")))
    }

    fn read<T: Deserialize<'b>>(&self) -> Result<T, Error> {
        self.success()?;
        if let Some(encoding) = compression(self.response) {
            return Err(self.unexpected(format!(
                "the body is compressed ({encoding}), but compression was not requested"
            )));
        }
        // One check of the whole body is cheaper than one for each string.
        let Ok(text) = std::str::from_utf8(without_bom(self.response.body())) else {
            return Err(self.unexpected("the body is not UTF-8"));
        };
        serde_json::from_str(text).map_err(|_| self.unexpected(reason::<T>(text)))
    }

    fn unexpected(&self, reason: impl Into<String>) -> Error {
        Error::InvalidResponse(Box::new(InvalidResponse::new(
            &self.operation,
            self.response,
            reason,
        )))
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    message: Option<String>,
    #[serde(default, deserialize_with = "json::optional")]
    data: Option<Data>,
    /// Only errors have a code, or a list of errors.
    #[serde(default)]
    code: Option<IgnoredAny>,
    #[serde(default)]
    errors: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    id: Option<ContactId>,
}

/// Returns why and where a text cannot be read. Reads it a second time, to find the place.
fn reason<'a, T: Deserialize<'a>>(text: &'a str) -> String {
    if text.trim().is_empty() {
        return "the body is empty".into();
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => {
            // A place without a name is a question mark at the end of the path.
            let path = error.path().to_string();
            let inner = error.inner();
            if inner.to_string().starts_with("recursion limit") {
                return "the body is nested too deeply".into();
            }
            let what = match inner.classify() {
                Category::Eof => "the JSON ends too early: ",
                Category::Syntax => "the body is not valid JSON: ",
                Category::Data | Category::Io => "",
            };
            match path.trim_end_matches(['.', '?']) {
                "" => format!("{what}{inner}"),
                path => format!("{what}in `{path}`: {inner}"),
            }
        }
        Ok(_) => "the body continues after its end".into(),
    }
}
