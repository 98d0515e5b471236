//! The TLS provider of both clients: by feature, by the default of the process, or none.
//!
//! Each set of features is a build of its own:
//! `cargo test -p contacts-conformance --no-default-features --test it tls_provider`, also with
//! `--features aws-lc-rs`.

use std::{
    env,
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    process::Command,
    thread::{self, JoinHandle},
};

use contacts_conformance::certificates::{self, ServerCertificate};
use rustls::{
    NamedGroup, StreamOwned,
    crypto::{CryptoProvider, ring},
    server::Acceptor,
};

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"cloudId\":\"c\"}";

/// A server for one request. It returns the key exchanges that the client offered: they differ
/// between the providers.
fn server() -> (SocketAddr, JoinHandle<Vec<NamedGroup>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut acceptor = Acceptor::default();
        let accepted = loop {
            acceptor.read_tls(&mut stream).unwrap();
            if let Some(accepted) = acceptor.accept().unwrap() {
                break accepted;
            }
        };
        let groups = accepted.client_hello().named_groups().unwrap().to_vec();
        let config = certificates::server(ServerCertificate::Good);
        let connection = accepted.into_connection(config).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        let (mut request, mut buffer) = (Vec::new(), [0; 1024]);
        while !request.ends_with(b"\r\n\r\n") {
            let len = stream.read(&mut buffer).unwrap();
            assert_ne!(len, 0, "the request is complete");
            request.extend_from_slice(&buffer[..len]);
        }
        stream.write_all(RESPONSE).unwrap();
        groups
    });
    (address, server)
}

/// Runs an ignored test in a process of its own, because a default provider is installed for a
/// whole process.
fn run_alone(name: &str) {
    let name = format!("tls_provider::{name}");
    let test = Command::new(env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&test.stdout);
    assert!(test.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
fn the_default_provider_of_the_process_comes_before_the_features() {
    run_alone("contacts_ureq::with_a_default_provider");
    run_alone("contacts_hyper::with_a_default_provider");
}

#[test]
fn a_default_provider_that_lacks_cipher_suites_is_an_error() {
    run_alone("contacts_ureq::with_an_unusable_default_provider");
    run_alone("contacts_hyper::with_an_unusable_default_provider");
}

/// The tests for one client. `$result` returns the result of a call.
macro_rules! tests {
    ($client:ident, $result:expr) => {
        mod $client {
            use std::error::Error as _;

            use $client::{
                BaseUrl, Client, ClientBuilder, Effect, Error, ErrorKind, FindCloudId, RetryPolicy,
            };

            use super::{CryptoProvider, NamedGroup, certificates, ring, server};

            fn builder(base_url: &str) -> ClientBuilder {
                Client::builder(BaseUrl::new(base_url).unwrap())
                    .retry(RetryPolicy::default().max_attempts(3))
                    .root_certificates_pem(certificates::trusted_authority().as_bytes())
                    .unwrap()
            }

            /// Sends a request over TLS and returns the key exchanges that the client offered.
            fn offered() -> Vec<NamedGroup> {
                let (address, server) = server();
                let client = builder(&format!("https://{address}")).build();
                assert_eq!($result(client.send(&FindCloudId)).unwrap().as_str(), "c");
                server.join().unwrap()
            }

            fn fails_without_a_retry() -> Error {
                let client = builder("https://127.0.0.1:1").build();
                let error = $result(client.send(&FindCloudId)).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::InvalidInput);
                assert_eq!(error.effect(), Effect::None);
                assert_eq!(error.attempts().unwrap().count, 1);
                error
            }

            #[cfg(feature = "ring")]
            #[test]
            fn the_client_uses_ring_even_if_both_features_are_on() {
                assert!(!offered().contains(&NamedGroup::X25519MLKEM768));
            }

            #[cfg(all(feature = "aws-lc-rs", not(feature = "ring")))]
            #[test]
            fn the_client_uses_aws_lc_rs_without_ring() {
                assert!(offered().contains(&NamedGroup::X25519MLKEM768));
            }

            #[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
            #[test]
            fn without_a_provider_a_request_to_https_fails_and_names_the_ways_out() {
                let error = fails_without_a_retry();
                assert_eq!(
                    error.source().unwrap().to_string(),
                    "no TLS provider; enable the feature ring or aws-lc-rs, or install a default \
                     CryptoProvider of rustls"
                );
                let (chain, key) = certificates::client();
                let error = builder("https://127.0.0.1:1")
                    .client_certificate_pem(chain.as_bytes(), key.as_bytes())
                    .unwrap_err();
                assert!(error.to_string().contains("no TLS provider"), "{error}");
            }

            #[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
            #[test]
            fn a_request_to_http_needs_no_provider() {
                use contacts_conformance::wire::{Plan, Server, Step};
                let plan = Plan::every([Step::ReadRequest, Step::write(super::RESPONSE)]);
                let server = Server::start(plan, None).unwrap();
                let client = builder(&format!("http://{}", server.address())).build();
                assert_eq!($result(client.send(&FindCloudId)).unwrap().as_str(), "c");
            }

            #[test]
            #[ignore = "runs in a process of its own"]
            fn with_a_default_provider() {
                let mut provider = ring::default_provider();
                provider.kx_groups = vec![ring::kx_group::SECP384R1];
                provider.install_default().unwrap();
                assert_eq!(offered(), [NamedGroup::secp384r1]);
            }

            #[test]
            #[ignore = "runs in a process of its own"]
            fn with_an_unusable_default_provider() {
                let provider = CryptoProvider { cipher_suites: vec![], ..ring::default_provider() };
                provider.install_default().unwrap();
                let error = fails_without_a_retry();
                let cause = error.source().unwrap().to_string();
                assert!(cause.contains("no usable cipher suites"), "{cause}");
            }
        }
    };
}

tests!(contacts_ureq, std::convert::identity);

tests!(contacts_hyper, |future| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
});
