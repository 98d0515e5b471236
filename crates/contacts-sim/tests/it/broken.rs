//! Clients that break a law each, made of the exchanges that keep it.

use std::time::Duration;

use contacts_proto::{
    Action, AllContacts, Call, Contact, CreateContact, DeleteContact, Error, Event, Exchange, How,
    ListContacts, Now, Resolved, Session, UpdateContact, Waiting,
};
use contacts_sim::job::{Client, Job, Outcome, client};
use http::Method;

/// A creation is sent again after a 5xx.
pub(crate) fn create_again(job: &Job, session: Session) -> Client {
    let Job::Create(create) = job else { return job.begin(session) };
    let call = Call::new(session.clone(), create.clone());
    client(CreateAgain { call, other: Some(Call::new(session, create.clone())) })
}

struct CreateAgain {
    call: Call<CreateContact>,
    other: Option<Call<CreateContact>>,
}

impl Exchange for CreateAgain {
    type Output = contacts_proto::Confirmation;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Self::Output> {
        match self.call.step(event, now, random) {
            Action::Done(Err(error)) if error.status().is_some_and(|status| status.is_server_error()) => {
                match self.other.take() {
                    Some(other) => self.call = other,
                    None => return Action::Done(Err(error)),
                }
                self.call.step(Event::Start, now, random)
            }
            action => action,
        }
    }
}

/// What the service asks for is waited for but for a millisecond.
pub(crate) fn early(job: &Job, session: Session) -> Client {
    client(Early { inner: job.begin(session), ahead: Duration::ZERO })
}

struct Early {
    inner: Client,
    /// How much the clock that the exchange sees is ahead.
    ahead: Duration,
}

impl Exchange for Early {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, _: u64) -> Action<Outcome> {
        let now = Now { monotonic: now.monotonic + self.ahead, ..now };
        // Without the jitter, which would hide it.
        match self.inner.step(event, now, 0) {
            Action::Wait(time) if self.inner.waiting() == Some(Waiting::Asked) => {
                self.ahead += Duration::from_millis(1);
                Action::Wait(time.saturating_sub(Duration::from_millis(1)))
            }
            action => action,
        }
    }
}

/// Whether the deadline is over is seen only after sleeping.
pub(crate) fn sleeper(job: &Job, session: Session) -> Client {
    let mut policy = session.policy().clone();
    let time = policy.deadline;
    policy.deadline = Duration::from_secs(100_000);
    client(Sleeper { inner: job.begin(session.with_policy(policy)), time, deadline: None })
}

struct Sleeper {
    inner: Client,
    time: Duration,
    deadline: Option<Duration>,
}

impl Exchange for Sleeper {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        let deadline = *self.deadline.get_or_insert(now.monotonic + self.time);
        let left = deadline.saturating_sub(now.monotonic);
        match self.inner.step(event, now, random) {
            Action::Send { .. } if left.is_zero() => Action::Done(Err(Error::invalid("time", "is over"))),
            Action::Send { request, timeout, fresh_connection, body } => {
                Action::Send { request, timeout: timeout.min(left), fresh_connection, body }
            }
            action => action,
        }
    }
}

/// Once the contact was looked at, an update is reported as done, whatever is seen.
pub(crate) fn update_unsent(job: &Job, session: Session) -> Client {
    let Job::Update(id, to) = job else { return job.begin(session) };
    let update = UpdateContact::new(id.clone(), to.clone()).unwrap();
    client(UpdateUnsent { job: job.clone(), call: Call::new(session, update), looked: false })
}

struct UpdateUnsent {
    job: Job,
    call: Call<UpdateContact>,
    looked: bool,
}

impl Exchange for UpdateUnsent {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        match self.call.step(event, now, random) {
            Action::Send { .. } if self.looked => {
                Action::Done(Ok(Outcome::Confirmed(self.job.target().unwrap().clone())))
            }
            Action::Send { request, timeout, fresh_connection, body } => {
                self.looked = request.method() == Method::GET;
                Action::Send { request, timeout, fresh_connection, body }
            }
            Action::Wait(time) => Action::Wait(time),
            Action::Renew { refused, timeout } => Action::Renew { refused, timeout },
            Action::Done(result) => Action::Done(result.map(Outcome::from)),
        }
    }
}

/// A first 404 is taken for the success of a deletion.
pub(crate) fn delete_gone(job: &Job, session: Session) -> Client {
    let Job::Delete(id) = job else { return job.begin(session) };
    client(DeleteGone(Call::new(session, DeleteContact::new(id.clone()))))
}

struct DeleteGone(Call<DeleteContact>);

impl Exchange for DeleteGone {
    type Output = ();

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<()> {
        match self.0.step(event, now, random) {
            Action::Done(Err(error)) if error.is_no_such_contact() => Action::Done(Ok(())),
            action => action,
        }
    }
}

/// A contact is ensured by creating it.
pub(crate) fn ensure_blind(job: &Job, session: Session) -> Client {
    let Job::Ensure(create) = job else { return job.begin(session) };
    client(EnsureBlind { create: create.clone(), call: job_of(create).begin(session) })
}

fn job_of(create: &CreateContact) -> Job {
    Job::Create(create.clone())
}

struct EnsureBlind {
    create: CreateContact,
    call: Client,
}

impl Exchange for EnsureBlind {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        match self.call.step(event, now, random) {
            Action::Done(Ok(Outcome::Confirmed(id))) => {
                let contact = Contact::new(id, self.create.method().clone(), self.create.to());
                Action::Done(Ok(Outcome::Ensured(contact, How::Created)))
            }
            action => action,
        }
    }
}

/// A ticket is resolved by one look.
pub(crate) fn resolve_at_once(job: &Job, session: Session) -> Client {
    let Job::Resolve(ticket) = job else { return job.begin(session) };
    let all = AllContacts::new(session, ListContacts::all()).reaching(ticket.method().clone(), ticket.to());
    client(ResolveAtOnce(all))
}

struct ResolveAtOnce(AllContacts);

impl Exchange for ResolveAtOnce {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        match self.0.step(event, now, random) {
            Action::Done(Ok(mut found)) => Action::Done(Ok(Outcome::Resolved(
                found.pop().map_or(Resolved::NotCreated, Resolved::Created),
            ))),
            Action::Done(Err(error)) => Action::Done(Err(error)),
            Action::Send { request, timeout, fresh_connection, body } => {
                Action::Send { request, timeout, fresh_connection, body }
            }
            Action::Wait(time) => Action::Wait(time),
            Action::Renew { refused, timeout } => Action::Renew { refused, timeout },
        }
    }
}
