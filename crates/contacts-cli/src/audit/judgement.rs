//! What the contacts of a user come to. A pure function of them.

use std::{collections::BTreeMap, fmt};

use contacts_ureq::{Contact, ContactMethod, printable};
use serde::Serialize;

use crate::failure::Failure;

/// The kinds that are always shown, be there contacts of them or not.
pub(crate) const KINDS: [ContactMethod; 4] =
    [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice, ContactMethod::Mobile];

/// How well a user can be reached, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    /// By no contact.
    Unreachable,
    /// Nobody knows.
    Unreadable,
    /// By some contact, and not by each kind that is required.
    Lacking,
    /// By one contact alone.
    Single,
    /// By two contacts or more, and by all that is required.
    Reachable,
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::Lacking => "lacking",
            Self::Single => "single",
            Self::Reachable => "reachable",
        }
    }
}

/// What somebody should look at.
#[derive(Debug, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub(crate) enum Finding {
    /// No enabled contact.
    Unreachable,
    /// No enabled contact of these kinds, which are required, and some of others.
    Missing { methods: Vec<ContactMethod> },
    /// One enabled contact, and no other.
    Single { method: ContactMethod, to: String },
    /// A number that is not enabled. Whether it was never verified or was switched off, only the reason can tell.
    DisabledPhone { method: ContactMethod, to: String, reason: Option<String> },
    /// The contacts could not be read.
    Unreadable { error: Failure },
}

/// A line for people, fit for a terminal.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no enabled contact"),
            Self::Missing { methods } => {
                let methods: Vec<_> = methods.iter().map(ContactMethod::as_str).collect();
                write!(f, "no enabled {}", methods.join(" and no "))
            }
            Self::Single { method, to } => write!(f, "only {} {}", printable(method.as_str()), printable(to)),
            Self::DisabledPhone { method, to, reason } => {
                write!(f, "{} {} is not enabled", printable(method.as_str()), printable(to))?;
                reason.iter().try_for_each(|reason| write!(f, ": {}", printable(reason)))
            }
            Self::Unreadable { error } => error.fmt(f),
        }
    }
}

/// How many contacts there are of a kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    pub(crate) enabled: usize,
    pub(crate) disabled: usize,
}

/// What the contacts of a user come to.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) standing: Standing,
    pub(crate) findings: Vec<Finding>,
    pub(crate) counts: BTreeMap<ContactMethod, Count>,
}

/// Judges the contacts of a user, who must have an enabled one of each required kind.
pub(crate) fn judge(contacts: &[Contact], required: &[ContactMethod]) -> Judgement {
    let enabled: Vec<_> = contacts.iter().filter(|contact| contact.is_enabled()).collect();
    let is_missing = |kind: &&ContactMethod| !enabled.iter().any(|contact| contact.method == **kind);
    let missing: Vec<_> = required.iter().filter(is_missing).cloned().collect();
    let standing = match (enabled.len(), missing.is_empty()) {
        (0, _) => Standing::Unreachable,
        (_, false) => Standing::Lacking,
        (1, true) => Standing::Single,
        _ => Standing::Reachable,
    };
    let mut findings = Vec::new();
    match enabled[..] {
        // That each kind is missing, too, goes without saying.
        [] => findings.push(Finding::Unreachable),
        _ if !missing.is_empty() => findings.push(Finding::Missing { methods: missing }),
        _ => {}
    }
    if let [only] = enabled[..] {
        findings.push(Finding::Single { method: only.method.clone(), to: only.to.clone() });
    }
    findings.extend(contacts.iter().filter_map(disabled_phone));
    Judgement { standing, findings, counts: counts(contacts) }
}

fn disabled_phone(contact: &Contact) -> Option<Finding> {
    (contact.method.is_phone() && !contact.is_enabled()).then(|| Finding::DisabledPhone {
        method: contact.method.clone(),
        to: contact.to.clone(),
        reason: contact.status.as_ref().and_then(|status| status.disabled_reason.clone()),
    })
}

