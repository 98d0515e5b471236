//! A desired contact.

use contacts_proto::{Address, Contact, ContactId, ContactMethod};
use serde::Serialize;

use crate::{Position, enabled::Enabled};

/// A contact that should exist: one entry of a file.
///
/// Equality compares id, method, address and the desired state. It ignores the position and the
/// `disabled_reason`.
///
/// ```
/// use contacts_plan::Desired;
/// use contacts_proto::{ContactId, ContactMethod};
///
/// let mut desired = Desired::new(ContactMethod::Email, "ann@example.com");
/// desired.id = Some(ContactId::new("299003c3")?);
/// assert_eq!(desired.enabled, Some(true));
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Desired {
    /// Contact id, if the entry has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ContactId>,
    /// Contact method.
    pub method: ContactMethod,
    /// Address or number.
    pub to: String,
    /// Desired state. `None` means `Some(true)`, with one exception: a plan never activates a
    /// disabled number for `None`, even with [`force`](crate::Options::force), because the number
    /// may be unverified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The service's reason why the contact is disabled now. [`write`](crate::write()) adds it to
    /// YAML as a comment. Plans ignore it.
    #[serde(skip)]
    pub disabled_reason: Option<String>,
    /// Position of the entry in its file.
    #[serde(skip)]
    pub position: Option<Position>,
}

impl Desired {
    /// Creates an entry for an enabled contact.
    pub fn new(method: ContactMethod, to: impl Into<String>) -> Self {
        Self {
            id: None,
            method,
            to: to.into(),
            enabled: Some(true),
            disabled_reason: None,
            position: None,
        }
    }

    /// Returns `true` unless the contact should be disabled.
    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled != Some(false)
    }

    /// Method and address, comparable with those of a contact.
    pub(crate) fn address(&self) -> Address<'_> {
        Address::new(&self.method, &self.to)
    }
}

/// Describes the contact as it is now. If the service does not report its state, `enabled` is
/// `Some(true)`.
///
/// A disabled number gets `None`: the service reports an unverified number as disabled, and its
/// owner may verify it at any time. It gets `Some(false)` only if the service's reason says that a
/// person disabled it (`deactivated`, `disabled by`, `switched off` or `turned off`) and does not
/// mention verification.
impl From<&Contact> for Desired {
    fn from(contact: &Contact) -> Self {
        let is_enabled = Enabled::of(contact) != Enabled::No;
        let reason = contact.status.as_ref().and_then(|status| status.disabled_reason.clone());
        let may_be_unverified =
            contact.method.is_phone() && !is_disabled_by_person(reason.as_deref());
        Self {
            id: Some(contact.id.clone()),
            enabled: if is_enabled {
                Some(true)
            } else {
                Some(false).filter(|_| !may_be_unverified)
            },
            disabled_reason: reason.filter(|_| !is_enabled),
            ..Self::new(contact.method.clone(), &contact.to)
        }
    }
}

/// Returns `true` if the service's reason says that a person disabled the contact.
pub(crate) fn is_disabled_by_person(reason: Option<&str>) -> bool {
    let reason = reason.unwrap_or_default().to_ascii_lowercase();
    let acts = ["deactivated", "disabled by", "switched off", "turned off"];
    acts.iter().any(|act| reason.contains(act)) && !reason.contains("verif")
}

impl PartialEq for Desired {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, method, to, enabled: _, disabled_reason: _, position: _ } = self;
        *id == other.id
            && *method == other.method
            && *to == other.to
            && self.is_enabled() == other.is_enabled()
    }
}

impl Eq for Desired {}

#[cfg(test)]
mod tests {
    use contacts_proto::Status;

    use super::*;

    fn exported(method: &str, enabled: Option<bool>, reason: Option<&str>) -> Option<bool> {
        let mut contact = Contact::new(ContactId::new("c1").unwrap(), method.into(), "90-555");
        let mut status = Status::default();
        (status.enabled, status.disabled_reason) = (enabled, reason.map(String::from));
        contact.status = Some(status);
        Desired::from(&contact).enabled
    }

    #[test]
    fn a_disabled_number_has_a_desired_state_only_if_a_person_disabled_it() {
        for method in ["sms", "voice"] {
            for reason in
                [None, Some(""), Some("Not verified"), Some("Deactivated until it is verified")]
            {
                assert_eq!(exported(method, Some(false), reason), None, "{reason:?}");
            }
            for reason in ["Deactivated by its owner", "Disabled by administrator", "switched off"]
            {
                assert_eq!(exported(method, Some(false), Some(reason)), Some(false), "{reason}");
            }
            assert_eq!(exported(method, Some(true), None), Some(true));
            assert_eq!(exported(method, None, None), Some(true));
        }
        assert_eq!(exported("email", Some(false), None), Some(false));
        assert_eq!(exported("mobile", Some(false), Some("Not verified")), Some(false));
    }
}
