//! A server that accepts clients with a known certificate only.

use contacts_conformance::{
    certificates,
    wire::{Plan, Server, Step},
};

const RESPONSE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"cloudId\":\"c\"}";

fn server() -> Server {
    let plan = Plan::every([Step::ReadRequest, Step::write(RESPONSE)]);
    Server::start(plan.with_tls(certificates::server_for_known_clients()), None).unwrap()
}

/// The tests for one client. `$result` returns the result of a call.
macro_rules! tests {
    ($client:ident, $result:expr) => {
        mod $client {
            use $client::{BaseUrl, Client, ClientBuilder, FindCloudId, RetryPolicy};

            use super::{certificates, server};

            fn builder(server: &super::Server) -> ClientBuilder {
                let base_url = BaseUrl::new(&format!("https://{}", server.address())).unwrap();
                let builder =
                    Client::builder(base_url).retry(RetryPolicy::default().max_attempts(1));
                builder.root_certificates_pem(certificates::trusted_authority().as_bytes()).unwrap()
            }

            #[test]
            fn a_client_with_a_known_certificate_is_accepted() {
                let server = server();
                let (chain, key) = certificates::client();
                let builder =
                    builder(&server).client_certificate_pem(chain.as_bytes(), key.as_bytes());
                let client = builder.unwrap().build();
                assert_eq!($result(client.send(&FindCloudId)).unwrap().as_str(), "c");
            }

            #[test]
            fn a_client_without_a_certificate_sends_no_request() {
                let server = server();
                let client = builder(&server).build();
                $result(client.send(&FindCloudId)).unwrap_err();
                drop(client);
                assert!(server.finish().iter().all(|connection| connection.requests().is_empty()));
            }

            #[test]
            fn a_certificate_with_the_key_of_another_one_is_rejected() {
                let server = server();
                let ((chain, _), (_, key)) = (certificates::client(), certificates::client());
                let builder =
                    builder(&server).client_certificate_pem(chain.as_bytes(), key.as_bytes());
                assert!(builder.unwrap_err().is_invalid_input());
            }
        }
    };
}

tests!(contacts_ureq, std::convert::identity);

tests!(contacts_hyper, |future| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
});
