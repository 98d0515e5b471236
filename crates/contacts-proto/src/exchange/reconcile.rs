//! Checks whether an interrupted create request succeeded.

use std::ops::ControlFlow;

use super::{
    Action, Event, Exchange, Fork, Now, Receipt, Session, WaitReason, fork::Inner, search::Search,
};
use crate::{Contact, Duplicate, Error};

/// Checks whether an interrupted create request succeeded. It only reads.
///
/// It lists the contacts. If the contact is missing, it waits for
/// [`RetryPolicy::consistency_delay`](crate::RetryPolicy::consistency_delay) and lists them again,
/// before it returns [`Reconciled::NotFound`].
///
/// It ends with [`Error::Duplicate`] if several contacts have this method and address, or with the
/// error of a request. After an error, the receipt is still valid: run it again.
#[must_use = "an exchange does nothing until it is driven"]
#[derive(Debug)]
pub struct Reconcile {
    session: Session,
    receipt: Receipt,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    New,
    Searching { search: Inner<Search>, again: bool },
    Done,
}

/// Result of [`Reconcile`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciled {
    /// The contact exists.
    ///
    /// If the receipt has no list of earlier contacts ([`Receipt::seen`]), the contact may have
    /// existed before the request. If the receipt has a confirmed id
    /// ([`Receipt::created`]) that no list shows yet, only id, method and `to` are known.
    Found(Contact),
    /// The contact does not exist. It is safe to create it again.
    ///
    /// If the receipt [names no user](Receipt::user), this is true only for the user of this
    /// session.
    NotFound,
}

impl Reconcile {
    /// Checks a receipt. The session must have the credentials of the user that created the
    /// contact.
    ///
    /// It ends with [`Error::InvalidInput`] if the receipt is for another site. If the receipt
    /// [names a user](Receipt::user), credentials of another user are an error too, and so is an
    /// OAuth token, which does not show its user. Another user's contacts would prove nothing.
    pub fn new(session: Session, receipt: Receipt) -> Self {
        Self { session, receipt, state: State::New }
    }

    fn search_again(&mut self) {
        let search = Search::after_delay(&self.session, self.receipt.method(), self.receipt.to());
        self.state = State::Searching { search: Inner::new(search), again: true };
    }

    /// Decides the result from the contacts of a search. `None` means that a second search must
    /// decide.
    fn found(&self, mut found: Vec<Contact>, again: bool) -> Option<Result<Reconciled, Error>> {
        let before = self.receipt.seen().unwrap_or_default();
        found.retain(|contact| !before.contains(&contact.id));
        if found.len() > 1 {
            let duplicate =
                Duplicate::new(self.receipt.method().clone(), self.receipt.to().to_owned(), found);
            return Some(Err(Error::Duplicate(Box::new(duplicate))));
        }
        let confirmed =
            self.receipt.created().filter(|id| found.iter().all(|contact| contact.id != **id));
        if !again && (found.is_empty() || confirmed.is_some()) {
            return None;
        }
        // A confirmed contact exists, even if no list shows it yet.
        let confirmed = confirmed
            .map(|id| Contact::new(id.clone(), self.receipt.method().clone(), self.receipt.to()));
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
                    let search = Search::immediately(
                        &self.session,
                        self.receipt.method(),
                        self.receipt.to(),
                    );
                    self.state = State::Searching { search: Inner::new(search), again: false };
                    continue;
                }
                State::Searching { search, again } => (search, *again),
                State::Done => return Action::at_its_end(),
            };
            let found = match search.step(event, now, random).result() {
                ControlFlow::Break(action) => return action,
                ControlFlow::Continue(found) => found,
            };
            self.session = search.session().clone();
            let end = match found {
                // A credentials provider may have replaced the user.
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
                None => self.search_again(),
            }
            event = Event::Start;
        }
    }

    fn name(&self) -> &'static str {
        "reconcile the receipt"
    }

    fn wait_reason(&self) -> Option<WaitReason> {
        if let State::Searching { search, .. } = &self.state { search.wait_reason() } else { None }
    }
}

impl Fork for Reconcile {
    fn fork(&self) -> Self {
        Self {
            session: self.session.clone(),
            receipt: self.receipt.clone(),
            state: self.state.clone(),
        }
    }
}
