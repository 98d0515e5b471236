//! `contacts doctor` names the first problem and how to fix it.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use crate::support::{
    Home, asked,
    examined::{assert_fails, examine, step},
};
use contacts_sandbox::{
    DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN, Fault, FaultRule, Hint, Operation, Plan, Sandbox,
    Scopes, User, When,
};

/// A sandbox with a changed demo user.
fn sandbox(change: impl FnOnce(User) -> User) -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.add_user(change(User::new(DEMO_EMAIL, DEMO_TOKEN)));
    sandbox
}

#[test]
fn without_a_problem_every_check_passes_and_nothing_changes() {
    let (home, sandbox) = (Home::new(), sandbox(|user| user));
    let before = sandbox.with_service(|service| service.state());
    let (steps, code) = examine(home.demo(&sandbox, "doctor"));
    assert_eq!(code, 0);
    assert!(steps.iter().all(|step| step["state"] == "ok"), "{steps:?}");
    for name in [
        "settings", "address", "token", "plan", "reading", "writing", "deleting", "limits", "clock",
    ] {
        step(&steps, name);
    }
    assert!(steps[0]["message"].as_str().unwrap().ends_with("(--base-url)"), "{steps:?}");
    let after = sandbox.with_service(|service| service.state());
    let contacts = |state: &contacts_sandbox::State| state.to_json().matches("\"method\"").count();
    assert_eq!(contacts(&before), contacts(&after));
}

#[test]
fn a_wrong_site_is_named() {
    let (home, sandbox) = (Home::new(), sandbox(|user| user));
    let elsewhere = sandbox.base_url().replace("sandbox", "another-cloud-id");
    assert_fails(home.at(&elsewhere).line("doctor"), "site", "cloud id", 1);
}

#[test]
fn a_wrong_token_is_named() {
    let (home, sandbox) = (Home::new(), sandbox(|user| User { token: "another".into(), ..user }));
    assert_fails(home.demo(&sandbox, "doctor"), "token", "expired", 3);
}

#[test]
fn doctor_names_the_base_url_of_the_other_kind_if_that_accepts_the_token() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let oauth = home.write("oauth", DEMO_OAUTH_TOKEN);
    let direct = sandbox.base_url();
    let doctor = || {
        home.contacts().args(["doctor", "--base-url", &direct, "--oauth", "--token-file", &oauth])
    };
    let other = sandbox.oauth_base_url();
    let text = format!("use --base-url {other}; it accepts the same token");
    assert_fails(doctor(), "base URL", &text, 3);
    assert_eq!(asked(&sandbox, "GET"), 2);
    let (steps, _) = examine(doctor());
    let named = step(&steps, "base URL");
    assert_eq!(
        (&named["state"], &named["message"]),
        (&"ok".into(), &format!("{direct}, with an OAuth token").into())
    );

    let (api, text) = (sandbox.oauth_base_url(), format!("use --base-url {direct}; "));
    assert_fails(home.at(&api).line("doctor"), "base URL", &text, 3);
}

