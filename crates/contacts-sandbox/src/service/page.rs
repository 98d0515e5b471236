//! Pages of a list, and their links.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::error_response::ErrorResponse;
use super::input::ListQuery;
use super::route::COLLECTION;
use crate::behaviour::{Behaviour, EndOfList, NextLink, SizeOutOfRange};
use crate::contact::StoredContact;

/// A list that the service sends in pages.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    behaviour: &'a Behaviour,
    /// Path after the base.
    path: &'a str,
    default_size: i32,
    max_size: i32,
    size_error: &'static str,
    next_link: NextLink,
    end_of_list: EndOfList,
    first_and_last: bool,
    count: bool,
    expands: Option<&'static [&'static str]>,
}

impl<'a> List<'a> {
    /// The list of a user's contacts.
    pub(super) fn contacts(behaviour: &'a Behaviour) -> Self {
        Self {
            behaviour,
            path: COLLECTION,
            default_size: 20,
            max_size: 100,
            size_error: "The size is not within 1 and 100",
            next_link: behaviour.next_link,
            end_of_list: behaviour.end_of_list,
            first_and_last: behaviour.first_and_last,
            count: behaviour.extra_members,
            expands: behaviour.extra_members.then_some(&[]),
        }
    }

    /// A list of schedules or rotations.
    pub(super) fn schedules(
        behaviour: &'a Behaviour,
        path: &'a str,
        expands: Option<&'static [&'static str]>,
    ) -> Self {
        Self {
            behaviour,
            path,
            default_size: 25,
            max_size: 50,
            size_error: "The size is not within 1 and 50",
            next_link: behaviour.schedules_next_link,
            end_of_list: behaviour.schedules_end_of_list,
            first_and_last: false,
            count: false,
            expands,
        }
    }

    /// Returns the page that a request selects.
    pub(super) fn window(&self, query: &ListQuery<'_>) -> Result<Window, ErrorResponse> {
        let offset = usize::try_from(query.offset.unwrap_or(0)).map_err(|_| {
            ErrorResponse::unprocessable("offset", "The offset is negative", "OFFSET_INVALID")
        })?;
        let asked = query.size.unwrap_or(self.default_size);
        let allowed = asked.clamp(1, self.max_size);
        if allowed != asked && self.behaviour.size_out_of_range == SizeOutOfRange::Rejected {
            return Err(ErrorResponse::unprocessable("size", self.size_error, "SIZE_INVALID"));
        }
        // With a cap of 0, the list would never end.
        let cap = self
            .behaviour
            .page_cap
            .map_or(usize::MAX, |cap| usize::try_from(cap.max(1)).unwrap_or(usize::MAX));
        Ok(Window { offset, size: usize::try_from(allowed).unwrap_or(1).min(cap) })
    }

    /// Returns the body of a page with the values in the window.
    pub(super) fn page<V: Serialize>(
        self,
        values: V,
        window: Window,
        total: usize,
    ) -> PageBody<'a, V> {
        let Window { offset, size } = window;
        let Range { start, end } = window.range(total);
        let is_full = end - start == size;
        let more = if self.behaviour.next_after_full_page { is_full } else { end < total };
        let link = |offset| Link { list: self, offset, size };
        let next = if more {
            let stuck = self.next_link == NextLink::Stuck;
            Some(Some(End::Link(link(if stuck { offset } else { end }))))
        } else {
            match self.end_of_list {
                EndOfList::Absent | EndOfList::WithoutLinks => None,
                EndOfList::Null => Some(None),
                EndOfList::Empty => Some(Some(End::Empty)),
            }
        };
        let without_links = !more && self.end_of_list == EndOfList::WithoutLinks;
        let links = (!without_links).then(|| Links {
            next,
            first: self.first_and_last.then(|| link(0)),
            last: self.first_and_last.then(|| link(total.saturating_sub(1) / size * size)),
        });
        let count = self.count.then_some(end - start);
        PageBody { values, links, count, expands: self.expands }
    }
}

/// Offset and maximum size of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    offset: usize,
    size: usize,
}

impl Window {
    /// Returns the indexes of the values, of `total` ones.
    pub(super) fn range(self, total: usize) -> Range<usize> {
        let start = self.offset.min(total);
        start..start.saturating_add(self.size).min(total)
    }
}

/// Body of a page.
#[derive(Serialize)]
pub(super) struct PageBody<'a, V> {
    values: V,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<Links<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(rename = "_expands", skip_serializing_if = "Option::is_none")]
    expands: Option<&'static [&'static str]>,
}

/// A contact in JSON. Only contacts on a page have `applyOrder`.
#[derive(Serialize)]
pub(super) struct ContactBody<'a> {
    id: &'a str,
    method: &'a str,
    to: &'a str,
    status: Status<'a>,
    #[serde(rename = "applyOrder", skip_serializing_if = "Option::is_none")]
    apply_order: Option<usize>,
}

impl<'a> ContactBody<'a> {
    pub(super) fn new(contact: &'a StoredContact, apply_order: Option<usize>) -> Self {
        let StoredContact { id, method, to, enabled, disabled_reason, .. } = contact;
        let status = Status { enabled: *enabled, disabled_reason: disabled_reason.as_deref() };
        Self { id, method: method.as_str(), to, status, apply_order }
    }
}

#[derive(Serialize)]
struct Status<'a> {
    enabled: bool,
    #[serde(rename = "disabledReason", skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<&'a str>,
}

