//! When to stop asking: what every user would end with is no matter of any user.

use std::mem::{Discriminant, discriminant};

use contacts_ureq::{Error, ErrorKind, Hint};

/// So many users must fail alike, one after the other.
const ENOUGH: usize = 32;

/// The users who failed alike last, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Streak {
    kind: Option<Discriminant<ErrorKind>>,
    length: usize,
    /// Whether anybody could be read.
    any: bool,
}

impl Streak {
    /// A user was read.
    pub(crate) fn succeed(&mut self) {
        *self = Self { any: true, ..Self::default() };
    }

    /// A user could not be read. Whether to stop.
    pub(crate) fn fail(&mut self, error: &Error) -> bool {
        if error.is_unauthorized() {
            return true;
        }
        let kind = self.is_for_all(error).then(|| discriminant(&error.kind()));
        self.length = match kind {
            None => 0,
            Some(_) if kind == self.kind => self.length + 1,
            Some(_) => 1,
        };
        self.kind = kind;
        self.length >= ENOUGH
    }

    /// Whether others may well fail for the same reason.
    fn is_for_all(&self, error: &Error) -> bool {
        match error.kind() {
            ErrorKind::RateLimited
            | ErrorKind::Unavailable
            | ErrorKind::TimedOut
            | ErrorKind::Certificate
            | ErrorKind::UnexpectedAnswer => true,
            // Once somebody was read, these are about those who are not.
            ErrorKind::Forbidden => !self.any,
            ErrorKind::Rejected => !self.any && error.hint() == Some(Hint::WrongSite),
            _ => false,
        }
    }
}
