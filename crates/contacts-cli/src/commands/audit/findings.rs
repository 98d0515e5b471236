//! Reachability and findings of a user: a pure function of the contacts.

use std::{collections::BTreeMap, fmt};

use contacts_ureq::{AccountId, Contact, ContactMethod, Participant, escape_controls};
use serde::{Serialize, Serializer};

use super::{
    on_call::{Duty, When},
    rules::{KINDS, Requirement, Rules},
};
use crate::error::{Failure, counted};

/// Reachability of a user, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reachability {
    /// No enabled contact.
    Unreachable,
    /// The contacts could not be read.
    Unreadable,
    /// An enabled contact, but none for a requirement.
    MissingRequired,
    /// Only one enabled contact, with a higher minimum.
    Single,
    /// Two or more enabled contacts, with a higher minimum.
    TooFew,
    /// The user meets all rules.
    Reachable,
}

impl Reachability {
    /// Worst first.
    pub(crate) const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::Unreadable,
        Self::MissingRequired,
        Self::Single,
        Self::TooFew,
        Self::Reachable,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unreadable => "unreadable",
            Self::MissingRequired => "missing-required",
            Self::Single => "single",
            Self::TooFew => "too-few",
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
    /// No enabled contact for these requirements, but one of another kind. `methods` has the
    /// requirements without alternatives.
    Missing { methods: Vec<ContactMethod>, requirements: Vec<Requirement> },
    /// Only one enabled contact, with a higher minimum.
    Single { method: ContactMethod, to: String },
    /// Two or more enabled contacts, with a higher minimum.
    TooFew { enabled: usize, min: usize },
    /// A disabled phone number. Only the reason tells whether it was never verified or was
    /// deactivated.
    DisabledPhone { method: ContactMethod, to: String, reason: Option<String> },
    /// The contacts could not be read.
    Unreadable { error: Failure },
    /// The account is deactivated.
    Deactivated,
    /// It is unknown who is behind a participant of a schedule.
    NotOpened { reason: String },
}

impl Finding {
    /// The words of all findings, worst first.
    pub(crate) const WORDS: [&str; 8] = [
        "unreachable",
        "deactivated",
        "unreadable",
        "not-opened",
        "missing",
        "single",
        "too-few",
        "disabled-phone",
    ];

    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Unreadable { .. } => "unreadable",
            Self::Missing { .. } => "missing",
            Self::Single { .. } => "single",
            Self::TooFew { .. } => "too-few",
            Self::DisabledPhone { .. } => "disabled-phone",
            Self::Deactivated => "deactivated",
            Self::NotOpened { .. } => "not-opened",
        }
    }

    fn missing(requirements: Vec<Requirement>) -> Self {
        let methods = requirements.iter().filter_map(Requirement::only).cloned().collect();
        Self::Missing { methods, requirements }
    }

    /// Returns the reachability of a user with this finding only.
    fn reachability(&self) -> Reachability {
        match self {
            Self::Unreachable | Self::Deactivated => Reachability::Unreachable,
            Self::Unreadable { .. } | Self::NotOpened { .. } => Reachability::Unreadable,
            Self::Missing { .. } => Reachability::MissingRequired,
            Self::Single { .. } => Reachability::Single,
            Self::TooFew { .. } => Reachability::TooFew,
            Self::DisabledPhone { .. } => Reachability::Reachable,
        }
    }
}

/// One line, safe for a terminal.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no enabled contact"),
            Self::Missing { requirements, .. } => {
                let missing =
                    |requirement: &Requirement| format!("no enabled {}", requirement.in_words());
                f.write_str(&requirements.iter().map(missing).collect::<Vec<_>>().join(", "))
            }
            Self::Single { method, to } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(f, "only one enabled contact: {method} {to}")
            }
            Self::TooFew { enabled, min } => {
                write!(f, "only {enabled} enabled contacts; the minimum is {min}")
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
            Self::Deactivated => f.write_str("the account is deactivated"),
            Self::NotOpened { reason } => f.write_str(reason),
        }
    }
}

/// Number of contacts of one kind.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Count {
    pub(crate) enabled: usize,
    pub(crate) disabled: usize,
}

