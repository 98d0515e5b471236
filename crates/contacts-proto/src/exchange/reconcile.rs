//! The end of a doubt about a creation.

use std::ops::ControlFlow;

use super::{Action, Event, Exchange, Now, Receipt, Session, WaitReason, search::Search};
use crate::{Contact, Duplicate, Error};

/// Finds out what became of a creation whose outcome was not known: looks for the contact, and once more after
/// [`RetryPolicy::consistency_delay`](crate::RetryPolicy::consistency_delay) before it says that there is none. It changes nothing.
///
/// It ends with [`Error::Duplicate`] if there are several, or with whatever the requests end with. An error leaves the receipt as good as
/// it was.
#[derive(Debug)]
pub struct Reconcile {
    session: Session,
    receipt: Receipt,
    state: State,
}

#[derive(Debug)]
enum State {
    New,
    Looking { search: Box<Search>, again: bool },
    Done,
}

/// What became of a creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciled {
    /// The contact is there. (If nobody looked before the creation, it may have been there before. If no list shows it and the
    /// service has confirmed it, nothing but its id, method and `to` is known.)
    Found(Contact),
    /// It is not: the creation may be sent again. (If the receipt [names no user](Receipt::user), this holds for the user who asked.)
    NotFound,
}

impl Reconcile {
    /// Resolves a receipt, with the credentials of the user whose contact it was to be. It ends with [`Error::InvalidInput`] if the receipt
    /// is of another site, or [names a user](Receipt::user) and the credentials are another's, or an OAuth token, which may be; of
    /// another user's contacts nothing could be said.
    pub fn new(session: Session, receipt: Receipt) -> Self {
        Self { session, receipt, state: State::New }
    }

    fn look_again(&mut self) {
        let search = Search::once_settled(&self.session, self.receipt.method(), self.receipt.to());
        self.state = State::Looking { search: Box::new(search), again: true };
    }

    /// What there is of the contacts that were not there before, and of the one that was confirmed; `None` if that is still to be
    /// seen.
    fn found(&self, mut found: Vec<Contact>, again: bool) -> Option<Result<Reconciled, Error>> {
        let before = self.receipt.seen().unwrap_or_default();
        found.retain(|contact| !before.contains(&contact.id));
        if found.len() > 1 {
            let duplicate =
                Duplicate::new(self.receipt.method().clone(), self.receipt.to().to_owned(), found);
            return Some(Err(Error::Duplicate(Box::new(duplicate))));
        }
        let confirmed = self.receipt.created().filter(|id| found.iter().all(|contact| contact.id != **id));
        if !again && (found.is_empty() || confirmed.is_some()) {
            return None;
        }
        // What was confirmed has been created, though no list shows it.
        let confirmed =
            confirmed.map(|id| Contact::new(id.clone(), self.receipt.method().clone(), self.receipt.to()));
        Some(Ok(found.pop().or(confirmed).map_or(Reconciled::NotFound, Reconciled::Found)))
    }
}

impl Exchange for Reconcile {
    type Output = Reconciled;

    fn step(&mut self, mut event: Event<'_>, now: Now, random: u64) -> Action<Reconciled> {
        loop {
            let (search, again) = match &mut self.state {
                State::New => {
                    if let Err(error) = self.receipt.check(&self.session) {
                        self.state = State::Done;
                        return Action::Done(Err(error));
                    }
                    self.session = self.session.begun(now);
                    let search = Search::at_once(&self.session, self.receipt.method(), self.receipt.to());
                    self.state = State::Looking { search: Box::new(search), again: false };
                    continue;
                }
                State::Looking { search, again } => (search, *again),
                State::Done => return Action::at_its_end(),
            };
            let found = match search.step(event, now, random).result() {
                ControlFlow::Break(action) => return action,
                ControlFlow::Continue(found) => found,
            };
            self.session = search.session().clone();
            let end = match found {
                // Only now is it known who asks, if the credentials come from a source.
                Ok(found) => match self.receipt.check(&self.session) {
                    Ok(()) => self.found(found, again),
                    Err(error) => Some(Err(error)),
                },
                Err(error) => Some(Err(error)),
            };
            match end {
                Some(result) => {
                    self.state = State::Done;
                    return Action::Done(result);
                }
                None => self.look_again(),
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        "resolve the receipt"
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        if let State::Looking { search, .. } = &self.state { search.wait_reason() } else { None }
    }
}
