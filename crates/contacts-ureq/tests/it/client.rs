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
fn connections_are_reused_except_for_a_create_request() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    ids(&client);
    ids(&client.with_credentials(
        Credentials::basic("ann@on-call.example", "sandbox-token-of-ann").unwrap(),
    ));
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).unwrap();
    ids(&client);
    let connections: Vec<_> =
        sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert_eq!(connections, [1, 1, 2, 1]);
}

#[test]
fn an_invalid_proxy_or_ca_is_rejected_without_repeating_it() {
    let builder = || {
        Client::builder(BaseUrl::new("https://a.example").unwrap()).credentials(Credentials::none())
    };
    for proxy in ["", "socks5://u:secret@h:1", "ftp://u:secret@h", "http://u:secret@"] {
        let error = builder().proxy(proxy).unwrap_err();
        assert!(
            error.is_invalid_input() && !error.to_string().contains("secret"),
            "{proxy}: {error}"
        );
    }
    assert!(builder().root_certificates_pem(b"nothing").is_err());
    assert!(builder().user_agent("a\nb").is_err());
}

#[test]
fn all_calls_of_a_client_end_by_its_deadline() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    let begun = Instant::now();
    let client = client(&sandbox).with_deadline(begun + Duration::from_millis(300));
    assert!(client.ensure(ContactMethod::Voice, "1-2").unwrap_err().is_timeout());
    assert!(client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).is_err());
    assert!(begun.elapsed() < Duration::from_millis(550), "{:?}", begun.elapsed());
    assert_eq!(sandbox.requests(Operation::Create).len(), 0, "nothing is sent after the deadline");
}
