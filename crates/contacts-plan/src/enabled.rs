//! The service's report of whether a contact is enabled, and the rule that keeps the last one.

use contacts_proto::{Contact, ContactId};

/// Returns `true` if deleting or deactivating the contacts in `removed` may leave no enabled
/// contact. [`Plan::new`](crate::Plan::new) rejects a plan by the same rule.
pub fn may_remove_last_enabled(actual: &[Contact], removed: &[ContactId]) -> bool {
    let best = |is_removed| {
        let contacts = actual.iter().filter(|contact| removed.contains(&contact.id) == is_removed);
        contacts.map(Enabled::of).max().unwrap_or_default()
    };
    best(true).may_be_last(best(false), Enabled::best_of(actual))
}

/// State of a contact as the service reports it. A greater value is better evidence that
/// notifications reach the person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Enabled {
    /// The service reports it as disabled.
    #[default]
    No,
    /// The service does not report its state.
    Unknown,
    /// The service reports it as enabled.
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

    /// Greatest value of these contacts.
    pub(crate) fn best_of(contacts: &[Contact]) -> Self {
        contacts.iter().map(Self::of).max().unwrap_or_default()
    }

    /// Returns `true` if removing a contact with this state may leave no enabled contact: it is not
    /// reported as disabled, and the best of the `others` is worse than `needed`.
    pub(crate) fn may_be_last(self, others: Self, needed: Self) -> bool {
        self > Self::No && others < needed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_may_be_the_last_enabled_one_unless_another_is_as_surely_enabled() {
        let contact = |id: &str, status: &str| -> Contact {
            let text = format!(r#"{{"id":"{id}","method":"email","to":"a@example.com"{status}}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let (yes, no) = (r#","status":{"enabled":true}"#, r#","status":{"enabled":false}"#);
        for (statuses, removed, expected) in [
            ([yes, yes], "a", false),
            ([yes, no], "a", true),
            ([yes, no], "b", false),
            ([yes, ""], "a", true),
            (["", ""], "a", false),
            (["", no], "a", true),
            ([yes, yes], "other", false),
        ] {
            let actual = [contact("a", statuses[0]), contact("b", statuses[1])];
            let removed = [ContactId::new(removed).unwrap()];
            assert_eq!(
                may_remove_last_enabled(&actual, &removed),
                expected,
                "{statuses:?} {removed:?}"
            );
        }
        let both = ["a", "b"].map(|id| ContactId::new(id).unwrap());
        assert!(may_remove_last_enabled(&[contact("a", yes), contact("b", yes)], &both));
    }
}
