//! What the service says when a change was made.

use serde::Serialize;

use super::ContactId;

/// The id of the contact that was changed, and the service's word for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Confirmation {
    /// The contact.
    pub id: ContactId,
    /// The service's word, or its documented word where it says nothing: `Created`, `Updated`, `Activated`, `Deactivated`.
    pub message: String,
}

impl Confirmation {
    pub(crate) fn new(id: ContactId, message: &str) -> Self {
        Self { id, message: message.into() }
    }
}
