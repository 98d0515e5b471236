//! What is known of whether a contact is enabled, and whether it may be somebody's last one.

use contacts_proto::{Contact, ContactId};

/// Returns `true` if deleting or deactivating these contacts may leave no enabled one: the rule by which
/// [`Plan::new`](crate::Plan::new) refuses a plan.
pub fn takes_last_enabled(actual: &[Contact], taken: &[ContactId]) -> bool {
    let most = |is_taken| {
        let contacts = actual.iter().filter(|contact| taken.contains(&contact.id) == is_taken);
        contacts.map(Enabled::of).max().unwrap_or_default()
    };
    most(true).may_be_last(most(false), Enabled::of_any(actual))
}

/// Whether a contact is enabled, as far as the service says; the more of it, the surer it is that somebody is reached there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Enabled {
    /// It is known to be disabled.
    #[default]
    No,
    /// The service does not say.
    Unknown,
    /// It is known to be enabled.
    Yes,
}

impl Enabled {
    pub(crate) fn of(contact: &Contact) -> Self {
        match contact.status.as_ref().and_then(|status| status.enabled) {
            Some(false) => Self::No,
            None => Self::Unknown,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_enabled_contact_is_the_one_without_another_of_which_as_much_is_known() {
        let contact = |id: &str, status: &str| -> Contact {
            let text = format!(r#"{{"id":"{id}","method":"email","to":"a@example.com"{status}}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let (yes, no) = (r#","status":{"enabled":true}"#, r#","status":{"enabled":false}"#);
        for (statuses, taken, expected) in [
            ([yes, yes], "a", false),
            ([yes, no], "a", true),
            ([yes, no], "b", false),
            ([yes, ""], "a", true),
            (["", ""], "a", false),
            (["", no], "a", true),
            ([yes, yes], "gone", false),
        ] {
            let actual = [contact("a", statuses[0]), contact("b", statuses[1])];
            let taken = [ContactId::new(taken).unwrap()];
            assert_eq!(takes_last_enabled(&actual, &taken), expected, "{statuses:?} {taken:?}");
        }
        let both = ["a", "b"].map(|id| ContactId::new(id).unwrap());
        assert!(takes_last_enabled(&[contact("a", yes), contact("b", yes)], &both));
    }
}
