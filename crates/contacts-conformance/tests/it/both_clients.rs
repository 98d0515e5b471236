//! Both clients against the sandbox, with and without faults.

use std::time::{Duration, Instant};

use contacts_conformance::driver::{Driver, Hyper, Setup, Ureq};
use contacts_proto::{
    ActivateContact, Contact, ContactId, ContactMethod, CreateContact, Credentials,
    DeactivateContact, DeleteContact, EnsureOutcome, Error, GetContact, ListContacts, Reconciled,
    UpdateContact, exchange::Reconcile,
};
use contacts_sandbox::{
    DEMO_EMAIL, DEMO_TOKEN, Duplicates, End, Fault, FaultRule, Hint, NewPhones, Operation, Sandbox,
    When,
};

/// A sandbox that allows duplicates, and a client.
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

/// Returns the ids of the voice contacts.
fn voices(sandbox: &Sandbox) -> Vec<String> {
    let contacts = sandbox.contacts(DEMO_EMAIL).into_iter();
    contacts
        .filter(|contact| contact.method.as_str() == "voice")
        .map(|contact| contact.id)
        .collect()
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

fn the_operations_have_their_effect<D: Driver>() {
    let (_sandbox, client) = sandbox::<D>();
    let created =
        client.send(&CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap()).unwrap();
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

fn reads_succeed_after_any_fault_of_a_response<D: Driver>() {
    let others = [
        Fault::Refuse { end: End::Reset },
        Fault::Reset { when: When::Before },
        Fault::Close { when: When::Before },
        Fault::Oversize { bytes: 9 << 20, declared: false, when: When::After },
    ];
    for fault in lost_answers().into_iter().chain(others) {
        let (sandbox, client) = sandbox::<D>();
        sandbox.arm(FaultRule::new(fault.clone()).times(1));
        assert_eq!(
            client.contacts(ListContacts::MAX_PAGE_SIZE).map_or(0, |all| all.len()),
            2,
            "{fault:?}"
        );
    }
}

fn a_create_without_a_response_is_unknown_and_its_receipt_reconciles_it<D: Driver>() {
    for fault in lost_answers() {
        let (sandbox, client) = sandbox::<D>();
        sandbox.arm(FaultRule::new(fault.clone()).on(Operation::Create).times(1));
        let Err(Error::OutcomeUnknown(unknown)) = client.send(&voice()) else {
            panic!("the outcome must be unknown: {fault:?}")
        };
        assert_eq!(posts(&sandbox), 1, "{fault:?}");
        let receipt = unknown.receipt().to_string().parse().unwrap();
        let reconciled = client.run(|session| Reconcile::new(session, receipt)).unwrap();
        let Reconciled::Found(contact) = reconciled else {
            panic!("the contact was created: {fault:?}")
        };
        assert_eq!(voices(&sandbox), [contact.id.as_str()]);
    }
}

fn a_receipt_of_a_create_without_effect_is_not_found_after_a_second_scan<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    let begun = Instant::now();
    let reconciled = client.run(|session| Reconcile::new(session, voice().receipt(1_795_000_000)));
    assert_eq!(reconciled.unwrap(), Reconciled::NotFound);
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert_eq!(sandbox.journal().len(), 2);
}

fn a_requested_delay_is_kept_and_a_too_long_one_fails_at_once<D: Driver>() {
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

fn an_update_without_a_response_is_found_to_be_done<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    let id: ContactId = all(&client).remove(0).id;
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Update).times(1));
    client.send(&UpdateContact::new(id, "new@example.com").unwrap()).unwrap();
    let operations: Vec<_> =
        sandbox.journal().iter().filter_map(|recorded| recorded.operation).collect();
    assert_eq!(operations, [Operation::List, Operation::Update, Operation::Get]);
}

fn an_existing_contact_is_not_created<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    let ensured = client.ensure(ContactMethod::Sms, "+90 555 555 5555").unwrap();
    assert_eq!(ensured.outcome, EnsureOutcome::AlreadyExisted);
    assert_eq!(ensured.contact.to, "90-555-555-5555");
    assert_eq!(posts(&sandbox), 0);
}

fn a_contact_whose_response_is_lost_is_found_and_not_created_again<D: Driver>() {
    for fault in lost_answers() {
        let (sandbox, client) = sandbox::<D>();
        sandbox.arm(FaultRule::new(fault.clone()).on(Operation::Create).times(1));
        let ensured = client.ensure(ContactMethod::Voice, "1-2").unwrap();
        assert_eq!(ensured.outcome, EnsureOutcome::Recovered, "{fault:?}");
        assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()], "{fault:?}");
        assert_eq!(posts(&sandbox), 1, "{fault:?}");
    }
}

fn a_create_without_effect_is_repeated_once<D: Driver>() {
    let (sandbox, client) = sandbox::<D>();
    sandbox.arm(FaultRule::new(Fault::Reset { when: When::Before }).on(Operation::Create).times(1));
    let ensured = client.ensure(ContactMethod::Voice, "1-2").unwrap();
    assert_eq!(ensured.outcome, EnsureOutcome::Created);
    assert_eq!(voices(&sandbox), [ensured.contact.id.as_str()]);
    assert_eq!(posts(&sandbox), 2);
}

fn ensure_waits_for_a_late_effect<D: Driver>() {
    let (sandbox, _) = sandbox::<D>();
    sandbox.arm(
        FaultRule::new(Fault::Delay { ms: 300, when: When::Before }).on(Operation::Create).times(1),
    );
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
    the_operations_have_their_effect,
    reads_succeed_after_any_fault_of_a_response,
    a_create_without_a_response_is_unknown_and_its_receipt_reconciles_it,
    a_receipt_of_a_create_without_effect_is_not_found_after_a_second_scan,
    a_requested_delay_is_kept_and_a_too_long_one_fails_at_once,
    an_update_without_a_response_is_found_to_be_done,
    an_existing_contact_is_not_created,
    a_contact_whose_response_is_lost_is_found_and_not_created_again,
    a_create_without_effect_is_repeated_once,
    ensure_waits_for_a_late_effect,
}
