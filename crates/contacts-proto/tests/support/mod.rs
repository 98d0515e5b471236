//! What the laws of operations draw from: the eight operations, sites, ids, and answers good and bad.
#![allow(dead_code, reason = "each test draws from a part of it")]

pub(crate) mod list;

use std::{fmt::Debug, ops::ControlFlow};

use contacts_proto::{
    AccountId, Action, ActivateContact, Call, ContactId, ContactMethod, CreateContact, Credentials,
    DeactivateContact, DeleteContact, Error, Event, Exchange, FindCloudId, GetContact, ListContacts, Now,
    Operation, Session, Site, UpdateContact,
};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

pub(crate) const CONTACTS: &str = "/v1/users/contacts";

/// Any of the operations.
#[derive(Debug, Clone)]
pub(crate) enum Any {
    List(ListContacts),
    Create(CreateContact),
    Get(GetContact),
    Update(UpdateContact),
    Delete(DeleteContact),
    Activate(ActivateContact),
    Deactivate(DeactivateContact),
    FindCloudId(FindCloudId),
}

macro_rules! each {
    ($any:expr, $operation:ident => $then:expr) => {
        match $any {
            Any::List($operation) => $then,
            Any::Create($operation) => $then,
            Any::Get($operation) => $then,
            Any::Update($operation) => $then,
            Any::Delete($operation) => $then,
            Any::Activate($operation) => $then,
            Any::Deactivate($operation) => $then,
            Any::FindCloudId($operation) => $then,
        }
    };
}

impl Any {
    /// All eight of them.
    pub(crate) fn all(id: &ContactId, account: &AccountId, to: &str) -> [Self; 8] {
        [
            Self::List(ListContacts::all().of_account(account.clone())),
            Self::Create(CreateContact::new(ContactMethod::Sms, to).unwrap()),
            Self::Get(GetContact::new(id.clone())),
            Self::Update(UpdateContact::new(id.clone(), to).unwrap()),
            Self::Delete(DeleteContact::new(id.clone())),
            Self::Activate(ActivateContact::new(id.clone())),
            Self::Deactivate(DeactivateContact::new(id.clone())),
            Self::FindCloudId(FindCloudId),
        ]
    }

    pub(crate) fn request(&self, site: &Site, credentials: &Credentials) -> Request<Vec<u8>> {
        each!(self, operation => operation.request(site, credentials))
    }

    /// The request as it goes on the wire.
    pub(crate) fn request_in(&self, session: &Session) -> Request<Vec<u8>> {
        each!(self, operation => session.request(operation))
    }

    /// The value that is read, as its `Debug` shows it.
    pub(crate) fn response(&self, response: Response<&[u8]>) -> Result<String, Error> {
        each!(self, operation => operation.response(response).map(|value| format!("{value:?}")))
    }

    /// A call of it, driven by hand.
    pub(crate) fn call(&self, session: Session) -> Box<dyn Driven + '_> {
        each!(self, operation => Box::new(Call::new(session, operation)))
    }

    /// What comes after the base URL in the path, from the reference.
    pub(crate) fn path(&self, id: &ContactId) -> String {
        match self {
            Self::List(_) | Self::Create(_) => CONTACTS.into(),
            Self::Get(_) | Self::Update(_) | Self::Delete(_) => format!("{CONTACTS}/{id}"),
            Self::Activate(_) => format!("{CONTACTS}/{id}/activate"),
            Self::Deactivate(_) => format!("{CONTACTS}/{id}/deactivate"),
            Self::FindCloudId(_) => "/_edge/tenant_info".into(),
        }
    }

    /// A body that the reference documents.
    pub(crate) fn documented(&self) -> Value {
        let confirmed = |word| json!({"message": word, "data": {"id": "a1"}});
        match self {
            Self::List(_) => json!({"values": [contact()], "links": {"next": "url?offset=2&size=1"}}),
            Self::Create(_) => confirmed("Created"),
            Self::Get(_) => contact(),
            Self::Update(_) => confirmed("Updated"),
            Self::Delete(_) => json!({}),
            Self::Activate(_) => confirmed("Activated"),
            Self::Deactivate(_) => confirmed("Deactivated"),
            Self::FindCloudId(_) => json!({"cloudId": "c1"}),
        }
    }
}

fn contact() -> Value {
    json!({"id": "a1", "method": "sms", "to": "90-555-555-5555",
        "status": {"enabled": false, "disabledReason": "not verified"}, "applyOrder": 1})
}

