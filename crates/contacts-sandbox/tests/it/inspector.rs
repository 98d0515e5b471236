//! The web page at `/` and its requests, over a real socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use contacts_sandbox::{Fault, Sandbox, User, When};
use serde_json::{Value, json};

const CONTACTS: &str = "/jsm/ops/api/sandbox/v1/users/contacts";

/// A response.
#[derive(Debug)]
struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
    }
}

/// Sends a request with headers. Each header ends with CRLF.
fn send_with(sandbox: &Sandbox, method: &str, target: &str, headers: &str, body: &str) -> Response {
    let mut stream = TcpStream::connect(sandbox.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        sandbox.address(),
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head: head.to_owned(), body: body.to_owned() }
}

fn send(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> Response {
    send_with(sandbox, method, target, "", body)
}

fn changes(sandbox: &Sandbox, query: &str) -> Value {
    send(sandbox, "GET", &format!("/_sandbox/journal?{query}"), "").json()
}

fn numbers(changes: &Value) -> Vec<u64> {
    changes["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["number"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_page_is_one_file_that_cannot_load_anything_else() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(Fault::Status { status: 500, body: None, content_type: None, when: When::Before });
    let page = send(&sandbox, "GET", "/", "");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "connect-src 'self'",
        "script-src 'sha256-",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(page.body.ends_with("</html>\n") && page.body.matches("<script>").count() == 1);

    // The page and the favicon are not requests to the service.
    assert_eq!(send(&sandbox, "GET", "/favicon.ico", "").status, 404);
    assert!(sandbox.journal().is_empty());
    assert_eq!(send(&sandbox, "GET", CONTACTS, "").status, 500, "the fault still applies");
}

#[test]
fn pages_of_other_origins_cannot_change_anything_and_programs_can() {
    let sandbox = Sandbox::start().unwrap();
    let own = format!("origin: {}\r\n", sandbox.origin());
    let foreign_headers = [
        "origin: null\r\n".to_owned(),
        "origin: https://evil.example\r\n".to_owned(),
        "origin: http://127.0.0.1:1\r\n".to_owned(),
        format!("origin: http://localhost:{}\r\n", sandbox.address().port()),
        format!("origin: https://{}\r\n", sandbox.address()),
        format!("{own}origin: http://localhost:3000\r\n"),
        "sec-fetch-site: same-site\r\n".to_owned(),
        "sec-fetch-site: cross-site\r\n".to_owned(),
    ];
    let (account, id) = sandbox.with_service(|service| {
        let account = service.users().next().unwrap().account_id.clone();
        let id = service.add_contact(&account, "sms", "1-2", false).unwrap();
        (account, id)
    });
    let verify = json!({"account": account, "id": id}).to_string();
    let actions = [
        ("POST", "faults", r#"{"kind":"html"}"#),
        ("POST", "verify", verify.as_str()),
        ("DELETE", "journal", ""),
        ("DELETE", "faults", ""),
    ];
    let enabled =
        || sandbox.with_service(|service| service.contacts(&account).last().unwrap().enabled);
    send(&sandbox, "GET", CONTACTS, "");
    for foreign in &foreign_headers {
        for (method, what, body) in actions {
            let response = send_with(&sandbox, method, &format!("/_sandbox/{what}"), foreign, body);
            assert_eq!(response.status, 403, "{foreign} {method} {what}");
        }
    }
    assert_eq!(send(&sandbox, "GET", "/_sandbox/faults", "").json(), json!([]));
    assert!(!enabled() && sandbox.journal().len() == 1);
    for allowed in ["", &own, &format!("{own}sec-fetch-site: same-origin\r\n")] {
        for (method, what, body) in actions {
            let response = send_with(&sandbox, method, &format!("/_sandbox/{what}"), allowed, body);
            assert_eq!(response.status, 204, "{allowed} {method} {what}");
        }
    }
    assert!(enabled() && sandbox.journal().is_empty());
}

#[test]
fn the_journal_returns_the_changes_since_a_revision() {
    let sandbox = Sandbox::start().unwrap();
    let empty = changes(&sandbox, "since=0");
    assert_eq!((numbers(&empty), &empty["first"]), (vec![], &json!(1)));
    for _ in 0..3 {
        send(&sandbox, "GET", CONTACTS, "");
    }
    let all = changes(&sandbox, "since=0");
    assert_eq!((numbers(&all), &all["kept"]), (vec![1, 2, 3], &json!(3)));
    let revision = all["revision"].as_u64().unwrap();
    assert_eq!(numbers(&changes(&sandbox, "since=0&last=2")), [2, 3]);
    assert!(numbers(&changes(&sandbox, &format!("since={revision}"))).is_empty());

    // A request is reported when it arrives, and again with its status.
    sandbox.arm(Fault::Delay { ms: 300, when: When::Before });
    std::thread::scope(|scope| {
        let delayed = scope.spawn(|| send(&sandbox, "GET", CONTACTS, "").status);
        let arrived = loop {
            let changes = changes(&sandbox, &format!("since={revision}"));
            if !numbers(&changes).is_empty() {
                break changes;
            }
        };
        assert_eq!((numbers(&arrived), &arrived["entries"][0]["status"]), (vec![4], &Value::Null));
        assert_eq!(arrived["entries"][0]["fault"]["kind"], "delay");
        let status = delayed.join().unwrap();
        let answered = changes(&sandbox, &format!("since={}", arrived["revision"]));
        assert_eq!(
            (numbers(&answered), &answered["entries"][0]["status"]),
            (vec![4], &json!(status))
        );
    });

    send(&sandbox, "DELETE", "/_sandbox/journal", "");
    let cleared = changes(&sandbox, "since=0");
    assert_eq!(
        (numbers(&cleared), &cleared["first"], &cleared["kept"]),
        (vec![], &json!(5), &json!(0))
    );
    assert_eq!(cleared["started"], all["started"]);
    for query in ["since=x", "since=-1", "last=", "until=3", "since"] {
        assert_eq!(
            send(&sandbox, "GET", &format!("/_sandbox/journal?{query}"), "").status,
            400,
            "{query}"
        );
    }
}

#[test]
fn programs_can_read_who_is_on_call() {
    let sandbox = Sandbox::start().unwrap();
    let schedules = send(&sandbox, "GET", "/_sandbox/on-call", "").json();
    let names: Vec<_> = schedules.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Payments primary", "Platform"]);
    let on_call = format!("{} {}", schedules[0]["now"][0], schedules[0]["next"][0]);
    assert!(
        [r#""Ann Berg" "Ben Ode""#, r#""Ben Ode" "Ann Berg""#].contains(&&*on_call),
        "{on_call}"
    );
}

#[test]
fn the_state_is_sent_only_after_a_change_and_contains_no_token() {
    let sandbox = Sandbox::start().unwrap();
    let user = User::new("eve@example.com", "s3cret-1")
        .with_oauth_token("s3cret-2")
        .with_expired_token("s3cret-3");
    let account = sandbox.with_service(|service| service.add_user(user));
    let state = send(&sandbox, "GET", "/_sandbox/state", "");
    assert!(state.body.contains("eve@example.com") && !state.body.contains("s3cret"), "{state:?}");
    let known = format!("if-none-match: {}\r\n", state.header("etag").unwrap());
    send(&sandbox, "GET", CONTACTS, "");
    let again = || send_with(&sandbox, "GET", "/_sandbox/state", &known, "");
    assert_eq!((again().status, again().body.as_str()), (304, ""));
    sandbox.with_service(|service| service.add_contact(&account, "email", "eve@example.com", true));
    let changed = again();
    assert_eq!(changed.status, 200);
    let state = changed.json();
    let eve = state["accounts"].as_array().unwrap().last().unwrap();
    assert_eq!(eve["contacts"][0]["to"], "eve@example.com");
}

#[test]
fn every_listed_kind_of_fault_can_be_armed() {
    let sandbox = Sandbox::start().unwrap();
    let kinds = send(&sandbox, "GET", "/_sandbox/faults/kinds", "").json();
    let kinds = kinds.as_array().unwrap();
    assert!(kinds.len() > 10, "{kinds:?}");
    for kind in kinds {
        assert!(kind["meaning"].as_str().is_some_and(|meaning| meaning.ends_with('.')), "{kind}");
        // With a high number, so that `refuse` does not apply to the test's own connections.
        let rule = json!({"occurrence": {"nth": 1000}, "fault": kind["fault"]}).to_string();
        assert_eq!(send(&sandbox, "POST", "/_sandbox/faults", &rule).status, 204, "{kind}");
    }
}
