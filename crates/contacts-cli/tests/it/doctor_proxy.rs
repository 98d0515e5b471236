//! `contacts doctor` tells a proxy that cannot be reached from a host that cannot be reached through it.

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

/// Port 1, where nobody listens: one that was given back may be somebody's by now.
const NOBODY: &str = "127.0.0.1:1";

fn doctor(home: &Home, base_url: &str, proxy: &str) -> Contacts {
    home.at(base_url).args(["doctor", "--attempts", "1", "--proxy", proxy])
}

/// The hint of the step that failed.
fn hint(command: Contacts) -> String {
    let (steps, _) = examine(command);
    steps.last().unwrap()["hint"].as_str().unwrap_or_else(|| panic!("{steps:?}")).to_owned()
}

#[test]
fn a_proxy_that_takes_no_connection_is_named_without_its_password_and_the_host_is_not_blamed() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let shown = format!("no connection to the proxy http://{NOBODY} can be made: ");
    for proxy in [format!("http://{NOBODY}"), format!("http://ann:{}@{NOBODY}", support::SECRET)] {
        let doctor = || doctor(&home, &sandbox.base_url(), &proxy);
        assert_fails(doctor(), "proxy", &shown, 5);
        let hint = hint(doctor());
        assert!(hint.contains("does it run") && hint.ends_with("--proxy names it"), "{hint}");
        let ran = doctor().run().with_code(5);
        assert!(ran.stderr.contains("the first thing to mend: proxy"), "{ran:?}");
        assert!(!ran.stdout.contains("host"), "{ran:?}");
    }
    // A site is not asked for its cloud id, either.
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    home.configure(&format!("[profile.default]\nsite = \"acme\"\nproxy = \"{NOBODY}\"\n"));
    let doctor = || home.contacts().args(["doctor", "--email", "demo@example.com", "--token-file", &token]);
    assert_fails(doctor(), "proxy", "can be made", 5);
    assert!(hint(doctor()).ends_with("proxy of the profile names it"));
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_proxy_without_an_address_and_what_is_no_proxy_are_told_as_that() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    // A name that nobody can have (RFC 6761).
    let unknown = "http://contacts.invalid:3128";
    let doctor = |proxy| doctor(&home, &sandbox.base_url(), proxy);
    assert_fails(doctor(unknown), "proxy", &format!("the address of the proxy {unknown} cannot be found"), 5);
    for proxy in ["socks5://127.0.0.1:1080", "ftp://ann:s3cret@127.0.0.1", "http://"] {
        assert_fails(doctor(proxy), "proxy", "is not a URL such as", 2);
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_proxy_that_takes_connections_is_named_and_asked_for_the_host_alone() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    // All addresses of the proxy are tried: it listens on one of those that a name may have.
    for url in [proxy.url(), proxy.url().replace("127.0.0.1", "localhost")] {
        let (steps, code) = examine(doctor(&home, &sandbox.base_url(), &url));
        assert_eq!(code, 0, "{steps:?}");
        let told = step(&steps, "proxy");
        assert_eq!(told["state"], "ok", "{told}");
        assert_eq!(told["message"], format!("requests go through {url} (--proxy), which takes connections"));
    }
    let targets = proxy.targets();
    assert!(!targets.is_empty() && targets.iter().all(|target| *target == sandbox.address().to_string()));
}

#[test]
fn a_host_that_cannot_be_reached_through_the_proxy_is_told_from_the_proxy() {
    let (home, proxy) = (Home::new(), Proxy::start());
    // It makes no tunnel out of this machine.
    let base_url = "https://contacts.example/x";
    for (place, failed) in [(["--base-url", base_url], "proxy"), (["--site", "acme"], "cloud id")] {
        let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
        let who = ["--email", "demo@example.com", "--token-file", &token, "--proxy", &proxy.url()];
        let doctor = || home.contacts().args(place).args(who).line("doctor --attempts 1");
        assert_fails(doctor(), failed, "the proxy forbids this host", 1);
        let (steps, _) = examine(doctor());
        assert_eq!(step(&steps, "proxy")["state"], "ok", "{steps:?}");
        assert!(!hint(doctor()).contains("--proxy"), "{steps:?}");
    }
}

#[test]
fn a_service_that_answers_is_not_looked_for_on_the_way_to_it() {
    let (home, sandbox, proxy) = (Home::new(), Sandbox::start().unwrap(), Proxy::start());
    let busy = Fault::Status { status: 503, body: None, content_type: None, when: When::Before };
    sandbox.arm(FaultRule::new(busy));
    let through = doctor(&home, &sandbox.base_url(), &proxy.url());
    let directly = home.demo(&sandbox, "doctor --attempts 1");
    for doctor in [through, directly] {
        assert_fails(doctor, "connection", "the service was reached", 5);
    }
}

#[test]
fn a_proxy_that_hangs_up_is_one_that_takes_connections() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]).and_then(|_| stream.flush());
        }
    });
    assert_fails(doctor(&home, &sandbox.base_url(), &url), "connection", "the proxy takes connections", 5);
    assert!(sandbox.journal().is_empty());
}

#[test]
fn the_embedded_sandbox_is_reached_without_the_proxy_of_the_profile() {
    let home = Home::new();
    home.contacts().line("config set proxy http://127.0.0.1:1").run().with_code(0);
    for line in ["list", "doctor"] {
        home.contacts().args(["--sandbox"]).line(line).succeed();
    }
}
