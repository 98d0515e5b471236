//! Strategies for the laws of operations: base URLs, ids, bodies and headers.

pub(crate) mod list;

use contacts_proto::{AccountId, Address, BaseUrl, ContactId, ContactMethod};
use http::{HeaderMap, HeaderValue, header};
use proptest::{prelude::*, sample::select};
use serde_json::Value;

pub(crate) use contacts_testkit::operations::{Any, CONTACTS, Driven, answer};

/// Ids that the service could choose.
pub(crate) fn ids() -> impl Strategy<Value = ContactId> {
    prop_oneof![
        4 => "[A-Za-z0-9._~:-]{1,128}",
        1 => "[.~:_-]{1,4}",
        1 => "[A-Za-z0-9._~:-]{127,128}",
    ]
    .prop_filter_map("a dot segment is not an id", |text| ContactId::new(text).ok())
}

/// Account ids, also with characters that are special in a URL.
pub(crate) fn accounts() -> impl Strategy<Value = AccountId> {
    prop_oneof!["[0-9]{6}:[a-f0-9-]{36}", "[&?#=/%+@:;.\\\\\"<>\\[\\]a-z0-9]{1,128}", "\\PC{1,128}"]
        .prop_filter_map("whitespace is rejected", |text| AccountId::new(text).ok())
}

/// Numbers in every form.
pub(crate) fn numbers() -> impl Strategy<Value = String> {
    "[^\\pC\\s](\\PC{0,40}[^\\pC\\s])?".prop_filter("no contact can have this number", |to| {
        Address::new(&ContactMethod::Sms, to).check().is_ok()
    })
}

/// Valid base URLs, from plain to unusual.
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
        .prop_filter("only valid base URLs", |text| BaseUrl::new(text).is_ok())
}

/// Any JSON, often with members of the service's bodies.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        2 => select(vec![
            "id", "method", "to", "status", "enabled", "values", "links", "next", "data", "message", "errors",
            "title", "code", "detail", "errorMessages", "error", "requestId", "cloudId", "timestamp", "path",
            "type", "onCallParticipants", "nextOnCallParticipants", "onCallUsers", "forwardedFrom",
            "rotations", "participants", "teamId", "accountId", "emailAddress",
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

/// Headers that the client reads, with valid and invalid values, and others.
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
    .prop_filter_map("not a header", |bytes| HeaderValue::from_bytes(&bytes).ok());
    // Dates in other headers count only with a `Date` header.
    let date = prop::option::of(Just(HeaderValue::from_static("Tue, 24 Nov 2026 10:00:00 GMT")));
    (date, prop::collection::vec((name, value), 0..6)).prop_map(|(date, pairs)| {
        let mut headers: HeaderMap = date.into_iter().map(|date| (header::DATE, date)).collect();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        headers
    })
}
