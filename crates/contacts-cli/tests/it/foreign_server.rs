//! Every operation against a server that returns the examples of the vendor's documentation.

use crate::support;
use std::{sync::mpsc::channel, thread};

use crate::support::{HANGS, Home};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN};
use serde_json::json;
use tiny_http::{Response, Server};

const CONTACTS: &str = "/jsm/ops/api/35273b54/v1/users/contacts";
const ID: &str = "35c958bb-ecc3-4cfa-8976-3830daa6231e";

/// A request that the server received.
#[derive(Debug, PartialEq)]
struct Seen {
    request: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Seen {
    fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value).collect()
    }
}

/// Runs a command line against a server with these answers, in order. Returns the output and the
/// requests.
fn run(line: &str, answers: &'static [(u16, &str)]) -> (String, Vec<Seen>) {
    let (home, server) = (Home::new(), Server::http("127.0.0.1:0").unwrap());
    let base = format!("http://{}/jsm/ops/api/35273b54", server.server_addr());
    let (sender, seen) = channel();
    let serve = thread::spawn(move || {
        for (status, body) in answers {
            let mut request = server.recv_timeout(HANGS).unwrap().expect("another request");
            let mut text = String::new();
            request.as_reader().read_to_string(&mut text).unwrap();
            let headers = request.headers().iter();
            let headers = headers.map(|header| {
                (
                    header.field.as_str().as_str().to_ascii_lowercase(),
                    header.value.as_str().to_owned(),
                )
            });
            let headers = headers.collect();
            let request_line = format!("{} {}", request.method(), request.url());
            sender.send(Seen { request: request_line, headers, body: text }).unwrap();
            let kind: tiny_http::Header = "content-type: application/json".parse().unwrap();
            let response = Response::from_string(*body).with_status_code(*status).with_header(kind);
            request.respond(response).unwrap();
        }
    });
    let text = home.at(&base).line(line).line("-o json").succeed();
    serve.join().unwrap();
    let seen: Vec<_> = seen.into_iter().collect();
    for seen in &seen {
        assert_eq!(
            seen.headers("authorization"),
            ["Basic ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu"]
        );
        assert_eq!(seen.headers("accept"), ["application/json"]);
        assert_eq!(
            seen.headers("user-agent"),
            [concat!("contacts-cli/", env!("CARGO_PKG_VERSION"))]
        );
        let length = if seen.body.is_empty() { 0 } else { 1 };
        assert_eq!(seen.headers("content-type").len(), length, "{seen:?}");
        assert_eq!(seen.headers("transfer-encoding").len(), 0, "{seen:?}");
    }
    assert_eq!((DEMO_EMAIL, DEMO_TOKEN), ("demo@example.com", "sandbox-token"), "as encoded above");
    (text, seen)
}

/// Request line and body of the only request.
fn one(seen: &[Seen]) -> (&str, &str) {
    let [seen] = seen else { panic!("not one request: {seen:?}") };
    (&seen.request, &seen.body)
}

fn printed(id: &str, message: &str) -> String {
    format!("{{\"id\":\"{id}\",\"message\":\"{message}\"}}\n")
}

#[test]
fn list_reads_the_documented_page_and_the_next_one() {
    const FIRST: &str = r#"{"values":[
        {"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa","method":"email","to":"test@example.com","status":{"enabled":true},"applyOrder":0},
        {"id":"735a619b-e420-4d46-ab5c-45523011aaaa","method":"sms","to":"90-555-555-5555","status":{"enabled":true},"applyOrder":1}],
        "links":{"next":"url?offset=2&size=1","last":"url?offset=2&size=1"}}"#;
    const LAST: &str = r#"{"values":[{"id":"c3","method":"mobile","to":"a phone","status":{"enabled":false,"disabledReason":"off"}}],
        "links":{"last":"url?offset=2&size=1"},"_expands":[]}"#;
    let (text, seen) = run("list --size 2", &[(200, FIRST), (200, LAST)]);
    assert_eq!(
        support::one_line(&text),
        json!([
            {"id": "299003c3-8221-4a9f-b63d-2370c4caaaaa", "method": "email", "to": "test@example.com",
             "status": {"enabled": true}, "applyOrder": 0},
            {"id": "735a619b-e420-4d46-ab5c-45523011aaaa", "method": "sms", "to": "90-555-555-5555",
             "status": {"enabled": true}, "applyOrder": 1},
            {"id": "c3", "method": "mobile", "to": "a phone",
             "status": {"enabled": false, "disabledReason": "off"}},
        ])
    );
    let requests: Vec<_> = seen.iter().map(|seen| &*seen.request).collect();
    assert_eq!(requests[0], format!("GET {CONTACTS}?offset=0&size=2"));
    assert!(requests[1].starts_with(&format!("GET {CONTACTS}?offset=2&size=")), "{requests:?}");
    assert!(
        seen.iter().all(|seen| seen.body.is_empty() && seen.headers("content-length").is_empty()),
        "{seen:?}"
    );
}

