//! What is to be looked up when a creation was left in doubt.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::Session;
use crate::{ContactId, ContactMethod, Error, printable};

/// What is to be looked up when a creation was left in doubt: the contact that was wanted, and what was there before.
///
/// It is one word (`Display`, `FromStr`), so that it can be stored, passed on, and resolved by another program or on another day.
/// It holds the address or number, the site and, where it is known, the user's e-mail address, and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The form of the ticket.
    v: u8,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Create,
}

impl Ticket {
    const VERSION: u8 = 1;

    /// For a creation that was sent at `unix` seconds of the Unix epoch.
    pub(crate) fn for_create(
        method: ContactMethod,
        to: String,
        seen: Option<Vec<ContactId>>,
        unix: u64,
    ) -> Self {
        let (created, site, user) = (None, None, None);
        Self { v: Self::VERSION, operation: Word::Create, method, to, seen, created, at: unix, site, user }
    }

    pub(super) fn with_created(self, created: Option<ContactId>) -> Self {
        Self { created, ..self }
    }

    /// The same ticket of the site and the user of this session: [`Resolve`](crate::Resolve) refuses it anywhere else, where nothing
    /// would be found and prove nothing. Whose token an OAuth token is, it does not tell: the ticket of a session with one names no
    /// user.
    #[must_use]
    pub fn of(self, session: &Session) -> Self {
        let user = session.credentials().user().map(str::to_owned);
        Self { site: Some(session.site().to_string()), user, ..self }
    }

    /// Refuses another site; and another user, or one of whom nobody can tell who it is, if the ticket names its own.
    pub(super) fn check(&self, session: &Session) -> Result<(), Error> {
        let refuse =
            |of: &str, only: &str| Err(Error::invalid("ticket", format!("is of {}: {only}", printable(of))));
        let (site, credentials) = (session.site().to_string(), session.credentials());
        match (&self.site, &self.user, credentials.user()) {
            (Some(of), ..) if *of != site => refuse(of, "no other site can end the doubt"),
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
        &self.method
    }

    /// Its address or number.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The e-mail address of the user whose contact it was to be; `None` if it is not known. Then nobody checks that it is resolved
    /// with that user's credentials, and with those of another, [`Resolved::NotCreated`](crate::Resolved) proves nothing.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The contacts with this method and `to` that were there before; `None` if nobody looked.
    pub fn seen(&self) -> Option<&[ContactId]> {
        self.seen.as_deref()
    }

    /// The contact that the service has confirmed, if another creation before it is the one in doubt.
    pub fn created(&self) -> Option<&ContactId> {
        self.created.as_ref()
    }

    /// When the doubt arose, in seconds of the Unix epoch, by the clock of the program that had it.
    pub fn unix_time(&self) -> u64 {
        self.at
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Ticket {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |why: &'static str| Error::invalid("ticket", why);
        let json = URL_SAFE_NO_PAD
            .decode(text.trim())
            .map_err(|_| refuse("is not one whole word as it was printed"))?;
        let ticket: Self =
            serde_json::from_slice(&json).map_err(|_| refuse("is damaged: was it copied whole?"))?;
        if ticket.v != Self::VERSION {
            return Err(refuse("is of another version"));
        }
        Ok(ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_survives_being_written_down() {
        let seen = Some(vec![ContactId::new("a").unwrap()]);
        for seen in [None, seen] {
            let ticket =
                Ticket::for_create(ContactMethod::Sms, "90-555-555-5555".into(), seen, 1_795_000_000);
            let word = ticket.to_string();
            assert!(word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{word}");
            assert_eq!(word.parse::<Ticket>().unwrap(), ticket);
            for end in 0..word.len() {
                assert!(word[..end].parse::<Ticket>().is_err(), "a part of a ticket is no ticket");
            }
        }
    }
}
