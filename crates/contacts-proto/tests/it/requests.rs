//! Laws of requests: their contents, and that no argument can change their target.

use crate::support;
use crate::support::{Any, CONTACTS, accounts, answer, bases, ids, numbers};
use contacts_proto::{
    Api, BaseUrl, CloudId, Contact, ContactId, ContactMethod, CreateContact, Credentials,
    GetContact, ListContacts, Operation, Paged, UpdateContact, exchange::Session,
};
use http::{HeaderValue, Method, Request, header};
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

/// The rule of ids, written a second time.
fn may_be_an_id(text: &str) -> bool {
    let letters = text.chars().all(|c| c.is_ascii_alphanumeric() || "._~:-".contains(c));
    letters && (1..=128).contains(&text.chars().count()) && text != "." && text != ".."
}

/// Texts on both sides of the rule.
fn nearly_ids() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[A-Za-z0-9._~:-]{0,4}[ -~\u{e9}\u{ff0e}\u{0}\n][A-Za-z0-9._~:-]{0,4}",
        "[a-z.]{126,131}",
        "\\.{0,3}",
        ids().prop_map(|id| id.to_string()),
    ]
}

fn is_contact_id_from_service(text: &Value) -> [bool; 4] {
    let contact = json!({"id": text, "method": "sms", "to": "1"});
    let read = |operation: &Any, body: Value| {
        operation.response(answer(200, body.to_string().as_bytes())).is_ok()
    };
    // A response about another contact is rejected.
    let id = text.as_str().and_then(|text| ContactId::new(text).ok());
    let id = id.unwrap_or_else(|| ContactId::new("known").unwrap());
    let [list, create, get, update, ..] = Any::all(&id, &"account".parse().unwrap(), "1");
    let confirmation = json!({"data": {"id": text}});
    [
        read(&list, json!({"values": [contact]})),
        read(&create, confirmation.clone()),
        read(&get, contact),
        // An update knows its id, so a response without one is valid.
        read(&update, confirmation) && !text.is_null(),
    ]
}

/// Checks that a request goes to the base URL, and that its URL cannot be read in another way.
fn assert_stays_below(
    base: &str,
    request: &Request<Vec<u8>>,
    path: &str,
) -> Result<(), TestCaseError> {
    let base = Url::parse(base).unwrap();
    let uri = request.uri();
    prop_assert_eq!(uri.scheme_str(), Some(base.scheme()));
    prop_assert_eq!(uri.authority().map(http::uri::Authority::as_str), Some(base.authority()));
    prop_assert_eq!(uri.path(), format!("{}{path}", base.path().trim_end_matches('/')));

    let again = Url::parse(&uri.to_string()).unwrap();
    prop_assert_eq!(again.origin(), base.origin());
    prop_assert_eq!(again.path(), uri.path());
    prop_assert_eq!((again.username(), again.password(), again.fragment()), ("", None, None));
    prop_assert!(!request.headers().contains_key(header::HOST), "only the URL has the host");
    Ok(())
}

