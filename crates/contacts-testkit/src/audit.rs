//! The audit: what an exchange said, against what the service has.

use contacts_proto::{
    Contact, ContactId, ContactMethod, CreateContact, Duplicate, Effect, EnsureOutcome, Error, Hint,
    Reconciled, same_address,
};
use contacts_sandbox::StoredContact;
use http::StatusCode;

use crate::{
    findings::{Harm, Violation},
    job::{Job, Outcome},
    ledger::Ledger,
};

/// All that is known about an exchange when it has ended and everything that was delayed has
/// happened.
#[derive(Debug)]
pub struct Case<'a> {
    /// The job.
    pub job: &'a Job,
    /// The result that the exchange reports.
    pub result: &'a Result<Outcome, Error>,
    /// The result of reconciling its receipt, if it left one.
    pub resolved: Option<&'a Result<Reconciled, Error>>,
    /// The user's contacts before.
    pub before: &'a [StoredContact],
    /// The user's contacts after.
    pub after: &'a [StoredContact],
    /// The record of the network.
    pub ledger: &'a Ledger,
}

impl Case<'_> {
    /// Takes down every law that the exchange has broken.
    pub fn judge(&self, violations: &mut Vec<Violation>) {
        let mut found = |harm, how: String| violations.push(Violation::new(harm, how));
        self.bystanders(&mut found);
        self.half_done(&mut found);
        if let Some(wanted) = self.job.wanted() {
            self.doubled(wanted, &mut found);
        }
        match self.result {
            Ok(outcome) => self.success(outcome, &mut found),
            Err(error) => self.error(error, &mut found),
        }
        if let (Some(wanted), Some(resolved)) = (self.job.wanted(), self.resolved) {
            self.resolution(wanted, resolved, &mut found);
        }
    }

    /// Contacts that the job is not about stay as they are, and none come from nowhere.
    fn bystanders(&self, found: &mut impl FnMut(Harm, String)) {
        let target = self.job.target().map(ContactId::as_str);
        for contact in self.before.iter().filter(|contact| Some(contact.id.as_str()) != target) {
            if find(self.after, &contact.id) != Some(contact) {
                found(Harm::Wrong, format!("another contact has changed: {contact:?}"));
            }
        }
        let expected = |contact: &StoredContact| {
            find(self.before, &contact.id).is_some()
                || self.job.wanted().is_some_and(|wanted| matches(contact, wanted))
        };
        if let Some(contact) = self.after.iter().find(|contact| !expected(contact)) {
            found(Harm::Wrong, format!("a contact came that nobody wanted: {contact:?}"));
        }
    }

    /// The contact that the job is about is as it was or as it was to be.
    fn half_done(&self, found: &mut impl FnMut(Harm, String)) {
        let Some(before) = self.job.target().and_then(|id| find(self.before, id.as_str())) else { return };
        let wanted = match self.job.clone() {
            Job::Delete(_) => None,
            Job::Update(_, to) => Some(StoredContact { to, ..before.clone() }),
            Job::Activate(_) => Some(StoredContact { enabled: true, ..before.clone() }),
            Job::Deactivate(_) => Some(StoredContact { enabled: false, ..before.clone() }),
            _ => Some(before.clone()),
        };
        let after = self.target();
        if after != Some(before) && after != wanted.as_ref() {
            found(Harm::Wrong, format!("neither as it was nor as it was to be: {after:?}"));
        }
    }

    fn doubled(&self, wanted: &CreateContact, found: &mut impl FnMut(Harm, String)) {
        let ensure = matches!(self.job, Job::Ensure(_));
        let there = ensure && self.before.iter().any(|contact| matches(contact, wanted));
        let allowed = usize::from(!there).saturating_add(self.ledger.second_creations);
        let new = self.new_ones(wanted).count();
        if new > allowed {
            let seconds = self.ledger.second_creations;
            found(Harm::Doubled, format!("{new} new contacts, of which second deliveries made {seconds}"));
        }
    }

    fn success(&self, outcome: &Outcome, found: &mut impl FnMut(Harm, String)) {
        match (self.job, outcome) {
            (Job::List | Job::ListOf(_), Outcome::Listed(contacts)) => {
                if !is_whole_list(contacts, self.after) {
                    found(Harm::Wrong, format!("not the service's list: {contacts:?}"));
                }
            }
            (Job::Get(id), Outcome::Got(contact)) => {
                if contact.id != *id
                    || !find(self.after, id.as_str()).is_some_and(|stored| same(contact, stored))
                {
                    found(Harm::Wrong, format!("not the service's contact: {contact:?}"));
                }
            }
            (Job::Create(wanted), Outcome::Confirmed(id)) => self.created(wanted, id, found),
            (
                Job::Update(target, _) | Job::Activate(target) | Job::Deactivate(target),
                Outcome::Confirmed(id),
            ) => {
                if target != id {
                    found(Harm::Wrong, format!("not the contact that was to be changed: {id}"));
                }
                if !self.is_as_wanted(self.target()) {
                    found(Harm::Lost, format!("not as it was to be: {:?}", self.target()));
                }
            }
            (Job::Delete(id), Outcome::Deleted) => {
                if self.target().is_some() {
                    found(Harm::Lost, format!("still there: {id}"));
                }
                if !self.ledger.doubt && find(self.before, id.as_str()).is_none() {
                    found(Harm::Wrong, format!("there was no {id} to be deleted, and no reason to think so"));
                }
            }
            (Job::Ensure(wanted), Outcome::Ensured(contact, how)) => {
                self.ensured(wanted, contact, *how, found);
            }
            _ => found(Harm::Wrong, format!("no answer to what was wanted: {outcome:?}")),
        }
    }

    fn created(&self, wanted: &CreateContact, id: &ContactId, found: &mut impl FnMut(Harm, String)) {
        match find(self.after, id.as_str()) {
            None => found(Harm::Lost, format!("not there: {id}")),
            Some(contact) if find(self.before, id.as_str()).is_some() || !matches(contact, wanted) => {
                found(Harm::Wrong, format!("not the new contact: {contact:?}"));
            }
            Some(_) => {}
        }
    }

    fn ensured(
        &self,
        wanted: &CreateContact,
        contact: &Contact,
        how: EnsureOutcome,
        found: &mut impl FnMut(Harm, String),
    ) {
        let id = contact.id.as_str();
        let Some(stored) = find(self.after, id) else {
            return found(Harm::Lost, format!("not there: {id}"));
        };
        let known = contact.status.is_none() || same(contact, stored);
        if !matches(stored, wanted) || !contact.reaches(wanted.method(), wanted.to()) || !known {
            found(Harm::Wrong, format!("not the contact that was wanted: {contact:?}, {stored:?}"));
        }
        let was_there = find(self.before, id).is_some();
        // Where the second delivery of a creation is refused, nobody can tell that the first one
        // was not somebody else's.
        if was_there != (how == EnsureOutcome::AlreadyExisted)
            && !(how == EnsureOutcome::AlreadyExisted && self.ledger.second_refused)
        {
            found(
                Harm::Wrong,
                format!("{how:?}, and it was {}there before", if was_there { "" } else { "not " }),
            );
        }
    }

    fn error(&self, error: &Error, found: &mut impl FnMut(Harm, String)) {
        if let Some(status) = error.status()
            && !self.ledger.gave(status)
        {
            found(Harm::Wrong, format!("a status that nobody sent: {error}"));
        }
        match error {
            Error::OutcomeUnknown(_) if self.job.wanted().is_some() => return,
            Error::Duplicate(duplicate) if matches!(self.job, Job::Ensure(_)) => {
                return self.duplicate(duplicate, found);
            }
            Error::InvalidInput(_) | Error::Paging(_) | Error::OutcomeUnknown(_) | Error::Duplicate(_) => {
                return found(Harm::Wrong, format!("no error that can come here: {error}"));
            }
            _ => {}
        }
        let writes = !self.job.reads();
        if error.effect() == Effect::Possible {
            if self.job.wanted().is_some() || !writes || !self.ledger.doubt {
                found(Harm::Wrong, format!("there is no such doubt: {error}"));
            }
            return;
        }
        let absent = error.status() == Some(StatusCode::NOT_FOUND);
        if absent && self.job.target().is_some() && self.target().is_some() {
            found(Harm::Wrong, format!("it is there: {error}"));
        }
        // The network has done it, by the first of two deliveries, and then delivered a refusal of
        // the second.
        let excused = match self.job {
            Job::Create(_) | Job::Ensure(_) => {
                matches!(
                    error.hint(),
                    Some(Hint::ExistsOrTooMany | Hint::AlreadyExists | Hint::TooManyContacts)
                ) && self.ledger.second_refused
            }
            Job::Delete(_) => absent && self.ledger.second_refused,
            _ => false,
        };
        if !excused && self.was_done() {
            found(Harm::Phantom, format!("it was done: {error}"));
        }
    }

    fn duplicate(&self, duplicate: &Duplicate, found: &mut impl FnMut(Harm, String)) {
        let contacts = duplicate.contacts();
        let real = contacts.iter().all(|contact| find(self.after, contact.id.as_str()).is_some());
        if contacts.len() < 2 || !real {
            found(Harm::Wrong, format!("there are no such duplicates: {duplicate}"));
        }
    }

    fn resolution(
        &self,
        wanted: &CreateContact,
        resolved: &Result<Reconciled, Error>,
        found: &mut impl FnMut(Harm, String),
    ) {
        let new = self.new_ones(wanted).count();
        match resolved {
            Ok(Reconciled::Found(contact)) => {
                let stored = find(self.after, contact.id.as_str());
                let old = find(self.before, contact.id.as_str()).is_some();
                // A plain creation has not looked before: what was there is taken for its own.
                if !stored.is_some_and(|stored| matches(stored, wanted) && same(contact, stored))
                    || old && matches!(self.job, Job::Ensure(_))
                {
                    found(Harm::Wrong, format!("resolved to another contact: {contact:?}"));
                }
            }
            Ok(Reconciled::NotFound) if new > 0 => {
                found(Harm::Phantom, "resolved as not created, and it was".to_owned());
            }
            Ok(Reconciled::NotFound) => {}
            Err(Error::Duplicate(duplicate)) => self.duplicate(duplicate, found),
            Err(error) => found(Harm::Wrong, format!("could not be resolved, though all went well: {error}")),
        }
    }

    /// Returns `true` if the service did it in the course of the exchange.
    fn was_done(&self) -> bool {
        if let Some(wanted) = self.job.wanted() {
            return self.new_ones(wanted).next().is_some();
        }
        let before = self.job.target().and_then(|id| find(self.before, id.as_str()));
        !self.is_as_wanted(before) && self.is_as_wanted(self.target())
    }

    /// Returns `true` if a contact is as the job wants it.
    fn is_as_wanted(&self, contact: Option<&StoredContact>) -> bool {
        match self.job {
            Job::Update(_, to) => contact.is_some_and(|it| same_address(&ContactMethod::Email, &it.to, to)),
            Job::Delete(_) => contact.is_none(),
            Job::Activate(_) => contact.is_some_and(|it| it.enabled),
            Job::Deactivate(_) => contact.is_some_and(|it| !it.enabled),
            _ => false,
        }
    }

    fn target(&self) -> Option<&StoredContact> {
        find(self.after, self.job.target()?.as_str())
    }

    fn new_ones(&self, wanted: &CreateContact) -> impl Iterator<Item = &StoredContact> {
        self.after
            .iter()
            .filter(move |contact| find(self.before, &contact.id).is_none() && matches(contact, wanted))
    }
}

/// Returns `true` if a list is what the service has, in its order.
pub fn is_whole_list(contacts: &[Contact], stored: &[StoredContact]) -> bool {
    let is_as_stored = |((contact, stored), place): ((&Contact, _), _)| {
        same(contact, stored) && contact.apply_order == Some(place)
    };
    contacts.len() == stored.len() && contacts.iter().zip(stored).zip(0..).all(is_as_stored)
}

fn find<'a>(contacts: &'a [StoredContact], id: &str) -> Option<&'a StoredContact> {
    contacts.iter().find(|contact| contact.id == id)
}

fn matches(contact: &StoredContact, wanted: &CreateContact) -> bool {
    contact.method.as_str() == wanted.method().as_str()
        && same_address(wanted.method(), &contact.to, wanted.to())
}

/// Returns `true` if a contact is the one that the service has.
pub fn same(contact: &Contact, stored: &StoredContact) -> bool {
    contact.id.as_str() == stored.id
        && contact.method.as_str() == stored.method.as_str()
        && contact.to == stored.to
        && contact.is_enabled() == stored.enabled
}