fn counts(contacts: &[Contact]) -> BTreeMap<ContactMethod, Count> {
    let mut counts: BTreeMap<_, _> = KINDS.into_iter().map(|kind| (kind, Count::default())).collect();
    for contact in contacts {
        let count = counts.entry(contact.method.clone()).or_default();
        match contact.is_enabled() {
            true => count.enabled += 1,
            false => count.disabled += 1,
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use contacts_ureq::{ContactId, Status};
    use proptest::{prelude::*, sample::subsequence};

    use super::*;

    fn contact((kind, number, enabled): (usize, u8, bool)) -> Contact {
        let kinds = ["email", "sms", "voice", "mobile", "pager"];
        let id = ContactId::new(format!("c{number}")).unwrap();
        let mut contact = Contact::new(id, kinds[kind].into(), format!("{number}"));
        let mut status = Status::default();
        status.enabled = Some(enabled);
        contact.status = Some(status);
        contact
    }

    fn contacts() -> impl Strategy<Value = Vec<Contact>> {
        prop::collection::vec((0..5_usize, any::<u8>(), any::<bool>()).prop_map(contact), 0..6)
    }

    fn required() -> impl Strategy<Value = Vec<ContactMethod>> {
        subsequence(KINDS.to_vec(), 0..=4)
    }

    /// The words of all findings.
    fn words(judgement: &Judgement) -> Vec<String> {
        let word = |finding| serde_json::to_value(finding).unwrap()["finding"].as_str().unwrap().to_owned();
        judgement.findings.iter().map(word).collect()
    }

    proptest! {
        #[test]
        fn an_enabled_contact_more_never_makes_a_user_less_reachable(
            contacts in contacts(), required in required(), kind in 0..5_usize,
        ) {
            let mut more = contacts.clone();
            more.push(contact((kind, 0, true)));
            prop_assert!(judge(&more, &required).standing >= judge(&contacts, &required).standing);
        }

        #[test]
        fn a_kind_more_that_is_required_never_makes_a_user_more_reachable(
            contacts in contacts(), required in required(), kind in 0..4_usize,
        ) {
            let mut more = required.clone();
            more.push(KINDS[kind].clone());
            prop_assert!(judge(&contacts, &more).standing <= judge(&contacts, &required).standing);
        }

        #[test]
        fn a_contact_that_is_not_enabled_changes_no_standing(
            contacts in contacts(), required in required(), kind in 0..5_usize, place in 0..6_usize,
        ) {
            let mut more = contacts.clone();
            more.insert(place.min(more.len()), contact((kind, 0, false)));
            prop_assert_eq!(judge(&more, &required).standing, judge(&contacts, &required).standing);
        }

        #[test]
        fn whoever_has_an_enabled_contact_of_each_kind_and_two_in_all_is_reachable_and_nobody_else(
            contacts in contacts(), required in required(),
        ) {
            let enabled = |kind: &ContactMethod| contacts.iter().any(|it| it.is_enabled() && it.method == *kind);
            let total = contacts.iter().filter(|it| it.is_enabled()).count();
            let expected = total > 1 && required.iter().all(enabled);
            prop_assert_eq!(judge(&contacts, &required).standing == Standing::Reachable, expected);
        }

        #[test]
        fn findings_say_what_the_standing_says(contacts in contacts(), required in required()) {
            let judgement = judge(&contacts, &required);
            prop_assert_eq!(serde_json::to_value(judgement.standing).unwrap(), judgement.standing.word());
            let words = words(&judgement);
            let has = |word: &str| words.iter().any(|it| it == word);
            match judgement.standing {
                Standing::Unreachable => prop_assert!(has("unreachable") && !has("missing") && !has("single")),
                Standing::Lacking => prop_assert!(has("missing")),
                Standing::Single => prop_assert!(has("single") && !has("missing")),
                _ => prop_assert!(words.iter().all(|it| it == "disabled-phone")),
            }
        }

        #[test]
        fn each_contact_is_counted_once_and_each_disabled_phone_found(
            contacts in contacts(), required in required(),
        ) {
            let judgement = judge(&contacts, &required);
            let total: usize = judgement.counts.values().map(|count| count.enabled + count.disabled).sum();
            prop_assert_eq!(total, contacts.len());
            let disabled = |kind| judgement.counts[&kind].disabled;
            let found = words(&judgement).iter().filter(|it| *it == "disabled-phone").count();
            prop_assert_eq!(found, disabled(ContactMethod::Sms) + disabled(ContactMethod::Voice));
        }
    }
}