/// Applies the rules to the contacts of a user.
fn findings(contacts: &[Contact], rules: &Rules) -> Vec<Finding> {
    let enabled: Vec<_> = contacts.iter().filter(|contact| contact.is_enabled()).collect();
    let is_missing = |requirement: &&Requirement| {
        !enabled.iter().any(|contact| requirement.accepts(&contact.method))
    };
    let missing: Vec<_> = rules.requirements.iter().filter(is_missing).cloned().collect();
    let mut findings = Vec::new();
    match enabled[..] {
        // Without an enabled contact, the user fails every rule: that is one finding.
        [] => findings.push(Finding::Unreachable),
        _ if !missing.is_empty() => findings.push(Finding::missing(missing)),
        _ => {}
    }
    match enabled[..] {
        [] => {}
        [..] if enabled.len() >= rules.min => {}
        [only] => {
            findings.push(Finding::Single { method: only.method.clone(), to: only.to.clone() });
        }
        [..] => findings.push(Finding::TooFew { enabled: enabled.len(), min: rules.min }),
    }
    findings.extend(contacts.iter().filter_map(disabled_phone));
    findings
}

fn disabled_phone(contact: &Contact) -> Option<Finding> {
    (contact.method.is_phone() && !contact.is_enabled()).then(|| Finding::DisabledPhone {
        method: contact.method.clone(),
        to: contact.to.clone(),
        reason: contact.status.as_ref().and_then(|status| status.disabled_reason.clone()),
    })
}

/// Number of contacts by kind, in the order of the kinds. As a map, it would take three times the
/// memory, and an audit has one for each user.
#[derive(Debug)]
pub(crate) struct Counts(Box<[(ContactMethod, Count)]>);

