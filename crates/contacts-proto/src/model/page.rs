//! A page of the list, and what it says of the next.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{Contact, model::json};

/// A page of contacts, as [`ListContacts`](crate::ListContacts) reads it.
///
/// What to ask next is told by [`ListContacts::after`](crate::ListContacts::after).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The contacts of this page, in the service's order.
    pub contacts: Vec<Contact>,
    pub(crate) next: NextLink,
}

/// What `links.next` says. Only its offset means anything: the service's own example is no URL at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// Absent, null or empty: the list ends here.
    End,
    /// An offset to go on from.
    At { offset: u32 },
    /// Something without a number to go on from.
    Unreadable,
}

/// The page on the wire. `values` must be there: an answer without it is no page, and reading it as an empty one would make
/// contacts disappear.
#[derive(Deserialize)]
pub(crate) struct WirePage<'a> {
    #[serde(deserialize_with = "json::all")]
    values: Vec<Contact>,
    #[serde(default, borrow, deserialize_with = "json::optional")]
    links: Option<WireLinks<'a>>,
}

#[derive(Deserialize)]
struct WireLinks<'a> {
    #[serde(default, borrow)]
    next: Option<Link<'a>>,
}

#[derive(Deserialize)]
struct Link<'a>(#[serde(borrow)] Cow<'a, str>);

impl From<WirePage<'_>> for Page {
    fn from(wire: WirePage<'_>) -> Self {
        let next =
            wire.links.and_then(|links| links.next).map_or(NextLink::End, |Link(link)| NextLink::read(&link));
        Self { contacts: wire.values, next }
    }
}

impl NextLink {
    fn read(link: &str) -> Self {
        if link.trim().is_empty() {
            return Self::End;
        }
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        offset(query).map_or(Self::Unreadable, |offset| Self::At { offset })
    }
}

/// The offset in a query, if it is there and readable, and the same if it is there more than once.
fn offset(query: &str) -> Option<u32> {
    let mut found = None;
    for (_, value) in url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "offset") {
        // The service's numbers are int32.
        let value = Some(value.as_ref())
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse::<u32>().ok())
            .filter(|number| i32::try_from(*number).is_ok())?;
        if found.is_some_and(|before| before != value) {
            return None;
        }
        found = Some(value);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_offset_of_a_link_means_anything() {
        let at = NextLink::At { offset: 20 };
        for link in [
            "url?offset=20&size=3",
            "/v1/users/contacts?size=3&offset=20",
            "?offset=20&size=3#offset=1",
            "https://elsewhere.example/x?offset=20&size=3&targetAccountId=evil",
            "//evil/?offset=%32%30&size=3",
            "url?offset=20&offset=20&size=3",
        ] {
            assert_eq!(NextLink::read(link), at, "{link}");
        }
        assert_eq!(NextLink::read("url?offset=20&size=x"), at);
    }

    #[test]
    fn a_link_without_one_readable_offset_leads_nowhere() {
        for link in [
            "url",
            "url?size=1",
            "url?offset=",
            "url?offset=-1",
            "url?offset=2147483648",
            "url?offset=1e3",
            "url?offset=%2B1",
            "url?offset=99999999999999999999",
            "url?offset=1&offset=2",
            "#?offset",
            "url?Offset=1",
        ] {
            assert!(matches!(NextLink::read(link), NextLink::Unreadable), "{link}");
        }
        assert_eq!(NextLink::read(" "), NextLink::End);
    }
}
