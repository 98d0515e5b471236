//! Both clients against the sandbox: what the service does comes back, and its faults cost nothing.

use std::time::{Duration, Instant};

use contacts_conformance::driver::{Driver, Hyper, Setup, Ureq};
use contacts_proto::{
    ActivateContact, Contact, ContactId, ContactMethod, CreateContact, Credentials, DeactivateContact,
    DeleteContact, EnsureOutcome, Error, GetContact, ListContacts, Reconciled, UpdateContact,
    exchange::Reconcile,
};
use contacts_sandbox::{
    DEMO_EMAIL, DEMO_TOKEN, Duplicates, End, Fault, FaultRule, Hint, NewPhones, Operation, Sandbox, When,
};

/// A sandbox that does not protect anybody from creating the same contact twice, and a client of it.
fn sandbox<D: Driver>() -> (Sandbox, D) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.with_service(|service| {
        service.behaviour_mut().duplicates = Duplicates::Allowed;
        service.behaviour_mut().new_phones = NewPhones::EnabledAtOnce;
    });
    let client = client(&sandbox, |_| {});
    (sandbox, client)
}

fn client<D: Driver>(sandbox: &Sandbox, setting: fn(&mut Setup)) -> D {
    let mut setup = Setup::new(sandbox.base_url());
    setup.credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    setup.policy.max_attempts = 4;
    setup.policy.deadline = Duration::from_secs(20);
    setup.policy.consistency_delay = Duration::from_millis(200);
    setting(&mut setup);
    D::new(&setup).unwrap()
}

fn all<D: Driver>(client: &D) -> Vec<Contact> {
    client.contacts(ListContacts::MAX_PAGE_SIZE).unwrap()
}

fn voice() -> CreateContact {
    CreateContact::new(ContactMethod::Voice, "1-2").unwrap()
}

/// The ids of the contacts by voice.
fn voices(sandbox: &Sandbox) -> Vec<String> {
    let contacts = sandbox.contacts(DEMO_EMAIL).into_iter();
    contacts.filter(|contact| contact.method.as_str() == "voice").map(|contact| contact.id).collect()
}

fn posts(sandbox: &Sandbox) -> usize {
    sandbox.requests(Operation::Create).len()
}

fn lost_answers() -> [Fault; 7] {
    [
        Fault::Reset { when: When::After },
        Fault::Close { when: When::After },
        Fault::CutResponse { at: 20, end: End::Close },
        Fault::CutBody { at: 3, end: End::Reset },
        Fault::Garbage { text: None, when: When::After },
        Fault::Html { when: When::After },
        Fault::Status { status: 503, body: None, content_type: None, when: When::After },
    ]
}

fn the_operations_do_what_they_say<D: Driver>() {
    let (_sandbox, client) = sandbox::<D>();
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

    assert!(all(&client).iter().any(|contact| contact.id == created.id));
    client.send(&DeleteContact::new(created.id.clone())).unwrap();
    assert!(!all(&client).iter().any(|contact| contact.id == created.id));
    assert!(client.send(&get).unwrap_err().is_no_such_contact());
}

fn reads_go_on_after_what_can_happen_to_an_answer<D: Driver>() {
    let others = [
        Fault::Refuse { end: End::Reset },
        Fault::Reset { when: When::Before },
        Fault::Close { when: When::Before },
        Fault::Oversize { bytes: 9 << 20, declared: false, when: When::After },
    ];
    for fault in lost_answers().into_iter().chain(others) {
        let (sandbox, client) = sandbox::<D>();
        sandbox.arm(FaultRule::new(fault.clone()).times(1));
        assert_eq!(client.contacts(ListContacts::MAX_PAGE_SIZE).map_or(0, |all| all.len()), 2, "{fault:?}");
    }
}

fn a_creation_whose_answer_is_lost_is_indeterminate_and_its_receipt_tells_what_became_of_it<D: Driver>() {
    for fault in lost_answers() {
        let (sandbox, client) = sandbox::<D>();
        sandbox.arm(FaultRule::new(fault.clone()).on(Operation::Create).times(1));
        let Err(Error::OutcomeUnknown(doubt)) = client.send(&voice()) else { panic!("{fault:?} is a doubt") };
        assert_eq!(posts(&sandbox), 1, "{fault:?}");
        let receipt = doubt.receipt().to_string().parse().unwrap();
        let resolved = client.run(|session| Reconcile::new(session, receipt)).unwrap();
        let Reconciled::Found(contact) = resolved else { panic!("it was created, {fault:?}") };
        assert_eq!(voices(&sandbox), [contact.id.as_str()]);
    }
}

