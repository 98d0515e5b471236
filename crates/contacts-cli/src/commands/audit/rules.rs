//! The rules of an audit: the contacts that each user needs.

use std::{fmt, str::FromStr};

use contacts_ureq::ContactMethod;
use serde::Serialize;

use crate::usage::without_secret;

/// The kinds that a rule can require. Every result lists them, even without a contact.
pub(crate) const KINDS: [ContactMethod; 4] =
    [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice, ContactMethod::Mobile];

/// The contacts that each user needs.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Each one once, in the given order.
    pub(crate) requirements: Vec<Requirement>,
    /// Minimum number of enabled contacts.
    pub(crate) min: usize,
}

impl Rules {
    pub(crate) fn new(requirements: &[Requirement], min: usize) -> Self {
        let mut distinct = Vec::<Requirement>::new();
        for requirement in requirements {
            if !distinct.iter().any(|other| other.is_equivalent(requirement)) {
                distinct.push(requirement.clone());
            }
        }
        Self { requirements: distinct, min }
    }
}

/// Requires an enabled contact of one of these kinds. Has at least one kind, and each kind once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Requirement(Vec<ContactMethod>);

impl Requirement {
    /// The kinds, in the given order.
    pub(crate) fn kinds(&self) -> &[ContactMethod] {
        &self.0
    }

    pub(crate) fn accepts(&self, kind: &ContactMethod) -> bool {
        self.0.contains(kind)
    }

    /// Returns the only kind, if the requirement has no alternatives.
    pub(crate) fn only(&self) -> Option<&ContactMethod> {
        match &self.0[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Returns `true` if both have the same kinds, in any order.
    fn is_equivalent(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|kind| other.accepts(kind))
    }

    /// `sms or voice`.
    pub(crate) fn in_words(&self) -> String {
        self.0.iter().map(ContactMethod::as_str).collect::<Vec<_>>().join(" or ")
    }
}

/// `sms|voice`, as in `--require`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.0.iter().map(ContactMethod::as_str).collect();
        f.write_str(&kinds.join("|"))
    }
}

impl FromStr for Requirement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut kinds = Vec::new();
        for word in text.split('|').map(str::trim) {
            let kind = KINDS.into_iter().find(|kind| kind.as_str() == word);
            let kind = kind.ok_or_else(|| not_a_kind(word))?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Ok(Self(kinds))
    }
}

fn not_a_kind(word: &str) -> String {
    let allowed = "use email, sms, voice or mobile";
    match word {
        "" => format!("a kind of contact is missing; {allowed}"),
        word => format!("`{}` is not a kind of contact; {allowed}", without_secret(word)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    pub(crate) fn requirement(text: &str) -> Requirement {
        text.parse().unwrap()
    }

    pub(crate) fn requirements() -> impl Strategy<Value = Vec<Requirement>> {
        let kinds = vec(select(KINDS.to_vec()), 1..4);
        let text = kinds.prop_map(|kinds| {
            kinds.iter().map(ContactMethod::as_str).collect::<Vec<_>>().join("|")
        });
        vec(text.prop_map(|text| requirement(&text)), 0..4)
    }

    pub(crate) fn rules() -> impl Strategy<Value = Rules> {
        (requirements(), 1..=5_usize).prop_map(|(requirements, min)| Rules::new(&requirements, min))
    }

    #[test]
    fn a_requirement_has_each_kind_once_in_the_given_order() {
        for (text, kinds) in [
            ("sms", "sms"),
            ("voice|sms", "voice|sms"),
            (" sms | voice|sms", "sms|voice"),
            ("email|sms|voice|mobile", "email|sms|voice|mobile"),
        ] {
            assert_eq!(requirement(text).to_string(), kinds, "{text}");
        }
        assert_eq!(requirement("sms|voice").in_words(), "sms or voice");
    }

    #[test]
    fn an_error_names_the_wrong_word_and_the_kinds() {
        for (text, error) in [
            ("fax", "`fax` is not a kind of contact"),
            ("sms|SMS", "`SMS` is not a kind of contact"),
            ("", "a kind of contact is missing"),
            ("sms|", "a kind of contact is missing"),
            ("sms||voice", "a kind of contact is missing"),
        ] {
            let expected = format!("{error}; use email, sms, voice or mobile");
            assert_eq!(text.parse::<Requirement>().unwrap_err(), expected);
        }
        let error = "ATATT3xFfGF0-not-a-real-token".parse::<Requirement>().unwrap_err();
        assert!(!error.contains("FfGF0"), "{error}");
    }

    #[test]
    fn equal_requirements_are_merged_in_any_order_of_their_kinds() {
        let all = ["sms|voice", "email", "voice|sms", "email|email", "sms"].map(requirement);
        let merged = ["sms|voice", "email", "sms"].map(requirement);
        assert_eq!(Rules::new(&all, 2).requirements, merged);
    }

    proptest! {
        #[test]
        fn a_requirement_is_read_back_as_written(requirements in requirements()) {
            for requirement in requirements {
                prop_assert_eq!(requirement.to_string().parse(), Ok(requirement));
            }
        }
    }
}
