//! A change as an exchange.

use std::ops::ControlFlow;

use contacts_proto::{
    ActivateContact, Confirmation, Contact, CreateContact, DeactivateContact, DeleteContact,
    Ensured, Error, GetContact, Status, UpdateContact,
    exchange::{Action, Call, Ensure, Event, Exchange, Fork, Now, Session, Update, WaitReason},
};

use super::{Done, NotDisabled, Outcome};
use crate::{Change, enabled::Enabled};

/// A change as an exchange, for any client that runs exchanges. All its requests together have the
/// time limit of one exchange: [`RetryPolicy::deadline`](contacts_proto::RetryPolicy::deadline).
///
/// Its result is [`Outcome::Done`], [`Outcome::NotDisabled`], or an error if no part of the change
/// is known to be made.
#[derive(Debug)]
pub struct Step {
    change: Change,
    session: Session,
    state: State,
}

#[derive(Debug)]
enum State {
    New,
    Ensure(Box<Ensure>),
    /// Reads a contact that must be disabled, to see if it is enabled.
    Get(Box<Call<GetContact>>, Ensured),
    Disable(Box<Call<DeactivateContact>>, Ensured),
    Update(Box<Update>),
    Activate(Box<Call<ActivateContact>>),
    Deactivate(Box<Call<DeactivateContact>>),
    Delete(Box<Call<DeleteContact>>),
    Done,
}

/// The step after an inner exchange ends.
enum Next {
    State(State),
    End(Result<Outcome, Error>),
}

impl Step {
    pub(super) fn new(change: Change, session: Session) -> Self {
        Self { change, session, state: State::New }
    }

    /// Returns the change.
    pub fn change(&self) -> &Change {
        &self.change
    }

    fn begin(&self) -> Result<State, Error> {
        let session = self.session.clone();
        Ok(match &self.change {
            Change::Create { method, to, .. } => State::Ensure(Box::new(Ensure::new(
                session,
                CreateContact::new(method.clone(), to)?,
            ))),
            Change::Update { id, to, .. } => {
                State::Update(Box::new(Update::new(session, UpdateContact::new(id.clone(), to)?)))
            }
            Change::Activate { id, .. } => {
                State::Activate(Box::new(Call::new(session, ActivateContact::new(id.clone()))))
            }
            Change::Deactivate { id, .. } => {
                State::Deactivate(Box::new(Call::new(session, DeactivateContact::new(id.clone()))))
            }
            Change::Delete { id, .. } => {
                State::Delete(Box::new(Call::new(session, DeleteContact::new(id.clone()))))
            }
        })
    }

    fn ensured(&self, ensured: Ensured) -> Next {
        if matches!(self.change, Change::Create { enabled: true, .. }) {
            return done(Done::Ensured(ensured));
        }
        let get = GetContact::new(ensured.contact.id.clone());
        Next::State(State::Get(Box::new(Call::new(self.session.clone(), get)), ensured))
    }

    /// A number that was never verified is not enabled, and the service may reject its
    /// deactivation.
    fn found(&self, contact: Contact, mut ensured: Ensured) -> Next {
        ensured.contact = contact;
        if Enabled::of(&ensured.contact) == Enabled::No {
            return done(Done::Ensured(ensured));
        }
        let disable = DeactivateContact::new(ensured.contact.id.clone());
        Next::State(State::Disable(Box::new(Call::new(self.session.clone(), disable)), ensured))
    }
}

