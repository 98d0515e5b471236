//! Contacts that exist exactly once, and doubts that end, against the sandbox.

use std::time::{Duration, Instant};

use contacts_sandbox::{
    DEMO_EMAIL, DEMO_TOKEN, Duplicates, End, Fault, FaultRule, NewPhones, Operation, Sandbox, When,
};
use contacts_ureq::{
    BaseUrl, Client, ContactMethod, CreateContact, Credentials, Error, How, Policy, Resolve, Resolved,
};

/// A sandbox that does not protect anybody from creating the same contact twice.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.with_service(|service| {
        service.behaviour_mut().duplicates = Duplicates::Allowed;
        service.behaviour_mut().new_phones = NewPhones::EnabledAtOnce;
    });
    sandbox
}

fn client(sandbox: &Sandbox) -> Client {
    let mut policy = Policy::default();
    policy.backoff = Duration::from_millis(2);
    policy.settle = Duration::from_millis(200);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    Client::builder(BaseUrl::new(&sandbox.base_url()).unwrap(), credentials).policy(policy).build()
}

fn voices(sandbox: &Sandbox) -> Vec<String> {
    let contacts = sandbox.contacts(DEMO_EMAIL).into_iter();
    contacts.filter(|contact| contact.method.as_str() == "voice").map(|contact| contact.id).collect()
}

fn posts(sandbox: &Sandbox) -> usize {
    sandbox.requests(Operation::Create).len()
}

fn lost_answers() -> Vec<Fault> {
    let (status, body, content_type) = (503, None, None);
    vec![
        Fault::Reset { when: When::After },
        Fault::Close { when: When::After },
        Fault::CutAnswer { at: 20, end: End::Close },
        Fault::CutBody { at: 3, end: End::Reset },
        Fault::Html { when: When::After },
        Fault::Status { status, body, content_type, when: When::After },
    ]
}

#[test]
fn a_contact_that_is_there_is_not_created() {
    let sandbox = sandbox();
    let ensured = client(&sandbox).ensure(ContactMethod::Sms, "+90 555 555 5555").unwrap();
    assert_eq!(ensured.how, How::Existing);
    assert_eq!(ensured.contact.to, "90-555-555-5555");
    assert_eq!(posts(&sandbox), 0);
}

#[test]
fn a_contact_whose_answer_is_lost_is_found_and_not_created_again() {
    for fault in lost_answers() {
        let sandbox = sandbox();
        sandbox.arm(FaultRule::new(fault.clone()).on(Operation::Create).times(1));
        let ensured = client(&sandbox).ensure(ContactMethod::Voice, "1-2").unwrap();
        assert_eq!(ensured.how, How::Recovered, "{fault:?}");
        assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()], "{fault:?}");
        assert_eq!(posts(&sandbox), 1, "{fault:?}");
    }
}

#[test]
fn a_creation_that_did_nothing_is_made_up_for_once() {
    let sandbox = sandbox();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::Before }).on(Operation::Create).times(1));
    let ensured = client(&sandbox).ensure(ContactMethod::Voice, "1-2").unwrap();
    assert_eq!(ensured.how, How::Created);
    assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()]);
    assert_eq!(posts(&sandbox), 2);
}

#[test]
fn an_effect_that_is_late_is_waited_for() {
    let sandbox = sandbox();
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 300, when: When::Before }).on(Operation::Create).times(1));
    let mut policy = client(&sandbox).session().policy().clone();
    policy.attempt_timeout = Duration::from_millis(100);
    policy.settle = Duration::from_millis(600);
    let credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    let site = BaseUrl::new(&sandbox.base_url()).unwrap();
    let client = Client::builder(site, credentials).policy(policy).build();
    let ensured = client.ensure(ContactMethod::Voice, "1-2").unwrap();
    assert_eq!(ensured.how, How::Recovered);
    assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()]);
}

#[test]
fn a_ticket_tells_what_became_of_a_creation() {
    for fault in lost_answers() {
        let sandbox = sandbox();
        let client = client(&sandbox);
        sandbox.arm(FaultRule::new(fault).on(Operation::Create).times(1));
        let create = CreateContact::new(ContactMethod::Voice, "1-2").unwrap();
        let Err(Error::Indeterminate(doubt)) = client.send(&create) else { panic!("its answer was lost") };
        let ticket = doubt.ticket().to_string().parse().unwrap();
        let resolved = client.run(Resolve::new(client.session().clone(), ticket)).unwrap();
        let Resolved::Created(contact) = resolved else { panic!("it was created") };
        assert_eq!(voices(&sandbox), [contact.id.as_str()]);
    }
}

#[test]
fn a_ticket_of_a_creation_that_did_nothing_says_so_after_a_second_look() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let create = CreateContact::new(ContactMethod::Voice, "1-2").unwrap();
    let resolve = Resolve::new(client.session().clone(), create.ticket(1_795_000_000));
    let begun = Instant::now();
    assert_eq!(client.run(resolve).unwrap(), Resolved::NotCreated);
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert_eq!(sandbox.journal().len(), 2);
}

#[test]
fn a_client_until_a_moment_ends_by_it_whatever_it_does() {
    let sandbox = sandbox();
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::After }));
    let begun = Instant::now();
    let client = client(&sandbox).until(begun + Duration::from_millis(300));
    assert!(client.ensure(ContactMethod::Voice, "1-2").unwrap_err().is_timeout());
    assert!(client.send(&CreateContact::new(ContactMethod::Voice, "1-2").unwrap()).is_err());
    assert!(begun.elapsed() < Duration::from_millis(550), "{:?}", begun.elapsed());
    assert_eq!(posts(&sandbox), 0, "nothing is sent after the deadline");
}
