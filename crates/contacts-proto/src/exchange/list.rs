//! A complete list at once.

use std::ops::ControlFlow;

use super::{Action, Call, Event, Exchange, Fork, Now, Pages, Session, WaitReason, fork::Inner};
use crate::{Contact, ContactMethod, Error, ListContacts, Operation, Paged};

/// Reads a whole list within one deadline: contacts by default.
///
/// It returns all items or an error, such as [`Error::Paging`]. To get them page by page, use
/// [`Pages`].
#[must_use = "an exchange does nothing until it is driven"]
#[derive(Debug)]
pub struct List<O: Paged = ListContacts> {
    session: Session,
    pages: Pages<O>,
    reaching: Option<Reaching<O::Item>>,
    items: Vec<O::Item>,
    state: State<O>,
}

/// Method, address, and the test of an item against both. Only items that pass it are kept.
type Reaching<T> = (ContactMethod, String, fn(&T, &ContactMethod, &str) -> bool);

#[derive(Debug, Clone)]
enum State<O: Operation> {
    New,
    Requesting(Inner<Call<O>>),
    Done,
}

impl List {
    /// Keeps only contacts with this method and address. See [`same_address`](crate::same_address).
    pub fn reaching(self, method: ContactMethod, to: impl Into<String>) -> Self {
        Self { reaching: Some((method, to.into(), Contact::reaches)), ..self }
    }
}

impl<O: Paged> List<O> {
    /// Lists from this page to the end.
    pub fn new(session: Session, first: O) -> Self {
        let pages = Pages::new(first, session.policy().limits);
        Self { session, pages, reaching: None, items: Vec::new(), state: State::New }
    }

    /// Returns the session, with the latest credentials.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Starts the request of the next page. If there is none, returns the last action.
    fn next_page(&mut self) -> Option<Action<Vec<O::Item>>> {
        match self.pages.next_page() {
            Some(Ok(list)) => {
                self.state = State::Requesting(Inner::new(Call::new(self.session.clone(), list)));
                None
            }
            Some(Err(error)) => Some(self.end(Err(error))),
            None => {
                let items = std::mem::take(&mut self.items);
                Some(self.end(Ok(items)))
            }
        }
    }

    fn end(&mut self, result: Result<Vec<O::Item>, Error>) -> Action<Vec<O::Item>> {
        self.state = State::Done;
        Action::Done(result)
    }
}

impl<O: Paged> Exchange for List<O> {
    type Output = Vec<O::Item>;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Vec<O::Item>> {
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
                    let mut items = self.pages.accept(page);
                    if let Some((method, to, reaches)) = &self.reaching {
                        items.retain(|item| reaches(item, method, to));
                    }
                    self.items.append(&mut items);
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
        O::NAME
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        if let State::Requesting(call) = &self.state { call.wait_reason() } else { None }
    }
}

impl<O: Paged> Fork for List<O>
where
    O::Item: Clone,
{
    fn fork(&self) -> Self {
        Self {
            session: self.session.clone(),
            pages: self.pages.clone(),
            reaching: self.reaching.clone(),
            items: self.items.clone(),
            state: self.state.clone(),
        }
    }
}
