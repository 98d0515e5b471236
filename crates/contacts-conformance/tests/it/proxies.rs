//! Data that a proxy receives, and the proxy settings of the environment.

use std::{env, process::Command};

use contacts_conformance::{
    certificates,
    driver::{TOKEN, USER},
    wire::{Handshake, Plan, Server, Step},
};
use contacts_proto::{BaseUrl, Credentials, Error, FindCloudId, RetryPolicy};

/// Set in a process whose environment names a proxy.
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

/// Calls a service with each client, through the proxy of the environment.
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

/// The other half of the test below; runs in its own process.
#[test]
fn the_process_with_a_proxy_in_its_environment() {
    let Ok(target) = env::var(TARGET) else { return };
    for result in through_the_environment(&target) {
        println!("error: {}", result.unwrap_err());
    }
}

#[test]
fn both_clients_use_the_proxy_and_the_exceptions_of_the_environment() {
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
        let errors: Vec<_> = text
            .lines()
            .filter_map(|line| Some(line.split_once("error: ")?.1.to_owned()))
            .collect();
        assert_eq!(errors.len(), 2, "{text}");
        (errors, proxy.finish().len())
    };
    let plain = |proxy: &Server| format!("http://{}", proxy.address());
    let (errors, requests) = ask("example.com", &plain);
    assert!(
        errors.iter().all(|error| error.contains("the proxy responded with 403 Forbidden")),
        "{errors:?}"
    );
    assert_eq!(requests, 2);
    let (errors, requests) = ask("127.0.0.0/8", &plain);
    assert!(errors.iter().all(|error| error.contains("the connection failed")), "{errors:?}");
    assert_eq!(requests, 0);
    let (errors, _) = ask("", &|_| "socks5://ann:s3cret@127.0.0.1".to_owned());
    assert!(errors.iter().all(|error| error.contains("HTTPS_PROXY is not a URL")), "{errors:?}");
    assert!(errors.iter().all(|error| !error.contains("s3cret")), "{errors:?}");
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
    // With the certificate it would have read the CONNECT request.
    let seen = proxy.finish();
    assert_eq!(seen.len(), 1);
    assert!(
        seen.iter().all(|it| it.requests().is_empty() && it.handshake != Handshake::Done),
        "{seen:?}"
    );
}
