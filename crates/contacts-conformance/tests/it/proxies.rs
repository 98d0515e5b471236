//! What a proxy is told of a client, and where a client takes its proxy from.

use std::{env, process::Command};

use contacts_conformance::{
    certificates,
    driver::{TOKEN, USER},
    wire::{Handshake, Plan, Server, Step},
};
use contacts_proto::{BaseUrl, Credentials, Error, FindCloudId, RetryPolicy};

/// Tells a test that it runs in a process whose environment names a proxy.
const TARGET: &str = "CONFORMANCE_TARGET";

fn base_url(service: &str) -> BaseUrl {
    BaseUrl::new(&format!("https://{service}")).unwrap()
}

fn policy() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.max_attempts = 1;
    policy
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// What either client makes of a service, through the proxy that the environment names.
fn through_the_environment(service: &str) -> [Result<(), Error>; 2] {
    let credentials = || Credentials::basic(USER, TOKEN).unwrap();
    let blocking = contacts_ureq::Client::builder(base_url(service))
        .credentials(credentials())
        .retry(policy())
        .proxy_from_env()
        .map(|builder| builder.build().send(&FindCloudId).map(drop));
    let asynchronous = contacts_hyper::Client::builder(base_url(service))
        .credentials(credentials())
        .retry(policy())
        .proxy_from_env()
        .map(|builder| run(builder.build().send(&FindCloudId)).map(drop));
    [blocking.and_then(|sent| sent), asynchronous.and_then(|sent| sent)]
}

/// The other half of the test below: it runs in a process of its own.
#[test]
fn the_process_with_a_proxy_in_its_environment() {
    let Ok(target) = env::var(TARGET) else { return };
    for result in through_the_environment(&target) {
        println!("told: {}", result.unwrap_err());
    }
}

#[test]
fn both_clients_take_the_proxy_of_the_environment_and_the_exceptions() {
    let status = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
    let ask = |no_proxy: &str, url: &dyn Fn(&Server) -> String| {
        let plan = Plan::every([Step::ReadRequest, Step::write(status)]);
        let proxy = Server::start(plan, None).unwrap();
        let own = "proxies::the_process_with_a_proxy_in_its_environment";
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", own, "--nocapture"])
            .env(TARGET, "127.0.0.1:1")
            .env("HTTPS_PROXY", url(&proxy))
            .env("NO_PROXY", no_proxy)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let told: Vec<_> =
            text.lines().filter_map(|line| Some(line.split_once("told: ")?.1.to_owned())).collect();
        assert_eq!(told.len(), 2, "{text}");
        (told, proxy.finish().len())
    };
    let plain = |proxy: &Server| format!("http://{}", proxy.address());
    let (told, asked) = ask("example.com", &plain);
    assert!(told.iter().all(|told| told.contains("the proxy answered 403 Forbidden")), "{told:?}");
    assert_eq!(asked, 2);
    let (told, asked) = ask("127.0.0.0/8", &plain);
    assert!(told.iter().all(|told| told.contains("no connection could be made")), "{told:?}");
    assert_eq!(asked, 0);
    let (told, _) = ask("", &|_| "socks5://ann:s3cret@127.0.0.1".to_owned());
    assert!(told.iter().all(|told| told.contains("HTTPS_PROXY is not a URL")), "{told:?}");
    assert!(told.iter().all(|told| !told.contains("s3cret")), "{told:?}");
}

#[test]
fn a_proxy_with_tls_is_not_offered_the_certificate_for_the_service() {
    let plan = Plan::every([Step::ReadRequest]).with_tls(certificates::server_for_known_clients());
    let proxy = Server::start(plan, None).unwrap();
    let (chain, key) = certificates::client();
    let client = contacts_hyper::Client::builder(base_url("127.0.0.1:1"))
        .credentials(Credentials::none())
        .retry(policy())
        .root_certificates_pem(certificates::trusted_authority().as_bytes())
        .and_then(|builder| builder.client_certificate_pem(chain.as_bytes(), key.as_bytes()))
        .and_then(|builder| builder.proxy(&format!("https://{}", proxy.address())))
        .unwrap()
        .build();
    run(client.send(&FindCloudId)).unwrap_err();
    drop(client);
    // With the certificate, it would have read the request for a tunnel.
    let seen = proxy.finish();
    assert_eq!(seen.len(), 1);
    assert!(seen.iter().all(|it| it.requests().is_empty() && it.handshake != Handshake::Done), "{seen:?}");
}
