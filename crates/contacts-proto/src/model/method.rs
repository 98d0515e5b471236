//! The way a contact reaches its person.

use std::{borrow::Cow, convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The `method` of a contact.
///
/// The service takes `email`, `sms` and `voice`; it may answer `mobile` too, which only a phone's app can register, and one
/// day others: these are kept as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ContactMethod {
    /// An e-mail address.
    Email,
    /// A number for text messages.
    Sms,
    /// A number for calls.
    Voice,
    /// A phone's app; it registers itself and cannot be created by a client.
    Mobile,
    /// A method that this version does not know, just as the service wrote it.
    Other(Box<str>),
}

impl ContactMethod {
    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Mobile => "mobile",
            Self::Other(other) => other,
        }
    }

    /// Whether `to` is a telephone number.
    pub fn is_phone(&self) -> bool {
        matches!(self, Self::Sms | Self::Voice)
    }
}

impl From<&str> for ContactMethod {
    fn from(text: &str) -> Self {
        match text {
            "email" => Self::Email,
            "sms" => Self::Sms,
            "voice" => Self::Voice,
            "mobile" => Self::Mobile,
            other => Self::Other(other.into()),
        }
    }
}

impl FromStr for ContactMethod {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for ContactMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ContactMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ContactMethod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde reads a `Cow` without an attribute as owned; borrowed is what a known word needs.
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

        Text::deserialize(deserializer).map(|Text(text)| text.as_ref().into())
    }
}