impl Exchange for Step {
    type Output = Outcome;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        loop {
            let next = match &mut self.state {
                State::New => {
                    let deadline = now.monotonic.saturating_add(self.session.policy().deadline);
                    self.session = self.session.clone().with_deadline(deadline);
                    self.begin().map_or_else(|error| Next::End(Err(error)), Next::State)
                }
                State::Ensure(ensure) => match ensure.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(Ok(ensured)) => {
                        self.session = ensure.session().clone();
                        self.ensured(ensured)
                    }
                    ControlFlow::Continue(Err(error)) => Next::End(Err(error)),
                },
                State::Get(call, ensured) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(Ok(contact)) => {
                        let ensured = ensured.clone();
                        self.session = call.session().clone();
                        self.found(contact, ensured)
                    }
                    ControlFlow::Continue(Err(error)) => not_disabled(ensured.clone(), error),
                },
                State::Disable(call, ensured) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(Ok(_)) => disabled(ensured.clone()),
                    ControlFlow::Continue(Err(error)) => not_disabled(ensured.clone(), error),
                },
                State::Update(call) => match confirmed(call.step(event, now, random)) {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(next) => next,
                },
                State::Activate(call) => match confirmed(call.step(event, now, random)) {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(next) => next,
                },
                State::Deactivate(call) => match confirmed(call.step(event, now, random)) {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(next) => next,
                },
                State::Delete(call) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => return action,
                    ControlFlow::Continue(result) => deleted(result),
                },
                State::Done => Next::End(Err(Error::invalid("exchange", "has already ended"))),
            };
            match next {
                Next::State(state) => self.state = state,
                Next::End(result) => {
                    self.state = State::Done;
                    return Action::Done(result);
                }
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        match &self.state {
            State::New => "apply a change",
            State::Ensure(ensure) => ensure.name(),
            State::Get(call, _) => call.name(),
            State::Disable(call, _) | State::Deactivate(call) => call.name(),
            State::Update(call) => call.name(),
            State::Activate(call) => call.name(),
            State::Delete(call) => call.name(),
            State::Done => "apply a change",
        }
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        match &self.state {
            State::New | State::Done => None,
            State::Ensure(ensure) => ensure.wait_reason(),
            State::Get(call, _) => call.wait_reason(),
            State::Disable(call, _) | State::Deactivate(call) => call.wait_reason(),
            State::Update(call) => call.wait_reason(),
            State::Activate(call) => call.wait_reason(),
            State::Delete(call) => call.wait_reason(),
        }
    }

    /// Only a create request can have an unknown outcome.
    fn is_create_in_flight(&self) -> bool {
        matches!(&self.state, State::Ensure(ensure) if ensure.is_create_in_flight())
    }
}

impl Fork for Step {
    fn fork(&self) -> Self {
        let state = match &self.state {
            State::New => State::New,
            State::Ensure(ensure) => State::Ensure(Box::new(ensure.fork())),
            State::Get(call, ensured) => State::Get(Box::new(call.fork()), ensured.clone()),
            State::Disable(call, ensured) => State::Disable(Box::new(call.fork()), ensured.clone()),
            State::Update(update) => State::Update(Box::new(update.fork())),
            State::Activate(call) => State::Activate(Box::new(call.fork())),
            State::Deactivate(call) => State::Deactivate(Box::new(call.fork())),
            State::Delete(call) => State::Delete(Box::new(call.fork())),
            State::Done => State::Done,
        };
        Self { change: self.change.clone(), session: self.session.clone(), state }
    }
}

fn confirmed(action: Action<Confirmation>) -> ControlFlow<Action<Outcome>, Next> {
    match action.result() {
        ControlFlow::Break(action) => ControlFlow::Break(action),
        ControlFlow::Continue(Ok(confirmation)) => {
            ControlFlow::Continue(done(Done::Changed(confirmation)))
        }
        ControlFlow::Continue(Err(error)) => ControlFlow::Continue(Next::End(Err(error))),
    }
}

/// Only the service's own 404 means that the contact no longer exists; one from a proxy or another
/// site does not.
fn deleted(result: Result<(), Error>) -> Next {
    match result {
        Ok(()) => done(Done::Deleted),
        Err(error) if error.is_no_such_contact() => done(Done::AlreadyDeleted),
        Err(error) => Next::End(Err(error)),
    }
}

fn disabled(mut ensured: Ensured) -> Next {
    let mut status = Status::default();
    status.enabled = Some(false);
    ensured.contact.status = Some(status);
    done(Done::Ensured(ensured))
}

/// The creation succeeded; the error belongs to a later request.
fn not_disabled(ensured: Ensured, error: Error) -> Next {
    Next::End(Ok(Outcome::NotDisabled(NotDisabled { ensured, error })))
}

fn done(done: Done) -> Next {
    Next::End(Ok(Outcome::Done(done)))
}