#[test]
fn get_reads_the_documented_contact() {
    const BODY: &str = r#"{"id":"35c958bb-ecc3-4cfa-8976-3830daa6231e","method":"email","to":"test@atlassian.com","status":{"enabled":true}}"#;
    let (text, seen) = run(&format!("get {ID}"), &[(200, BODY)]);
    assert_eq!(text, format!("{BODY}\n"));
    assert_eq!(one(&seen), (&*format!("GET {CONTACTS}/{ID}"), ""));
    assert!(seen[0].headers("content-length").is_empty(), "{seen:?}");
}

#[test]
fn create_sends_the_documented_body_and_finds_the_id() {
    const BODY: &str =
        r#"{"message":"Created","data":{"id":"35c958bb-ecc3-4cfa-8976-3830daa6231e"}}"#;
    let (text, seen) = run("create email test@atlassian.com", &[(201, BODY)]);
    assert_eq!(text, printed(ID, "Created"));
    assert_eq!(
        one(&seen),
        (&*format!("POST {CONTACTS}"), r#"{"method":"email","to":"test@atlassian.com"}"#)
    );
    assert_eq!(seen[0].headers("content-type"), ["application/json"]);
}

#[test]
fn update_sends_the_documented_body_and_prints_the_id_of_the_response() {
    const BODY: &str =
        r#"{"message":"Updated","data":{"id":"06ba9237-d45d-40f3-a340-4a89acbdb61a"}}"#;
    let (text, seen) =
        run("update 06ba9237-d45d-40f3-a340-4a89acbdb61a 90-5555559999", &[(200, BODY)]);
    assert_eq!(text, printed("06ba9237-d45d-40f3-a340-4a89acbdb61a", "Updated"));
    let request = format!("PATCH {CONTACTS}/06ba9237-d45d-40f3-a340-4a89acbdb61a");
    assert_eq!(one(&seen), (&*request, r#"{"to":"90-5555559999"}"#));
}

#[test]
fn activate_and_deactivate_send_no_body() {
    const ACTIVATED: &str =
        r#"{"message":"Activated","data":{"id":"35c958bb-ecc3-4cfa-8976-3830daa6231e"}}"#;
    const DEACTIVATED: &str =
        r#"{"message":"Deactivated","data":{"id":"35c958bb-ecc3-4cfa-8976-3830daa6231e"}}"#;
    for (command, flag, answers, message) in [
        ("activate", "", &[(200, ACTIVATED)], "Activated"),
        ("deactivate", "--force", &[(200, DEACTIVATED)], "Deactivated"),
    ] {
        let (text, seen) = run(&format!("{command} {ID} {flag}"), answers);
        assert_eq!(text, printed(ID, message));
        assert_eq!(one(&seen), (&*format!("PATCH {CONTACTS}/{ID}/{command}"), ""));
        assert_eq!(seen[0].headers("content-length"), ["0"]);
    }
}

#[test]
fn delete_accepts_each_documented_success() {
    for answers in [&[(204, "")], &[(200, "")], &[(200, r#"{"message":"Deleted"}"#)]] {
        let (text, seen) = run(&format!("delete --yes --force {ID}"), answers);
        assert_eq!(text, printed(ID, "Deleted"));
        assert_eq!(one(&seen), (&*format!("DELETE {CONTACTS}/{ID}"), ""));
        assert!(seen[0].headers("content-length").is_empty(), "{seen:?}");
    }
}
