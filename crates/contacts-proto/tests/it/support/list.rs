//! A service with one list, for the laws of paging: its page size and its links can be chosen. Its
//! items can be read as contacts, schedules and rotations.

use contacts_proto::{BaseUrl, Credentials, Operation};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// A service with one list.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) items: usize,
    /// Maximum number of items in a page, whatever the request says.
    cap: usize,
    links: Links,
}

#[derive(Debug, Clone)]
pub(crate) enum Links {
    /// Links that lead to the end of the list.
    Honest(Honest),
    /// These links in turn, again and again. `None` means that the link is absent.
    Hostile(Vec<Option<Value>>),
}

#[derive(Debug, Clone)]
pub(crate) struct Honest {
    form: Form,
    size: Size,
    /// Links advance by the requested size, not by the returned one, so they skip items.
    by_requested_size: bool,
    /// A full page has a link even if it is the last.
    after_full_page: bool,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Placeholder,
    Query,
    PathWithoutCloudId,
    Path,
    Absolute,
    Foreign,
}

#[derive(Debug, Clone, Copy)]
enum Size {
    Requested,
    Given,
    One,
    Missing,
    Junk,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Absent,
    Null,
    Empty,
    NoLinks,
    NullLinks,
}

/// Parameters of a request.
pub(crate) struct Query {
    pub(crate) offset: usize,
    pub(crate) size: usize,
    pub(crate) account: Vec<String>,
}

impl Query {
    pub(crate) fn by(list: &impl Operation) -> Self {
        let site = BaseUrl::new("https://api.example/jsm/ops/api/cloud").unwrap();
        let request = list.request(&site, &Credentials::none());
        let query = request.uri().query().unwrap();
        let all = |name: &str| {
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .collect::<Vec<_>>()
        };
        let number = |name: &str| all(name).concat().parse().unwrap();
        Self { offset: number("offset"), size: number("size"), account: all("targetAccountId") }
    }
}

impl Model {
    pub(crate) fn ids(&self) -> Vec<String> {
        (0..self.items).map(|n| format!("item-{n}")).collect()
    }

    /// Returns the response to a request by its number, and `true` if it says that the list ends.
    pub(crate) fn answer(&self, query: &Query, number: usize) -> (Value, bool) {
        let from = query.offset.min(self.items);
        let to = query.offset.saturating_add(query.size.min(self.cap)).min(self.items);
        let values: Vec<_> = self.ids()[from..to]
            .iter()
            .map(|id| json!({"id": id, "method": "sms", "to": "1"}))
            .collect();
        let (links, ends) = self.links(query, number, values.len());
        let mut page = json!({"values": values});
        page.as_object_mut().unwrap().extend(links.map(|links| ("links".into(), links)));
        (page, ends)
    }

    fn links(&self, query: &Query, number: usize, given: usize) -> (Option<Value>, bool) {
        match &self.links {
            Links::Honest(honest) => {
                let full = given == query.size.min(self.cap);
                let more = query.offset + given < self.items || (full && honest.after_full_page);
                (if more { honest.next(query, given) } else { honest.end.links() }, !more)
            }
            Links::Hostile(links) => {
                let next = links[number % links.len()].clone();
                let blank = |link: &Value| link.as_str().is_some_and(|link| link.trim().is_empty());
                let ends = next.as_ref().is_none_or(|link| link.is_null() || blank(link));
                let links: Map<_, _> = next.into_iter().map(|link| ("next".into(), link)).collect();
                (Some(Value::from(links)), ends)
            }
        }
    }
}

impl Honest {
    fn next(&self, query: &Query, given: usize) -> Option<Value> {
        let offset = query.offset + if self.by_requested_size { query.size } else { given };
        let next = self.form.link(offset, &self.size.text(query.size, given));
        Some(json!({"next": next, "last": "url?offset=0"}))
    }
}

impl End {
    fn links(self) -> Option<Value> {
        match self {
            Self::Absent => Some(json!({"first": "url?offset=0&size=1"})),
            Self::Null => Some(json!({"next": null})),
            Self::Empty => Some(json!({"next": ""})),
            Self::NoLinks => None,
            Self::NullLinks => Some(Value::Null),
        }
    }
}

impl Form {
    fn link(self, offset: usize, size: &str) -> String {
        let query = format!("?offset={offset}{size}");
        let path = "/v1/users/contacts";
        match self {
            Self::Placeholder => format!("url{query}"),
            Self::Query => query,
            Self::PathWithoutCloudId => format!("{path}{query}"),
            Self::Path => format!("/jsm/ops/api/cloud{path}{query}"),
            Self::Absolute => format!("https://api.example/jsm/ops/api/cloud{path}{query}"),
            Self::Foreign => format!("https://evil.example{path}{query}&targetAccountId=evil"),
        }
    }
}

impl Size {
    fn text(self, query: usize, given: usize) -> String {
        match self {
            Self::Requested => format!("&size={query}"),
            Self::Given => format!("&size={given}"),
            Self::One => "&size=1".into(),
            Self::Missing => String::new(),
            Self::Junk => "&size=-7".into(),
        }
    }
}

pub(crate) fn honest() -> impl Strategy<Value = Links> {
    let form = select(vec![
        Form::Placeholder,
        Form::Query,
        Form::PathWithoutCloudId,
        Form::Path,
        Form::Absolute,
        Form::Foreign,
    ]);
    let size = select(vec![Size::Requested, Size::Given, Size::One, Size::Missing, Size::Junk]);
    let end = select(vec![End::Absent, End::Null, End::Empty, End::NoLinks, End::NullLinks]);
    (form, size, any::<bool>(), any::<bool>(), end).prop_map(
        |(form, size, by_requested_size, after_full_page, end)| {
            Links::Honest(Honest { form, size, by_requested_size, after_full_page, end })
        },
    )
}

pub(crate) fn hostile() -> impl Strategy<Value = Links> {
    let odd = select(vec!["", "-1", "x", "2147483647", "2147483648", "9e9", "%31", "1&offset=2"]);
    let number = prop_oneof![
        4 => (0_u64..70).prop_map(|n| n.to_string()),
        1 => any::<u64>().prop_map(|n| n.to_string()),
        1 => odd.prop_map(String::from),
    ];
    let url = |(offset, size)| json!(format!("url?offset={offset}&size={size}"));
    let junk = vec![
        json!(""),
        json!(" "),
        json!(7),
        json!(["?offset=1"]),
        json!({}),
        json!(true),
        json!(null),
    ];
    let link = prop_oneof![
        8 => (number.clone(), number).prop_map(url),
        1 => any::<String>().prop_map(Value::from),
        1 => select(junk),
    ];
    prop::collection::vec(prop::option::weighted(0.95, link), 1..8).prop_map(Links::Hostile)
}

pub(crate) fn models(links: impl Strategy<Value = Links>) -> impl Strategy<Value = Model> {
    (0_usize..60, prop_oneof![1_usize..12, 1_usize..=100], links)
        .prop_map(|(items, cap, links)| Model { items, cap, links })
}
