//! Runs one case with one client.

use std::time::{Duration, Instant};

use contacts_proto::{
    ActivateContact, ContactId, DeactivateContact, DeleteContact, Error, ErrorKind, GetContact,
    ListContacts, UpdateContact,
};
use contacts_sandbox::StoredContact;
use contacts_testkit::{
    audit::{self, is_whole_list, same},
    findings::{Violation, ViolationKind},
    job::{Job, Outcome},
    network_record::NetworkRecord,
};

use super::{Defect, case::Case, service::Fixture};
use crate::{
    driver::{Driver, Setup},
    run::lateness,
    wire::{Plan, Server, Step},
};

/// The result of a case with one client.
pub(super) struct Trial {
    /// Kind of the error, or `None` for success.
    pub(super) kind: Option<ErrorKind>,
    /// The outcome as text.
    pub(super) end: String,
    /// `true` if time ran out, which can happen on a busy machine.
    pub(super) ran_out_of_time: bool,
    pub(super) defects: Vec<(Defect, String)>,
}

pub(super) fn try_with<D: Driver>(case: &Case) -> Trial {
    let fixture = Fixture::new(case.behaviour.clone());
    let front = case.wire.map(|wire| {
        let whole = vec![Step::Tunnel { up: None, down: None }];
        let mut scripts = vec![whole.clone(); wire.connection];
        scripts.extend([vec![Step::Tunnel { up: wire.up, down: wire.down }], whole]);
        Server::start(Plan::each(scripts), Some(fixture.sandbox.address()))
            .expect("there is a free port")
    });
    let address = front.as_ref().map_or_else(|| fixture.sandbox.address(), Server::address);
    let base = fixture
        .sandbox
        .base_url()
        .replace(&fixture.sandbox.address().to_string(), &address.to_string());
    let setup = setup(base);
    let client = D::new(&setup).expect("the settings are valid");
    let mut defects = Vec::new();
    if case.warm && case.wire.is_none() {
        let first = retry_timeouts(|| client.contacts(ListContacts::MAX_PAGE_SIZE));
        if !first.as_ref().is_ok_and(|contacts| is_whole_list(contacts, &fixture.before)) {
            defects.push((Defect::Wrong, format!("a list before the fault: {first:?}")));
        }
    }
    for rule in &case.rules {
        fixture.sandbox.arm(rule.clone());
    }
    let begun = Instant::now();
    let job = case.task.job(&fixture.before).expect("the arguments are valid");
    let result = perform(&client, &job);
    if let Some(late) = lateness(&setup.policy, begun.elapsed()) {
        defects.push((Defect::Hung, format!("{late:?}")));
    }
    fixture.sandbox.disarm();
    client.rest(if case.late.is_zero() {
        Duration::ZERO
    } else {
        case.late + Duration::from_millis(100)
    });
    let now = fixture.now();
    defects.extend(audited(case, &job, &result, &fixture.before, &now));
    defects.extend(read_afterwards(&client, &fixture, &now));
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
    policy.max_attempts = 4;
    policy.backoff = Duration::from_millis(1);
    policy.throttled_backoff = Duration::from_millis(2);
    policy.consistency_delay = Duration::from_millis(50);
    policy.attempt_timeout = Duration::from_millis(200);
    policy.deadline = Duration::from_secs(4);
    policy.max_retry_after = Duration::from_secs(1);
    policy.limits.contact_body = 64 * 1024;
    policy.limits.page_body = 128 * 1024;
    policy.limits.error_body = 4 * 1024;
    setup
}

fn ran_out_of_time(error: &Error) -> bool {
    let cause = match error {
        Error::OutcomeUnknown(unknown) => unknown.cause(),
        error => error,
    };
    cause.is_timeout()
}

fn perform<D: Driver>(client: &D, job: &Job) -> Result<Outcome, Error> {
    match job {
        Job::List => client.contacts(2).map(Outcome::from),
        Job::Get(id) => client.send(&GetContact::new(id.clone())).map(Outcome::from),
        Job::Create(create) => client.send(create).map(Outcome::from),
        Job::Ensure(create) => {
            client.ensure(create.method().clone(), create.to()).map(Outcome::from)
        }
        Job::Update(id, to) => client.send(&UpdateContact::new(id.clone(), to)?).map(Outcome::from),
        Job::Delete(id) => client.send(&DeleteContact::new(id.clone())).map(Outcome::from),
        Job::Activate(id) => client.send(&ActivateContact::new(id.clone())).map(Outcome::from),
        Job::Deactivate(id) => client.send(&DeactivateContact::new(id.clone())).map(Outcome::from),
        other => panic!("{other:?} is not used"),
    }
}

/// Returns the defects that the audit finds.
fn audited(
    case: &Case,
    job: &Job,
    result: &Result<Outcome, Error>,
    before: &[StoredContact],
    after: &[StoredContact],
) -> Vec<(Defect, String)> {
    // The service handles some requests twice by itself.
    let record = NetworkRecord::unobserved(case.doubles());
    let mut violations = Vec::new();
    audit::Case { job, result, reconciled: None, before, after, record: &record }
        .check(&mut violations);
    let defect = |Violation { kind, details }| {
        let defect = match kind {
            ViolationKind::Lost => Defect::Lost,
            ViolationKind::Doubled => Defect::Doubled,
            ViolationKind::Phantom | ViolationKind::Wrong | ViolationKind::Late => Defect::Wrong,
        };
        (defect, format!("{details}: {result:?}; the contacts are {after:?}"))
    };
    violations.into_iter().map(defect).collect()
}

/// After any fault, the same client must read the current contacts. On a busy machine, an abandoned
/// request may still change them now.
fn read_afterwards<D: Driver>(
    client: &D,
    fixture: &Fixture,
    now: &[StoredContact],
) -> Vec<(Defect, String)> {
    let mut defects = Vec::new();
    let last = now.last().expect("no task deletes the last contact");
    let got = ContactId::new(last.id.clone())
        .and_then(|id| retry_timeouts(|| client.send(&GetContact::new(id.clone()))));
    if !got.as_ref().is_ok_and(|contact| same(contact, last)) {
        defects.push((Defect::Wrong, format!("a contact after the fault: {got:?}")));
    }
    let list = retry_timeouts(|| client.contacts(ListContacts::MAX_PAGE_SIZE));
    let states = [now.to_vec(), fixture.now()];
    if !list
        .as_ref()
        .is_ok_and(|contacts| states.iter().any(|state| is_whole_list(contacts, state)))
    {
        defects.push((
            Defect::Wrong,
            format!("a list after the fault: {list:?}; the contacts are {states:?}"),
        ));
    }
    defects
}

/// Without faults, time runs out only on a busy machine, and not three times.
fn retry_timeouts<T>(read: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    let mut result = read();
    for _ in 0..2 {
        if result.as_ref().is_err_and(Error::is_timeout) {
            result = read();
        }
    }
    result
}
