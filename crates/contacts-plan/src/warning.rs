//! Warnings about a plan.

use std::fmt;

use contacts_proto::{ContactId, ContactMethod, escape_controls};
use serde::Serialize;

/// A warning about a plan. Show it before you apply the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Warning {
    /// A new number receives no notifications until its owner enters the code that the service
    /// sends.
    Verify {
        /// Contact method.
        method: ContactMethod,
        /// Number.
        to: String,
    },
    /// Each new contact adds a rule to the person's notification rules.
    NewRules {
        /// Number of created contacts.
        contacts: usize,
    },
    /// The plan exceeds the service's limit for a method, at least until its deletions. The service
    /// rejects the new contact.
    TooMany {
        /// Contact method.
        method: ContactMethod,
        /// Number of contacts with this method before the plan's deletions.
        contacts: usize,
        /// The service's limit.
        most: usize,
        /// `true` if the plan's own deletions, made first, would free a slot.
        deleting_first_helps: bool,
    },
    /// The plan deletes a contact before it creates another, because the service's limit has no
    /// room for both. If the creation fails, neither exists.
    DeletedFirst {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
    },
    /// The service has no contact with this id or address. The plan creates one, and it gets a new
    /// id. The file may be another user's.
    UnknownId {
        /// The id in the file.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
    },
    /// The service has no contact with this id. The plan uses another contact with the same
    /// address.
    OutdatedId {
        /// The id in the file.
        id: ContactId,
        /// The id of the contact that the plan uses.
        taken: ContactId,
    },
    /// The file enables a number that is disabled. The service does not report whether the number
    /// was verified, and rejects the activation of an unverified one. The plan activates it only if
    /// [forced](crate::Options::force).
    NotEnabled {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Number.
        to: String,
        /// The service's reason why it is disabled.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// `true` if the plan activates it.
        forced: bool,
    },
    /// The plan deactivates a number because the file disables it. Its owner may have verified it
    /// after the file was written.
    Deactivated {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Number.
        to: String,
    },
    /// The file disables a contact, and the service does not report its state. The plan does not
    /// change it: a later plan could not detect that it is disabled, and would not activate it
    /// again.
    MayBeEnabled {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
    },
    /// The plan deletes an app. Only the app on the phone can register itself again.
    AppDeleted {
        /// Contact id.
        id: ContactId,
        /// Name of the app's device.
        to: String,
    },
    /// The plan deletes or deactivates what may be the last enabled contact. The service does not
    /// report the state of some that remain, and reports none as enabled.
    NoneKnownEnabled,
    /// The plan is [forced](crate::Options::force) and leaves no enabled contact. Notifications
    /// reach no one.
    NoneEnabled,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify { method, to } => write!(
                f,
                "the {method} contact {} receives no notifications until its owner verifies it with the code that the service sends",
                escape_controls(to)
            ),
            Self::NewRules { contacts: 1 } => f.write_str("the new contact adds a notification rule"),
            Self::NewRules { contacts } => {
                write!(f, "the {contacts} new contacts add one notification rule each")
            }
            Self::TooMany { method, contacts, most, deleting_first_helps } => {
                let method = escape_controls(method.as_str());
                write!(
                    f,
                    "the plan needs {contacts} {method} contacts at once, but the limit is {most}: the service will reject a new one"
                )?;
                f.write_str(if *deleting_first_helps { ", unless you force the deletion first" } else { "" })
            }
            Self::DeletedFirst { method, to, .. } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(
                    f,
                    "the {method} contact {to} is deleted before the new one is created, because the limit has no room for both"
                )
            }
            Self::UnknownId { id, method, to } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(f, "no contact has the id {id}: the {method} contact {to} is created with a new id")
            }
            Self::OutdatedId { id, taken } => {
                write!(f, "no contact has the id {id}: using {taken}, which has the same address")
            }
            Self::NotEnabled { method, to, reason, forced, .. } => {
                write!(f, "the {method} contact {} is disabled", escape_controls(to))?;
                if let Some(reason) = reason {
                    write!(f, " ({})", escape_controls(reason))?;
                }
                f.write_str(if *forced {
                    ": if it was never verified, the service will reject its activation"
                } else {
                    ": the plan does not activate it, because it may be unverified"
                })
            }
            Self::Deactivated { method, to, .. } => write!(
                f,
                "the {method} contact {} is enabled and will be deactivated, because the file disables it: \
                 if it was verified after the file was written, enable it in the file",
                escape_controls(to)
            ),
            Self::MayBeEnabled { id, method, to } => {
                let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
                write!(
                    f,
                    "the file disables the {method} contact {to}, but the service does not report its state: \
                     the plan leaves it unchanged; to disable it, deactivate {id}"
                )
            }
            Self::AppDeleted { to, .. } => write!(
                f,
                "the app {} is deleted: only the app on the phone can register itself again",
                escape_controls(to)
            ),
            Self::NoneKnownEnabled => f.write_str(
                "the service reports no remaining contact as enabled: check that one is, or notifications reach no one",
            ),
            Self::NoneEnabled => f.write_str("no enabled contact remains: notifications reach no one"),
        }
    }
}