fn a_receipt_of_a_creation_that_did_nothing_says_so_after_a_second_look<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    let begun = Instant::now();
    let resolved = client.run(|session| Reconcile::new(session, voice().receipt(1_795_000_000)));
    assert_eq!(resolved.unwrap(), Reconciled::NotFound);
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert_eq!(sandbox.journal().len(), 2);
}

fn a_wait_that_is_asked_for_is_kept_and_one_that_is_too_long_fails_at_once<D: Driver>() {
    let limit = |seconds| Fault::RateLimit { hint: Hint::RetryAfterSeconds, seconds, status: 429 };
    let (sandbox, client) = sandbox::<D>();
    sandbox.arm(limit(1));
    let begun = Instant::now();
    all(&client);
    assert!(begun.elapsed() >= Duration::from_secs(1));

    sandbox.arm(limit(3600));
    let begun = Instant::now();
    let error = client.send(&ListContacts::all()).unwrap_err();
    assert!(error.is_rate_limited() && begun.elapsed() < Duration::from_secs(10), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}

fn an_update_whose_answer_is_lost_is_seen_to_have_happened<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    let id: ContactId = all(&client).remove(0).id;
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Update).times(1));
    client.send(&UpdateContact::new(id, "new@example.com").unwrap()).unwrap();
    let operations: Vec<_> = sandbox.journal().iter().filter_map(|recorded| recorded.operation).collect();
    assert_eq!(operations, [Operation::List, Operation::Update, Operation::Get]);
}

fn a_contact_that_is_there_is_not_created<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    let ensured = client.ensure(ContactMethod::Sms, "+90 555 555 5555").unwrap();
    assert_eq!(ensured.outcome, EnsureOutcome::AlreadyExisted);
    assert_eq!(ensured.contact.to, "90-555-555-5555");
    assert_eq!(posts(&sandbox), 0);
}

fn a_contact_whose_answer_is_lost_is_found_and_not_created_again<D: Driver>() {
    for fault in lost_answers() {
        let (sandbox, client) = sandbox::<D>();
        sandbox.arm(FaultRule::new(fault.clone()).on(Operation::Create).times(1));
        let ensured = client.ensure(ContactMethod::Voice, "1-2").unwrap();
        assert_eq!(ensured.outcome, EnsureOutcome::Recovered, "{fault:?}");
        assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()], "{fault:?}");
        assert_eq!(posts(&sandbox), 1, "{fault:?}");
    }
}

fn a_creation_that_did_nothing_is_made_up_for_once<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::Before }).on(Operation::Create).times(1));
    let ensured = client.ensure(ContactMethod::Voice, "1-2").unwrap();
    assert_eq!(ensured.outcome, EnsureOutcome::Created);
    assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()]);
    assert_eq!(posts(&sandbox), 2);
}

fn an_effect_that_is_late_is_waited_for<D: Driver>() {
    let (sandbox, _) = sandbox::<D>();
    sandbox.arm(FaultRule::new(Fault::Delay { ms: 300, when: When::Before }).on(Operation::Create).times(1));
    let client: D = client(&sandbox, |setup| {
        setup.policy.attempt_timeout = Duration::from_millis(100);
        setup.policy.consistency_delay = Duration::from_millis(600);
    });
    let ensured = client.ensure(ContactMethod::Voice, "1-2").unwrap();
    assert_eq!(ensured.outcome, EnsureOutcome::Recovered);
    assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()]);
}

macro_rules! both {
    ($($law:ident,)*) => {
        mod ureq {
            $(#[test]
            fn $law() {
                super::$law::<super::Ureq>();
            })*
        }

        mod hyper {
            $(#[test]
            fn $law() {
                super::$law::<super::Hyper>();
            })*
        }
    };
}

both! {
    the_operations_do_what_they_say,
    reads_go_on_after_what_can_happen_to_an_answer,
    a_creation_whose_answer_is_lost_is_indeterminate_and_its_receipt_tells_what_became_of_it,
    a_receipt_of_a_creation_that_did_nothing_says_so_after_a_second_look,
    a_wait_that_is_asked_for_is_kept_and_one_that_is_too_long_fails_at_once,
    an_update_whose_answer_is_lost_is_seen_to_have_happened,
    a_contact_that_is_there_is_not_created,
    a_contact_whose_answer_is_lost_is_found_and_not_created_again,
    a_creation_that_did_nothing_is_made_up_for_once,
    an_effect_that_is_late_is_waited_for,
}
