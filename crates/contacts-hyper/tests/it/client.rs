//! The client against the sandbox, over real sockets.

use std::time::{Duration, Instant};

use contacts_hyper::{
    ActivateContact, BaseUrl, Client, ContactId, ContactMethod, CreateContact, Credentials,
    DeactivateContact, DeleteContact, Effect, ErrorKind, FindCloudId, GetContact, How, ListContacts, Policy,
    UpdateContact,
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, End, Fault, FaultRule, Operation, Part, Sandbox, When};
use futures_util::{StreamExt, TryStreamExt};

fn client(sandbox: &Sandbox) -> Client {
    with_policy(&sandbox.base_url(), |_| {})
}

fn with_policy(base_url: &str, change: impl FnOnce(&mut Policy)) -> Client {
    let mut policy = Policy::default();
    policy.backoff = Duration::from_millis(2);
    policy.settle = Duration::from_millis(200);
    policy.deadline = Duration::from_secs(20);
    change(&mut policy);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    Client::builder(BaseUrl::new(base_url).unwrap(), credentials).policy(policy).build()
}

async fn ids(client: &Client) -> Vec<ContactId> {
    client.contacts(ListContacts::all()).map_ok(|contact| contact.id).try_collect().await.unwrap()
}

fn posts(sandbox: &Sandbox) -> usize {
    sandbox.journal().iter().filter(|recorded| recorded.method == "POST").count()
}

#[tokio::test]
async fn the_seven_operations_do_what_they_say() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let create = CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap();
    let id = client.send(&create).await.unwrap().id;
    let get = GetContact::new(id.clone());
    assert_eq!(client.send(&get).await.unwrap().to, "ann@example.com");

    client.send(&UpdateContact::new(id.clone(), "ann@example.org").unwrap()).await.unwrap();
    assert_eq!(client.send(&get).await.unwrap().to, "ann@example.org");
    client.send(&DeactivateContact::new(id.clone())).await.unwrap();
    assert!(!client.send(&get).await.unwrap().is_enabled());
    client.send(&ActivateContact::new(id.clone())).await.unwrap();
    assert!(client.send(&get).await.unwrap().is_enabled());

    assert!(ids(&client).await.contains(&id));
    client.send(&DeleteContact::new(id.clone())).await.unwrap();
    assert!(client.send(&get).await.unwrap_err().is_no_such_contact());
}

#[tokio::test]
async fn a_site_tells_its_cloud_id_without_credentials() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(BaseUrl::new(&sandbox.origin()).unwrap(), Credentials::none());
    assert_eq!(client.send(&FindCloudId).await.unwrap().as_str(), "sandbox");
    assert_eq!(sandbox.journal()[0].header("authorization").count(), 0);
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
async fn a_connection_that_was_refused_has_sent_nothing() {
    // A port where nobody listens: one that was given back may be another test's by now.
    let client = with_policy("http://127.0.0.1:1", |policy| policy.attempts = 2);
    let error = client.send(&CreateContact::new(ContactMethod::Sms, "1").unwrap()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unavailable, Effect::None));
    assert_eq!(error.trail().unwrap().attempts, 2);
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_indeterminate_and_is_not_repeated() {
    for fault in [
        Fault::Reset { when: When::After },
        Fault::Close { when: When::After },
        Fault::CutAnswer { at: 20, end: End::Close },
        Fault::CutBody { at: 3, end: End::Reset },
        Fault::Garbage { text: None, when: When::After },
        Fault::Html { when: When::After },
        Fault::Status { status: 503, body: None, content_type: None, when: When::After },
    ] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.arm(FaultRule::new(fault.clone()).on(Operation::Create).times(1));
        let create = CreateContact::new(ContactMethod::Voice, "1-2").unwrap();
        let error = client(&sandbox).send(&create).await.unwrap_err();
        assert!(error.is_indeterminate(), "{fault:?}: {error}");
        assert_eq!(posts(&sandbox), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_creation_that_is_given_up_in_the_middle_is_indeterminate() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    let client =
        with_policy(&sandbox.base_url(), |policy| policy.attempt_timeout = Duration::from_millis(200));
    let create = CreateContact::new(ContactMethod::Voice, "1-2").unwrap();
    assert!(client.send(&create).await.unwrap_err().is_indeterminate());
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn an_ensured_contact_whose_answer_is_lost_is_found() {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create).times(1));
    let ensured = client(&sandbox).ensure(ContactMethod::Voice, "1-2").await.unwrap();
    assert_eq!(ensured.how, How::Recovered);
    assert_eq!(posts(&sandbox), 1);
}

#[tokio::test]
async fn reads_go_on_after_what_can_happen_to_an_answer() {
    for fault in [
        Fault::Refuse { end: End::Reset },
        Fault::Reset { when: When::Before },
        Fault::Close { when: When::Before },
        Fault::CutAnswer { at: 20, end: End::Close },
        Fault::CutBody { at: 30, end: End::Close },
        Fault::Garbage { text: None, when: When::After },
        Fault::Html { when: When::After },
        Fault::Oversize { bytes: 9 << 20, declared: false, when: When::After },
        Fault::Status { status: 503, body: None, content_type: None, when: When::After },
    ] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.arm(FaultRule::new(fault.clone()).times(1));
        assert_eq!(ids(&client(&sandbox)).await.len(), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_silent_or_drips_costs_no_more_than_the_deadline() {
    let drip = Fault::Drip { bytes: 1, every_ms: 20, part: Part::Answer };
    for fault in [Fault::Silence { when: When::After }, drip] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.arm(FaultRule::new(fault.clone()));
        let client = with_policy(&sandbox.base_url(), |policy| policy.deadline = Duration::from_secs(2));
        let begun = Instant::now();
        let error = client.send(&ListContacts::all()).await.unwrap_err();
        assert!(error.is_timeout(), "{fault:?}: {error}");
        // Once more as long would be seen; a busy machine takes its time as well.
        assert!(begun.elapsed() < Duration::from_secs(4), "{fault:?}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn nothing_is_sent_before_the_first_contact_is_asked_for_and_no_page_before_it_is_needed() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let mut contacts = Box::pin(client.contacts(ListContacts::all().size(1).unwrap()));
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
    is_send(&client.contacts(ListContacts::all()));
    is_send(&client.ensure(ContactMethod::Sms, "1"));
}

#[test]
fn a_proxy_or_a_certificate_that_cannot_be_used_is_refused_without_being_repeated() {
    let builder = || Client::builder(BaseUrl::new("https://a.example").unwrap(), Credentials::none());
    for proxy in ["", "socks5://u:secret@h:1", "ftp://u:secret@h", "http://u:secret@", "http://u:secret@h/p"]
    {
        let error = builder().proxy(proxy).unwrap_err();
        assert!(error.is_invalid_input() && !error.to_string().contains("secret"), "{proxy}: {error}");
    }
    assert!(builder().root_certificates_pem(b"nothing").is_err());
    assert!(builder().client_certificate_pem(b"nothing", b"nothing").is_err());
    assert!(builder().user_agent("a\nb").is_err());
}

#[tokio::test]
async fn times_that_never_end_are_times_like_others() {
    let sandbox = Sandbox::start().unwrap();
    let mut policy = Policy::default();
    (policy.deadline, policy.attempt_timeout) = (Duration::MAX, Duration::MAX);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    let client = Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials)
        .policy(policy)
        .connect_timeout(Duration::MAX)
        .build();
    client.send(&ListContacts::all()).await.unwrap();
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).await.unwrap();
}
