//! `contacts sandbox` as a process of its own.

use crate::support;
use crate::support::{Home, serving};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN};

#[test]
fn the_first_line_is_the_base_url_and_notes_name_user_and_page() {
    let home = Home::new();
    let (mut sandbox, url) = serving(home.contacts().line("sandbox"));
    let port = url
        .strip_prefix("http://127.0.0.1:")
        .and_then(|rest| rest.strip_suffix("/jsm/ops/api/sandbox"));
    assert!(port.is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port != 0)), "{url}");
    for name in [DEMO_EMAIL, DEMO_TOKEN, "the base URL for OAuth tokens is http://127.0.0.1:"] {
        let note = sandbox.note();
        assert!(note.starts_with("note: ") && note.contains(name), "{note}");
    }
    let page = url.strip_suffix("jsm/ops/api/sandbox").unwrap();
    assert_eq!(
        sandbox.note(),
        format!("note: open {page} in a browser to see contacts and requests\n")
    );
    assert_eq!(home.at(&url).line("list -o json").json().as_array().unwrap().len(), 2);
}

#[test]
fn the_users_are_those_of_the_user_flags() {
    let home = Home::new();
    let (_sandbox, url) =
        serving(home.contacts().line("sandbox --user ann@example.com:a:b --user bo@example.com:c"));
    let list = |email: &str, token: &str| {
        let token = home.write("their-token", token);
        home.contacts().args(["list", "--base-url", &url, "--email", email, "--token-file", &token])
    };
    assert_eq!(list("ann@example.com", "a:b").succeed(), "no contacts\n");
    list("bo@example.com", "c").succeed();
    list("bo@example.com", "a:b").fail(3);
    list(DEMO_EMAIL, DEMO_TOKEN).fail(3);
}

#[test]
fn the_state_survives_a_restart() {
    let home = Home::new();
    let file = home.path("state.json");
    let start = || serving(home.contacts().args(["sandbox", "--state", file.to_str().unwrap()]));
    let (sandbox, url) = start();
    let created = home.at(&url).line("create voice 49-1 -o json").json();
    let before = home.at(&url).line("list -o json").succeed();
    assert!(before.contains(created["id"].as_str().unwrap()), "{before}");
    drop(sandbox);
    let (_sandbox, url) = start();
    assert_eq!(home.at(&url).line("list -o json").succeed(), before);
}

#[cfg(unix)]
#[test]
fn the_state_file_is_private() {
    use std::os::unix::fs::PermissionsExt;

    let home = Home::new();
    let file = home.path("state.json");
    let _sandbox = serving(home.contacts().args(["sandbox", "--state", file.to_str().unwrap()]));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0);
}

#[test]
fn faults_are_read_from_a_file_and_the_command_recovers() {
    let home = Home::new();
    let plan =
        r#"{"rules":[{"operation":"list","times":2,"fault":{"kind":"status","status":503}}]}"#;
    let faults = home.write("faults.json", plan);
    let (_sandbox, url) = serving(home.contacts().args(["sandbox", "--faults", &faults]));
    let ran = home.at(&url).line("-v list -o csv").run().with_code(0);
    assert_eq!(ran.stdout.lines().count(), 3, "{ran:?}");
    assert_eq!(ran.stderr.matches("< 503 ").count(), 2, "{ran:?}");
}

#[test]
fn each_kind_of_token_is_accepted_at_its_base_url_only() {
    let home = Home::new();
    let (_sandbox, url) =
        serving(home.contacts().line("sandbox --user ann@example.com:a --user oauth:b"));
    let origin = url.strip_suffix("/jsm/ops/api/sandbox").unwrap();
    let oauth_url = format!("{origin}/ex/jira/sandbox/jsm/ops/api");
    let (api, oauth) = (home.write("api", "a"), home.write("oauth", "b"));
    let ann = |url: &str| {
        home.contacts().args([
            "list",
            "--base-url",
            url,
            "--email",
            "ann@example.com",
            "--token-file",
            &api,
        ])
    };
    let bearer = |url: &str| {
        home.contacts().args(["list", "--base-url", url, "--oauth", "--token-file", &oauth])
    };
    assert_eq!(ann(&url).succeed(), "no contacts\n");
    assert_eq!(bearer(&oauth_url).succeed(), "no contacts\n");
    assert_eq!(ann(&oauth_url).fail(3)["status"], 401);
    assert_eq!(bearer(&url).fail(3)["status"], 401);
}

#[test]
fn the_sandbox_listens_on_loopback_only() {
    let home = Home::new();
    for address in ["0", "localhost:0", "127.0.0.1:0"] {
        let (_sandbox, url) = serving(home.contacts().args(["sandbox", "--listen", address]));
        assert!(url.starts_with("http://127.0.0.1:"), "{address}: {url}");
    }
    for address in ["0.0.0.0:0", "example.com:0", "70000", ":8080"] {
        let error = home.contacts().args(["sandbox", "--listen", address]).fail(2);
        assert!(error["message"].as_str().unwrap().contains(address), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_sandbox_without_an_error() {
    let (sandbox, _) = serving(Home::new().contacts().line("sandbox -q"));
    sandbox.interrupt();
    let ran = sandbox.end().killed_by(support::SIGINT);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
}

#[test]
fn a_port_in_use_is_an_error() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = home.contacts().args(["sandbox", "--listen", &address]).fail(1);
    assert!(error["message"].as_str().unwrap().contains(&address), "{error}");
}
