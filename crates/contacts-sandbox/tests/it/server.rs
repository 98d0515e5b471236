//! The server over real sockets. The tests check the bytes on the wire.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use contacts_sandbox::{
    DEMO_EMAIL, DEMO_TOKEN, End, Error, Fault, FaultPlan, FaultRule, Hint, Operation, Part,
    Sandbox, Service, User, When,
};

const CONTACTS: &str = "/jsm/ops/api/sandbox/v1/users/contacts";
const BASIC: &str = "authorization: Basic ZGVtb0BleGFtcGxlLmNvbTpzYW5kYm94LXRva2Vu";

/// A response, and how the connection ended.
#[derive(Debug)]
struct Response {
    text: String,
    end: Option<ErrorKind>,
}

impl Response {
    fn status(&self) -> u16 {
        self.text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Sends bytes and reads until the connection ends.
fn raw(address: SocketAddr, bytes: &str) -> Response {
    let mut stream = connect(address);
    stream.write_all(bytes.as_bytes()).unwrap();
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    let end = loop {
        match stream.read(&mut buffer) {
            Ok(0) => break None,
            Ok(read) => text.extend_from_slice(&buffer[..read]),
            Err(error) => break Some(error.kind()),
        }
    };
    Response { text: String::from_utf8_lossy(&text).into_owned(), end }
}

fn send(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> Response {
    let (json, length) = match body {
        "" => ("", String::new()),
        _ => ("content-type: application/json\r\n", format!("content-length: {}\r\n", body.len())),
    };
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\n{BASIC}\r\nconnection: close\r\n{json}{length}"
    );
    raw(sandbox.address(), &format!("{head}\r\n{body}"))
}

fn list(sandbox: &Sandbox) -> Response {
    send(sandbox, "GET", CONTACTS, "")
}

fn first_id(sandbox: &Sandbox) -> String {
    sandbox.contacts(DEMO_EMAIL)[0].id.clone()
}

#[test]
fn every_operation_and_the_cloud_id_lookup_work() {
    let sandbox = Sandbox::start().unwrap();
    let id = first_id(&sandbox);
    let item = format!("{CONTACTS}/{id}");
    let confirmed = |word: &str| format!(r#"{{"message":"{word}","data":{{"id":"{id}"}}}}"#);

    let listed = list(&sandbox);
    assert_eq!(listed.status(), 200);
    assert!(listed.body().contains(r#""status":{"enabled":true},"applyOrder":1"#), "{listed:?}");
    let one = send(&sandbox, "GET", &item, "");
    let expected = format!(
        r#"{{"id":"{id}","method":"email","to":"demo@example.com","status":{{"enabled":true}}}}"#
    );
    assert_eq!((one.status(), one.body()), (200, expected.as_str()));
    let created = send(&sandbox, "POST", CONTACTS, r#"{"method":"voice","to":"90-5555559999"}"#);
    assert_eq!(created.status(), 201);
    assert!(created.body().starts_with(r#"{"message":"Created","data":{"id":""#));
    let updated = send(&sandbox, "PATCH", &item, r#"{"to":"new@example.com"}"#);
    assert_eq!((updated.status(), updated.body()), (200, confirmed("Updated").as_str()));
    let off = send(&sandbox, "PATCH", &format!("{item}/deactivate"), "");
    assert_eq!((off.status(), off.body()), (200, confirmed("Deactivated").as_str()));
    let on = send(&sandbox, "PATCH", &format!("{item}/activate"), "");
    assert_eq!((on.status(), on.body()), (200, confirmed("Activated").as_str()));
    let deleted = send(&sandbox, "DELETE", &item, "");
    assert_eq!((deleted.status(), deleted.body()), (204, ""));
    assert_eq!(send(&sandbox, "GET", &item, "").status(), 404);
    assert_eq!(send(&sandbox, "GET", "/_edge/tenant_info", "").body(), r#"{"cloudId":"sandbox"}"#);

    let operations: Vec<_> =
        sandbox.journal().iter().filter_map(|recorded| recorded.operation).collect();
    use Operation::{Activate, Create, Deactivate, Delete, Get, List, TenantInfo, Update};
    assert_eq!(
        operations,
        [List, Get, Create, Update, Deactivate, Activate, Delete, Get, TenantInfo]
    );
}

#[test]
fn the_journal_names_the_operations_on_schedules_and_a_fault_can_select_one() {
    use Operation::{
        BulkGetUsers, FindUsers, GetNextOnCalls, GetOnCalls, GetSchedule, ListRotations,
        ListSchedules,
    };

    let sandbox = Sandbox::start().unwrap();
    let id = sandbox.with_service(|service| service.schedules().next().unwrap().id.clone());
    let limit = Fault::RateLimit { status: 429, hint: Hint::RetryAfterSeconds, seconds: 2 };
    sandbox.arm(FaultRule::new(limit).on(GetOnCalls).nth(2));
    let base = "/jsm/ops/api/sandbox/v1/schedules";
    let jira = "/ex/jira/sandbox/rest/api/3/user";
    let requests = [
        (base.to_owned(), ListSchedules, 200),
        (format!("{base}/{id}"), GetSchedule, 200),
        (format!("{base}/{id}/on-calls"), GetOnCalls, 200),
        (format!("{base}/{id}/on-calls"), GetOnCalls, 429),
        (format!("{base}/{id}/next-on-calls"), GetNextOnCalls, 200),
        (format!("{base}/{id}/rotations"), ListRotations, 200),
        (format!("{jira}/bulk?accountId=712020:0a1b2c3d"), BulkGetUsers, 200),
        (format!("{jira}/search?query=ann"), FindUsers, 200),
    ];
    for (target, operation, status) in requests {
        assert_eq!(send(&sandbox, "GET", &target, "").status(), status, "{target}");
        assert_eq!(sandbox.journal().last().unwrap().operation, Some(operation), "{target}");
    }
    assert!(sandbox.writes().is_empty());
    assert_eq!(send(&sandbox, "POST", base, "{}").status(), 405);
}

#[test]
fn web_pages_of_other_sites_cannot_use_the_sandbox() {
    let sandbox = Sandbox::start().unwrap();
    let with = |headers: &str| {
        let head =
            format!("GET {CONTACTS} HTTP/1.1\r\n{headers}{BASIC}\r\nconnection: close\r\n\r\n");
        raw(sandbox.address(), &head).status()
    };
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil@127.0.0.1:x",
        "10.0.0.1",
    ] {
        assert!([400, 421].contains(&with(&format!("host: {host}\r\n"))), "{host}");
    }
    for host in ["localhost", "127.0.0.1:1234", "[::1]:80"] {
        assert_eq!(with(&format!("host: {host}\r\n")), 200, "{host}");
    }
    assert_eq!(with("host: localhost\r\norigin: https://evil.example\r\n"), 403);
    assert_eq!(with("host: localhost\r\norigin: null\r\n"), 403);
    assert_eq!(with("host: localhost\r\norigin: http://localhost:3000\r\n"), 200);
}

#[test]
fn an_address_that_other_hosts_can_reach_is_rejected() {
    let listen = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(Sandbox::builder().listen(listen).start(), Err(Error::NotLoopback(_))));
}

#[test]
fn the_journal_contains_repeated_headers_and_no_secrets() {
    let sandbox = Sandbox::start().unwrap();
    let head = format!(
        "GET {CONTACTS} HTTP/1.1\r\nHost: localhost\r\n{BASIC}\r\nX-Twice: a\r\nCookie: s3cret\r\nX-Twice: b\r\nconnection: close\r\n\r\n"
    );
    raw(sandbox.address(), &head);
    let recorded = sandbox.journal().remove(0);
    assert!(recorded.header("x-twice").eq(["a", "b"]));
    assert!(recorded.header("authorization").eq(["Basic [redacted]"]));
    assert!(recorded.header("cookie").eq(["[redacted]"]));
    assert_eq!(recorded.status, Some(200));
    assert!(recorded.account.is_some());

    let shown = send(&sandbox, "GET", "/_sandbox/journal", "").text;
    assert!(
        shown.contains("x-twice") && !shown.contains("s3cret") && !shown.contains(DEMO_TOKEN),
        "{shown}"
    );
}

#[test]
fn a_body_that_is_too_large_gets_413() {
    let sandbox = Sandbox::start().unwrap();
    let head = format!(
        "POST {CONTACTS} HTTP/1.1\r\nhost: localhost\r\n{BASIC}\r\ncontent-length: 1048577\r\n\r\n"
    );
    assert_eq!(raw(sandbox.address(), &head).status(), 413);
}

#[test]
fn the_state_file_survives_the_sandbox_and_only_its_owner_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&path).start().unwrap();
    assert_eq!(
        send(&sandbox, "POST", CONTACTS, r#"{"method":"voice","to":"1-234"}"#).status(),
        201
    );
    let before = list(&sandbox).body().to_owned();
    // The first sandbox still runs: the change was written before the response.
    let again = Sandbox::builder()
        .service(Service::new(Default::default()))
        .state_file(&path)
        .start()
        .unwrap();
    assert_eq!(list(&again).body(), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 1, "no temporary file remains");

    std::fs::write(&path, "{\n  \"nonsense\": 1\n}").unwrap();
    let error = Sandbox::builder().state_file(&path).start().unwrap_err().to_string();
    assert!(error.contains("state.json") && error.contains("line 2"), "{error}");
}

#[test]
fn each_fault_has_its_effect_on_the_wire() {
    let sandbox = Sandbox::start().unwrap();
    let after = |fault: Fault| {
        sandbox.disarm();
        sandbox.arm(fault);
        list(&sandbox)
    };
    let whole = list(&sandbox).text;
    let body = whole.split_once("\r\n\r\n").unwrap().1;

    let nothing = after(Fault::Close { when: When::Before });
    assert_eq!((nothing.text.as_str(), nothing.end), ("", None));
    assert_eq!(after(Fault::Reset { when: When::Before }).end, Some(ErrorKind::ConnectionReset));
    // A refused connection ends before or during the write. Either the write or the read reports
    // the reset.
    sandbox.arm(Fault::Refuse { end: End::Reset });
    let mut refused = connect(sandbox.address());
    let written = refused.write_all(b"GET / HTTP/1.1\r\n\r\n");
    assert!(written.is_err() || refused.read(&mut [0; 1]).is_err());

    assert_eq!(after(Fault::CutResponse { at: 7, end: End::Close }).text, whole[..7]);
    assert_eq!(after(Fault::CutBody { at: 9, end: End::Close }).body(), &body[..9]);
    assert_eq!(
        after(Fault::CutBody { at: 9, end: End::Reset }).end,
        Some(ErrorKind::ConnectionReset)
    );
    assert_eq!(
        after(Fault::CutBody { at: body.len(), end: End::Reset }).body(),
        body,
        "the whole body fits"
    );
    let begun = Instant::now();
    assert_eq!(after(Fault::Drip { bytes: 64, every_ms: 5, part: Part::Body }).body(), body);
    assert!(begun.elapsed() >= Duration::from_millis(5 * (body.len() as u64 / 64 - 1)));
    assert_eq!(
        after(Fault::Garbage { text: Some("SSH-2.0-x\r\n".into()), when: When::After }).text,
        "SSH-2.0-x\r\n"
    );
    let redirect = Fault::Redirect {
        status: 302,
        location: "https://evil.example/".into(),
        when: When::Before,
    };
    assert!(after(redirect).text.contains("location: https://evil.example/\r\n"));
    let status = Fault::Status {
        status: 503,
        body: Some("busy".into()),
        content_type: None,
        when: When::Before,
    };
    let busy = after(status);
    assert_eq!((busy.status(), busy.body()), (503, "busy"));
    for invalid in [99, 101, 600, 1000] {
        let status =
            Fault::Status { status: invalid, body: None, content_type: None, when: When::Before };
        assert_eq!(after(status).status(), 500, "{invalid} is not a final status");
    }
    let limited =
        after(Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 7, status: 429 });
    assert!(limited.status() == 429 && limited.text.contains("retry-after: 7\r\n"), "{limited:?}");
    assert!(after(Fault::Html { when: When::After }).body().starts_with("<!DOCTYPE html>"));
    let declared = after(Fault::Oversize { bytes: 100_000, declared: true, when: When::After });
    assert_eq!(declared.body().len(), 100_000);
    assert!(declared.text.contains("content-length: 100000\r\n"));
    let chunked = after(Fault::Oversize { bytes: 100_000, declared: false, when: When::After });
    assert!(chunked.text.contains("transfer-encoding: chunked\r\n"));

    sandbox.disarm();
    assert_eq!(list(&sandbox).body(), body, "no fault changed the contacts");
}

#[test]
fn a_fault_after_the_effect_keeps_it_and_a_duplicate_performs_it_twice() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.with_service(|service| {
        service.behaviour_mut().duplicates = contacts_sandbox::Duplicates::Allowed;
    });
    let voices = |sandbox: &Sandbox| list(sandbox).body().matches("\"voice\"").count();
    let create = |fault: Fault| {
        sandbox.arm(FaultRule::new(fault).on(Operation::Create).times(1));
        send(&sandbox, "POST", CONTACTS, r#"{"method":"voice","to":"1-234"}"#)
    };
    create(Fault::Close { when: When::Before });
    assert_eq!(voices(&sandbox), 0);
    create(Fault::Close { when: When::After });
    assert_eq!(voices(&sandbox), 1);
    sandbox.with_service(|service| service.behaviour_mut().limits = contacts_sandbox::Limits::NONE);
    create(Fault::Duplicate { response: contacts_sandbox::DuplicateResponse::First });
    assert_eq!(voices(&sandbox), 3);
}

#[test]
fn a_delayed_effect_happens_even_if_the_client_disconnects() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(Fault::Delay { ms: 50, when: When::Before });
    let body = r#"{"method":"voice","to":"1-234"}"#;
    let mut stream = connect(sandbox.address());
    let head = format!(
        "POST {CONTACTS} HTTP/1.1\r\nhost: localhost\r\n{BASIC}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    while sandbox.journal().is_empty() {
        std::thread::yield_now();
    }
    drop(stream);
    let begun = Instant::now();
    while !list(&sandbox).body().contains("voice") {
        assert!(begun.elapsed() < Duration::from_secs(10), "the effect never happened");
    }
}

#[test]
fn a_sandbox_stops_promptly_with_requests_in_progress() {
    let plan =
        FaultPlan { seed: 1, rules: vec![FaultRule::new(Fault::Silence { when: When::After })] };
    let sandbox = Sandbox::builder().faults(plan).start().unwrap();
    let mut silent = connect(sandbox.address());
    silent
        .write_all(format!("GET {CONTACTS} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())
        .unwrap();
    let _idle = connect(sandbox.address());
    while sandbox.journal().is_empty() {
        std::thread::yield_now();
    }
    let begun = Instant::now();
    drop(sandbox);
    // Without the stop, the silent request would never end.
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(matches!(silent.read(&mut [0; 1]), Ok(0) | Err(_)));
}

#[test]
fn the_control_api_works_and_is_not_in_the_journal() {
    let sandbox = Sandbox::start().unwrap();
    let account =
        sandbox.with_service(|service| service.add_user(User::new("eve@example.com", "eve-t0ken")));
    let state = send(&sandbox, "GET", "/_sandbox/state", "");
    assert!(state.body().contains("eve@example.com") && !state.body().contains("eve-t0ken"));

    assert_eq!(send(&sandbox, "POST", "/_sandbox/faults", r#"{"kind":"html"}"#).status(), 204);
    assert!(send(&sandbox, "GET", "/_sandbox/faults", "").body().contains("html"));
    let wrong = send(&sandbox, "POST", "/_sandbox/faults", r#"{"kind":"htlm"}"#);
    assert!(wrong.status() == 400 && wrong.body().contains("htlm"), "{wrong:?}");
    assert_eq!(send(&sandbox, "DELETE", "/_sandbox/faults", "").status(), 204);
    assert!(list(&sandbox).body().starts_with('{'));

    let id =
        sandbox.with_service(|service| service.add_contact(&account, "sms", "1-2", false)).unwrap();
    let verify = format!(r#"{{"account":"{account}","id":"{id}"}}"#);
    assert_eq!(send(&sandbox, "POST", "/_sandbox/verify", &verify).status(), 204);
    assert!(sandbox.with_service(|service| service.contacts(&account)[0].enabled));
    assert_eq!(
        send(&sandbox, "POST", "/_sandbox/verify", r#"{"account":"x","id":"y"}"#).status(),
        404
    );
    assert_eq!(send(&sandbox, "GET", "/_sandbox/nothing", "").status(), 404);

    assert_eq!(sandbox.journal().len(), 1);
    assert_eq!(send(&sandbox, "DELETE", "/_sandbox/journal", "").status(), 204);
    assert!(sandbox.journal().is_empty());
}
