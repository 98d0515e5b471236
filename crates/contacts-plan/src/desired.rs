//! A contact as it is to be.

use contacts_proto::{Address, Contact, ContactId, ContactMethod};
use serde::Serialize;

use crate::{Place, enabled::Enabled};

/// A contact as it is to be.
///
/// Two are equal if they say the same, wherever it was written, and whatever is noted beside it.
///
/// ```
/// use contacts_plan::Desired;
/// use contacts_proto::{ContactId, ContactMethod};
///
/// let mut desired = Desired::new(ContactMethod::Email, "ann@example.com");
/// desired.id = Some(ContactId::new("299003c3")?);
/// assert!(desired.enabled);
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
    /// Whether it is to be used.
    pub enabled: bool,
    /// Why it is not enabled now, in the service's words. It is for people: [`write`](crate::write()) puts it into YAML as a
    /// comment, nothing reads it, and no plan heeds it.
    #[serde(skip)]
    pub disabled_reason: Option<String>,
    /// Where in its file it was written.
    #[serde(skip)]
    pub place: Option<Place>,
}

impl Desired {
    /// A contact that is to be there and enabled.
    pub fn new(method: ContactMethod, to: impl Into<String>) -> Self {
        Self { id: None, method, to: to.into(), enabled: true, disabled_reason: None, place: None }
    }

    /// Where it reaches its person, as a key.
    pub(crate) fn address(&self) -> Address<'_> {
        Address::new(&self.method, &self.to)
    }
}

/// The contact as it is. One of which the service does not say whether it is enabled counts as enabled. A number that is not
/// verified yet is one that is not enabled: once it was verified, a plan for this [deactivates](crate::Warning::Deactivated) it.
impl From<&Contact> for Desired {
    fn from(contact: &Contact) -> Self {
        let enabled = Enabled::of(contact) != Enabled::No;
        let reason = contact.status.as_ref().and_then(|status| status.disabled_reason.clone());
        Self {
            id: Some(contact.id.clone()),
            enabled,
            disabled_reason: reason.filter(|_| !enabled),
            ..Self::new(contact.method.clone(), &contact.to)
        }
    }
}

impl PartialEq for Desired {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, method, to, enabled, disabled_reason: _, place: _ } = self;
        *id == other.id && *method == other.method && *to == other.to && *enabled == other.enabled
    }
}

impl Eq for Desired {}
