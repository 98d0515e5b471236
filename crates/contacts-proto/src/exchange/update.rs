//! An update, which looks at the contact before it is repeated.

use std::{mem, ops::ControlFlow};

use http::{Request, Response};

use super::{Action, Call, Event, Exchange, Now, Session, WaitReason};
use crate::{
    BaseUrl, Confirmation, Contact, Credentials, Error, GetContact, Idempotency, Operation, UpdateContact,
    operation::Sealed, same_address,
};

/// An update. If an attempt may have had an effect, it looks at the contact: an address that is there already is success, and only
/// another one is a reason to send the update again. A look and the update after it are one attempt.
#[derive(Debug)]
pub struct Update {
    update: UpdateContact,
    state: State,
}

#[derive(Debug)]
enum State {
    Sending(Box<Call<UpdateContact>>),
    Looking(Box<Call<Look>>),
    Done,
}

/// A look at the contact on behalf of an update, whose name its errors have.
#[derive(Debug)]
struct Look(GetContact);

impl Sealed for Look {}

impl Operation for Look {
    type Output = Contact;

    const NAME: &'static str = UpdateContact::NAME;

    const IDEMPOTENCY: Idempotency = GetContact::IDEMPOTENCY;

    const SCOPES: &'static [&'static str] = GetContact::SCOPES;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        self.0.request(site, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Contact, Error> {
        self.0.read_for::<Self>(&response)
    }
}

impl Update {
    /// Updates this contact in this session; the deadline begins with the first step.
    pub fn new(session: Session, update: UpdateContact) -> Self {
        let state = State::Sending(Box::new(Call::new(session, update.clone())));
        Self { update, state }
    }

    /// Decides what follows from the end of the update: a look, if it is not known what it did.
    fn sent(
        &mut self,
        call: Call<UpdateContact>,
        result: Result<Confirmation, Error>,
        now: Now,
        random: u64,
    ) -> Action<Confirmation> {
        match (result, call.into_unknown()) {
            (Err(error), Some(mut attempts)) => {
                let action = attempts.retry(error, now, random);
                if let Action::Wait(_) = action {
                    let look = Look(GetContact::new(self.update.id().clone()));
                    self.state = State::Looking(Box::new(Call::go_on(look, attempts)));
                }
                action
            }
            (result, _) => Action::Done(result),
        }
    }

    /// Decides what follows from a look: the end if the update is done, or else the update once more.
    fn looked(&mut self, call: Call<Look>, found: Result<Contact, Error>) -> Option<Action<Confirmation>> {
        let contact = match found {
            Ok(contact) => contact,
            Err(error) => return Some(Action::Done(Err(error))),
        };
        if same_address(&contact.method, &contact.to, self.update.to()) {
            return Some(Action::Done(Ok(self.update.done())));
        }
        let mut attempts = call.into_attempts();
        if let Err(error) = attempts.once_more() {
            return Some(Action::Done(Err(error)));
        }
        self.state = State::Sending(Box::new(Call::go_on(self.update.clone(), attempts)));
        None
    }
}

impl Exchange for Update {
    type Output = Confirmation;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Confirmation> {
        loop {
            match mem::replace(&mut self.state, State::Done) {
                State::Sending(mut call) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => {
                        self.state = State::Sending(call);
                        return action;
                    }
                    ControlFlow::Continue(result) => return self.sent(*call, result, now, random),
                },
                State::Looking(mut call) => match call.step(event, now, random).result() {
                    ControlFlow::Break(action) => {
                        self.state = State::Looking(call);
                        return action;
                    }
                    ControlFlow::Continue(found) => {
                        if let Some(end) = self.looked(*call, found) {
                            return end;
                        }
                    }
                },
                State::Done => return Action::at_its_end(),
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        UpdateContact::NAME
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        match &self.state {
            State::Sending(call) => call.wait_reason(),
            State::Looking(call) => call.wait_reason(),
            State::Done => None,
        }
    }
}
