//! A receipt of a create request whose outcome is unknown.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::Session;
use crate::{ContactId, ContactMethod, Error, Site, escape_controls};

/// A receipt of a create request whose outcome is unknown: the wanted contact, and the contacts
/// that existed before.
///
/// Its text form (`Display`, `FromStr`, serde) is one base64url string. It contains a format
/// version. A program can store it, and another program can [reconcile](super::Reconcile) it later.
/// It contains the address or number, the site and, if known, the user's e-mail address, but no
/// secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Receipt(Written);

/// Content of the text form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    /// Version of the form.
    v: u64,
    /// The operation with the unknown outcome: `create`.
    operation: Word,
    method: ContactMethod,
    to: String,
    /// Contacts with this method and `to` that existed before; `None` if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Vec<ContactId>>,
    /// The confirmed contact, if there were two create requests and the outcome of the other one is
    /// unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<ContactId>,
    at: u64,
    /// Base URL, or URL of the site if the base URL was unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
}

#[derive(Deserialize)]
struct Version {
    v: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Create,
}

impl Receipt {
    const VERSION: u64 = 1;

    /// Creates the receipt of a request sent at `unix`, in seconds of the Unix epoch.
    pub(crate) fn for_create(
        method: ContactMethod,
        to: String,
        seen: Option<Vec<ContactId>>,
        unix: u64,
    ) -> Self {
        let (created, site, user) = (None, None, None);
        let v = Self::VERSION;
        Self(Written {
            v,
            operation: Word::Create,
            method,
            to,
            seen,
            created,
            at: unix,
            site,
            user,
        })
    }

    pub(super) fn with_created(self, created: Option<ContactId>) -> Self {
        Self(Written { created, ..self.0 })
    }

    /// Adds the site and the user of this session.
    ///
    /// [`Reconcile`](super::Reconcile) then rejects another site or user, because their lists do
    /// not show this contact. With an OAuth token the user is unknown, so the receipt has no user.
    #[must_use]
    pub fn of(self, session: &Session) -> Self {
        let user = session.credentials().user().map(str::to_owned);
        let url = session.base_url().ok().or_else(|| session.site()?.own());
        Self(Written { site: url.map(ToString::to_string), user, ..self.0 })
    }

    /// Rejects a session of another site. If the receipt names a user, also rejects a session whose
    /// user differs or is unknown.
    pub(super) fn check(&self, session: &Session) -> Result<(), Error> {
        let reject = |of: &str, why: &str| {
            Err(Error::invalid("receipt", format!("is of {}; {why}", escape_controls(of))))
        };
        match (&self.0.site, &self.0.user, session.credentials().user()) {
            (Some(of), ..) if !may_be_at(session, of) => reject(of, "use it with that site"),
            (_, Some(of), Some(user)) if !of.eq_ignore_ascii_case(user) => {
                reject(of, "use it with that user's API token")
            }
            (_, Some(of), None) if session.credentials().header().is_some() => reject(
                of,
                "use it with that user's API token, since an OAuth token does not tell its user",
            ),
            _ => Ok(()),
        }
    }

    /// Returns the method of the wanted contact.
    pub fn method(&self) -> &ContactMethod {
        &self.0.method
    }

    /// Returns the address or number of the wanted contact.
    pub fn to(&self) -> &str {
        &self.0.to
    }

    /// Returns the e-mail address of the contact's user, if known.
    ///
    /// If it is unknown, reconcile with the credentials of the same user. With those of another
    /// user, [`Reconciled::NotFound`](super::Reconciled::NotFound) proves nothing.
    pub fn user(&self) -> Option<&str> {
        self.0.user.as_deref()
    }

    /// Returns the contacts with this method and `to` that existed before the create request, or
    /// `None` if unknown.
    pub fn seen(&self) -> Option<&[ContactId]> {
        self.0.seen.as_deref()
    }

    /// Returns the id of a contact that the service confirmed. It is from the second create request
    /// of an [`Ensure`](super::Ensure). The outcome of the first one is unknown.
    pub fn created(&self) -> Option<&ContactId> {
        self.0.created.as_ref()
    }

    /// Returns the time of the create request, in seconds of the Unix epoch, by the clock of the
    /// program that sent it.
    pub fn unix_time(&self) -> u64 {
        self.0.at
    }
}

/// Returns `true` if the URL belongs to the session's site, or if the base URL of the session is
/// still unknown.
fn may_be_at(session: &Session, url: &str) -> bool {
    let Ok(base_url) = session.base_url() else { return true };
    // A site has one base URL for each kind of credentials.
    base_url.to_string() == url
        || base_url.for_other_credentials().is_some_and(|other| other.to_string() == url)
        || session.site().and_then(Site::own).is_some_and(|own| own.to_string() == url)
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(&self.0).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Receipt {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = |why: &'static str| Error::invalid("receipt", why);
        let json = URL_SAFE_NO_PAD
            .decode(text.trim())
            .map_err(|_| invalid("is not the whole word that was printed"))?;
        let damaged = |_| invalid("is damaged; copy the whole word");
        // A later version may have other members.
        let Version { v } = serde_json::from_slice(&json).map_err(damaged)?;
        if v != Self::VERSION {
            return Err(invalid("has a version that this program does not know"));
        }
        Ok(Self(serde_json::from_slice(&json).map_err(damaged)?))
    }
}

impl From<Receipt> for String {
    fn from(receipt: Receipt) -> Self {
        receipt.to_string()
    }
}

impl TryFrom<String> for Receipt {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_survives_its_text_form() {
        let seen = Some(vec![ContactId::new("a").unwrap()]);
        for seen in [None, seen] {
            let receipt = Receipt::for_create(
                ContactMethod::Sms,
                "90-555-555-5555".into(),
                seen,
                1_795_000_000,
            );
            let word = receipt.to_string();
            assert!(
                word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
                "{word}"
            );
            assert_eq!(word.parse::<Receipt>().unwrap(), receipt);
            let json = serde_json::to_string(&receipt).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
            for end in 0..word.len() {
                assert!(
                    word[..end].parse::<Receipt>().is_err(),
                    "a part of a receipt is not a receipt"
                );
            }
        }
    }

    #[test]
    fn a_receipt_of_a_later_version_is_rejected_for_its_version() {
        let word = URL_SAFE_NO_PAD.encode(br#"{"v":2,"operation":"merge","target":{}}"#);
        for error in [word.parse::<Receipt>().unwrap_err(), Receipt::try_from(word).unwrap_err()] {
            assert!(
                error.to_string().contains("a version that this program does not know"),
                "{error}"
            );
        }
    }
}
