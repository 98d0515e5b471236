//! A contact that exists more than once.

use std::fmt;

use crate::{Contact, ContactMethod, escape_controls};

/// A contact exists several times, and each of them notifies the person.
///
/// The client deletes none of them. Decide which one to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    method: ContactMethod,
    to: String,
    contacts: Vec<Contact>,
}

impl Duplicate {
    pub(crate) fn new(method: ContactMethod, to: String, contacts: Vec<Contact>) -> Self {
        Self { method, to, contacts }
    }

    /// Returns all contacts with this method and address.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, to, contacts } = self;
        let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
        write!(f, "the {method} contact {to} exists {} times, with the ids", contacts.len())?;
        contacts.iter().try_for_each(|contact| write!(f, " {}", contact.id))
    }
}

impl std::error::Error for Duplicate {}
