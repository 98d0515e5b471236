//! Ids of contacts and accounts.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::segment::segment_type;
use crate::Error;

segment_type! {
    /// Id of a contact. It is opaque: the service chooses it.
    ///
    /// Every id is checked, whether it comes from a person or from the service. So no id can change
    /// the path of a request.
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

/// Account id of a user. Administrators need it to list another user's contacts.
///
/// It is a text of 1 to 128 characters without whitespace and control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// Creates an account id from its text.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the text is empty, has more than 128 characters, or has
    /// whitespace or control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        let why = if text.is_empty() {
            "is empty"
        } else if text.chars().count() > 128 {
            "is longer than 128 characters"
        } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            "has whitespace or a control character"
        } else {
            return Ok(Self(text));
        };
        Err(Error::invalid("account id", why))
    }

    /// Returns the text.
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
