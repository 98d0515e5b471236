//! A contact as it is to be.

use contacts_proto::{Address, Contact, ContactId, ContactMethod};
use serde::Serialize;

use crate::{Position, enabled::Enabled};

/// A contact as it is to be.
///
/// Two are equal if they want the same, wherever it was written, and whatever is noted beside it.
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
    /// Its id, where the file has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ContactId>,
    /// How it reaches its person.
    pub method: ContactMethod,
    /// Where.
    pub to: String,
    /// Whether it is to be used. `None` is as `Some(true)`, but for a number that is not enabled: it may not be verified, so
    /// that its state is left as it is, [forced](crate::Options::force) or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Why it is not enabled now, in the service's words. It is for people: [`write`](crate::write()) puts it into YAML as a
    /// comment, nothing reads it, and no plan heeds it.
    #[serde(skip)]
    pub disabled_reason: Option<String>,
    /// Where in its file it was written.
    #[serde(skip)]
    pub position: Option<Position>,
}

impl Desired {
    /// A contact that is to be there and enabled.
    pub fn new(method: ContactMethod, to: impl Into<String>) -> Self {
        Self { id: None, method, to: to.into(), enabled: Some(true), disabled_reason: None, position: None }
    }

    /// Returns `true` unless it is to be disabled.
    pub(crate) fn is_enabled(&self) -> bool {
        self.enabled != Some(false)
    }

    /// Where it reaches its person, as a key.
    pub(crate) fn address(&self) -> Address<'_> {
        Address::new(&self.method, &self.to)
    }
}

/// The contact as it is. One of which the service does not say whether it is enabled counts as enabled.
///
/// The service does not say whether a number is verified: one that is not verified is simply not enabled. So a number that is
/// disabled has no `enabled` here, and may be verified at any time, unless the service's reason says that a person has disabled
/// it: `deactivated`, `disabled by`, `switched off` or `turned off`, and nothing about verification.
impl From<&Contact> for Desired {
    fn from(contact: &Contact) -> Self {
        let is_enabled = Enabled::of(contact) != Enabled::No;
        let reason = contact.status.as_ref().and_then(|status| status.disabled_reason.clone());
        let may_be_unverified = contact.method.is_phone() && !is_disabled_by_person(reason.as_deref());
        Self {
            id: Some(contact.id.clone()),
            enabled: if is_enabled { Some(true) } else { Some(false).filter(|_| !may_be_unverified) },
            disabled_reason: reason.filter(|_| !is_enabled),
            ..Self::new(contact.method.clone(), &contact.to)
        }
    }
}

/// Returns `true` if the service says that somebody has disabled a contact.
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
    fn a_number_that_may_be_unverified_has_no_state_and_one_that_a_person_disabled_has() {
        for method in ["sms", "voice"] {
            for reason in [None, Some(""), Some("Not verified"), Some("Deactivated until it is verified")] {
                assert_eq!(exported(method, Some(false), reason), None, "{reason:?}");
            }
            for reason in ["Deactivated by its owner", "Disabled by administrator", "switched off"] {
                assert_eq!(exported(method, Some(false), Some(reason)), Some(false), "{reason}");
            }
            assert_eq!(exported(method, Some(true), None), Some(true));
            assert_eq!(exported(method, None, None), Some(true));
        }
        assert_eq!(exported("email", Some(false), None), Some(false));
        assert_eq!(exported("mobile", Some(false), Some("Not verified")), Some(false));
    }
}
