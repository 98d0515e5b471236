//! The client against the sandbox, over real sockets.

use std::time::Duration;

use contacts_hyper::{
    BaseUrl, Client, ContactId, ContactMethod, CreateContact, Credentials, ListContacts,
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Sandbox, When};
use futures_util::TryStreamExt;

fn client(sandbox: &Sandbox) -> Client {
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    Client::new(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials)
}

async fn ids(client: &Client) -> Vec<ContactId> {
    client.list().map_ok(|contact| contact.id).try_collect().await.unwrap()
}

#[tokio::test]
async fn connections_are_reused_except_for_a_create_request() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    ids(&client).await;
    ids(&client.with_credentials(
        Credentials::basic("ann@on-call.example", "sandbox-token-of-ann").unwrap(),
    ))
    .await;
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).await.unwrap();
    ids(&client).await;
    let connections: Vec<_> =
        sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert_eq!(connections, [1, 1, 2, 1]);
}

#[tokio::test]
async fn a_list_requests_a_page_when_its_first_contact_is_needed() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let mut contacts = client.list().page_size(1);
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
async fn a_dropped_request_closes_its_own_connection_only() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    ids(&client).await;
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }).times(1));
    let list = ListContacts::all();
    tokio::select! {
        answer = client.send(&list) => panic!("no response was sent: {answer:?}"),
        () = arrived(&sandbox, 2) => {}
    }
    assert_eq!(ids(&client).await.len(), 2);
    let connections: Vec<_> =
        sandbox.journal().iter().map(|recorded| recorded.connection).collect();
    assert_eq!(connections, [1, 1, 2]);
}

#[tokio::test]
async fn a_list_can_be_moved_into_a_task_and_is_a_stream() {
    fn is_owned<T: Send + Unpin + 'static>(list: T) -> T {
        list
    }
    let sandbox = Sandbox::start().unwrap();
    let mut contacts = is_owned(client(&sandbox).list());
    let count = tokio::spawn(async move {
        contacts.next().await.unwrap().unwrap();
        contacts.try_collect::<Vec<_>>().await.unwrap().len()
    });
    assert_eq!(count.await.unwrap(), 1);
}

#[test]
fn futures_can_be_moved_into_tasks() {
    fn is_send<T: Send>(_: &T) {}

    let client = Client::new(BaseUrl::new("https://a.example").unwrap(), Credentials::none());
    let list = ListContacts::all();
    is_send(&client.send(&list));
    is_send(&client.ensure(ContactMethod::Sms, "1"));
}

#[test]
fn an_invalid_proxy_or_certificate_is_rejected_without_repeating_it() {
    let builder = || {
        Client::builder(BaseUrl::new("https://a.example").unwrap()).credentials(Credentials::none())
    };
    for proxy in
        ["", "socks5://u:secret@h:1", "ftp://u:secret@h", "http://u:secret@", "http://u:secret@h/p"]
    {
        let error = builder().proxy(proxy).unwrap_err();
        assert!(
            error.is_invalid_input() && !error.to_string().contains("secret"),
            "{proxy}: {error}"
        );
    }
    assert!(builder().root_certificates_pem(b"nothing").is_err());
    assert!(builder().client_certificate_pem(b"nothing", b"nothing").is_err());
    assert!(builder().user_agent("a\nb").is_err());
}
