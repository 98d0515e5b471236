//! Addresses and numbers: which are the same, and which cannot be valid.

use std::hash::{Hash, Hasher};

use crate::{ContactMethod, Error, redact::is_hidden};

/// Maximum length of `to`, in characters. Real addresses are much shorter.
const MAX_LEN: usize = 1024;

/// Words for an extension of a number. All mean the same.
const EXTENSIONS: [&str; 5] = ["extension", "extn", "ext", "x", "#"];

/// Returns `true` if two values of `to` are the same address for this method.
///
/// - Telephone numbers are compared by their digits. The vendor's reference writes them in several
///   ways: `90-555-555-5555` and `90-5555559999`.
/// - A leading `00` is skipped: like `+`, it is the international prefix.
/// - An extension counts. It begins with the first letter or `#` after a digit.
/// - In an e-mail address, case is ignored in the domain.
/// - Everything else is compared exactly.
///
/// ```
/// use contacts_proto::{ContactMethod, same_address};
///
/// assert!(same_address(&ContactMethod::Sms, "90-555-555-5555", "+90 5555555555"));
/// assert!(same_address(&ContactMethod::Sms, "004755512345", "47-55512345"));
/// assert!(same_address(&ContactMethod::Voice, "90-555 ext. 7", "90-555x7"));
/// assert!(!same_address(&ContactMethod::Voice, "90-555 ext. 7", "90-5557"));
/// assert!(same_address(&ContactMethod::Email, "ann@Example.com", "ann@example.com"));
/// assert!(!same_address(&ContactMethod::Email, "Ann@example.com", "ann@example.com"));
/// ```
pub fn same_address(method: &ContactMethod, one: &str, other: &str) -> bool {
    Address::new(method, one) == Address::new(method, other)
}

/// A method with an address or number. As a key, it finds the contacts that reach the same place.
///
/// Two are equal if their methods are equal and their addresses are the [same](same_address).
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
    /// Creates a key from a method and an address or number.
    pub fn new(method: &'a ContactMethod, to: &'a str) -> Self {
        Self { method, to }
    }

    /// Checks that a contact can have this address or number. Every form of a number is accepted.
    ///
    /// Contacts that exist may fail this check: addresses from the service are not checked.
    ///
    /// ```
    /// use contacts_proto::{Address, ContactMethod};
    ///
    /// let check = |to| Address::new(&ContactMethod::Voice, to).check();
    /// assert!(check("+1 (555) 010-9999 ext. 7").is_ok());
    /// let error = check("4.95360287E+11").unwrap_err();
    /// assert!(error.to_string().contains("a spreadsheet shortened this number"));
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the text is empty, starts or ends with whitespace, has an
    /// invisible character, or is longer than 1024 characters. Also for an e-mail address without
    /// `@`, for a number with `@`, and for a number that a spreadsheet shortened
    /// (`4.95360287E+11`).
    pub fn check(self) -> Result<(), Error> {
        let Self { method, to } = self;
        check(to)?;
        match to.contains('@') {
            false if *method == ContactMethod::Email => {
                Err(invalid("is not an e-mail address: it has no @".into()))
            }
            true if method.is_phone() => {
                Err(invalid(format!("is an e-mail address, but {method} needs a telephone number")))
            }
            _ => Ok(()),
        }
    }

    /// Returns the bytes that are compared: the digits or the local part, then the extension or the
    /// domain in lower case.
    fn compared(self) -> impl Iterator<Item = u8> + 'a {
        let Self { method, to } = self;
        let is_number = method.is_phone() && to.bytes().any(|byte| byte.is_ascii_digit());
        let domain = (*method == ContactMethod::Email).then(|| to.rfind('@')).flatten();
        let (head, tail) = match domain {
            _ if is_number => extended(to),
            Some(domain) => to.split_at(domain),
            None => (to, ""),
        };
        let extension = (is_number && !tail.is_empty()).then_some(b'x');
        head.bytes()
            .filter(move |byte| !is_number || byte.is_ascii_digit())
            .skip(if is_number { prefix(head) } else { 0 })
            .chain(extension)
            .chain(
                tail.bytes()
                    .filter(move |byte| !is_number || is_word(*byte))
                    .map(|byte| byte.to_ascii_lowercase()),
            )
    }
}

