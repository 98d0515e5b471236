//! Contacts as the service stores them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A contact as the service stores it: the members of the API, and whether a number is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredContact {
    /// Contact id. Ids that the sandbox creates look like UUIDs.
    pub id: String,
    /// Contact method.
    pub method: ContactMethod,
    /// Address or number, exactly as it was sent.
    pub to: String,
    /// `true` if notifications go there.
    pub enabled: bool,
    /// `true` if it can be activated. `false` only for new numbers.
    pub verified: bool,
    /// Value of `status.disabledReason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
}

/// Contact method.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ContactMethod {
    /// An e-mail address.
    Email,
    /// A number that takes text messages.
    Sms,
    /// A number that takes calls.
    Voice,
    /// A phone's app. Only the app itself can register it.
    Mobile,
    /// Any other method. The API rejects its creation;
    /// [`Service::add_contact`](crate::Service::add_contact) can add one.
    Other(String),
}

impl ContactMethod {
    /// Returns the method as in JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Mobile => "mobile",
            Self::Other(name) => name,
        }
    }

    /// Returns `true` for `sms` and `voice`.
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
    fn every_method_keeps_its_name() {
        for name in ["email", "sms", "voice", "mobile", "pager", "Email", ""] {
            assert_eq!(String::from(ContactMethod::from(name)), name);
        }
    }
}
