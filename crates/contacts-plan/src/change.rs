//! One change.

use std::fmt;

use contacts_proto::{ContactId, ContactMethod, escape_controls};
use serde::Serialize;

/// One change of a plan. As text it is one line:
///
/// ```text
/// + sms 90-5555559999                 created
/// + email b@example.com (disabled)    created, and deactivated at once
/// + sms 90-5555559999 (in place of 735a619b)
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
    /// A contact is created, unless there is one by then.
    Create {
        /// Its method.
        method: ContactMethod,
        /// Its address or number.
        to: String,
        /// Whether it is left enabled, as the service makes it.
        enabled: bool,
        /// The contact that is deleted once this one is there.
        #[serde(skip_serializing_if = "Option::is_none")]
        replaces: Option<ContactId>,
    },
    /// An e-mail contact gets another address.
    Update {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// The address that it has.
        from: String,
        /// The address that it gets.
        to: String,
    },
    /// A contact is used again.
    Activate {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// Its address or number.
        to: String,
    },
    /// A contact is used no more.
    Deactivate {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// Its address or number.
        to: String,
    },
    /// A contact is deleted.
    Delete {
        /// Its id.
        id: ContactId,
        /// Its method.
        method: ContactMethod,
        /// Its address or number.
        to: String,
        /// Whether another contact takes its position; or else the file does not have it.
        replaced: bool,
    },
}

impl Change {
    /// The contact that is changed; none if it is created.
    pub fn id(&self) -> Option<&ContactId> {
        match self {
            Self::Create { .. } => None,
            Self::Update { id, .. } | Self::Activate { id, .. } => Some(id),
            Self::Deactivate { id, .. } | Self::Delete { id, .. } => Some(id),
        }
    }

    /// The method of the contact.
    pub fn method(&self) -> &ContactMethod {
        match self {
            Self::Create { method, .. } | Self::Update { method, .. } => method,
            Self::Activate { method, .. } | Self::Deactivate { method, .. } => method,
            Self::Delete { method, .. } => method,
        }
    }

    /// The character that its line begins with: `+`, `~` or `-`.
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
                replaces.as_ref().map_or(Ok(()), |id| write!(f, " (in place of {id})"))
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
