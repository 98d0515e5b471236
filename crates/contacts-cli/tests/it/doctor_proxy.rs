//! `contacts doctor` distinguishes an unreachable proxy from a host that is unreachable through it.

use crate::support;
use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use crate::support::proxy::Proxy;
use crate::support::{
    Contacts, Home,
    examined::{assert_fails, examine, step},
};
use contacts_sandbox::{Fault, FaultRule, Sandbox, When};

/// No one listens on port 1. Another process may reuse a port that a test has closed.
const NOBODY: &str = "127.0.0.1:1";

fn doctor(home: &Home, base_url: &str, proxy: &str) -> Contacts {
    home.at(base_url).args(["doctor", "--attempts", "1", "--proxy", proxy])
}

/// The hint of the failed check.
fn hint(command: Contacts) -> String {
    let (steps, _) = examine(command);
    steps.last().unwrap()["hint"].as_str().unwrap_or_else(|| panic!("{steps:?}")).to_owned()
}

#[test]
fn an_unreachable_proxy_is_named_without_its_password() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let shown = format!("could not connect to the proxy http://{NOBODY}: ");
    for proxy in [format!("http://{NOBODY}"), format!("http://ann:{}@{NOBODY}", support::SECRET)] {
        let doctor = || doctor(&home, &sandbox.base_url(), &proxy);
        assert_fails(doctor(), "proxy", &shown, 5);
        let hint = hint(doctor());
        assert!(hint.starts_with("check that the proxy in --proxy is correct, running"), "{hint}");
        let ran = doctor().run().with_code(5);
        assert!(ran.stderr.contains("this check failed: proxy"), "{ran:?}");
        assert!(!ran.stdout.contains("host"), "{ran:?}");
    }
    // The cloud id is not looked up either.
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    home.configure(&format!("[profile.default]\nsite = \"acme\"\nproxy = \"{NOBODY}\"\n"));
    let doctor =
        || home.contacts().args(["doctor", "--email", "demo@example.com", "--token-file", &token]);
    assert_fails(doctor(), "proxy", "could not connect", 5);
    assert!(hint(doctor()).contains("proxy of the profile"));
    assert!(sandbox.journal().is_empty());
}

#[test]
fn an_unresolvable_proxy_and_an_invalid_proxy_url_are_reported() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    // A name that never resolves (RFC 6761).
    let unknown = "http://contacts.invalid:3128";
    let doctor = |proxy| doctor(&home, &sandbox.base_url(), proxy);
    assert_fails(doctor(unknown), "proxy", &format!("could not resolve the proxy {unknown}"), 5);
    for proxy in ["socks5://127.0.0.1:1080", "ftp://ann:s3cret@127.0.0.1", "http://"] {
        assert_fails(doctor(proxy), "proxy", "is not a URL such as", 2);
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_reachable_proxy_is_named_and_gets_only_requests_for_the_host() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    // Every address of the proxy is tried; it listens on only one of them.
    for url in [proxy.url(), proxy.url().replace("127.0.0.1", "localhost")] {
        let (steps, code) = examine(doctor(&home, &sandbox.base_url(), &url));
        assert_eq!(code, 0, "{steps:?}");
        let check = step(&steps, "proxy");
        assert_eq!(check["state"], "ok", "{check}");
        assert_eq!(check["message"], format!("{url} (--proxy) accepts connections"));
    }
    let targets = proxy.targets();
    assert!(
        !targets.is_empty()
            && targets.iter().all(|target| *target == sandbox.address().to_string())
    );
}

#[test]
fn a_host_unreachable_through_the_proxy_is_not_reported_as_a_proxy_failure() {
    let (home, proxy) = (Home::new(), Proxy::start());
    // The proxy opens tunnels only on this machine.
    let base_url = "https://contacts.example/x";
    for (place, failed) in [(["--base-url", base_url], "proxy"), (["--site", "acme"], "cloud id")] {
        let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
        let who = ["--email", "demo@example.com", "--token-file", &token, "--proxy", &proxy.url()];
        let doctor = || home.contacts().args(place).args(who).line("doctor --attempts 1");
        assert_fails(doctor(), failed, "to allow this host", 1);
        let (steps, _) = examine(doctor());
        assert_eq!(step(&steps, "proxy")["state"], "ok", "{steps:?}");
        assert!(!hint(doctor()).contains("--proxy"), "{steps:?}");
    }
}

#[test]
fn an_error_response_is_not_reported_as_a_connection_problem() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    let busy = Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(busy));
    let through = doctor(&home, &sandbox.base_url(), &proxy.url());
    let directly = home.demo(&sandbox, "doctor --attempts 1");
    for doctor in [through, directly] {
        assert_fails(doctor, "connection", "the service is reachable", 5);
    }
}

#[test]
fn a_proxy_that_closes_the_connection_counts_as_reachable() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.flush());
        }
    });
    assert_fails(
        doctor(&home, &sandbox.base_url(), &url),
        "connection",
        "the proxy accepts connections",
        5,
    );
    assert!(sandbox.journal().is_empty());
}

#[test]
fn the_embedded_sandbox_ignores_the_proxy_of_the_profile() {
    let home = Home::new();
    home.contacts().line("config set proxy http://127.0.0.1:1").run().with_code(0);
    for line in ["list", "doctor"] {
        home.contacts().args(["--sandbox"]).line(line).succeed();
    }
}
