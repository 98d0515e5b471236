//! What is to be looked up when a creation was left in doubt.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::Session;
use crate::{ContactId, ContactMethod, Error, escape_controls};

/// What is to be looked up when a creation was left in doubt: the contact that was wanted, and what was there before.
///
/// It is one word (`Display`, `FromStr`), so that it can be stored, passed on, and resolved by another program or on another day.
/// It holds the address or number, the site and, where it is known, the user's e-mail address, and no secret.
///
/// The word is its one written form, also through serde, and has a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Receipt(Written);

/// What is in the word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    /// The form of the receipt.
    v: u64,
    /// The operation left in doubt: `create`.
    operation: Word,
    method: ContactMethod,
    to: String,
    /// Contacts with this method and `to` that were there before; `None` if nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Vec<ContactId>>,
    /// The contact that was confirmed, if there were two creations and the other one is in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created: Option<ContactId>,
    at: u64,
    /// Whose contact it was to be: a base URL, and the e-mail address of basic credentials.
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

    /// For a creation that was sent at `unix` seconds of the Unix epoch.
    pub(crate) fn for_create(
        method: ContactMethod,
        to: String,
        seen: Option<Vec<ContactId>>,
        unix: u64,
    ) -> Self {
        let (created, site, user) = (None, None, None);
        let v = Self::VERSION;
        Self(Written { v, operation: Word::Create, method, to, seen, created, at: unix, site, user })
    }

    pub(super) fn with_created(self, created: Option<ContactId>) -> Self {
        Self(Written { created, ..self.0 })
    }

    /// The same receipt of the site and the user of this session: [`Reconcile`](crate::exchange::Reconcile) refuses it anywhere else, where nothing
    /// would be found and prove nothing. Whose token an OAuth token is, it does not tell: the receipt of a session with one names no
    /// user.
    #[must_use]
    pub fn of(self, session: &Session) -> Self {
        let user = session.credentials().user().map(str::to_owned);
        Self(Written { site: Some(session.site().to_string()), user, ..self.0 })
    }

    /// Refuses another site; and another user, or one of whom nobody can tell who it is, if the receipt names its own.
    pub(super) fn check(&self, session: &Session) -> Result<(), Error> {
        let refuse = |of: &str, only: &str| {
            Err(Error::invalid("receipt", format!("is of {}: {only}", escape_controls(of))))
        };
        let (site, credentials) = (session.site().to_string(), session.credentials());
        // The same site has another base URL for the other kind of credentials.
        let other = session.site().for_other_credentials().map(|other| other.to_string());
        match (&self.0.site, &self.0.user, credentials.user()) {
            (Some(of), ..) if *of != site && Some(of) != other.as_ref() => {
                refuse(of, "no other site can end the doubt")
            }
            (_, Some(of), Some(asking)) if !of.eq_ignore_ascii_case(asking) => {
                refuse(of, "nobody else can end the doubt")
            }
            (_, Some(of), None) if credentials.header().is_some() => refuse(
                of,
                "whose an OAuth token is, it does not tell, so that this user's API token is needed",
            ),
            _ => Ok(()),
        }
    }

    /// The method of the contact that was wanted.
    pub fn method(&self) -> &ContactMethod {
        &self.0.method
    }

    /// Its address or number.
    pub fn to(&self) -> &str {
        &self.0.to
    }

    /// The e-mail address of the user whose contact it was to be; `None` if it is not known. Then nobody checks that it is resolved
    /// with that user's credentials, and with those of another, [`Reconciled::NotFound`](crate::Reconciled) proves nothing.
    pub fn user(&self) -> Option<&str> {
        self.0.user.as_deref()
    }

    /// The contacts with this method and `to` that were there before; `None` if nobody looked.
    pub fn seen(&self) -> Option<&[ContactId]> {
        self.0.seen.as_deref()
    }

    /// The contact that the service has confirmed, if another creation before it is the one in doubt.
    pub fn created(&self) -> Option<&ContactId> {
        self.0.created.as_ref()
    }

    /// When the doubt arose, in seconds of the Unix epoch, by the clock of the program that had it.
    pub fn unix_time(&self) -> u64 {
        self.0.at
    }
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
        let refuse = |why: &'static str| Error::invalid("receipt", why);
        let json = URL_SAFE_NO_PAD
            .decode(text.trim())
            .map_err(|_| refuse("is not one whole word as it was printed"))?;
        let damaged = |_| refuse("is damaged: was it copied whole?");
        // A later version may have other members: it is told as that.
        let Version { v } = serde_json::from_slice(&json).map_err(damaged)?;
        if v != Self::VERSION {
            return Err(refuse("is of another version"));
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
    fn a_receipt_survives_being_written_down() {
        let seen = Some(vec![ContactId::new("a").unwrap()]);
        for seen in [None, seen] {
            let receipt =
                Receipt::for_create(ContactMethod::Sms, "90-555-555-5555".into(), seen, 1_795_000_000);
            let word = receipt.to_string();
            assert!(word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{word}");
            assert_eq!(word.parse::<Receipt>().unwrap(), receipt);
            let json = serde_json::to_string(&receipt).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
            for end in 0..word.len() {
                assert!(word[..end].parse::<Receipt>().is_err(), "a part of a receipt is no receipt");
            }
        }
    }

    #[test]
    fn a_receipt_of_a_later_version_is_told_as_that_whatever_else_it_has() {
        let word = URL_SAFE_NO_PAD.encode(br#"{"v":2,"operation":"merge","target":{}}"#);
        for error in [word.parse::<Receipt>().unwrap_err(), Receipt::try_from(word).unwrap_err()] {
            assert!(error.to_string().contains("is of another version"), "{error}");
        }
    }
}
