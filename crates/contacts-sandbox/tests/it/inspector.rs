//! What the page at `/` is made of, over a real socket: the page itself, and what it asks for.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use contacts_sandbox::{Fault, Sandbox, User, When};
use serde_json::{Value, json};

const CONTACTS: &str = "/jsm/ops/api/sandbox/v1/users/contacts";

/// An answer.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
    }
}

/// Asks with headers, each ended by a line's end.
fn ask_with(sandbox: &Sandbox, method: &str, target: &str, headers: &str, body: &str) -> Answer {
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
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn ask(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> Answer {
    ask_with(sandbox, method, target, "", body)
}

fn changes(sandbox: &Sandbox, query: &str) -> Value {
    ask(sandbox, "GET", &format!("/_sandbox/journal?{query}"), "").json()
}

fn numbers(changes: &Value) -> Vec<u64> {
    changes["entries"].as_array().unwrap().iter().map(|entry| entry["number"].as_u64().unwrap()).collect()
}

#[test]
fn the_page_is_one_file_that_may_load_nothing_else() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(Fault::Status { status: 500, body: None, content_type: None, when: When::Before });
    let page = ask(&sandbox, "GET", "/", "");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'", "script-src 'sha256-"]
    {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(page.body.ends_with("</html>\n") && page.body.matches("<script>").count() == 1);

    // Neither the page nor the picture that browsers ask for beside it is a request for the service.
    assert_eq!(ask(&sandbox, "GET", "/favicon.ico", "").status, 404);
    assert!(sandbox.journal().is_empty());
    assert_eq!(ask(&sandbox, "GET", CONTACTS, "").status, 500, "the fault was not used up");
}

#[test]
fn another_page_cannot_change_anything_and_a_program_can() {
    let sandbox = Sandbox::start().unwrap();
    let own = format!("origin: {}\r\n", sandbox.origin());
    let strangers = [
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
    let enabled = || sandbox.with_service(|service| service.contacts(&account).last().unwrap().enabled);
    ask(&sandbox, "GET", CONTACTS, "");
    for stranger in &strangers {
        for (method, what, body) in actions {
            let answer = ask_with(&sandbox, method, &format!("/_sandbox/{what}"), stranger, body);
            assert_eq!(answer.status, 403, "{stranger} {method} {what}");
        }
    }
    assert_eq!(ask(&sandbox, "GET", "/_sandbox/faults", "").json(), json!([]));
    assert!(!enabled() && sandbox.journal().len() == 1);
    for friend in ["", &own, &format!("{own}sec-fetch-site: same-origin\r\n")] {
        for (method, what, body) in actions {
            let answer = ask_with(&sandbox, method, &format!("/_sandbox/{what}"), friend, body);
            assert_eq!(answer.status, 204, "{friend} {method} {what}");
        }
    }
    assert!(enabled() && sandbox.journal().is_empty());
}

#[test]
fn the_journal_tells_what_has_changed_since_it_was_read() {
    let sandbox = Sandbox::start().unwrap();
    let empty = changes(&sandbox, "since=0");
    assert_eq!((numbers(&empty), &empty["first"]), (vec![], &json!(1)));
    for _ in 0..3 {
        ask(&sandbox, "GET", CONTACTS, "");
    }
    let all = changes(&sandbox, "since=0");
    assert_eq!((numbers(&all), &all["kept"]), (vec![1, 2, 3], &json!(3)));
    let revision = all["revision"].as_u64().unwrap();
    assert_eq!(numbers(&changes(&sandbox, "since=0&last=2")), [2, 3]);
    assert!(numbers(&changes(&sandbox, &format!("since={revision}"))).is_empty());

    // A request is told when it comes, and again when it is answered.
    sandbox.arm(Fault::Delay { ms: 300, when: When::Before });
    std::thread::scope(|scope| {
        let late = scope.spawn(|| ask(&sandbox, "GET", CONTACTS, "").status);
        let begun = loop {
            let changes = changes(&sandbox, &format!("since={revision}"));
            if !numbers(&changes).is_empty() {
                break changes;
            }
        };
        assert_eq!((numbers(&begun), &begun["entries"][0]["status"]), (vec![4], &Value::Null));
        assert_eq!(begun["entries"][0]["fault"]["kind"], "delay");
        let status = late.join().unwrap();
        let answered = changes(&sandbox, &format!("since={}", begun["revision"]));
        assert_eq!((numbers(&answered), &answered["entries"][0]["status"]), (vec![4], &json!(status)));
    });

    ask(&sandbox, "DELETE", "/_sandbox/journal", "");
    let cleared = changes(&sandbox, "since=0");
    assert_eq!((numbers(&cleared), &cleared["first"], &cleared["kept"]), (vec![], &json!(5), &json!(0)));
    assert_eq!(cleared["started"], all["started"]);
    for mistake in ["since=x", "since=-1", "last=", "until=3", "since"] {
        assert_eq!(
            ask(&sandbox, "GET", &format!("/_sandbox/journal?{mistake}"), "").status,
            400,
            "{mistake}"
        );
    }
}

#[test]
fn a_state_that_is_known_is_not_sent_again_and_has_no_token() {
    let sandbox = Sandbox::start().unwrap();
    let user =
        User::new("eve@example.com", "s3cret-1").with_oauth_token("s3cret-2").with_expired_token("s3cret-3");
    let account = sandbox.with_service(|service| service.add_user(user));
    let state = ask(&sandbox, "GET", "/_sandbox/state", "");
    assert!(state.body.contains("eve@example.com") && !state.body.contains("s3cret"), "{state:?}");
    let known = format!("if-none-match: {}\r\n", state.header("etag").unwrap());
    ask(&sandbox, "GET", CONTACTS, "");
    let again = || ask_with(&sandbox, "GET", "/_sandbox/state", &known, "");
    assert_eq!((again().status, again().body.as_str()), (304, ""));
    sandbox.with_service(|service| service.add_contact(&account, "email", "eve@example.com", true));
    let changed = again();
    assert_eq!(changed.status, 200);
    let state = changed.json();
    let eve = state["accounts"].as_array().unwrap().last().unwrap();
    assert_eq!(eve["contacts"][0]["to"], "eve@example.com");
}

#[test]
fn every_kind_of_fault_that_can_be_chosen_can_be_armed() {
    let sandbox = Sandbox::start().unwrap();
    let kinds = ask(&sandbox, "GET", "/_sandbox/faults/kinds", "").json();
    let kinds = kinds.as_array().unwrap();
    assert!(kinds.len() > 10, "{kinds:?}");
    for kind in kinds {
        assert!(kind["meaning"].as_str().is_some_and(|meaning| meaning.ends_with('.')), "{kind}");
        // Not the next connection, which is the test's own.
        let rule = json!({"occurrence": {"nth": 1000}, "fault": kind["fault"]}).to_string();
        assert_eq!(ask(&sandbox, "POST", "/_sandbox/faults", &rule).status, 204, "{kind}");
    }
}
