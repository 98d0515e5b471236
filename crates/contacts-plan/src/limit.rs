//! How many contacts the service takes.

use contacts_proto::ContactMethod;

/// How many contacts of this kind the service takes, as its vendor's help pages say; `None` is without limit.
pub(crate) fn most(method: &ContactMethod) -> Option<usize> {
    matches!(method, ContactMethod::Email | ContactMethod::Sms | ContactMethod::Voice).then_some(2)
}
