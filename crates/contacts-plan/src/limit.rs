//! The service's limit of contacts for each method.

use contacts_proto::ContactMethod;

/// Maximum number of contacts with this method, from the vendor's help pages. `None`: no limit.
pub(crate) fn max_contacts(method: &ContactMethod) -> Option<usize> {
    matches!(method, ContactMethod::Email | ContactMethod::Sms | ContactMethod::Voice).then_some(2)
}
