//! Addresses and numbers: when two values of `to` reach the same place, and which can reach nobody.

use std::hash::{Hash, Hasher};

use crate::{ContactMethod, Error, redact::is_hidden};

/// The longest `to` that is sent, in characters: no address and no number is near it.
const LONGEST: usize = 1024;

/// How an extension begins; each of them means the same.
const EXTENSIONS: [&str; 5] = ["extension", "extn", "ext", "x", "#"];

/// Returns `true` if two values of `to` are the same address for this method.
///
/// Telephone numbers are compared by their digits, since the service's own forms differ (`90-555-555-5555` and `90-5555559999`
/// both appear in its reference). A leading `00` is skipped: it is the international prefix, as `+` is. An extension counts:
/// it begins with the first letter or `#` after a digit. E-mail addresses are compared without case in the domain; all else to
/// the letter.
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

    /// Refuses an address or number that no contact can have. A number is never refused for its form.
    ///
    /// Contacts that exist already may have such an address: nothing that is read is checked.
    ///
    /// ```
    /// use contacts_proto::{Address, ContactMethod};
    ///
    /// let check = |to| Address::new(&ContactMethod::Voice, to).check();
    /// assert!(check("+1 (555) 010-9999 ext. 7").is_ok());
    /// assert!(check("4.95360287E+11").unwrap_err().to_string().contains("a spreadsheet has shortened this number"));
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is empty, has a blank at an end, an invisible character, or more than 1024 characters; if it is
    /// an e-mail address without `@` or a number with one; and if a spreadsheet has shortened it (`4.95360287E+11`).
    pub fn check(self) -> Result<(), Error> {
        let Self { method, to } = self;
        check(to)?;
        match to.contains('@') {
            false if *method == ContactMethod::Email => {
                Err(invalid("is not an e-mail address: it has no @".into()))
            }
            true if method.is_phone() => {
                Err(invalid(format!("is an e-mail address, and {method} takes a telephone number")))
            }
            _ => Ok(()),
        }
    }

    /// What is compared of the address: all of its head, or the digits alone, and then its tail without case.
    fn compared(self) -> impl Iterator<Item = u8> + 'a {
        let Self { method, to } = self;
        let is_number = method.is_phone() && to.bytes().any(|byte| byte.is_ascii_digit());
        let (head, tail) = match to.rfind('@') {
            _ if is_number => extended(to),
            Some(domain) if *method == ContactMethod::Email => to.split_at(domain),
            _ => (to, ""),
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

/// Refuses an address that no contact of any method can have.
pub(crate) fn check(to: &str) -> Result<(), Error> {
    let why = if to.trim().is_empty() {
        "is empty".into()
    } else if let Some(hidden) = to.chars().find(|c| is_hidden(*c)) {
        let kind = if hidden.is_control() { "a control" } else { "an invisible" };
        format!("has {kind} character: {}", hidden.escape_unicode())
    } else if to.trim() != to {
        // Its mail would reach the same mailbox, and the service may take it for another contact.
        "has a blank at its beginning or end".into()
    } else if to.chars().count() > LONGEST {
        format!("is longer than {LONGEST} characters")
    } else if is_shortened(to) {
        "cannot be dialled: a spreadsheet has shortened this number; write out its digits".into()
    } else {
        return Ok(());
    };
    Err(invalid(why))
}

fn invalid(why: String) -> Error {
    Error::invalid("address or number", why)
}

/// Returns `true` for a spreadsheet's way of writing a long number: `4.95360287E+11`, `9e11`, `905555555555.0`. An `e` alone
/// among digits is left to the service: it may begin an extension.
fn is_shortened(to: &str) -> bool {
    /// The least digits before `.0`: fewer may be a number that is written in groups.
    const LONG: usize = 7;
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
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
            are_digits(size.unwrap_or(exponent)) && (size.is_some() || fraction.is_some() || whole.len() == 1)
        }
        (None, Some(fraction)) => whole.len() >= LONG && fraction.bytes().all(|byte| byte == b'0'),
        (None, None) => false,
    }
}