proptest! {
    #[test]
    fn an_id_stands_unchanged_in_the_path(id in ids(), base in bases()) {
        let site = BaseUrl::new(&base).unwrap();
        let prefix = format!("{}{CONTACTS}/", Url::parse(&base).unwrap().path().trim_end_matches('/'));
        let [_, _, get, update, delete, activate, deactivate, ..] =
            Any::all(&id, &"account".parse().unwrap(), "1");
        for (operation, suffix) in
            [(get, ""), (update, ""), (delete, ""), (activate, "/activate"), (deactivate, "/deactivate")]
        {
            let request = operation.request(&site, &Credentials::none());
            let path = request.uri().path();
            let middle = path.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(suffix));
            prop_assert_eq!(middle, Some(id.as_str()), "{}", path);
            prop_assert_eq!(request.uri().query(), None);
        }
    }

    #[test]
    fn a_text_that_is_unsafe_in_a_path_is_never_an_id(text in nearly_ids()) {
        let expected = may_be_an_id(&text);
        prop_assert_eq!(ContactId::new(&text).is_ok(), expected);
        prop_assert_eq!(CloudId::new(&text).is_ok(), expected);
        prop_assert_eq!(text.parse::<ContactId>().is_ok(), expected);

        let json = Value::from(text);
        prop_assert_eq!(serde_json::from_value::<ContactId>(json.clone()).is_ok(), expected);
        prop_assert_eq!(is_contact_id_from_service(&json), [expected; 4]);
    }

    #[test]
    fn json_that_is_not_a_text_is_never_an_id(json in support::json()) {
        prop_assume!(!json.is_string());
        prop_assert!(serde_json::from_value::<ContactId>(json.clone()).is_err());
        prop_assert_eq!(is_contact_id_from_service(&json), [false; 4]);
    }

    #[test]
    fn no_argument_changes_where_a_request_goes(
        base in bases(),
        id in ids(),
        account in accounts(),
        to in numbers(),
    ) {
        let site = BaseUrl::new(&base).unwrap();
        for operation in Any::all(&id, &account, &to) {
            let request = operation.request(&site, &Credentials::none());
            assert_stays_below(&base, &request, &operation.path(&id))?;
        }
    }

    #[test]
    fn a_session_sends_every_request_to_the_host_of_its_base_url(
        host in bases(),
        cloud_id in ids(),
        oauth: bool,
        bearer: bool,
        id in ids(),
        account in accounts(),
        to in numbers(),
    ) {
        let host = Url::parse(&host).unwrap();
        let host = format!("{}://{}", host.scheme(), host.authority());
        let base = if oauth {
            format!("{host}/ex/jira/{cloud_id}/jsm/ops/api")
        } else {
            format!("{host}/jsm/ops/api/{cloud_id}")
        };
        let jira = format!("{host}/ex/jira/{cloud_id}/rest/api/3");
        let credentials = if bearer { Credentials::bearer("t") } else { Credentials::basic("a@b.example", "t") };
        let session = Session::new(BaseUrl::new(&base).unwrap(), credentials.unwrap());
        for operation in Any::all(&id, &account, &to) {
            let request = operation.request_in(&session).unwrap();
            let base = if operation.api() == Api::Jira { &jira } else { &base };
            assert_stays_below(base, &request, &operation.path(&id))?;
        }
    }

    #[test]
    fn no_link_changes_where_the_next_request_goes(
        base in bases(),
        account in prop::option::of(accounts()),
        link in hostile_links(),
    ) {
        let site = BaseUrl::new(&base).unwrap();
        let first = account.iter().cloned().fold(ListContacts::all(), ListContacts::account);
        let body = json!({"values": [{"id": "a", "method": "sms", "to": "1"}], "links": {"next": link}});
        let page = first.response(answer(200, body.to_string().as_bytes())).unwrap();
        let Ok(Some(next)) = first.after(&page) else { return Ok(()) };

        let request = next.request(&site, &Credentials::none());
        assert_stays_below(&base, &request, CONTACTS)?;
        let query = request.uri().query().unwrap_or_default();
        let names: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name).collect();
        let expected = ["offset", "size", "targetAccountId"];
        prop_assert_eq!(&names, &expected[..if account.is_some() { 3 } else { 2 }]);
    }

    #[test]
    fn every_request_has_the_expected_headers(
        base in bases(),
        id in ids(),
        account in accounts(),
        to in numbers(),
        token in prop::option::of("[A-Za-z0-9._-]{1,40}"),
        user_agent in prop::option::of("[a-z]{1,8}/[0-9]"),
    ) {
        let site = BaseUrl::new(&base).unwrap();
        let credentials = token.map_or_else(Credentials::none, |token| Credentials::bearer(token).unwrap());
        let mut session = Session::new(site, credentials);
        if let Some(user_agent) = &user_agent {
            session = session.with_user_agent(HeaderValue::from_str(user_agent).unwrap());
        }
        for operation in Any::all(&id, &account, &to) {
            let Ok(request) = operation.request_in(&session) else {
                prop_assert_eq!(operation.api(), Api::Jira);
                prop_assert_eq!(session.base_url().unwrap().jira(), None);
                continue;
            };
            let all = |name| -> Vec<_> {
                request.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
            };
            let agent = user_agent.as_deref().unwrap_or(contacts_proto::USER_AGENT);
            prop_assert_eq!(all(header::ACCEPT), ["application/json"]);
            prop_assert_eq!(all(header::USER_AGENT), [agent]);

            let anonymous = matches!(operation, Any::FindCloudId(_))
                || session.credentials().is_same(&Credentials::none());
            prop_assert_eq!(all(header::AUTHORIZATION).len(), usize::from(!anonymous));

            let body = request.body();
            let content_type: &[_] = if body.is_empty() { &[] } else { &["application/json"] };
            prop_assert_eq!(all(header::CONTENT_TYPE), content_type);
            if [Method::GET, Method::DELETE].contains(request.method()) {
                prop_assert!(body.is_empty());
                prop_assert!(all(header::CONTENT_LENGTH).is_empty());
            } else {
                prop_assert_eq!(all(header::CONTENT_LENGTH), [body.len().to_string()]);
            }
            prop_assert!(!request.headers().contains_key(header::TRANSFER_ENCODING));
        }
    }

    #[test]
    fn method_and_address_are_sent_unchanged(method in "\\PC{1,12}", to in numbers()) {
        prop_assume!(method != "mobile" && method != "email");
        let site = BaseUrl::new("https://a.example").unwrap();
        let sent = |request: Request<Vec<u8>>| serde_json::from_slice::<Value>(request.body()).unwrap();
        let create = CreateContact::new(ContactMethod::from(method.as_str()), &*to).unwrap();
        let expected = json!({"method": method, "to": to});
        prop_assert_eq!(sent(create.request(&site, &Credentials::none())), expected);
        let update = UpdateContact::new(ContactId::new("a").unwrap(), &*to).unwrap();
        prop_assert_eq!(sent(update.request(&site, &Credentials::none())), json!({"to": to}));

        let body = json!({"id": "a", "method": method, "to": to});
        let contact: Contact = GetContact::new(ContactId::new("a").unwrap())
            .response(answer(200, body.to_string().as_bytes()))
            .unwrap();
        prop_assert_eq!(contact.method.as_str(), method);
        prop_assert_eq!(serde_json::to_value(&contact).unwrap(), body);
    }
}

/// Links to other targets. Most have an offset, so that the client follows them.
fn hostile_links() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        prop::sample::select(vec![
            "https://evil.example/x",
            "//evil.example",
            "http://u:p@evil.example/",
            "/../../admin",
            "..",
            "@evil",
            ":80",
            "\r\nhost: evil\r\n",
            "javascript:",
            "https://a.example#",
            "\\\\evil\\x",
            "%0d%0a",
            "?a=b",
        ])
        .prop_map(String::from),
        any::<String>(),
    ];
    let end = prop_oneof![
        Just(String::new()),
        "&size=[0-9]{1,4}",
        prop::sample::select(vec![
            "&targetAccountId=evil",
            "&size=5&x=/../..",
            "#@evil",
            "&offset=1",
            "&size=1\r\nx: y",
            "&size=%2e%2e%2f",
        ])
        .prop_map(String::from),
    ];
    (start, prop_oneof![4 => Just("?offset=1"), 1 => Just("")], end)
        .prop_map(|(start, offset, end)| format!("{start}{offset}{end}"))
}