/// The contacts on a page.
pub(super) struct Contacts<'a> {
    contacts: &'a [StoredContact],
    first: usize,
}

impl<'a> Contacts<'a> {
    pub(super) fn new(all: &'a [StoredContact], range: Range<usize>) -> Self {
        Self { first: range.start, contacts: all.get(range).unwrap_or_default() }
    }
}

impl Serialize for Contacts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.contacts.len()))?;
        for (index, contact) in (self.first..).zip(self.contacts) {
            sequence.serialize_element(&ContactBody::new(contact, Some(index)))?;
        }
        sequence.end()
    }
}

#[derive(Serialize)]
struct Links<'a> {
    /// Absent, null, or a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Option<End<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Link<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Link<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum End<'a> {
    Link(Link<'a>),
    #[serde(serialize_with = "empty_string")]
    Empty,
}

fn empty_string<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("")
}

/// Serialized without an intermediate string.
struct Link<'a> {
    list: List<'a>,
    offset: usize,
    size: usize,
}

impl Serialize for Link<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Link<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let List { behaviour, path, .. } = self.list;
        let (before, after) = behaviour.base.around_cloud_id();
        let cloud_id = &behaviour.cloud_id;
        match self.list.next_link {
            NextLink::Placeholder | NextLink::Stuck => formatter.write_str("url")?,
            NextLink::Query => {}
            NextLink::PathWithoutCloudId => formatter.write_str(path)?,
            NextLink::Path => write!(formatter, "{before}{cloud_id}{after}{path}")?,
            NextLink::Absolute => {
                write!(formatter, "https://api.atlassian.com{before}{cloud_id}{after}{path}")?;
            }
            NextLink::ForeignAbsolute => write!(formatter, "https://elsewhere.example{path}")?,
        }
        write!(formatter, "?offset={}&size={}", self.offset, self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::ContactMethod;

    fn page(total: usize, query: &str, behaviour: &Behaviour) -> String {
        let contact = |number: usize| StoredContact {
            id: format!("c{number}"),
            method: ContactMethod::Email,
            to: "a@b".to_owned(),
            enabled: true,
            verified: true,
            disabled_reason: None,
        };
        let contacts: Vec<_> = (0..total).map(contact).collect();
        let list = List::contacts(behaviour);
        let window = list.window(&ListQuery::read(query).unwrap()).unwrap();
        let values = Contacts::new(&contacts, window.range(total));
        serde_json::to_string(&list.page(values, window, total)).unwrap()
    }

    fn links(total: usize, behaviour: &Behaviour) -> String {
        let page = page(total, "size=1", behaviour);
        page.split_once("],").map_or("none", |(_, links)| links).to_owned()
    }

    #[test]
    fn a_page_looks_like_the_documented_example() {
        assert_eq!(
            page(3, "offset=1&size=1", &Behaviour::default()),
            r#"{"values":[{"id":"c1","method":"email","to":"a@b","status":{"enabled":true},"applyOrder":1}],"#
                .to_owned()
                + r#""links":{"next":"url?offset=2&size=1","first":"url?offset=0&size=1","last":"url?offset=2&size=1"}}"#
        );
    }

    #[test]
    fn each_form_of_link_has_the_same_offset_and_size() {
        for (next_link, expected) in [
            (NextLink::Placeholder, "url"),
            (NextLink::Query, ""),
            (NextLink::PathWithoutCloudId, "/v1/users/contacts"),
            (NextLink::Path, "/jsm/ops/api/sandbox/v1/users/contacts"),
            (NextLink::Absolute, "https://api.atlassian.com/jsm/ops/api/sandbox/v1/users/contacts"),
            (NextLink::ForeignAbsolute, "https://elsewhere.example/v1/users/contacts"),
        ] {
            let behaviour = Behaviour { next_link, first_and_last: false, ..Behaviour::default() };
            assert_eq!(
                links(2, &behaviour),
                format!(r#""links":{{"next":"{expected}?offset=1&size=1"}}}}"#)
            );
        }
    }

    #[test]
    fn the_last_page_has_each_form() {
        for (end_of_list, expected) in [
            (EndOfList::Absent, r#""links":{}}"#),
            (EndOfList::Null, r#""links":{"next":null}}"#),
            (EndOfList::Empty, r#""links":{"next":""}}"#),
            (EndOfList::WithoutLinks, "none"),
        ] {
            let behaviour =
                Behaviour { end_of_list, first_and_last: false, ..Behaviour::default() };
            assert_eq!(links(1, &behaviour), expected);
        }
    }

    #[test]
    fn a_stuck_link_points_to_its_own_page() {
        let behaviour =
            Behaviour { next_link: NextLink::Stuck, first_and_last: false, ..Behaviour::default() };
        assert_eq!(links(2, &behaviour), r#""links":{"next":"url?offset=0&size=1"}}"#);
    }

    #[test]
    fn extra_members_follow_the_links() {
        let behaviour = Behaviour { extra_members: true, ..Behaviour::default() };
        assert!(page(0, "", &behaviour).ends_with(r#","count":0,"_expands":[]}"#));
    }

    #[test]
    fn an_offset_beyond_the_end_is_an_empty_page() {
        assert!(
            page(2, "offset=2147483647", &Behaviour::default())
                .starts_with(r#"{"values":[],"links":{"first""#)
        );
    }
}