/// A number, and its extension without the word for it.
fn extended(to: &str) -> (&str, &str) {
    let digit = to.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
    let behind = to.get(digit..).unwrap_or_default();
    let Some(at) = behind.find(|c: char| c.is_alphabetic() || c == '#') else { return (to, "") };
    let (head, tail) = to.split_at_checked(digit.saturating_add(at)).unwrap_or((to, ""));
    let word = EXTENSIONS
        .iter()
        .find(|word| tail.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word)));
    let tail = tail.get(word.map_or(0, |word| word.len())..).unwrap_or_default();
    (head, if tail.bytes().any(is_word) { tail } else { "" })
}

/// How many digits the international prefix has.
fn prefix(number: &str) -> usize {
    let mut digits = number.bytes().filter(u8::is_ascii_digit);
    let is_prefixed = digits.next() == Some(b'0') && digits.next() == Some(b'0') && digits.next().is_some();
    if is_prefixed { 2 } else { 0 }
}

/// Returns `true` for a byte of a letter or a digit in an extension; what is not ASCII is one.
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
        self.compared().for_each(|byte| state.write_u8(byte));
        // No byte of UTF-8: the end of one text is the end of its hash.
        state.write_u8(u8::MAX);
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

    fn text() -> impl Strategy<Value = String> {
        "(00)?[aAé@10 -]{0,4}( ?(ext\\.?|EXT|x|#) ?[17]?)?"
    }

    /// What a text is cut down to by the rules as they are told.
    fn told(method: &ContactMethod, to: &str) -> String {
        match (method, to.rsplit_once('@')) {
            (ContactMethod::Sms | ContactMethod::Voice, _) if to.contains(|c: char| c.is_ascii_digit()) => {
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
        let extension = words.iter().find_map(|word| extension.strip_prefix(word)).unwrap_or(&extension);
        let extension: String = extension.chars().filter(|c| c.is_alphanumeric()).collect();
        if extension.is_empty() { digits.into() } else { format!("{digits}x{extension}") }
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
    fn a_number_with_an_extension_is_another_than_one_without() {
        let same = |one, other| same_address(&ContactMethod::Voice, one, other);
        for extended in ["90-555 ext. 7", "90-555 Ext 7", "+90 555 x7", "0090555#7", "90-555;extension=7"] {
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
        for to in ["004755512345", "+4755512345", "47-55512345", "00 47 555 12345", "(00) 47-55512345"] {
            assert!(same_address(&ContactMethod::Sms, to, "4755512345"), "{to}");
        }
        assert!(!same_address(&ContactMethod::Sms, "0-4755512345", "4755512345"));
    }

    #[test]
    fn no_number_is_refused_for_its_form() {
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
    fn what_reaches_nobody_is_refused_with_the_reason() {
        let refused = |method: &str, to: &str| {
            let method = method.into();
            Address::new(&method, to).check().unwrap_err().to_string()
        };
        for to in ["4.95360287E+11", "9.05555555555e11", "4,95E+11", "9e11", "495E+9", "905555555555.0"] {
            for method in ["sms", "voice", "email", "mobile", "pager"] {
                assert!(refused(method, to).contains("a spreadsheet has shortened this number"), "{to}");
            }
        }
        assert_eq!(
            refused("sms", "ann@example.com"),
            "the address or number is an e-mail address, and sms takes a telephone number"
        );
        assert_eq!(refused("email", "90-555"), "the address or number is not an e-mail address: it has no @");
        assert_eq!(
            refused("email", "ann@example.com\u{200b}"),
            "the address or number has an invisible character: \\u{200b}"
        );
        assert_eq!(refused("sms", "a\nb"), "the address or number has a control character: \\u{a}");
        for to in ["", "  ", "a\0b", " a@b", "a@b ", "a@b\u{a0}", "\u{202a}90-555\u{202c}", "90\u{3164}5"] {
            refused("mobile", to);
        }
        refused("email", &format!("a@{}", "b".repeat(1024)));
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
