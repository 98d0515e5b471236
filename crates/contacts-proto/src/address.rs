//! When two values of `to` reach the same place.

use std::hash::{Hash, Hasher};

use crate::ContactMethod;

/// What is no byte of any text.
const NO_BYTE: u8 = 0xff;

/// Whether two values of `to` are the same address for this method.
///
/// Telephone numbers are compared by their digits, since the service's own forms differ (`90-555-555-5555` and `90-5555559999`
/// both appear in its reference); e-mail addresses without case in the domain; all else to the letter.
///
/// ```
/// use contacts_proto::{ContactMethod, same_address};
///
/// assert!(same_address(&ContactMethod::Sms, "90-555-555-5555", "+90 5555555555"));
/// assert!(same_address(&ContactMethod::Email, "ann@Example.com", "ann@example.com"));
/// assert!(!same_address(&ContactMethod::Email, "Ann@example.com", "ann@example.com"));
/// ```
pub fn same_address(method: &ContactMethod, one: &str, other: &str) -> bool {
    Address::new(method, one) == Address::new(method, other)
}

/// A method with an address or number: a key, by which contacts that reach the same place are found among many.
///
/// Two are equal if their methods are, and their addresses are the [same](same_address).
///
/// ```
/// use std::collections::HashSet;
///
/// use contacts_proto::{Address, ContactMethod};
///
/// let reached = HashSet::from([Address::new(&ContactMethod::Sms, "90-555-555-5555")]);
/// assert!(reached.contains(&Address::new(&ContactMethod::Sms, "+90 5555555555")));
/// assert!(!reached.contains(&Address::new(&ContactMethod::Voice, "90-555-555-5555")));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Address<'a> {
    method: &'a ContactMethod,
    to: &'a str,
}

impl<'a> Address<'a> {
    /// This address or number for this method.
    pub fn new(method: &'a ContactMethod, to: &'a str) -> Self {
        Self { method, to }
    }

    /// What is compared of the address.
    fn compared(self) -> impl Iterator<Item = u8> + 'a {
        let Self { method, to } = self;
        let is_number = method.is_phone() && to.bytes().any(|byte| byte.is_ascii_digit());
        let domain = to.rfind('@').filter(|_| *method == ContactMethod::Email).unwrap_or(to.len());
        let bytes = to.bytes().enumerate();
        bytes
            .filter(move |(_, byte)| !is_number || byte.is_ascii_digit())
            .map(move |(at, byte)| if at > domain { byte.to_ascii_lowercase() } else { byte })
    }
}

impl PartialEq for Address<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.method == other.method && (self.to == other.to || self.compared().eq(other.compared()))
    }
}

impl Eq for Address<'_> {}

impl Hash for Address<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.method.hash(state);
        let mut bytes = self.compared();
        // In blocks, since byte by byte takes most hashers several times as long.
        loop {
            let mut block = [NO_BYTE; 24];
            block.iter_mut().zip(&mut bytes).for_each(|(place, byte)| *place = byte);
            state.write(&block);
            if block.ends_with(&[NO_BYTE]) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use proptest::prelude::*;

    use super::*;

    fn method() -> impl Strategy<Value = ContactMethod> {
        prop::sample::select(vec!["email", "sms", "voice", "mobile", "pager"]).prop_map(ContactMethod::from)
    }

    /// Short ones, and some that end where a block does.
    fn text() -> impl Strategy<Value = String> {
        ("[aAé@1 -]{0,4}", prop::sample::select(vec![0, 20, 24, 44, 48]))
            .prop_map(|(text, more)| text + &"1".repeat(more))
    }

    /// What a text is cut down to by the rules as they are told.
    fn told(method: &ContactMethod, to: &str) -> String {
        let digits: String = to.chars().filter(char::is_ascii_digit).collect();
        match (method, to.rsplit_once('@')) {
            (ContactMethod::Sms | ContactMethod::Voice, _) if !digits.is_empty() => digits,
            (ContactMethod::Email, Some((local, domain))) => {
                format!("{local}@{}", domain.to_ascii_lowercase())
            }
            _ => to.into(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn addresses_are_the_same_by_the_rules_and_only_the_same_are_one_key(
            method in method(), one in text(), other in text(),
        ) {
            let same = told(&method, &one) == told(&method, &other);
            prop_assert_eq!(same_address(&method, &one, &other), same);
            let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
            let hash = |to| hasher.hash_one(Address::new(&method, to));
            prop_assert_eq!(hash(&one) == hash(&other), same);
        }
    }

    #[test]
    fn numbers_without_a_digit_are_the_same_only_to_the_letter() {
        assert!(!same_address(&ContactMethod::Voice, "home", "work"));
        assert!(same_address(&ContactMethod::Voice, "home", "home"));
    }

    #[test]
    fn an_app_is_compared_to_the_letter() {
        assert!(!same_address(&ContactMethod::Mobile, "Phone 1", "Phone-1"));
    }

    #[test]
    fn the_same_text_for_another_method_is_another_address() {
        let [sms, voice, other] = ["sms", "voice", "pager"].map(ContactMethod::from);
        assert_ne!(Address::new(&sms, "90-1"), Address::new(&voice, "90-1"));
        assert_ne!(Address::new(&sms, "90-1"), Address::new(&other, "90-1"));
    }
}
