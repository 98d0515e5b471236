//! A page of a list, and its link to the next page.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeStruct};

use crate::{Contact, model::json};

/// A page of a list, in the service's order.
///
/// [`Paged::after`](crate::Paged::after) gives the request of the next page. Serialization uses the
/// service's own shape.
///
/// ```
/// use contacts_proto::{ListContacts, Page, Paged};
///
/// let json = r#"{"values":[{"id":"a","method":"sms","to":"90-5555559999"}]}"#;
/// let page: Page = serde_json::from_str(json)?;
/// assert_eq!(page, Page::new(page.items.clone(), None));
/// assert_eq!(ListContacts::all().after(&page).unwrap(), None, "this is the last page");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T = Contact> {
    /// Items of this page, in the service's order.
    pub items: Vec<T>,
    pub(crate) next: NextLink,
}

impl<T> Page<T> {
    /// Creates a page, for tests of code that uses a client. `None` makes it the last page.
    ///
    /// The offset of a next page is at most 2147483647. A larger one is a link that cannot be read.
    pub fn new(items: Vec<T>, next_offset: Option<u32>) -> Self {
        let next = match next_offset {
            None => NextLink::End,
            Some(offset) if is_int32(offset) => NextLink::At { offset },
            Some(_) => NextLink::Unreadable,
        };
        Self { items, next }
    }
}

/// Contents of `links.next`. Only its offset counts: the vendor's own example is not a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextLink {
    /// Absent, null or empty: the list ends here.
    End,
    /// Offset of the next page.
    At { offset: u32 },
    /// A link without a readable offset.
    Unreadable,
}

/// A page on the wire. `values` is required: without it, a wrong body would be an empty page, and
/// its items would seem to disappear.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(crate) struct WirePage<'a, T> {
    #[serde(deserialize_with = "json::all")]
    values: Vec<T>,
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

impl<T> From<WirePage<'_, T>> for Page<T> {
    fn from(wire: WirePage<'_, T>) -> Self {
        let next = wire
            .links
            .and_then(|links| links.next)
            .map_or(NextLink::End, |Link(link)| NextLink::read(&link));
        Self { items: wire.values, next }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WirePage::deserialize(deserializer).map(Self::from)
    }
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Links {
            #[serde(skip_serializing_if = "Option::is_none")]
            next: Option<String>,
        }

        let next = match self.next {
            NextLink::End => None,
            NextLink::At { offset } => Some(format!("?offset={offset}")),
            NextLink::Unreadable => Some("?".to_owned()),
        };
        let mut page = serializer.serialize_struct("Page", 2)?;
        page.serialize_field("values", &self.items)?;
        page.serialize_field("links", &Links { next })?;
        page.end()
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

/// The service's numbers are int32.
fn is_int32(offset: u32) -> bool {
    i32::try_from(offset).is_ok()
}

/// Returns the offset in a query, if it is readable. If there are several, they must be equal.
fn offset(query: &str) -> Option<u32> {
    let mut found = None;
    for (_, value) in
        url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "offset")
    {
        let value = Some(value.as_ref())
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse::<u32>().ok())
            .filter(|offset| is_int32(*offset))?;
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
    fn only_the_offset_of_a_link_counts() {
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
    fn a_link_without_a_single_readable_offset_is_unreadable() {
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
