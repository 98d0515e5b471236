//! One change of a plan.

use std::fmt;

use contacts_proto::{ContactId, ContactMethod, escape_controls};
use serde::Serialize;

/// One change of a plan. `Display` writes one line:
///
/// ```text
/// + sms 90-5555559999
/// + email b@example.com (disabled)
/// + sms 90-5555559999 (replaces 735a619b)
/// ~ email a@example.com -> b@example.com
/// ~ email a@example.com (activate)
/// ~ voice 90-5555559999 (deactivate)
/// - voice 90-5555559999
/// - sms 90-555-555-5555 (replaced)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Change {
    /// Creates a contact, unless it exists by then.
    Create {
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
        /// If `false`, the new contact is deactivated immediately.
        enabled: bool,
        /// The contact that the plan deletes after this one exists.
        #[serde(skip_serializing_if = "Option::is_none")]
        replaces: Option<ContactId>,
    },
    /// Changes the address of an e-mail contact.
    Update {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Its current address.
        from: String,
        /// Its new address.
        to: String,
    },
    /// Activates a contact.
    Activate {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
    },
    /// Deactivates a contact.
    Deactivate {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
    },
    /// Deletes a contact.
    Delete {
        /// Contact id.
        id: ContactId,
        /// Contact method.
        method: ContactMethod,
        /// Address or number.
        to: String,
        /// `true` if another contact replaces it; `false` if the file does not list it.
        replaced: bool,
    },
}

impl Change {
    /// Returns the id of the changed contact, or `None` for a creation.
    pub fn id(&self) -> Option<&ContactId> {
        match self {
            Self::Create { .. } => None,
            Self::Update { id, .. } | Self::Activate { id, .. } => Some(id),
            Self::Deactivate { id, .. } | Self::Delete { id, .. } => Some(id),
        }
    }

    /// Returns the contact's method.
    pub fn method(&self) -> &ContactMethod {
        match self {
            Self::Create { method, .. } | Self::Update { method, .. } => method,
            Self::Activate { method, .. } | Self::Deactivate { method, .. } => method,
            Self::Delete { method, .. } => method,
        }
    }

    /// Returns the first character of its line: `+`, `~` or `-`.
    pub fn sign(&self) -> char {
        match self {
            Self::Create { .. } => '+',
            Self::Update { .. } | Self::Activate { .. } | Self::Deactivate { .. } => '~',
            Self::Delete { .. } => '-',
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.sign(), escape_controls(self.method().as_str()))?;
        match self {
            Self::Create { to, enabled, replaces, .. } => {
                f.write_str(&escape_controls(to))?;
                if !enabled {
                    f.write_str(" (disabled)")?;
                }
                replaces.as_ref().map_or(Ok(()), |id| write!(f, " (replaces {id})"))
            }
            Self::Update { from, to, .. } => {
                write!(f, "{} -> {}", escape_controls(from), escape_controls(to))
            }
            Self::Activate { to, .. } => write!(f, "{} (activate)", escape_controls(to)),
            Self::Deactivate { to, .. } => write!(f, "{} (deactivate)", escape_controls(to)),
            Self::Delete { to, replaced, .. } => {
                write!(f, "{}{}", escape_controls(to), if *replaced { " (replaced)" } else { "" })
            }
        }
    }
}
