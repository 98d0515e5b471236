//! What is to be known before a plan is applied.

use std::fmt;

use contacts_proto::{ContactId, ContactMethod, escape_controls};
use serde::Serialize;

/// What is to be known before a plan is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Warning {
    /// A new number is used only once it is verified, by the code that is sent to it.
    Verify {
        /// Its method.
        method: ContactMethod,
        /// The number.
        to: String,
    },
    /// Each new contact adds a rule to the person's notification rules.
    NewRules {
        /// How many contacts are created.
        contacts: usize,
    },
    /// There will be more contacts of a kind than the service takes, for a while at least: it will refuse to create them.
    TooMany {
        /// The kind.
        method: ContactMethod,
        /// How many there will be, before any is deleted.
        contacts: usize,
        /// How many the service takes.
        most: usize,
        /// Whether deletions, which come later, would make room.
        deleting_first_helps: bool,
    },
    /// Since there is no room for both, a contact is deleted before another is created: if that fails, there is neither.
    DeletedFirst {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// The address or number.
        to: String,
    },
    /// The service has no contact with this id, nor one that reaches this address: it is created, with another id. The file may
    /// be somebody else's.
    UnknownId {
        /// The id in the file.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// The address or number.
        to: String,
    },
    /// The service has no contact with this id, but one that reaches this address, which is taken in its position.
    OutdatedId {
        /// The id in the file.
        id: ContactId,
        /// The id of the contact that is taken.
        taken: ContactId,
    },
    /// A number is to be enabled and is not. The service does not say whether it was ever verified, and refuses to activate it
    /// if not, so that nothing is done about it, unless forced.
    NotEnabled {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// The number.
        to: String,
        /// Why it is not, in the service's words.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Whether it is activated all the same.
        forced: bool,
    },
    /// A number is deactivated, since the file has it disabled. It may have been verified since the file was written.
    Deactivated {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// The number.
        to: String,
    },
    /// A contact is to be disabled, and the service does not say whether it is. It is left as it is: once deactivated, it could not
    /// be told from one that is enabled, and no plan would activate it again.
    MayBeEnabled {
        /// Its id, to deactivate it by.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// The address or number.
        to: String,
    },
    /// An app is deleted: only the app itself can register again.
    AppDeleted {
        /// Its id.
        id: ContactId,
        /// What it is called.
        to: String,
    },
    /// A contact is deleted or deactivated that may be the last enabled one: the service says of no other that it is enabled, and
    /// of some that are to be, it does not say whether they are.
    NoneKnownEnabled,
    /// Forced: no enabled contact is left, and nobody is notified.
    NoneEnabled,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify { method, to } => {
                let to = escape_controls(to);
                write!(
                    f,
                    "the {method} contact {to} is used only once it is verified, by the code that is sent to it"
                )
            }
            Self::NewRules { contacts: 1 } => {
                f.write_str("the new contact adds a rule to the notification rules")
            }
            Self::NewRules { contacts } => {
                write!(f, "the {contacts} new contacts add a rule each to the notification rules")
            }
            Self::TooMany { method, contacts, most, deleting_first_helps } => {
                let method = escape_controls(method.as_str());
                write!(
                    f,
                    "there would be {contacts} {method} contacts and the service takes {most}: a new one will be refused"
                )?;
                f.write_str(if *deleting_first_helps { ", unless deleting first is forced" } else { "" })
            }
            Self::DeletedFirst { method, to, .. } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(
                    f,
                    "the {method} contact {to} is deleted before another is created, since there is no room for both"
                )
            }
            Self::UnknownId { id, method, to } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(
                    f,
                    "there is no contact {id}: the {method} contact {to} is created, and gets another id"
                )
            }
            Self::OutdatedId { id, taken } => {
                write!(f, "there is no contact {id} any more: {taken} reaches the same address")
            }
            Self::NotEnabled { method, to, reason, forced, .. } => {
                write!(f, "the {method} contact {} is not enabled", escape_controls(to))?;
                if let Some(reason) = reason {
                    write!(f, " ({})", escape_controls(reason))?;
                }
                f.write_str(if *forced {
                    ": activating it is refused if it was never verified"
                } else {
                    ", which is left to its owner: it can be activated only once it was verified"
                })
            }
            Self::Deactivated { method, to, .. } => write!(
                f,
                "the {method} contact {} is in use, and is deactivated, since the file has it disabled: if it was verified after \
                 the file was written, let the file have it enabled",
                escape_controls(to)
            ),
            Self::MayBeEnabled { id, method, to } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(
                    f,
                    "the {method} contact {to} is to be disabled, and the service does not say whether it is: it is left as it is, and can be deactivated by its id, {id}"
                )
            }
            Self::AppDeleted { to, .. } => {
                write!(f, "the app {} is deleted: only the app itself can register again", escape_controls(to))
            }
            Self::NoneKnownEnabled => f.write_str(
                "of no contact that is left the service says that it is enabled: see that one is, or nobody is notified",
            ),
            Self::NoneEnabled => f.write_str("no enabled contact is left: nobody is notified"),
        }
    }
}