/// Checks an address whose method is not known.
pub(crate) fn check(to: &str) -> Result<(), Error> {
    let why = if to.trim().is_empty() {
        "is empty".into()
    } else if let Some(hidden) = to.chars().find(|c| is_hidden(*c)) {
        let kind = if hidden.is_control() { "a control" } else { "an invisible" };
        format!("has {kind} character: {}", hidden.escape_unicode())
    } else if to.trim() != to {
        // The mail would reach the same mailbox, but the service may see another contact.
        "starts or ends with whitespace".into()
    } else if to.chars().count() > MAX_LEN {
        format!("is longer than {MAX_LEN} characters")
    } else if is_shortened(to) {
        "cannot be dialled: a spreadsheet shortened this number; write all its digits".into()
    } else {
        return Ok(());
    };
    Err(invalid(why))
}

fn invalid(why: String) -> Error {
    Error::invalid("address or number", why)
}

/// Returns `true` for a number that a spreadsheet shortened: `4.95360287E+11`, `9e11`,
/// `905555555555.0`.
///
/// An `e` between digits is accepted: it may begin an extension.
fn is_shortened(to: &str) -> bool {
    /// Minimum number of digits before `.0`. Fewer may be a group of digits.
    const MIN_DIGITS: usize = 7;
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let bare = to.strip_prefix(['+', '-']).unwrap_or(to);
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare, None),
    };
    let (whole, fraction) = match mantissa.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    if !are_digits(whole) || !fraction.is_none_or(are_digits) {
        return false;
    }
    match (exponent, fraction) {
        (Some(exponent), _) => {
            let size = exponent.strip_prefix(['+', '-']);
            are_digits(size.unwrap_or(exponent))
                && (size.is_some() || fraction.is_some() || whole.len() == 1)
        }
        (None, Some(fraction)) => {
            whole.len() >= MIN_DIGITS && fraction.bytes().all(|byte| byte == b'0')
        }
        (None, None) => false,
    }
}

/// Splits a number into its digits and its extension, without the word for the extension.
fn extended(to: &str) -> (&str, &str) {
    let digit = to.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let behind = to.get(digit..).unwrap_or_default();
    let Some(at) = behind.find(|c: char| c.is_alphabetic() || c == '#') else { return (to, "") };
    let (head, tail) = to.split_at_checked(digit.saturating_add(at)).unwrap_or((to, ""));
    let word = EXTENSIONS.iter().find(|word| {
        tail.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))
    });
    let tail = tail.get(word.map_or(0, |word| word.len())..).unwrap_or_default();
    (head, if tail.bytes().any(is_word) { tail } else { "" })
}

/// Returns the number of digits of the international prefix: 2 for `00`, otherwise 0.
fn prefix(number: &str) -> usize {
    let mut digits = number.bytes().filter(u8::is_ascii_digit);
    let is_prefixed =
        digits.next() == Some(b'0') && digits.next() == Some(b'0') && digits.next().is_some();
    if is_prefixed { 2 } else { 0 }
}

