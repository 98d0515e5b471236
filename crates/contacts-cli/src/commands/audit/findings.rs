//! Reachability and findings of a user: a pure function of the contacts.

use std::{collections::BTreeMap, fmt};

use contacts_ureq::{AccountId, Contact, ContactMethod, escape_controls};
use serde::Serialize;

use crate::error::{Failure, counted};

/// The kinds that every result lists, even without a contact.
pub(crate) const KINDS: [ContactMethod; 4] =
    [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice, ContactMethod::Mobile];

/// Reachability of a user, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reachability {
    /// No enabled contact.
    Unreachable,
    /// The contacts could not be read.
    Unreadable,
    /// An enabled contact, but none of a required kind.
    MissingRequired,
    /// Only one enabled contact.
    Single,
    /// Two or more enabled contacts, with all required kinds.
    Reachable,
}

impl Reachability {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::MissingRequired => "missing-required",
            Self::Single => "single",
            Self::Reachable => "reachable",
        }
    }
}

/// A problem with the contacts of a user.
#[derive(Debug, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub(crate) enum Finding {
    /// No enabled contact.
    Unreachable,
    /// No enabled contact of these required kinds, but one of another kind.
    Missing { methods: Vec<ContactMethod> },
    /// Only one enabled contact.
    Single { method: ContactMethod, to: String },
    /// A disabled phone number. Only the reason tells whether it was never verified or was
    /// deactivated.
    DisabledPhone { method: ContactMethod, to: String, reason: Option<String> },
    /// The contacts could not be read.
    Unreadable { error: Failure },
}

/// One line, safe for a terminal.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no enabled contact"),
            Self::Missing { methods } => {
                let methods: Vec<_> = methods.iter().map(ContactMethod::as_str).collect();
                write!(f, "no enabled {}", methods.join(" or "))
            }
            Self::Single { method, to } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(f, "only one enabled contact: {method} {to}")
            }
            Self::DisabledPhone { method, to, reason } => {
                write!(
                    f,
                    "{} {} is disabled",
                    escape_controls(method.as_str()),
                    escape_controls(to)
                )?;
                reason.iter().try_for_each(|reason| write!(f, ": {}", escape_controls(reason)))
            }
            Self::Unreadable { error } => error.fmt(f),
        }
    }
}

/// Number of contacts of one kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    pub(crate) enabled: usize,
    pub(crate) disabled: usize,
}

/// The result for one user.
#[derive(Debug)]
struct Assessment {
    reachability: Reachability,
    findings: Vec<Finding>,
    counts: BTreeMap<ContactMethod, Count>,
}

/// Assesses the contacts of a user. Each required kind needs an enabled contact.
fn assess(contacts: &[Contact], required: &[ContactMethod]) -> Assessment {
    let enabled: Vec<_> = contacts.iter().filter(|contact| contact.is_enabled()).collect();
    let is_missing =
        |kind: &&ContactMethod| !enabled.iter().any(|contact| contact.method == **kind);
    let missing: Vec<_> = required.iter().filter(is_missing).cloned().collect();
    let reachability = match (enabled.len(), missing.is_empty()) {
        (0, _) => Reachability::Unreachable,
        (_, false) => Reachability::MissingRequired,
        (1, true) => Reachability::Single,
        _ => Reachability::Reachable,
    };
    let mut findings = Vec::new();
    match enabled[..] {
        // Without an enabled contact, every required kind is missing: that is one finding.
        [] => findings.push(Finding::Unreachable),
        _ if !missing.is_empty() => findings.push(Finding::Missing { methods: missing }),
        _ => {}
    }
    if let [only] = enabled[..] {
        findings.push(Finding::Single { method: only.method.clone(), to: only.to.clone() });
    }
    findings.extend(contacts.iter().filter_map(disabled_phone));
    Assessment { reachability, findings, counts: counts(contacts) }
}

fn disabled_phone(contact: &Contact) -> Option<Finding> {
    (contact.method.is_phone() && !contact.is_enabled()).then(|| Finding::DisabledPhone {
        method: contact.method.clone(),
        to: contact.to.clone(),
        reason: contact.status.as_ref().and_then(|status| status.disabled_reason.clone()),
    })
}

fn counts(contacts: &[Contact]) -> BTreeMap<ContactMethod, Count> {
    let mut counts: BTreeMap<_, _> =
        KINDS.into_iter().map(|kind| (kind, Count::default())).collect();
    for contact in contacts {
        let count = counts.entry(contact.method.clone()).or_default();
        match contact.is_enabled() {
            true => count.enabled += 1,
            false => count.disabled += 1,
        }
    }
    counts
}

/// A user, with name and e-mail address if the file of users has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
}

impl User {
    /// A user without name and e-mail address.
    pub(crate) fn new(account_id: AccountId) -> Self {
        Self { account_id, name: None, email: None }
    }
}

/// The result for one user, as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    #[serde(flatten)]
    pub(crate) user: User,
    pub(crate) reachability: Reachability,
    /// By kind. `None` if they could not be read.
    pub(crate) contacts: Option<BTreeMap<ContactMethod, Count>>,
    pub(crate) findings: Vec<Finding>,
}

impl Row {
    pub(crate) fn new(
        user: User,
        reading: Result<&[Contact], Failure>,
        required: &[ContactMethod],
    ) -> Self {
        match reading {
            Ok(contacts) => {
                let Assessment { reachability, findings, counts } = assess(contacts, required);
                Self { user, reachability, contacts: Some(counts), findings }
            }
            Err(error) => Self {
                user,
                reachability: Reachability::Unreadable,
                contacts: None,
                findings: vec![Finding::Unreadable { error }],
            },
        }
    }

