//! When two values of `to` reach the same place.

use crate::ContactMethod;

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
    if one == other {
        return true;
    }
    match method {
        ContactMethod::Sms | ContactMethod::Voice => {
            let has_digits = digits(one).next().is_some();
            has_digits && digits(one).eq(digits(other))
        }
        ContactMethod::Email => match (one.rsplit_once('@'), other.rsplit_once('@')) {
            (Some((local, domain)), Some((other_local, other_domain))) => {
                local == other_local && domain.eq_ignore_ascii_case(other_domain)
            }
            _ => false,
        },
        _ => false,
    }
}

fn digits(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_digit_are_the_same_only_to_the_letter() {
        assert!(!same_address(&ContactMethod::Voice, "home", "work"));
        assert!(same_address(&ContactMethod::Voice, "home", "home"));
    }

    #[test]
    fn an_app_is_compared_to_the_letter() {
        assert!(!same_address(&ContactMethod::Mobile, "Phone 1", "Phone-1"));
    }
}
