//! One case with one client.

use std::time::{Duration, Instant};

use contacts_proto::{
    ActivateContact, Contact, ContactId, ContactMethod, CreateContact, DeactivateContact, DeleteContact,
    Ensured, Error, ErrorKind, GetContact, ListContacts, UpdateContact,
};
use contacts_sandbox::StoredContact;

use super::{
    Defect,
    audit::{audit, is_like},
    case::{Case, Task},
    service::Stage,
};
use crate::{
    driver::{Driver, Setup},
    run::lateness,
    wire::{Plan, Server, Step},
};

/// What is created.
pub(super) const NEW: (ContactMethod, &str) = (ContactMethod::Sms, "1-234-5678");

/// What an update makes of the first contact.
pub(super) const UPDATED: &str = "ann@example.net";

/// How a case ended with one client.
pub(super) struct Trial {
    /// `None` for a success.
    pub(super) kind: Option<ErrorKind>,
    /// The same in words.
    pub(super) end: String,
    /// Whether time ran out, which on a busy machine it may do without a reason.
    pub(super) ran_out_of_time: bool,
    pub(super) defects: Vec<(Defect, String)>,
}

/// What a success claims.
#[derive(Debug)]
pub(super) enum Claim {
    Created(ContactId),
    Ensured(Ensured),
    Done,
    Got(Contact),
    Listed(Vec<Contact>),
}

pub(super) fn try_with<D: Driver>(case: &Case) -> Trial {
    let stage = Stage::new(case.behaviour.clone());
    let front = case.wire.map(|wire| {
        let whole = vec![Step::Tunnel { up: None, down: None }];
        let mut scripts = vec![whole.clone(); wire.connection];
        scripts.extend([vec![Step::Tunnel { up: wire.up, down: wire.down }], whole]);
        Server::start(Plan::each(scripts), Some(stage.sandbox.address())).expect("there is a free port")
    });
    let address = front.as_ref().map_or_else(|| stage.sandbox.address(), Server::address);
    let base = stage.sandbox.base_url().replace(&stage.sandbox.address().to_string(), &address.to_string());
    let setup = setup(base);
    let client = D::new(&setup).expect("these are settings");
    let mut defects = Vec::new();
    if case.warm && case.wire.is_none() {
        let first = patiently(|| client.contacts(ListContacts::all()));
        if !first.as_ref().is_ok_and(|contacts| is_whole(contacts, &stage.before)) {
            defects.push((Defect::Wrong, format!("a list before anything went wrong: {first:?}")));
        }
    }
    for rule in &case.rules {
        stage.sandbox.arm(rule.clone());
    }
    let begun = Instant::now();
    let result = carry_out(&client, case.task, &stage.before);
    if let Some(late) = lateness(&setup.policy, begun.elapsed()) {
        defects.push((Defect::Hung, format!("{late:?}")));
    }
    stage.sandbox.disarm();
    client.rest(if case.late.is_zero() { Duration::ZERO } else { case.late + Duration::from_millis(100) });
    let now = stage.now();
    defects.extend(audit(case, &result, &stage.before, &now));
    defects.extend(afterwards(&client, &stage, &now));
    let error = result.as_ref().err();
    Trial {
        kind: error.map(Error::kind),
        end: error.map_or_else(|| "success".to_owned(), ToString::to_string),
        ran_out_of_time: error.is_some_and(ran_out_of_time),
        defects,
    }
}

fn setup(base: String) -> Setup {
    let mut setup = Setup::new(base);
    let policy = &mut setup.policy;
    policy.attempts = 4;
    policy.backoff = Duration::from_millis(1);
    policy.throttled_backoff = Duration::from_millis(2);
    policy.settle = Duration::from_millis(50);
    policy.attempt_timeout = Duration::from_millis(200);
    policy.deadline = Duration::from_secs(4);
    policy.longest_wait = Duration::from_secs(1);
    policy.limits.contact_body = 64 * 1024;
    policy.limits.page_body = 128 * 1024;
    policy.limits.error_body = 4 * 1024;
    setup
}

fn ran_out_of_time(error: &Error) -> bool {
    let cause = match error {
        Error::Indeterminate(doubt) => doubt.cause(),
        error => error,
    };
    cause.is_timeout()
}

fn carry_out<D: Driver>(client: &D, task: Task, before: &[StoredContact]) -> Result<Claim, Error> {
    let id = |number: usize| ContactId::new(before[number].id.clone());
    let (method, to) = NEW;
    match task {
        Task::Create => Ok(Claim::Created(client.send(&CreateContact::new(method, to)?)?.id)),
        Task::Ensure => client.ensure(method, to).map(Claim::Ensured),
        Task::EnsureExisting => client.ensure(ContactMethod::Email, &before[0].to).map(Claim::Ensured),
        Task::Get => client.send(&GetContact::new(id(0)?)).map(Claim::Got),
        Task::List => client.contacts(ListContacts::all().size(2)?).map(Claim::Listed),
        Task::Update => client.send(&UpdateContact::new(id(0)?, UPDATED)?).map(|_| Claim::Done),
        Task::Delete => client.send(&DeleteContact::new(id(0)?)).map(|()| Claim::Done),
        Task::Activate => client.send(&ActivateContact::new(id(1)?)).map(|_| Claim::Done),
        Task::Deactivate => client.send(&DeactivateContact::new(id(0)?)).map(|_| Claim::Done),
    }
}

/// Whatever has happened, the same client reads on, and what it reads is what is there. (On a busy machine a request that was given
/// up may be carried out as late as now.)
fn afterwards<D: Driver>(client: &D, stage: &Stage, now: &[StoredContact]) -> Vec<(Defect, String)> {
    let mut defects = Vec::new();
    let last = now.last().expect("nothing deletes the last contact");
    let got = ContactId::new(last.id.clone())
        .and_then(|id| patiently(|| client.send(&GetContact::new(id.clone()))));
    if !got.as_ref().is_ok_and(|contact| is_like(contact, last)) {
        defects.push((Defect::Wrong, format!("a contact read afterwards: {got:?}")));
    }
    let list = patiently(|| client.contacts(ListContacts::all()));
    let states = [now.to_vec(), stage.now()];
    if !list.as_ref().is_ok_and(|contacts| states.iter().any(|state| is_whole(contacts, state))) {
        defects.push((Defect::Wrong, format!("a list read afterwards: {list:?}, and there is {states:?}")));
    }
    defects
}

/// Where nothing goes wrong, only a busy machine lets time run out; not three times.
fn patiently<T>(read: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    let mut result = read();
    for _ in 0..2 {
        if result.as_ref().is_err_and(Error::is_timeout) {
            result = read();
        }
    }
    result
}

pub(super) fn is_whole(contacts: &[Contact], stored: &[StoredContact]) -> bool {
    contacts.len() == stored.len()
        && contacts.iter().zip(stored).all(|(contact, stored)| is_like(contact, stored))
}
