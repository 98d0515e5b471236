//! The client against the sandbox, over real sockets.

use std::time::{Duration, Instant};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Sandbox, When};
use contacts_ureq::{BaseUrl, Client, ContactId, ContactMethod, CreateContact, Credentials};

fn client(sandbox: &Sandbox) -> Client {
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials)
}

fn ids(client: &Client) -> Vec<ContactId> {
    client.list().map(|contact| contact.unwrap().id).collect()
}

#[test]
fn connections_are_kept_and_a_creation_takes_one_of_its_own() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    ids(&client);
    ids(&client.with_credentials(Credentials::basic("ann@on-call.example", "sandbox-token-of-ann").unwrap()));
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).unwrap();
    ids(&client);
    let connections: Vec<_> = sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert_eq!(connections, [1, 1, 2, 1]);
}

#[test]
fn a_proxy_or_a_ca_that_cannot_be_used_is_refused_without_being_repeated() {
    let builder =
        || Client::builder(BaseUrl::new("https://a.example").unwrap()).credentials(Credentials::none());
    for proxy in ["", "socks5://u:secret@h:1", "ftp://u:secret@h", "http://u:secret@"] {
        let error = builder().proxy(proxy).unwrap_err();
        assert!(error.is_invalid_input() && !error.to_string().contains("secret"), "{proxy}: {error}");
    }
    assert!(builder().root_certificates_pem(b"nothing").is_err());
    assert!(builder().user_agent("a\nb").is_err());
}

#[test]
fn a_client_until_a_moment_ends_by_it_whatever_it_does() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    let begun = Instant::now();
    let client = client(&sandbox).with_deadline(begun + Duration::from_millis(300));
    assert!(client.ensure(ContactMethod::Voice, "1-2").unwrap_err().is_timeout());
    assert!(client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).is_err());
    assert!(begun.elapsed() < Duration::from_millis(550), "{:?}", begun.elapsed());
    assert_eq!(sandbox.requests(Operation::Create).len(), 0, "nothing is sent after the deadline");
}
