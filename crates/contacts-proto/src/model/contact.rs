//! A contact and its status.

use serde::{Deserialize, Serialize};

use crate::{Address, ContactId, ContactMethod, model::json};

/// One way to reach a person who is on call.
///
/// `id` and `method` are always present. Other members are `None` or empty if the service omits
/// them or sends null. Unknown members are ignored. Serialization uses the service's own shape.
///
/// ```
/// use contacts_proto::{Contact, ContactMethod};
///
/// let json = r#"{"id":"a","method":"sms","to":"90-555","status":{"enabled":true},"applyOrder":1}"#;
/// let contact: Contact = serde_json::from_str(json)?;
/// assert_eq!(contact.method, ContactMethod::Sms);
/// assert!(contact.is_enabled());
/// assert_eq!(serde_json::to_string(&contact)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// In your own tests, build one with [`new`](Self::new) and set its fields:
///
/// ```
/// use contacts_proto::{Contact, ContactId, ContactMethod, Status};
///
/// let id = ContactId::new("735a619b")?;
/// let mut contact = Contact::new(id, ContactMethod::Sms, "90-5555559999");
/// contact.status = Some(Status::new(true));
/// assert!(contact.is_enabled());
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Contact {
    /// Id of the contact.
    pub id: ContactId,
    /// Method that reaches the person: e-mail, text message, call.
    pub method: ContactMethod,
    /// E-mail address or telephone number, as the service writes it. Empty if the service omits it,
    /// as it may for a phone's app.
    #[serde(default, deserialize_with = "json::text_or_null")]
    pub to: String,
    /// Status of the contact. `None` if the service omits it.
    #[serde(default, deserialize_with = "json::optional", skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Place in the order of notification. The vendor's example starts at 0. Only a list has it.
    #[serde(
        default,
        deserialize_with = "json::whole_number",
        skip_serializing_if = "Option::is_none"
    )]
    pub apply_order: Option<i32>,
}

impl Contact {
    /// Creates a contact without status and order.
    pub fn new(id: ContactId, method: ContactMethod, to: impl Into<String>) -> Self {
        Self { id, method, to: to.into(), status: None, apply_order: None }
    }

    /// Returns `true` if the service says that the contact is enabled. An unverified number is not.
    pub fn is_enabled(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.enabled == Some(true))
    }

    /// Returns method and address as a key. Contacts that reach the same place have equal keys.
    pub fn address(&self) -> Address<'_> {
        Address::new(&self.method, &self.to)
    }

    /// Returns `true` if the contact reaches this address by this method. See
    /// [`same_address`](crate::same_address).
    pub fn reaches(&self, method: &ContactMethod, to: &str) -> bool {
        self.address() == Address::new(method, to)
    }
}

/// Status of a contact: enabled, or disabled for a reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Status {
    /// `Some(true)` if the contact is notified. `None` if the service omits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Reason why the contact is disabled, in the service's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

impl Status {
    /// Creates a status without a reason.
    pub fn new(enabled: bool) -> Self {
        Self { enabled: Some(enabled), disabled_reason: None }
    }
}
