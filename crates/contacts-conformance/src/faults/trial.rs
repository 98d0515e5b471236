//! One case with one client.

use std::time::{Duration, Instant};

use contacts_proto::{
    ActivateContact, ContactId, DeactivateContact, DeleteContact, Error, ErrorKind, GetContact, ListContacts,
    UpdateContact,
};
use contacts_sandbox::StoredContact;
use contacts_testkit::{
    audit::{self, is_whole_list, same},
    findings::{Harm, Violation},
    job::{Job, Outcome},
    ledger::Ledger,
};

use super::{Defect, case::Case, service::Stage};
use crate::{
    driver::{Driver, Setup},
    run::lateness,
    wire::{Plan, Server, Step},
};

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
        let first = patiently(|| client.contacts(ListContacts::MAX_PAGE_SIZE));
        if !first.as_ref().is_ok_and(|contacts| is_whole_list(contacts, &stage.before)) {
            defects.push((Defect::Wrong, format!("a list before anything went wrong: {first:?}")));
        }
    }
    for rule in &case.rules {
        stage.sandbox.arm(rule.clone());
    }
    let begun = Instant::now();
    let job = case.task.job(&stage.before).expect("these are arguments");
    let result = carry_out(&client, &job);
    if let Some(late) = lateness(&setup.policy, begun.elapsed()) {
        defects.push((Defect::Hung, format!("{late:?}")));
    }
    stage.sandbox.disarm();
    client.rest(if case.late.is_zero() { Duration::ZERO } else { case.late + Duration::from_millis(100) });
    let now = stage.now();
    defects.extend(audited(case, &job, &result, &stage.before, &now));
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
        Error::OutcomeUnknown(doubt) => doubt.cause(),
        error => error,
    };
    cause.is_timeout()
}

fn carry_out<D: Driver>(client: &D, job: &Job) -> Result<Outcome, Error> {
    match job {
        Job::List => client.contacts(2).map(Outcome::from),
        Job::Get(id) => client.send(&GetContact::new(id.clone())).map(Outcome::from),
        Job::Create(create) => client.send(create).map(Outcome::from),
        Job::Ensure(create) => client.ensure(create.method().clone(), create.to()).map(Outcome::from),
        Job::Update(id, to) => client.send(&UpdateContact::new(id.clone(), to)?).map(Outcome::from),
        Job::Delete(id) => client.send(&DeleteContact::new(id.clone())).map(Outcome::from),
        Job::Activate(id) => client.send(&ActivateContact::new(id.clone())).map(Outcome::from),
        Job::Deactivate(id) => client.send(&DeactivateContact::new(id.clone())).map(Outcome::from),
        other => panic!("{other:?} is not tried"),
    }
}

/// What the audit of the service's state finds.
fn audited(
    case: &Case,
    job: &Job,
    result: &Result<Outcome, Error>,
    before: &[StoredContact],
    after: &[StoredContact],
) -> Vec<(Defect, String)> {
    // The service carries some requests out twice by itself.
    let ledger = Ledger::unseen(case.doubles());
    let mut violations = Vec::new();
    audit::Case { job, result, resolved: None, before, after, ledger: &ledger }.judge(&mut violations);
    let told = |Violation { harm, how }| {
        let defect = match harm {
            Harm::Lost => Defect::Lost,
            Harm::Doubled => Defect::Doubled,
            Harm::Phantom | Harm::Wrong | Harm::Late => Defect::Wrong,
        };
        (defect, format!("{how}: {result:?}, and there is {after:?}"))
    };
    violations.into_iter().map(told).collect()
}

/// Whatever has happened, the same client reads on, and what it reads is what is there. (On a busy machine a request that was given
/// up may be carried out as late as now.)
fn afterwards<D: Driver>(client: &D, stage: &Stage, now: &[StoredContact]) -> Vec<(Defect, String)> {
    let mut defects = Vec::new();
    let last = now.last().expect("nothing deletes the last contact");
    let got = ContactId::new(last.id.clone())
        .and_then(|id| patiently(|| client.send(&GetContact::new(id.clone()))));
    if !got.as_ref().is_ok_and(|contact| same(contact, last)) {
        defects.push((Defect::Wrong, format!("a contact read afterwards: {got:?}")));
    }
    let list = patiently(|| client.contacts(ListContacts::MAX_PAGE_SIZE));
    let states = [now.to_vec(), stage.now()];
    if !list.as_ref().is_ok_and(|contacts| states.iter().any(|state| is_whole_list(contacts, state))) {
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
