//! The client against the sandbox, over real sockets.

use std::time::Duration;

use contacts_hyper::{BaseUrl, Client, ContactId, ContactMethod, CreateContact, Credentials, ListContacts};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Sandbox, When};
use futures_util::{StreamExt, TryStreamExt};

fn client(sandbox: &Sandbox) -> Client {
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials)
}

async fn ids(client: &Client) -> Vec<ContactId> {
    client.list().map_ok(|contact| contact.id).try_collect().await.unwrap()
}

#[tokio::test]
async fn connections_are_kept_and_a_creation_takes_one_of_its_own() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    ids(&client).await;
    ids(&client.with_credentials(Credentials::basic("ann@on-call.example", "sandbox-token-of-ann").unwrap()))
        .await;
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).await.unwrap();
    ids(&client).await;
    let connections: Vec<_> = sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert_eq!(connections, [1, 1, 2, 1]);
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_contact_is_asked_for_and_no_page_before_it_is_needed() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let mut contacts = Box::pin(client.list().page_size(1));
    assert!(sandbox.journal().is_empty());
    contacts.next().await.unwrap().unwrap();
    assert_eq!(sandbox.journal().len(), 1);
    contacts.next().await.unwrap().unwrap();
    assert_eq!(sandbox.journal().len(), 2);
    assert!(contacts.next().await.is_none());
}

/// Waits until the sandbox has this many requests.
async fn arrived(sandbox: &Sandbox, requests: usize) {
    while sandbox.journal().len() < requests {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_request_that_is_dropped_closes_its_connection_and_leaves_the_others() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    ids(&client).await;
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }).times(1));
    let list = ListContacts::all();
    tokio::select! {
        answer = client.send(&list) => panic!("nobody answers: {answer:?}"),
        () = arrived(&sandbox, 2) => {}
    }
    assert_eq!(ids(&client).await.len(), 2);
    let connections: Vec<_> = sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
}

#[test]
fn futures_and_streams_can_be_sent_to_other_threads() {
    fn is_send<T: Send>(_: &T) {}

    let client = Client::new(BaseUrl::new("https://a.example").unwrap(), Credentials::none());
    let list = ListContacts::all();
    is_send(&client.send(&list));
    is_send(&client.list());
    is_send(&client.ensure(ContactMethod::Sms, "1"));
}

#[test]
fn a_proxy_or_a_certificate_that_cannot_be_used_is_refused_without_being_repeated() {
    let builder =
        || Client::builder(BaseUrl::new("https://a.example").unwrap()).credentials(Credentials::none());
    for proxy in ["", "socks5://u:secret@h:1", "ftp://u:secret@h", "http://u:secret@", "http://u:secret@h/p"]
    {
        let error = builder().proxy(proxy).unwrap_err();
        assert!(error.is_invalid_input() && !error.to_string().contains("secret"), "{proxy}: {error}");
    }
    assert!(builder().root_certificates_pem(b"nothing").is_err());
    assert!(builder().client_certificate_pem(b"nothing", b"nothing").is_err());
    assert!(builder().user_agent("a\nb").is_err());
}