/// Returns `true` for letters and digits of an extension. Every byte outside ASCII counts as one.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
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
        // Eight bytes at a time: a word costs a hasher as much as a byte.
        let mut len = 0_usize;
        let rest = self.compared().fold(0_u64, |word, byte| {
            if len > 0 && len % 8 == 0 {
                state.write_u64(word);
            }
            len = len.wrapping_add(1);
            word << 8 | u64::from(byte)
        });
        state.write_u64(rest);
        state.write_usize(len);
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use proptest::prelude::*;

    use super::*;

    fn method() -> impl Strategy<Value = ContactMethod> {
        prop::sample::select(vec!["email", "sms", "voice", "mobile", "pager"])
            .prop_map(ContactMethod::from)
    }

    fn text() -> impl Strategy<Value = String> {
        "(00)?[aAé@10 -]{0,4}( ?(ext\\.?|EXT|x|#) ?[17]?)?"
    }

    /// Returns the compared part of a text, by the documented rules.
    fn by_the_rules(method: &ContactMethod, to: &str) -> String {
        match (method, to.rsplit_once('@')) {
            (ContactMethod::Sms | ContactMethod::Voice, _)
                if to.contains(|c: char| c.is_ascii_digit()) =>
            {
                number(to)
            }
            (ContactMethod::Email, Some((local, domain))) => {
                format!("{local}@{}", domain.to_ascii_lowercase())
            }
            _ => to.into(),
        }
    }

    fn number(to: &str) -> String {
        let from = to.find(|c: char| c.is_ascii_digit()).unwrap();
        let is_letter = |c: char| c.is_alphabetic() || c == '#';
        let end = to[from..].find(is_letter).map_or(to.len(), |end| from + end);
        let digits: String = to[..end].chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix("00").filter(|rest| !rest.is_empty()).unwrap_or(&digits);
        let extension = to[end..].to_ascii_lowercase();
        let words = ["ext", "x", "#"];
        let extension =
            words.iter().find_map(|word| extension.strip_prefix(word)).unwrap_or(&extension);
        let extension: String = extension.chars().filter(|c| c.is_alphanumeric()).collect();
        if extension.is_empty() { digits.into() } else { format!("{digits}x{extension}") }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn addresses_are_the_same_by_the_rules_and_equal_keys_have_equal_hashes(
            method in method(), one in text(), other in text(),
        ) {
            let same = by_the_rules(&method, &one) == by_the_rules(&method, &other);
            prop_assert_eq!(same_address(&method, &one, &other), same);
            let hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default();
            let hash = |to| hasher.hash_one(Address::new(&method, to));
            prop_assert_eq!(hash(&one) == hash(&other), same);
        }
    }

    #[test]
    fn an_extension_makes_another_number() {
        let same = |one, other| same_address(&ContactMethod::Voice, one, other);
        for extended in
            ["90-555 ext. 7", "90-555 Ext 7", "+90 555 x7", "0090555#7", "90-555;extension=7"]
        {
            assert!(same(extended, "90-555x7"), "{extended}");
            for other in ["90-555", "90-5557", "90-555x8", "90-555 ext. 70"] {
                assert!(!same(extended, other), "{extended} {other}");
            }
        }
        assert!(!same("1-800-FLOWERS", "1-800-COLLECT"));
        assert!(same("90-555#", "tel. 90-555"));
    }

    #[test]
    fn the_international_prefix_is_skipped_in_each_of_its_forms() {
        for to in
            ["004755512345", "+4755512345", "47-55512345", "00 47 555 12345", "(00) 47-55512345"]
        {
            assert!(same_address(&ContactMethod::Sms, to, "4755512345"), "{to}");
        }
        assert!(!same_address(&ContactMethod::Sms, "0-4755512345", "4755512345"));
    }

    #[test]
    fn every_form_of_a_number_is_accepted() {
        for to in [
            "90-555-555-5555",
            "+905551234567",
            "004791761030",
            "90-555 ext. 7",
            "1-800-FLOWERS",
            "90 555e3",
            "+905551e3",
            "90.555.555",
            "90.0",
            "49,89,0",
            "(0711) 12.0",
            "home",
        ] {
            for method in [ContactMethod::Sms, ContactMethod::Voice, "pager".into()] {
                assert!(Address::new(&method, to).check().is_ok(), "{to}");
            }
        }
    }

    #[test]
    fn an_address_that_no_contact_can_have_is_rejected_with_the_reason() {
        let rejected = |method: &str, to: &str| {
            let method = method.into();
            Address::new(&method, to).check().unwrap_err().to_string()
        };
        for to in
            ["4.95360287E+11", "9.05555555555e11", "4,95E+11", "9e11", "495E+9", "905555555555.0"]
        {
            for method in ["sms", "voice", "email", "mobile", "pager"] {
                assert!(
                    rejected(method, to).contains("a spreadsheet shortened this number"),
                    "{to}"
                );
            }
        }
        assert_eq!(
            rejected("sms", "ann@example.com"),
            "the address or number is an e-mail address, but sms needs a telephone number"
        );
        assert_eq!(
            rejected("email", "90-555"),
            "the address or number is not an e-mail address: it has no @"
        );
        assert_eq!(
            rejected("email", "ann@example.com\u{200b}"),
            "the address or number has an invisible character: \\u{200b}"
        );
        assert_eq!(
            rejected("sms", "a\nb"),
            "the address or number has a control character: \\u{a}"
        );
        for to in
            ["", "  ", "a\0b", " a@b", "a@b ", "a@b\u{a0}", "\u{202a}90-555\u{202c}", "90\u{3164}5"]
        {
            rejected("mobile", to);
        }
        rejected("email", &format!("a@{}", "b".repeat(1024)));
    }

    #[test]
    fn numbers_without_a_digit_are_compared_exactly() {
        assert!(!same_address(&ContactMethod::Voice, "home", "work"));
        assert!(same_address(&ContactMethod::Voice, "home", "home"));
    }

    #[test]
    fn addresses_of_an_app_are_compared_exactly() {
        assert!(!same_address(&ContactMethod::Mobile, "Phone 1", "Phone-1"));
    }

    #[test]
    fn the_same_text_for_another_method_is_another_address() {
        let [sms, voice, other] = ["sms", "voice", "pager"].map(ContactMethod::from);
        assert_ne!(Address::new(&sms, "90-1"), Address::new(&voice, "90-1"));
        assert_ne!(Address::new(&sms, "90-1"), Address::new(&other, "90-1"));
    }
}
