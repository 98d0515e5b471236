//! Identifiers of a contact and of an account.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::segment::segment_type;
use crate::Error;

segment_type! {
    /// The id of a contact: opaque, given by the service, safe in a path once it exists.
    ///
    /// It is checked wherever it comes from, a person or the service, so that no id can turn a request into another one.
    ///
    /// ```
    /// use contacts_proto::ContactId;
    ///
    /// let id = ContactId::new("299003c3-8221-4a9f-b63d-2370c4caaaaa")?;
    /// assert_eq!(id.as_str(), "299003c3-8221-4a9f-b63d-2370c4caaaaa");
    /// assert!(ContactId::new("").is_err());
    /// assert!(ContactId::new("..").is_err());
    /// assert!(ContactId::new("a/activate").is_err());
    /// # Ok::<(), contacts_proto::Error>(())
    /// ```
    ContactId, "contact id"
}

/// The account id of a user, for listing another user's contacts as an administrator.
///
/// It goes into the query, escaped, so that any text of 1 to 128 characters without controls and blanks will do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// Takes an account id as the service shows it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an empty text, one of more than 128 characters, and one with blanks or controls.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let why = if text.is_empty() {
            "is empty"
        } else if text.chars().count() > 128 {
            "is longer than 128 characters"
        } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            "has a blank or a control character"
        } else {
            return Ok(Self(text));
        };
        Err(Error::invalid("account id", why))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl std::str::FromStr for AccountId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
