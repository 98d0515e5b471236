//! Laws of the pure service.

use std::time::Duration;

use contacts_sandbox::{
    Behaviour, DEMO_OAUTH_TOKEN, DeactivatingUnverified, EndOfList, Limits, NextLink,
    OAuthAtDirectBase, Service,
};
use http::{Method, Request};
use proptest::prelude::*;

const CONTACTS: &str = "/jsm/ops/api/sandbox/v1/users/contacts";

/// Header value for the demo user's API token.
const BASIC: &str = "Basic ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu";

fn send(
    service: &mut Service,
    method: Method,
    target: &str,
    body: &[u8],
) -> http::Response<Vec<u8>> {
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header("authorization", BASIC)
        .header("content-type", "application/json");
    service.handle(request.body(body).unwrap(), Duration::from_secs(1_795_000_000))
}

fn next_link() -> impl Strategy<Value = NextLink> {
    use NextLink::{Absolute, ForeignAbsolute, Path, PathWithoutCloudId, Placeholder, Query};
    prop::sample::select(vec![
        Placeholder,
        Query,
        PathWithoutCloudId,
        Path,
        Absolute,
        ForeignAbsolute,
    ])
}

fn end_of_list() -> impl Strategy<Value = EndOfList> {
    prop::sample::select(vec![
        EndOfList::Absent,
        EndOfList::Null,
        EndOfList::Empty,
        EndOfList::WithoutLinks,
    ])
}

proptest! {
    #[test]
    fn every_request_gets_a_response_below_500(
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::PATCH, Method::DELETE, Method::PUT, Method::HEAD]),
        path in prop_oneof!["/[ -~]{0,40}", "/jsm/ops/api/sandbox/v1/users/contacts(/[a-z0-9.%/-]{0,20})?(\\?[ -~]{0,30})?"],
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let Ok(uri) = path.parse::<http::Uri>() else { return Ok(()) };
        let response = send(&mut Service::demo(), method, &uri.to_string(), &body);
        prop_assert!((200..500).contains(&response.status().as_u16()), "{}", response.status());
    }

    #[test]
    fn following_the_links_returns_the_whole_list(
        contacts in 0_u32..60,
        size in 1_u32..=100,
        page_cap in prop::option::of(1_u32..=100),
        next_link in next_link(),
        end_of_list in end_of_list(),
        next_after_full_page: bool,
    ) {
        let behaviour = Behaviour {
            limits: Limits::NONE, page_cap, next_link, end_of_list, next_after_full_page, ..Behaviour::default()
        };
        let mut service = Service::demo();
        *service.behaviour_mut() = behaviour;
        let account = service.users().next().unwrap().account_id.clone();
        for number in 0..contacts {
            service.add_contact(&account, "sms", format!("1-{number}"), true);
        }
        let (mut seen, mut query) = (Vec::new(), format!("offset=0&size={size}"));
        for _ in 0..=contacts + 3 {
            let response = send(&mut service, Method::GET, &format!("{CONTACTS}?{query}"), b"");
            let page: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
            seen.extend(page["values"].as_array().unwrap().iter().map(|contact| contact["id"].as_str().unwrap().to_owned()));
            match page["links"]["next"].as_str().filter(|next| !next.is_empty()) {
                Some(next) => query = next.split_once('?').unwrap().1.to_owned(),
                None => break,
            }
        }
        let all: Vec<_> = service.contacts(&account).iter().map(|contact| contact.id.clone()).collect();
        prop_assert_eq!(seen, all);
    }

    #[test]
    fn an_unknown_id_gets_404(id in "[A-Za-z0-9_~:-]{1,60}") {
        let mut service = Service::demo();
        let item = format!("{CONTACTS}/{id}");
        for (method, path, body) in [
            (Method::GET, item.clone(), ""),
            (Method::PATCH, item.clone(), r#"{"to":"a@example.com"}"#),
            (Method::DELETE, item.clone(), ""),
            (Method::PATCH, format!("{item}/activate"), ""),
            (Method::PATCH, format!("{item}/deactivate"), ""),
        ] {
            prop_assert_eq!(send(&mut service, method, &path, body.as_bytes()).status(), 404);
        }
    }
}

#[test]
fn the_deactivation_of_an_unverified_number_follows_the_setting() {
    use DeactivatingUnverified::{Acknowledged, Rejected};

    for (deactivating_unverified, verified, status) in [
        (Acknowledged, false, 200),
        (Rejected, false, 422),
        (Acknowledged, true, 200),
        (Rejected, true, 200),
    ] {
        let mut service = Service::demo();
        service.behaviour_mut().deactivating_unverified = deactivating_unverified;
        let account = service.users().next().unwrap().account_id.clone();
        send(&mut service, Method::POST, CONTACTS, br#"{"method":"voice","to":"1-1"}"#);
        let id = service.contacts(&account).last().unwrap().id.clone();
        if verified {
            assert!(service.verify(&account, &id));
        }
        let response =
            send(&mut service, Method::PATCH, &format!("{CONTACTS}/{id}/deactivate"), b"");
        assert_eq!(response.status(), status, "{deactivating_unverified:?}, verified: {verified}");
        assert!(
            !service.contacts(&account).iter().find(|contact| contact.id == id).unwrap().enabled
        );
        let body = String::from_utf8(response.into_body()).unwrap();
        assert_eq!(body.contains("CONTACT_NOT_VERIFIED"), status == 422, "{body}");
    }
}

#[test]
fn credentials_at_the_wrong_base_get_the_gateways_401() {
    const OAUTH_CONTACTS: &str = "/ex/jira/sandbox/jsm/ops/api/v1/users/contacts";

    let mismatch = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    let bearer = format!("Bearer {DEMO_OAUTH_TOKEN}");
    let listed = |service: &mut Service, target: &str, authorization: &str| {
        let request =
            Request::get(target).header("authorization", authorization).body(&b""[..]).unwrap();
        let response = service.handle(request, Duration::from_secs(1_795_000_000));
        (response.status().as_u16(), String::from_utf8(response.into_body()).unwrap())
    };
    let mut service = Service::demo();
    assert_eq!(listed(&mut service, CONTACTS, BASIC).0, 200);
    assert_eq!(listed(&mut service, OAUTH_CONTACTS, &bearer).0, 200);
    assert_eq!(listed(&mut service, CONTACTS, &bearer), (401, mismatch.to_owned()));
    assert_eq!(listed(&mut service, OAUTH_CONTACTS, BASIC), (401, String::new()));
    // An unknown token gets the usual 401.
    assert!(!listed(&mut service, CONTACTS, "Bearer unknown").1.contains("scope"));

    service.behaviour_mut().oauth_at_direct_base = OAuthAtDirectBase::Accepted;
    assert_eq!(listed(&mut service, CONTACTS, &bearer).0, 200);
}
