//! The method of a contact.

use std::{borrow::Cow, convert::Infallible, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Method of a contact: e-mail, text message, phone call or a phone's app.
///
/// A client can create `email`, `sms` and `voice`. The service may also return `mobile`, which only
/// a phone's app can register. Other methods are kept as [`Other`](Self::Other).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ContactMethod {
    /// E-mail.
    Email,
    /// Text message to a number.
    Sms,
    /// Phone call to a number.
    Voice,
    /// Push message to a phone's app. The app registers itself; a client cannot create it.
    Mobile,
    /// A method that this version does not know, as the service writes it.
    Other(Box<str>),
}

impl ContactMethod {
    /// Returns the method as the service writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Mobile => "mobile",
            Self::Other(other) => other,
        }
    }

    /// Returns `true` if the contact has a telephone number.
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
        // Without this attribute, serde would allocate for each known word.
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

        Text::deserialize(deserializer).map(|Text(text)| text.as_ref().into())
    }
}
