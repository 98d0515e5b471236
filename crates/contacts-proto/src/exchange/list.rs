//! A complete list at once.

use std::ops::ControlFlow;

use super::{Action, Call, Event, Exchange, Now, Pages, Session, WaitReason};
use crate::{Contact, ContactMethod, Error, ListContacts, Operation};

/// Lists all contacts within one deadline.
///
/// It returns all contacts or an error, such as [`Error::Paging`]. To get contacts page by page,
/// use [`Pages`].
#[must_use = "an exchange does nothing until it is driven"]
#[derive(Debug)]
pub struct List {
    session: Session,
    pages: Pages,
    /// If present, only contacts with this method and address are kept.
    reaching: Option<(ContactMethod, String)>,
    contacts: Vec<Contact>,
    state: State,
}

#[derive(Debug)]
enum State {
    New,
    Requesting(Box<Call<ListContacts>>),
    Done,
}

impl List {
    /// Lists from this page to the end.
    pub fn new(session: Session, first: ListContacts) -> Self {
        let pages = Pages::new(first, session.policy().limits);
        Self { session, pages, reaching: None, contacts: Vec::new(), state: State::New }
    }

    /// Keeps only contacts with this method and address. See [`same_address`](crate::same_address).
    pub fn reaching(self, method: ContactMethod, to: impl Into<String>) -> Self {
        Self { reaching: Some((method, to.into())), ..self }
    }

    /// Returns the session, with the latest credentials.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Starts the request of the next page. If there is none, returns the last action.
    fn next_page(&mut self) -> Option<Action<Vec<Contact>>> {
        match self.pages.next_page() {
            Some(Ok(list)) => {
                self.state = State::Requesting(Box::new(Call::new(self.session.clone(), list)));
                None
            }
            Some(Err(error)) => Some(self.end(Err(error))),
            None => {
                let contacts = std::mem::take(&mut self.contacts);
                Some(self.end(Ok(contacts)))
            }
        }
    }

    fn end(&mut self, result: Result<Vec<Contact>, Error>) -> Action<Vec<Contact>> {
        self.state = State::Done;
        Action::Done(result)
    }
}

impl Exchange for List {
    type Output = Vec<Contact>;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Vec<Contact>> {
        loop {
            let call = match &mut self.state {
                State::New => {
                    self.session = self.session.begun(now);
                    if let Some(end) = self.next_page() {
                        return end;
                    }
                    continue;
                }
                State::Requesting(call) => call,
                State::Done => return Action::at_its_end(),
            };
            let page = match call.step(event, now, random).result() {
                ControlFlow::Break(action) => return action,
                ControlFlow::Continue(page) => page,
            };
            self.session = call.session().clone();
            match page {
                Ok(page) => {
                    let mut contacts = self.pages.accept(page);
                    if let Some((method, to)) = &self.reaching {
                        contacts.retain(|contact| contact.reaches(method, to));
                    }
                    self.contacts.append(&mut contacts);
                }
                Err(error) => return self.end(Err(error)),
            }
            if let Some(end) = self.next_page() {
                return end;
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        ListContacts::NAME
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        if let State::Requesting(call) = &self.state { call.wait_reason() } else { None }
    }
}
