//! The client against the sandbox, over real sockets.

use std::time::{Duration, Instant};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, End, Fault, FaultRule, Operation, Sandbox, User, When};
use contacts_ureq::{
    ActivateContact, BaseUrl, Client, ContactId, ContactMethod, CreateContact, Credentials,
    DeactivateContact, DeleteContact, Effect, ErrorKind, FindCloudId, GetContact, ListContacts, Policy,
    UpdateContact,
};

fn client(sandbox: &Sandbox) -> Client {
    with_policy(sandbox, |_| {})
}

fn with_policy(sandbox: &Sandbox, change: impl FnOnce(&mut Policy)) -> Client {
    let mut policy = Policy::default();
    policy.backoff = Duration::from_millis(2);
    policy.deadline = Duration::from_secs(20);
    change(&mut policy);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials).policy(policy).build()
}

fn ids(client: &Client) -> Vec<ContactId> {
    client.contacts(ListContacts::all()).map(|contact| contact.unwrap().id).collect()
}

#[test]
fn the_seven_operations_do_what_they_say() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let created = client.send(&CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap()).unwrap();
    assert_eq!(created.message, "Created");
    let get = GetContact::new(created.id.clone());
    assert_eq!(client.send(&get).unwrap().to, "ann@example.com");

    client.send(&UpdateContact::new(created.id.clone(), "ann@example.org").unwrap()).unwrap();
    assert_eq!(client.send(&get).unwrap().to, "ann@example.org");
    client.send(&DeactivateContact::new(created.id.clone())).unwrap();
    assert!(!client.send(&get).unwrap().is_enabled());
    client.send(&ActivateContact::new(created.id.clone())).unwrap();
    assert!(client.send(&get).unwrap().is_enabled());

    assert!(ids(&client).contains(&created.id));
    client.send(&DeleteContact::new(created.id.clone())).unwrap();
    assert!(!ids(&client).contains(&created.id));
    assert!(client.send(&get).unwrap_err().is_no_such_contact());
}

#[test]
fn a_site_tells_its_cloud_id_without_credentials() {
    let sandbox = Sandbox::start().unwrap();
    let client = Client::new(BaseUrl::new(&sandbox.origin()).unwrap(), Credentials::none());
    assert_eq!(client.send(&FindCloudId).unwrap().as_str(), "sandbox");
    assert_eq!(sandbox.journal()[0].header("authorization").count(), 0);
}

#[test]
fn what_goes_on_the_wire_is_what_the_core_has_settled() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let id = ids(&client).remove(0);
    client.send(&GetContact::new(id.clone())).unwrap();
    client.send(&CreateContact::new(ContactMethod::Voice, "90-5555559999").unwrap()).unwrap();
    client.send(&UpdateContact::new(id.clone(), "new@example.com").unwrap()).unwrap();
    client.send(&DeactivateContact::new(id.clone())).unwrap();
    client.send(&DeleteContact::new(id)).unwrap();

    let journal = sandbox.journal();
    assert_eq!(journal.len(), 6);
    for recorded in &journal {
        let mut names: Vec<_> = recorded.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let expected = match recorded.operation.unwrap() {
            Operation::List | Operation::Get | Operation::Delete => {
                vec!["accept", "authorization", "host", "user-agent"]
            }
            Operation::Deactivate => vec!["accept", "authorization", "content-length", "host", "user-agent"],
            _ => vec!["accept", "authorization", "content-length", "content-type", "host", "user-agent"],
        };
        assert_eq!(names, expected, "{recorded:?}");
        assert!(recorded.header("user-agent").eq([contacts_ureq::USER_AGENT]));
        let length = recorded.header("content-length").next().map_or(0, |length| length.parse().unwrap());
        assert_eq!(length, recorded.body.len(), "{recorded:?}");
    }
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
fn a_redirect_is_an_error_and_is_not_followed() {
    let sandbox = Sandbox::start().unwrap();
    let location = format!("{}/elsewhere", sandbox.origin());
    sandbox.arm(FaultRule::new(Fault::Redirect { status: 307, location, when: When::Before }));
    let client = with_policy(&sandbox, |policy| policy.attempts = 1);
    let error = client.send(&GetContact::new(ContactId::new("a").unwrap())).unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(sandbox.journal().len(), 1);
}