/// A call whatever its output.
pub(crate) trait Driven: Debug {
    fn step(&mut self, event: Event<'_>, now: Now) -> Action<String>;
}

impl<O: Operation<Output: Debug> + Debug> Driven for Call<O> {
    fn step(&mut self, event: Event<'_>, now: Now) -> Action<String> {
        match Exchange::step(self, event, now, 0).result() {
            ControlFlow::Break(action) => action,
            ControlFlow::Continue(result) => Action::Done(result.map(|value| format!("{value:?}"))),
        }
    }
}

pub(crate) fn answer(status: u16, body: &[u8]) -> Response<&[u8]> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// An id as the service could give it.
pub(crate) fn ids() -> impl Strategy<Value = ContactId> {
    prop_oneof![
        4 => "[A-Za-z0-9._~:-]{1,128}",
        1 => "[.~:_-]{1,4}",
        1 => "[A-Za-z0-9._~:-]{127,128}",
    ]
    .prop_filter_map("a dot segment is no id", |text| ContactId::new(text).ok())
}

/// Account ids with the letters that mean something in a URL.
pub(crate) fn accounts() -> impl Strategy<Value = AccountId> {
    prop_oneof!["[0-9]{6}:[a-f0-9-]{36}", "[&?#=/%+@:;.\\\\\"<>\\[\\]a-z0-9]{1,128}", "\\PC{1,128}"]
        .prop_filter_map("a blank is refused", |text| AccountId::new(text).ok())
}

/// Base URLs that are accepted, from plain to odd, as they were written.
pub(crate) fn bases() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        "[a-z0-9]{1,8}(\\.[a-zA-Z0-9-]{1,8}){0,3}",
        "[!-~]{1,12}",
        select(vec![
            "[::1]",
            "127.0.0.1",
            "0x7f.1",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "xn--nxasmq6b"
        ])
        .prop_map(String::from),
    ];
    let scheme = select(vec!["https", "http", "HTTPS"]);
    let path = prop_oneof!["(/[A-Za-z0-9._~:-]{0,12}){0,4}/{0,2}", "(/[ -~]{0,6}){0,4}"];
    (scheme, host, prop::option::of(any::<u16>()), path)
        .prop_map(|(scheme, host, port, path)| {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{host}{port}{path}")
        })
        .prop_filter("only what is accepted", |text| Site::new(text).is_ok())
}

/// Any JSON, the members of the service's own bodies among it.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        2 => select(vec![
            "id", "method", "to", "status", "enabled", "values", "links", "next", "data", "message", "errors",
            "title", "code", "detail", "errorMessages", "error", "requestId", "cloudId", "timestamp", "path",
        ])
        .prop_map(String::from),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9]{1,8}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

/// Headers: those that are read, with values from right to absurd, and others.
pub(crate) fn headers() -> impl Strategy<Value = HeaderMap> {
    let name = select(vec![
        "retry-after",
        "x-ratelimit-reset",
        "date",
        "atl-traceid",
        "x-trace-id",
        "x-request-id",
        "x-arequestid",
        "content-type",
        "content-length",
        "location",
        "x-other",
    ]);
    let value = prop_oneof![
        "[0-9]{1,25}".prop_map(String::into_bytes),
        "(19|20|99)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?(\\.[0-9]{1,3})?(Z|[+-][01][0-9]:?[0-5][0-9])"
            .prop_map(String::into_bytes),
        "(Tue, 24 Nov 20[0-9]{2} [012][0-9]:00:00 GMT)?".prop_map(String::into_bytes),
        "[a-z\t\u{e9}\u{202e}]{0,400}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..200),
    ]
    .prop_filter_map("no header", |bytes| HeaderValue::from_bytes(&bytes).ok());
    // Dates of other headers mean something beside the answer's own.
    let date = prop::option::of(Just(HeaderValue::from_static("Tue, 24 Nov 2026 10:00:00 GMT")));
    (date, prop::collection::vec((name, value), 0..6)).prop_map(|(date, pairs)| {
        let mut headers: HeaderMap = date.into_iter().map(|date| (header::DATE, date)).collect();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    })
}

/// What keeps an error out of a terminal: controls and marks that reorder letters, or a length without end.
pub(crate) fn is_showable(text: &str, longest: usize) -> bool {
    contacts_proto::printable(text) == text && text.chars().count() <= longest
}