#[test]
fn doctor_distinguishes_a_token_rejected_at_both_base_urls_from_a_failed_check() {
    let (home, sandbox) = (Home::new(), sandbox(|user| User { token: "another".into(), ..user }));
    let other = |steps: &[serde_json::Value]| {
        let notes =
            steps.iter().filter(|step| step["step"] == "base URL" && step["state"] == "note");
        notes.map(|note| note["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (steps, code) = examine(home.demo(&sandbox, "doctor"));
    assert_eq!(code, 3);
    assert_eq!(
        other(&steps),
        [format!("{} does not accept the token either", sandbox.oauth_base_url())]
    );

    let busy = Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(busy).nth(2));
    let (steps, code) = examine(home.demo(&sandbox, "doctor --attempts 1"));
    assert_eq!(code, 3);
    let [text] = &other(&steps)[..] else { panic!("{steps:?}") };
    let unknown = format!("could not check {}: ", sandbox.oauth_base_url());
    assert!(text.starts_with(&unknown) && text.contains("503"), "{text}");
}

#[test]
fn a_missing_scope_is_named() {
    let (home, none) = (Home::new(), sandbox(|user| user.with_scopes(Scopes::NONE)));
    assert_fails(
        home.demo(&none, "doctor"),
        "reading",
        "read:ops-config:jira-service-management",
        3,
    );

    let reader = sandbox(|user| user.with_scopes(Scopes::READ));
    let (steps, code) = examine(home.demo(&reader, "doctor"));
    assert_eq!(code, 0);
    for (name, scope) in [("writing", "write:ops-config"), ("deleting", "delete:ops-config")] {
        let step = step(&steps, name);
        assert!(
            step["state"] == "note" && step["hint"].as_str().unwrap().contains(scope),
            "{step}"
        );
    }
}

#[test]
fn the_page_of_a_proxy_does_not_count_as_permission_to_delete() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let (body, content_type) = (Some("<html>not here".into()), Some("text/html".into()));
    let fault = Fault::Status { status: 404, body, content_type, when: When::Before };
    sandbox.arm(FaultRule::new(fault).on(Operation::Delete));
    let (steps, _) = examine(home.demo(&sandbox, "doctor"));
    let (writing, deleting) = (step(&steps, "writing"), step(&steps, "deleting"));
    assert_eq!(
        (&writing["state"], &deleting["state"]),
        (&"ok".into(), &"note".into()),
        "{steps:?}"
    );
}

#[test]
fn an_account_without_operations_is_named() {
    let (home, sandbox) = (Home::new(), sandbox(|user| user.on_plan(Plan::WithoutOperations)));
    assert_fails(home.demo(&sandbox, "doctor"), "plan", "Operations", 3);
}

#[test]
fn no_network_is_named() {
    let home = Home::new();
    // No one listens on port 1. Another test may reuse a port that this one has closed.
    for scheme in ["http", "https"] {
        let refused = home.at(&format!("{scheme}://127.0.0.1:1/x")).line("doctor --attempts 1");
        assert_fails(refused, "connection", "refused", 5);
    }
    // A name that never resolves (RFC 6761).
    let unknown = home.at("https://contacts.invalid/x").line("doctor --attempts 1");
    assert_fails(unknown, "address", "contacts.invalid", 5);
}

#[test]
fn settings_that_are_missing_are_named() {
    assert_fails(Home::new().contacts().line("doctor"), "settings", "--site", 2);
    let (home, sandbox) = (Home::new(), sandbox(|user| user));
    let base_url = sandbox.base_url();
    assert_fails(
        home.contacts().args(["doctor", "--base-url", &base_url]),
        "token",
        "--token-file",
        2,
    );
}

#[test]
fn rate_limit_headers_are_printed() {
    let (home, sandbox) = (Home::new(), sandbox(|user| user));
    sandbox.arm(FaultRule::new(Fault::RateLimit {
        hint: Hint::ResetSeconds,
        seconds: 3600,
        status: 429,
    }));
    assert_fails(home.demo(&sandbox, "doctor"), "connection", "asked to wait 3600 s", 5);
    sandbox.disarm();
    sandbox.arm(FaultRule::new(Fault::Html { when: When::Before }));
    assert_fails(home.demo(&sandbox, "doctor"), "site", "other than the service", 1);
}

#[test]
fn a_wait_that_the_service_requests_is_printed() {
    let (home, sandbox) = (Home::new(), sandbox(|user| user));
    let busy = Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds: 1, status: 429 };
    sandbox.arm(FaultRule::new(busy).times(1));
    let ran = home.demo(&sandbox, "doctor -v").run().with_code(0);
    assert!(ran.stderr.contains(" as the service requested"), "{ran:?}");
}

#[test]
fn a_wrong_clock_is_named() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Answers every request with the same page and an old date.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let body = r#"{"values":[]}"#;
            let head = "HTTP/1.1 200 OK\r\ndate: Mon, 01 Jan 2024 00:00:00 GMT\r\nx-ratelimit-limit: 77\r\n";
            let _ = write!(
                stream,
                "{head}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let (steps, code) = examine(home.at(&format!("http://{address}/x")).line("doctor"));
    assert_eq!(code, 0);
    let clock = step(&steps, "clock");
    assert!(
        clock["state"] == "note" && clock["message"].as_str().unwrap().contains("ahead of"),
        "{clock}"
    );
    assert!(step(&steps, "limits")["message"].as_str().unwrap().contains("x-ratelimit-limit: 77"));
}

#[test]
fn each_check_is_one_line_and_the_exit_code_is_that_of_the_failure() {
    let (home, sandbox) = (Home::new(), sandbox(|user| User { token: "another".into(), ..user }));
    let ran = home.demo(&sandbox, "doctor").run().with_code(3);
    let last: Vec<_> = ran.stdout.lines().rev().take(2).collect();
    assert!(last[1].starts_with("FAILED  token       could not list contacts: 401"), "{ran:?}");
    assert!(
        last[0].starts_with("                    check that the API token has not expired"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("this check failed: token"), "{ran:?}");
}
