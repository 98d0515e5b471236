//! A server that knows its clients by their certificates.

use contacts_conformance::{
    certificates,
    wire::{Plan, Server, Step},
};
use contacts_hyper::{BaseUrl, Client, ClientBuilder, Credentials, FindCloudId, RetryPolicy};

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"cloudId\":\"c\"}";

fn server() -> Server {
    let plan = Plan::every([Step::ReadRequest, Step::write(ANSWER)]);
    Server::start(plan.with_tls(certificates::server_for_known_clients()), None).unwrap()
}

fn builder(server: &Server) -> ClientBuilder {
    let mut policy = RetryPolicy::default();
    policy.max_attempts = 1;
    let site = BaseUrl::new(&format!("https://{}", server.address())).unwrap();
    let builder = Client::builder(site).credentials(Credentials::none()).retry(policy);
    builder.root_certificates_pem(certificates::trusted_authority().as_bytes()).unwrap()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_certificate_that_is_known_opens_the_door() {
    let server = server();
    let (chain, key) = certificates::client();
    let client = builder(&server).client_certificate_pem(chain.as_bytes(), key.as_bytes()).unwrap().build();
    assert_eq!(run(client.send(&FindCloudId)).unwrap().as_str(), "c");
}

#[test]
fn without_one_the_door_stays_closed_and_no_request_is_read() {
    let server = server();
    let client = builder(&server).build();
    run(client.send(&FindCloudId)).unwrap_err();
    drop(client);
    assert!(server.finish().iter().all(|connection| connection.requests().is_empty()));
}

#[test]
fn a_key_of_another_certificate_is_refused_beforehand() {
    let server = server();
    let ((chain, _), (_, key)) = (certificates::client(), certificates::client());
    assert!(builder(&server).client_certificate_pem(chain.as_bytes(), key.as_bytes()).is_err());
}
