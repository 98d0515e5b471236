//! The service's confirmation of a change.

use serde::{Deserialize, Serialize};

use super::ContactId;

/// The service's confirmation of a change: the contact's id and a message.
///
/// It is serialized as `{"id","message"}`, without the envelope of the service's response.
///
/// ```
/// use contacts_proto::{Confirmation, ContactId};
///
/// let confirmation = Confirmation::new(ContactId::new("735a619b")?, "Created");
/// let json = serde_json::to_string(&confirmation).unwrap();
/// assert_eq!(json, r#"{"id":"735a619b","message":"Created"}"#);
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Confirmation {
    /// Id of the contact.
    pub id: ContactId,
    /// Message of the service: `Created`, `Updated`, `Activated` or `Deactivated`.
    ///
    /// If the response has none, it is the one that the vendor documents.
    pub message: String,
}

impl Confirmation {
    /// Creates a confirmation, for tests of code that uses a client.
    pub fn new(id: ContactId, message: impl Into<String>) -> Self {
        Self { id, message: message.into() }
    }
}