impl Counts {
    fn of(contacts: &[Contact]) -> Self {
        let mut counts: BTreeMap<_, _> =
            KINDS.into_iter().map(|kind| (kind, Count::default())).collect();
        for contact in contacts {
            let count = counts.entry(contact.method.clone()).or_default();
            match contact.is_enabled() {
                true => count.enabled += 1,
                false => count.disabled += 1,
            }
        }
        Self(counts.into_iter().collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ContactMethod, &Count)> {
        self.0.iter().map(|(kind, count)| (kind, count))
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// A user, as far as known: from the command line, the file of users, a schedule and Jira.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<AccountId>,
    /// A team or an escalation whose users are unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) participant: Option<Participant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// `false` if the account is deactivated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) active: Option<bool>,
    /// Duties of `--on-call`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) on_call: Vec<Duty>,
}

impl User {
    /// A user without name and e-mail address.
    pub(crate) fn new(account_id: AccountId) -> Self {
        Self { account_id: Some(account_id), ..Self::default() }
    }

    /// The account id, or the participant. Empty if neither is known.
    pub(crate) fn id(&self) -> String {
        match (&self.account_id, &self.participant) {
            (Some(account_id), _) => escape_controls(account_id.as_str()).into_owned(),
            (None, Some(participant)) => participant.to_string(),
            (None, None) => String::new(),
        }
    }

    /// Adds what another mention of the same user knows.
    pub(crate) fn merge(&mut self, other: Self) {
        self.name = self.name.take().or(other.name);
        self.email = self.email.take().or(other.email);
        self.on_call.extend(other.on_call);
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
    pub(crate) contacts: Option<Counts>,
    pub(crate) findings: Vec<Finding>,
}

impl Row {
    pub(crate) fn new(user: User, reading: Result<&[Contact], Failure>, rules: &Rules) -> Self {
        let (contacts, findings) = match reading {
            Ok(contacts) => (Some(Counts::of(contacts)), findings(contacts, rules)),
            Err(error) => (None, vec![Finding::Unreadable { error }]),
        };
        Self::with(user, contacts, findings)
    }

    /// A user whose contacts are not read, because of this finding.
    pub(crate) fn without_contacts(user: User, finding: Finding) -> Self {
        Self::with(user, None, vec![finding])
    }

    fn with(user: User, contacts: Option<Counts>, mut findings: Vec<Finding>) -> Self {
        if user.active == Some(false) {
            findings.insert(0, Finding::Deactivated);
        }
        let worst = findings.iter().map(Finding::reachability).min();
        Self { user, reachability: worst.unwrap_or(Reachability::Reachable), contacts, findings }
    }

    /// Returns the reason why the contacts could not be read.
    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.findings.iter().find_map(|finding| match finding {
            Finding::Unreadable { error } => Some(error),
            _ => None,
        })
    }

    /// Returns the finding that says why the contacts are unknown.
    pub(crate) fn unknown(&self) -> Option<&Finding> {
        let is_unknown = |finding: &&Finding| finding.reachability() == Reachability::Unreadable;
        self.findings.iter().find(is_unknown)
    }

    pub(crate) fn has(&self, finding: &str) -> bool {
        self.findings.iter().any(|it| it.word() == finding)
    }

    /// Returns the time of the soonest duty.
    pub(crate) fn soonest(&self) -> Option<When> {
        self.user.on_call.iter().map(|duty| duty.when).min()
    }

    pub(crate) fn count(&self, kind: &ContactMethod) -> Count {
        let counts = self.contacts.iter().flat_map(Counts::iter);
        counts.filter(|(of, _)| *of == kind).map(|(_, count)| *count).next().unwrap_or_default()
    }

    /// Returns `true` if the contacts could be read and none of them meets the requirement.
    pub(crate) fn lacks(&self, requirement: &Requirement) -> bool {
        self.contacts.is_some()
            && requirement.kinds().iter().all(|kind| self.count(kind).enabled == 0)
    }
}

/// Returns the number of users with this finding.
pub(crate) fn users_with(rows: &[Row], finding: &str) -> usize {
    rows.iter().filter(|row| row.has(finding)).count()
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
            (Reachability::TooFew, "with too few enabled contacts"),
            (Reachability::Single, "with only one enabled contact"),
            (Reachability::MissingRequired, "without a required contact"),
            (Reachability::Unreachable, "unreachable"),
            (Reachability::Unreadable, "unreadable"),
        ];
        let parts = parts.map(|(reachability, what)| (self.count(reachability), what));
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<_> = parts.map(|(count, what)| format!("{count} {what}")).collect();
        f.write_str(&counted(self.users(), "user"))?;
        if !parts.is_empty() {
            write!(f, ": {}", parts.join(", "))?;
        }
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
pub(super) mod tests {
    use contacts_ureq::{ContactId, Status};
    use proptest::prelude::*;

    use super::{
        super::rules::tests::{requirement, requirements, rules},
        *,
    };

    fn contact((kind, number, enabled): (usize, u8, bool)) -> Contact {
        let kinds = ["email", "sms", "voice", "mobile", "pager"];
        let id = ContactId::new(format!("c{number}")).unwrap();
        let mut contact = Contact::new(id, kinds[kind].into(), format!("{number}"));
        let mut status = Status::default();
        status.enabled = Some(enabled);
        contact.status = Some(status);
        contact
    }

    pub(crate) fn contacts() -> impl Strategy<Value = Vec<Contact>> {
        prop::collection::vec((0..5_usize, any::<u8>(), any::<bool>()).prop_map(contact), 0..8)
    }

    pub(crate) fn assess(contacts: &[Contact], rules: &Rules) -> Row {
        Row::new(User::new(AccountId::new("ann").unwrap()), Ok(contacts), rules)
    }

    fn enabled(contacts: &[Contact]) -> usize {
        contacts.iter().filter(|contact| contact.is_enabled()).count()
    }

    /// Returns `true` if an enabled contact is of one of the kinds. Independent of the code.
    fn meets(contacts: &[Contact], requirement: &Requirement) -> bool {
        requirement
            .to_string()
            .split('|')
            .any(|kind| contacts.iter().any(|it| it.is_enabled() && it.method.as_str() == kind))
    }

    fn words(row: &Row) -> Vec<&str> {
        row.findings.iter().map(Finding::word).collect()
    }

    proptest! {
        #[test]
        fn one_more_enabled_contact_never_lowers_reachability(
            contacts in contacts(), rules in rules(), kind in 0..5_usize,
        ) {
            let mut more = contacts.clone();
            more.push(contact((kind, 0, true)));
            prop_assert!(assess(&more, &rules).reachability >= assess(&contacts, &rules).reachability);
        }

        #[test]
        fn a_stricter_rule_never_raises_reachability(
            contacts in contacts(), rules in rules(), more in requirements(), higher in 0..3_usize,
        ) {
            let all = [&rules.requirements[..], &more[..]].concat();
            let stricter = Rules::new(&all, rules.min + higher);
            prop_assert!(assess(&contacts, &stricter).reachability <= assess(&contacts, &rules).reachability);
        }

        #[test]
        fn a_disabled_contact_does_not_change_reachability(
            contacts in contacts(), rules in rules(), kind in 0..5_usize, place in 0..6_usize,
        ) {
            let mut more = contacts.clone();
            more.insert(place.min(more.len()), contact((kind, 0, false)));
            prop_assert_eq!(assess(&more, &rules).reachability, assess(&contacts, &rules).reachability);
        }

        #[test]
        fn a_requirement_is_met_if_and_only_if_one_of_its_kinds_is_enabled(
            contacts in contacts(), rules in rules(),
        ) {
            let row = assess(&contacts, &rules);
            let unmet: Vec<_> = rules.requirements.iter().filter(|it| !meets(&contacts, it)).cloned().collect();
            let reported = row.findings.iter().find_map(|finding| match finding {
                Finding::Missing { requirements, .. } => Some(&requirements[..]),
                _ => None,
            });
            let expected = (enabled(&contacts) > 0 && !unmet.is_empty()).then_some(&unmet[..]);
            prop_assert_eq!(reported, expected);
            let lacked: Vec<_> = rules.requirements.iter().filter(|it| row.lacks(it)).cloned().collect();
            prop_assert_eq!(lacked, unmet);
        }

        #[test]
        fn reachable_means_enough_enabled_contacts_and_every_requirement_met(
            contacts in contacts(), rules in rules(),
        ) {
            let expected = enabled(&contacts) >= rules.min
                && rules.requirements.iter().all(|it| meets(&contacts, it));
            prop_assert_eq!(assess(&contacts, &rules).reachability == Reachability::Reachable, expected);
        }

        #[test]
        fn a_user_below_the_minimum_has_one_finding_that_says_so(
            contacts in contacts(), rules in rules(),
        ) {
            let below = ["unreachable", "single", "too-few"];
            let row = assess(&contacts, &rules);
            let found: Vec<_> = words(&row).into_iter().filter(|it| below.contains(it)).collect();
            let expected = match enabled(&contacts) {
                0 => vec!["unreachable"],
                count if count >= rules.min => vec![],
                1 => vec!["single"],
                _ => vec!["too-few"],
            };
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn findings_agree_with_reachability(contacts in contacts(), rules in rules()) {
            let row = assess(&contacts, &rules);
            prop_assert_eq!(serde_json::to_value(row.reachability).unwrap(), row.reachability.word());
            for finding in &row.findings {
                prop_assert_eq!(&serde_json::to_value(finding).unwrap()["finding"], finding.word());
                prop_assert!(Finding::WORDS.contains(&finding.word()));
            }
            let words = words(&row);
            let has = |word: &str| words.contains(&word);
            match row.reachability {
                Reachability::Unreachable => prop_assert!(has("unreachable") && !has("missing") && !has("single")),
                Reachability::MissingRequired => prop_assert!(has("missing")),
                Reachability::Single => prop_assert!(has("single") && !has("missing")),
                Reachability::TooFew => prop_assert!(has("too-few") && !has("missing")),
                _ => prop_assert!(words.iter().all(|it| *it == "disabled-phone")),
            }
        }

        #[test]
        fn each_contact_is_counted_once_and_each_disabled_phone_is_found(
            contacts in contacts(), rules in rules(),
        ) {
            let row = assess(&contacts, &rules);
            let counts = row.contacts.as_ref().unwrap();
            let total: usize = counts.iter().map(|(_, count)| count.enabled + count.disabled).sum();
            prop_assert_eq!(total, contacts.len());
            let disabled = |kind| row.count(&kind).disabled;
            let found = words(&row).iter().filter(|it| **it == "disabled-phone").count();
            prop_assert_eq!(found, disabled(ContactMethod::Sms) + disabled(ContactMethod::Voice));
        }
    }

    #[test]
    fn missing_names_each_requirement_and_the_kinds_that_have_no_alternative() {
        let rules = Rules::new(&["sms|voice", "mobile", "email"].map(requirement), 2);
        let row = assess(&[contact((0, 1, true))], &rules);
        let missing = serde_json::to_string(&row.findings[0]).unwrap();
        assert_eq!(
            missing,
            r#"{"finding":"missing","methods":["mobile"],"requirements":[["sms","voice"],["mobile"]]}"#
        );
        assert_eq!(row.findings[0].to_string(), "no enabled sms or voice, no enabled mobile");
    }
}