    /// Returns the reason why the contacts could not be read.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.findings.iter().find_map(|finding| match finding {
            Finding::Unreadable { error } => Some(error),
            _ => None,
        })
    }

    pub(crate) fn count(&self, kind: &ContactMethod) -> Count {
        self.contacts.as_ref().and_then(|counts| counts.get(kind)).copied().unwrap_or_default()
    }
}

/// Number of users by reachability.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    by_reachability: BTreeMap<Reachability, usize>,
    /// Users with a disabled phone number, of any reachability.
    pub(crate) disabled_phones: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, row: &Row) {
        *self.by_reachability.entry(row.reachability).or_default() += 1;
        let is_phone = |finding: &Finding| matches!(finding, Finding::DisabledPhone { .. });
        self.disabled_phones += usize::from(row.findings.iter().any(is_phone));
    }

    pub(crate) fn count(&self, reachability: Reachability) -> usize {
        self.by_reachability.get(&reachability).copied().unwrap_or_default()
    }

    pub(crate) fn users(&self) -> usize {
        self.by_reachability.values().sum()
    }
}

/// `3 users: 2 reachable, 1 unreachable; 1 with a disabled phone number`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (Reachability::Reachable, "reachable"),
            (Reachability::Single, "with only one enabled contact"),
            (Reachability::MissingRequired, "without a required contact"),
            (Reachability::Unreachable, "unreachable"),
            (Reachability::Unreadable, "unreadable"),
        ];
        let parts = parts.map(|(reachability, what)| (self.count(reachability), what));
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        write!(f, "{}: {}", counted(self.users(), "user"), parts.join(", "))?;
        match self.disabled_phones {
            0 => Ok(()),
            count => write!(f, "; {count} with a disabled phone number"),
        }
    }
}

/// Summarizes the failures to read users. Has a hint if all failures have the same one.
pub(crate) fn could_not_read(failures: &[&Failure], users: usize) -> Failure {
    let message = format!("could not read {} of {}", failures.len(), counted(users, "user"));
    let failure = Failure::several(failures, message);
    match failures.first().and_then(|first| first.hint()) {
        Some(hint) if failures.iter().all(|other| other.hint() == Some(hint)) => {
            failure.with_hint(hint)
        }
        _ => failure,
    }
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

    /// The names of all findings.
    fn words(assessment: &Assessment) -> Vec<String> {
        let word = |finding| {
            serde_json::to_value(finding).unwrap()["finding"].as_str().unwrap().to_owned()
        };
        assessment.findings.iter().map(word).collect()
    }

    proptest! {
        #[test]
        fn one_more_enabled_contact_never_lowers_reachability(
            contacts in contacts(), required in required(), kind in 0..5_usize,
        ) {
            let mut more = contacts.clone();
            more.push(contact((kind, 0, true)));
            prop_assert!(assess(&more, &required).reachability >= assess(&contacts, &required).reachability);
        }

        #[test]
        fn one_more_required_kind_never_raises_reachability(
            contacts in contacts(), required in required(), kind in 0..4_usize,
        ) {
            let mut more = required.clone();
            more.push(KINDS[kind].clone());
            prop_assert!(assess(&contacts, &more).reachability <= assess(&contacts, &required).reachability);
        }

        #[test]
        fn a_disabled_contact_does_not_change_reachability(
            contacts in contacts(), required in required(), kind in 0..5_usize, place in 0..6_usize,
        ) {
            let mut more = contacts.clone();
            more.insert(place.min(more.len()), contact((kind, 0, false)));
            prop_assert_eq!(assess(&more, &required).reachability, assess(&contacts, &required).reachability);
        }

        #[test]
        fn reachable_means_two_enabled_contacts_and_one_of_each_required_kind(
            contacts in contacts(), required in required(),
        ) {
            let enabled = |kind: &ContactMethod| contacts.iter().any(|it| it.is_enabled() && it.method == *kind);
            let total = contacts.iter().filter(|it| it.is_enabled()).count();
            let expected = total > 1 && required.iter().all(enabled);
            prop_assert_eq!(assess(&contacts, &required).reachability == Reachability::Reachable, expected);
        }

        #[test]
        fn findings_agree_with_reachability(contacts in contacts(), required in required()) {
            let assessment = assess(&contacts, &required);
            prop_assert_eq!(serde_json::to_value(assessment.reachability).unwrap(), assessment.reachability.word());
            let words = words(&assessment);
            let has = |word: &str| words.iter().any(|it| it == word);
            match assessment.reachability {
                Reachability::Unreachable => prop_assert!(has("unreachable") && !has("missing") && !has("single")),
                Reachability::MissingRequired => prop_assert!(has("missing")),
                Reachability::Single => prop_assert!(has("single") && !has("missing")),
                _ => prop_assert!(words.iter().all(|it| it == "disabled-phone")),
            }
        }

        #[test]
        fn each_contact_is_counted_once_and_each_disabled_phone_is_found(
            contacts in contacts(), required in required(),
        ) {
            let assessment = assess(&contacts, &required);
            let total: usize = assessment.counts.values().map(|count| count.enabled + count.disabled).sum();
            prop_assert_eq!(total, contacts.len());
            let disabled = |kind| assessment.counts[&kind].disabled;
            let found = words(&assessment).iter().filter(|it| *it == "disabled-phone").count();
            prop_assert_eq!(found, disabled(ContactMethod::Sms) + disabled(ContactMethod::Voice));
        }
    }
}
