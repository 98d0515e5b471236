//! What the service says when a change was made.

use http::Response;
use serde::{Deserialize, Serialize};

use crate::{About, ContactId, Error, answer, object};

/// The id of the contact that was changed, and the service's word for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Confirmation {
    /// The contact.
    pub id: ContactId,
    /// The service's word, or its documented word where it says nothing: `Created`, `Updated`, `Activated`, `Deactivated`.
    pub message: String,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    message: Option<String>,
    #[serde(default, deserialize_with = "object::optional")]
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    id: Option<ContactId>,
}

impl Confirmation {
    pub(crate) fn new(id: ContactId, message: &str) -> Self {
        Self { id, message: message.into() }
    }

    /// Reads the answer to a change of a contact that the caller knows: no member of it is promised, so that the id is the
    /// caller's where the service gives none, and an empty body will do. Anything but a JSON object will not: the page of a
    /// captive portal has changed nothing.
    pub(crate) fn read(
        about: &'static About,
        response: &Response<&[u8]>,
        id: &ContactId,
        message: &str,
    ) -> Result<Self, Error> {
        answer::success(about, response)?;
        if response.body().is_empty() {
            return Ok(Self::new(id.clone(), message));
        }
        let envelope: Envelope = answer::json(about, response)?;
        if let Some(answered) = envelope.data.and_then(|data| data.id) {
            answer::same_id(about, response, id, &answered)?;
        }
        Ok(Self { id: id.clone(), message: envelope.message.unwrap_or_else(|| message.into()) })
    }

    /// Reads the answer to a creation: without an id nobody can say what was created.
    pub(crate) fn read_new(
        about: &'static About,
        response: &Response<&[u8]>,
        message: &str,
    ) -> Result<Self, Error> {
        let envelope: Envelope = answer::json(about, response)?;
        let Some(id) = envelope.data.and_then(|data| data.id) else {
            return Err(answer::unexpected(about, response, "it has no `data.id`"));
        };
        Ok(Self { id, message: envelope.message.unwrap_or_else(|| message.into()) })
    }
}
