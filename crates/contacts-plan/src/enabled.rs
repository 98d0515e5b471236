//! What is known of whether a contact is enabled, and whether it may be somebody's last one.

use contacts_proto::Contact;

/// Whether a contact is enabled, as far as the service says; the more of it, the surer it is that somebody is reached there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Enabled {
    /// It is known to be disabled.
    #[default]
    No,
    /// The service does not say.
    Perhaps,
    /// It is known to be enabled.
    Yes,
}

impl Enabled {
    pub(crate) fn of(contact: &Contact) -> Self {
        match contact.status.as_ref().and_then(|status| status.enabled) {
            Some(false) => Self::No,
            None => Self::Perhaps,
            Some(true) => Self::Yes,
        }
    }

    /// The most that is known of any of these contacts.
    pub(crate) fn of_any(contacts: &[Contact]) -> Self {
        contacts.iter().map(Self::of).max().unwrap_or_default()
    }

    /// The guard of the last enabled contact: whether one of which this is known may be somebody's last, so that it is not to be
    /// taken away. It may be unless it is known to be disabled, or as much is known of the others as is `needed`.
    pub(crate) fn may_be_last(self, others: Self, needed: Self) -> bool {
        self > Self::No && others < needed
    }
}
