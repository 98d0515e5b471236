//! Laws of responses: each gives a value or an error that keeps the response.

use crate::support;
use crate::support::{Any, answer, headers};
use contacts_proto::{AccountId, ContactId, Error};
use http::Response;
use proptest::{prelude::*, sample::Index};
use serde_json::{Map, Value, json};

fn operations() -> [Any; 14] {
    let (id, account) = (ContactId::new("a1").unwrap(), AccountId::new("account").unwrap());
    Any::all(&id, &account, "90-555-555-5555")
}

/// Documented bodies, with some bytes changed, or cut.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<Index>(), any::<u8>()), 0..4);
    (0..operations().len(), edits, prop::option::of(any::<Index>())).prop_map(
        |(which, edits, cut)| {
            let mut body = operations()[which].documented().to_string().into_bytes();
            for (at, byte) in edits {
                let at = at.index(body.len());
                body[at] = byte;
            }
            if let Some(cut) = cut {
                body.truncate(cut.index(body.len()));
            }
            body
        },
    )
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        any::<String>().prop_map(String::into_bytes),
        support::json().prop_map(|json| json.to_string().into_bytes()),
        mutated(),
        Just(b"<!doctype html><title>Log in</title>".to_vec()),
    ]
}

/// Reads the response with every operation.
fn assert_nothing_is_lost(response: &Response<&[u8]>) -> Result<(), TestCaseError> {
    operations().iter().try_for_each(|operation| {
        operation.check_response(response).map(|_| ()).map_err(TestCaseError::fail)
    })
}

/// Members that no body has at any level.
fn unknown() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof![
        "x[A-Za-z_]{0,6}",
        "_expands|count|ID|To|Values|Enabled|apply_order|\u{0}|name "
    ];
    prop::collection::vec((name, support::json()), 0..3)
}

/// Adds the members at every level.
fn with_more(json: &mut Value, more: &[(String, Value)]) {
    match json {
        Value::Object(members) => {
            members.values_mut().for_each(|member| with_more(member, more));
            members.extend(more.iter().cloned());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| with_more(item, more)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn every_response_gives_a_value_or_an_error_that_keeps_the_response(
        status in 100_u16..=999,
        success in 200_u16..=299,
        headers in headers(),
        body in bodies(),
    ) {
        for status in [status, success] {
            let mut response = answer(status, &body);
            *response.headers_mut() = headers.clone();
            assert_nothing_is_lost(&response)?;
        }
    }

    #[test]
    fn unknown_members_change_nothing(status in 200_u16..=299, more in unknown()) {
        for operation in operations() {
            let plain = operation.documented();
            let mut rich = plain.clone();
            with_more(&mut rich, &more);
            let read = |body: &Value| operation.response(answer(status, body.to_string().as_bytes()));
            prop_assert_eq!(read(&rich).unwrap(), read(&plain).unwrap(), "{}", rich);
        }
    }

    #[test]
    fn only_a_json_object_is_a_success(status in 200_u16..=299, json in not_an_object()) {
        for operation in operations() {
            // A deletion has no body, and a search has an array.
            if matches!(operation, Any::Delete(_) | Any::FindUsers(_)) {
                continue;
            }
            let read = operation.response(answer(status, json.to_string().as_bytes()));
            prop_assert!(matches!(read, Err(Error::InvalidResponse(_))), "{:?}", read);
        }
    }

    #[test]
    fn an_html_page_confirms_nothing(status in 200_u16..=299, text in "[ \t\r\n]{0,3}<[ -~]{0,40}") {
        for operation in operations() {
            prop_assert!(operation.response(answer(status, text.as_bytes())).is_err());
        }
    }
}

/// JSON that is not an object: texts, numbers, and arrays with the values of an object.
fn not_an_object() -> impl Strategy<Value = Value> {
    prop_oneof![
        support::json().prop_filter("an object", |json| !json.is_object()),
        prop::sample::select(vec![
            json!([]),
            json!([[]]),
            json!([[], null]),
            json!(["a1", "sms", "90-555-555-5555"]),
            json!(["Created", {"id": "a1"}]),
            json!(["Created", ["a1"]]),
            json!(["c1"]),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_error_message_is_short_even_if_the_response_is_long(
        status in prop::sample::select(vec![200_u16, 201, 404, 422, 503]),
        text in prop_oneof!["[a-z<{ ]{1,9}", "\\PC{1,9}", any::<String>()],
        times in 22_000_usize..30_000,
    ) {
        let long = text.repeat(times / text.len().max(1));
        let part: String = long.chars().take(400).collect();
        let reasons: Map<_, _> = (0..40).map(|n| (format!("{n}{part}"), json!(part))).collect();
        for body in [
            long.clone(),
            json!({"values": long}).to_string(),
            json!({"errors": [{"title": long, "detail": long, "code": long}]}).to_string(),
            json!({"message": long, "requestId": long, "errors": reasons}).to_string(),
        ] {
            assert_nothing_is_lost(&answer(status, body.as_bytes()))?;
        }
    }
}
