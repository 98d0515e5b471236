//! What the service keeps of a contact.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A contact as the service keeps it: what its owner sees, and whether the number was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredContact {
    /// Shaped like a UUID when it was made here.
    pub id: String,
    /// The kind of contact.
    pub method: ContactMethod,
    /// The address or number, exactly as it was sent.
    pub to: String,
    /// Whether notifications go there.
    pub enabled: bool,
    /// Whether it may be activated: true for all but new numbers.
    pub verified: bool,
    /// Sent as `status.disabledReason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

/// The kind of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ContactMethod {
    /// An e-mail address.
    Email,
    /// A number that takes text messages.
    Sms,
    /// A number that takes calls.
    Voice,
    /// A phone's app; only the app itself registers one.
    Mobile,
    /// Anything else. The API refuses to create one, but one that was seeded is listed like any other.
    Other(String),
}

impl ContactMethod {
    /// The kind as it is written on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Mobile => "mobile",
            Self::Other(name) => name,
        }
    }

    /// Whether its destination is a telephone number.
    pub fn is_phone(&self) -> bool {
        matches!(self, Self::Sms | Self::Voice)
    }
}

impl From<&str> for ContactMethod {
    fn from(name: &str) -> Self {
        match name {
            "email" => Self::Email,
            "sms" => Self::Sms,
            "voice" => Self::Voice,
            "mobile" => Self::Mobile,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<String> for ContactMethod {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<ContactMethod> for String {
    fn from(method: ContactMethod) -> Self {
        match method {
            ContactMethod::Other(name) => name,
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for ContactMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_as_it_was_written() {
        for name in ["email", "sms", "voice", "mobile", "pager", "Email", ""] {
            assert_eq!(String::from(ContactMethod::from(name)), name);
        }
    }
}
