//! A contact as the service describes it.

use serde::{Deserialize, Serialize};

use crate::{Address, ContactId, ContactMethod, model::json};

/// One way to reach a person who is on call.
///
/// `id` and `method` are always there; what else the service leaves out, or sends as null, is `None` or empty. Members that this
/// version does not know are passed over. It is written in the service's own shape.
///
/// ```
/// use contacts_proto::{Contact, ContactMethod};
///
/// let json = r#"{"id":"735a619b","method":"sms","to":"90-555-555-5555","status":{"enabled":true},"applyOrder":1}"#;
/// let contact: Contact = serde_json::from_str(json)?;
/// assert_eq!(contact.method, ContactMethod::Sms);
/// assert!(contact.is_enabled());
/// assert_eq!(serde_json::to_string(&contact)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Contact {
    /// The contact's id.
    pub id: ContactId,
    /// How it reaches its person.
    pub method: ContactMethod,
    /// Where: an e-mail address or a telephone number, in the service's own form. Empty if the service does not say, as of an
    /// app's registration.
    #[serde(default, deserialize_with = "json::text_or_null")]
    pub to: String,
    /// Whether it is used; `None` if the service does not say.
    #[serde(default, deserialize_with = "json::optional", skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Its place in the order of notification, which begins with 0 in the service's own example; only a list tells it.
    #[serde(default, deserialize_with = "json::whole_number", skip_serializing_if = "Option::is_none")]
    pub apply_order: Option<i32>,
}

impl Contact {
    /// A contact of which nothing else is known.
    pub fn new(id: ContactId, method: ContactMethod, to: impl Into<String>) -> Self {
        Self { id, method, to: to.into(), status: None, apply_order: None }
    }

    /// Whether the service says that it is enabled. A number that was never verified is not.
    pub fn is_enabled(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.enabled == Some(true))
    }

    /// Where it reaches its person, as a key: equal to that of each contact that reaches the same place.
    pub fn address(&self) -> Address<'_> {
        Address::new(&self.method, &self.to)
    }

    /// Whether it reaches this address by this method; see [`same_address`](crate::same_address).
    pub fn reaches(&self, method: &ContactMethod, to: &str) -> bool {
        self.address() == Address::new(method, to)
    }
}

/// Whether a contact is used, and if not, why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Status {
    /// `Some(true)` for a contact that is used; `None` if the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Why it is not, in the service's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}
