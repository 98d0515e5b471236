//! The requests of each command.

use crate::support;
use crate::support::{Home, ids};
use contacts_sandbox::{RecordedRequest, Sandbox, User};

/// The requests of a command line.
fn sent(sandbox: &Sandbox, line: &str) -> Vec<RecordedRequest> {
    sandbox.clear_journal();
    Home::new().demo(sandbox, line).succeed();
    sandbox.journal()
}

const AGENT: &str = concat!("contacts-cli/", env!("CARGO_PKG_VERSION"));

#[test]
fn every_command_sends_the_documented_request_and_nothing_else() {
    let sandbox = Sandbox::start().unwrap();
    let [id, other] = ids(&sandbox);
    sandbox.add_user(User::new("ann@example.com", "ann's").with_account_id("712020:a&b"));
    let contacts = "/jsm/ops/api/sandbox/v1/users/contacts";
    let contact = format!("{contacts}/{id}");
    for (line, method, target, body) in [
        ("list".into(), "GET", format!("{contacts}?offset=0&size=100"), ""),
        (
            "list --offset 1 --size 7 --account-id 712020:a&b".into(),
            "GET",
            format!("{contacts}?offset=1&size=7&targetAccountId=712020%3Aa%26b"),
            "",
        ),
        (format!("get {id}"), "GET", contact.clone(), ""),
        (
            "create voice 90-5555559999".into(),
            "POST",
            contacts.into(),
            r#"{"method":"voice","to":"90-5555559999"}"#,
        ),
        (
            format!("update {id} ann@example.org"),
            "PATCH",
            contact.clone(),
            r#"{"to":"ann@example.org"}"#,
        ),
        (format!("deactivate --force {id}"), "PATCH", format!("{contact}/deactivate"), ""),
        (format!("activate {id}"), "PATCH", format!("{contact}/activate"), ""),
        (format!("delete --yes --force {id}"), "DELETE", contact, ""),
    ] {
        let journal = sent(&sandbox, &line);
        let [recorded] = &journal[..] else { panic!("{line}: {journal:?}") };
        assert_eq!(
            (&*recorded.method, &recorded.target, &*recorded.body),
            (method, &target, body),
            "{line}"
        );
        let mut headers: Vec<_> =
            recorded.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        headers.sort_unstable();
        let length = body.len().to_string();
        let host = sandbox.address().to_string();
        let mut expected =
            vec![("accept", "application/json"), ("authorization", "Basic [redacted]")];
        if method == "PATCH" || method == "POST" {
            expected.push(("content-length", &length));
        }
        if !body.is_empty() {
            expected.push(("content-type", "application/json"));
        }
        expected.extend([("host", &*host), ("user-agent", AGENT)]);
        assert_eq!(headers, expected, "{line}");
        assert!(recorded.account.is_some(), "{line}: the credentials are those of the demo user");
    }
    assert_eq!(support::stored(&sandbox)[0].id, other);
}

#[test]
fn create_ensure_lists_first_and_creates_only_a_missing_contact() {
    let sandbox = Sandbox::start().unwrap();
    let methods = |line: &str| -> Vec<_> {
        sent(&sandbox, line).into_iter().map(|recorded| recorded.method).collect()
    };
    assert_eq!(methods("create --ensure voice 49-1"), ["GET", "POST"]);
    assert_eq!(methods("create --ensure voice 49-1"), ["GET"]);
}

#[test]
fn curl_sends_nothing_and_prints_no_token() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let text = home.demo(&sandbox, "curl create sms 90-5555559999").succeed();
    let words = shlex::split(&text).unwrap();
    for word in [
        "curl",
        "POST",
        "demo@example.com:$CONTACTS_TOKEN",
        "accept: application/json",
        "content-type: application/json",
        r#"{"method":"sms","to":"90-5555559999"}"#,
        &format!("{}/v1/users/contacts", sandbox.base_url()),
    ] {
        assert!(words.iter().any(|known| known == word), "{word}: {text}");
    }
    assert!(sandbox.journal().is_empty());
}