#[test]
fn a_refusal_keeps_its_body() {
    let sandbox = Sandbox::start().unwrap();
    let account = sandbox.with_service(|service| service.add_user(User::new("eve@example.com", "eve-token")));
    assert!(!account.is_empty());
    let error = client(&sandbox)
        .with_credentials(Credentials::basic("eve@example.com", "wrong").unwrap())
        .send(&ListContacts::all())
        .unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.code(), Some("401"));
    assert!(error.request_id().is_some());
}

#[test]
fn a_connection_that_was_refused_has_sent_nothing() {
    // A port where nobody listens: one that was given back may be another test's by now.
    let mut policy = Policy::default();
    policy.attempts = 2;
    policy.backoff = Duration::from_millis(1);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    let client =
        Client::builder(BaseUrl::new("http://127.0.0.1:1").unwrap(), credentials).policy(policy).build();
    let error = client.send(&CreateContact::new(ContactMethod::Sms, "1").unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Unavailable, Effect::None));
    assert_eq!(error.trail().unwrap().attempts, 2);
}

#[test]
fn a_creation_whose_answer_is_lost_is_indeterminate_and_is_not_repeated() {
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
        let error =
            client(&sandbox).send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).unwrap_err();
        assert!(error.is_indeterminate(), "{fault:?}: {error}");
        let posts = sandbox.journal().iter().filter(|recorded| recorded.method == "POST").count();
        assert_eq!(posts, 1, "{fault:?}");
    }
}

#[test]
fn reads_go_on_after_what_can_happen_to_an_answer() {
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
        let client = client(&sandbox);
        assert_eq!(client.contacts(ListContacts::all()).filter_map(Result::ok).count(), 2, "{fault:?}");
    }
}

#[test]
fn a_server_that_is_silent_or_drips_costs_no_more_than_the_deadline() {
    let drip = Fault::Drip { bytes: 1, every_ms: 20, part: contacts_sandbox::Part::Answer };
    for fault in [Fault::Silence { when: When::After }, drip] {
        let sandbox = Sandbox::start().unwrap();
        sandbox.arm(FaultRule::new(fault.clone()));
        let client = with_policy(&sandbox, |policy| policy.deadline = Duration::from_secs(2));
        let begun = Instant::now();
        let error = client.send(&ListContacts::all()).unwrap_err();
        assert!(error.is_timeout(), "{fault:?}: {error}");
        // Once more as long would be seen; a busy machine takes its time as well.
        assert!(begun.elapsed() < Duration::from_secs(4), "{fault:?}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_wait_that_is_asked_for_is_kept_and_one_that_is_too_long_fails_at_once() {
    let limit =
        |seconds| Fault::RateLimit { hint: contacts_sandbox::Hint::RetryAfterSeconds, seconds, status: 429 };
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(limit(1));
    let begun = Instant::now();
    client(&sandbox).send(&ListContacts::all()).unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    sandbox.arm(limit(3600));
    let begun = Instant::now();
    let error = client(&sandbox).send(&ListContacts::all()).unwrap_err();
    assert!(error.is_rate_limited() && begun.elapsed() < Duration::from_secs(10), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}

#[test]
fn an_update_whose_answer_is_lost_is_seen_to_have_happened() {
    let sandbox = Sandbox::start().unwrap();
    let client = client(&sandbox);
    let id = ids(&client).remove(0);
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Update).times(1));
    client.send(&UpdateContact::new(id, "new@example.com").unwrap()).unwrap();
    let operations: Vec<_> = sandbox.journal().iter().filter_map(|recorded| recorded.operation).collect();
    assert_eq!(operations, [Operation::List, Operation::Update, Operation::Get]);
}

#[test]
fn a_proxy_or_a_ca_that_cannot_be_used_is_refused_without_being_repeated() {
    let builder = || Client::builder(BaseUrl::new("https://a.example").unwrap(), Credentials::none());
    for proxy in ["", "socks5://u:secret@h:1", "ftp://u:secret@h", "http://u:secret@"] {
        let error = builder().proxy(proxy).unwrap_err();
        assert!(error.is_invalid_input() && !error.to_string().contains("secret"), "{proxy}: {error}");
    }
    assert!(builder().root_certificates_pem(b"nothing").is_err());
    assert!(builder().user_agent("a\nb").is_err());
}

#[test]
fn times_that_never_end_are_times_like_others() {
    let sandbox = Sandbox::start().unwrap();
    let mut policy = Policy::default();
    (policy.deadline, policy.attempt_timeout) = (Duration::MAX, Duration::MAX);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    let client = Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials)
        .policy(policy)
        .connect_timeout(Duration::MAX)
        .build();
    client.send(&ListContacts::all()).unwrap();
    client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).unwrap();
}
