//! The audit: compares the outcome of an exchange with the state of the service.

use contacts_proto::{
    Contact, ContactId, ContactMethod, CreateContact, Duplicate, Effect, EnsureOutcome, Error,
    Hint, Reconciled, same_address,
};
use contacts_sandbox::StoredContact;
use http::StatusCode;

use crate::{
    findings::{Violation, ViolationKind},
    job::{Job, Outcome},
    network_record::NetworkRecord,
};

/// All facts about an exchange that has ended. All delayed requests have been delivered.
#[derive(Debug)]
pub struct Case<'a> {
    /// The job.
    pub job: &'a Job,
    /// The result that the exchange reports.
    pub result: &'a Result<Outcome, Error>,
    /// The result of reconciling its receipt, if there is a receipt.
    pub reconciled: Option<&'a Result<Reconciled, Error>>,
    /// The user's contacts before.
    pub before: &'a [StoredContact],
    /// The user's contacts after.
    pub after: &'a [StoredContact],
    /// The record of the network.
    pub record: &'a NetworkRecord,
}

impl Case<'_> {
    /// Adds every violation that the audit finds.
    pub fn check(&self, violations: &mut Vec<Violation>) {
        let mut found = |kind, how: String| violations.push(Violation::new(kind, how));
        self.check_other_contacts(&mut found);
        self.check_target(&mut found);
        if let Some(wanted) = self.job.wanted() {
            self.check_duplicates(wanted, &mut found);
        }
        match self.result {
            Ok(outcome) => self.check_success(outcome, &mut found),
            Err(error) => self.error(error, &mut found),
        }
        if let (Some(wanted), Some(reconciled)) = (self.job.wanted(), self.reconciled) {
            self.check_reconciled(wanted, reconciled, &mut found);
        }
    }

    /// All other contacts stay unchanged, and no unexpected contact appears.
    fn check_other_contacts(&self, found: &mut impl FnMut(ViolationKind, String)) {
        let target = self.job.target().map(ContactId::as_str);
        for contact in self.before.iter().filter(|contact| Some(contact.id.as_str()) != target) {
            if find(self.after, &contact.id) != Some(contact) {
                found(ViolationKind::Wrong, format!("another contact changed: {contact:?}"));
            }
        }
        let expected = |contact: &StoredContact| {
            find(self.before, &contact.id).is_some()
                || self.job.wanted().is_some_and(|wanted| matches(contact, wanted))
        };
        if let Some(contact) = self.after.iter().find(|contact| !expected(contact)) {
            found(ViolationKind::Wrong, format!("unexpected new contact: {contact:?}"));
        }
    }

    /// The target contact is unchanged or has the wanted state.
    fn check_target(&self, found: &mut impl FnMut(ViolationKind, String)) {
        let Some(before) = self.job.target().and_then(|id| find(self.before, id.as_str())) else {
            return;
        };
        let after = self.target();
        if after == Some(before) {
            return;
        }
        let wanted = match self.job.clone() {
            Job::Delete(_) => None,
            Job::Update(_, to) => Some(StoredContact { to, ..before.clone() }),
            Job::Activate(_) => Some(StoredContact { enabled: true, ..before.clone() }),
            Job::Deactivate(_) => Some(StoredContact { enabled: false, ..before.clone() }),
            _ => Some(before.clone()),
        };
        if after != wanted.as_ref() {
            found(ViolationKind::Wrong, format!("neither unchanged nor as wanted: {after:?}"));
        }
    }

    fn check_duplicates(
        &self,
        wanted: &CreateContact,
        found: &mut impl FnMut(ViolationKind, String),
    ) {
        let ensure = matches!(self.job, Job::Ensure(_));
        let there = ensure && self.before.iter().any(|contact| matches(contact, wanted));
        let allowed = usize::from(!there).saturating_add(self.record.duplicate_creates);
        let new = self.new_contacts(wanted).count();
        if new > allowed {
            let seconds = self.record.duplicate_creates;
            found(
                ViolationKind::Doubled,
                format!("{new} new contacts; second deliveries created {seconds} of them"),
            );
        }
    }

    fn check_success(&self, outcome: &Outcome, found: &mut impl FnMut(ViolationKind, String)) {
        match (self.job, outcome) {
            (Job::List | Job::ListOf(_), Outcome::Listed(contacts)) => {
                if !is_whole_list(contacts, self.after) {
                    found(
                        ViolationKind::Wrong,
                        format!("the list differs from the service: {contacts:?}"),
                    );
                }
            }
            (Job::Get(id), Outcome::Got(contact)) => {
                if contact.id != *id
                    || !find(self.after, id.as_str()).is_some_and(|stored| same(contact, stored))
                {
                    found(
                        ViolationKind::Wrong,
                        format!("the contact differs from the service: {contact:?}"),
                    );
                }
            }
            (Job::Create(wanted), Outcome::Confirmed(id)) => self.check_created(wanted, id, found),
            (
                Job::Update(target, _) | Job::Activate(target) | Job::Deactivate(target),
                Outcome::Confirmed(id),
            ) => {
                if target != id {
                    found(ViolationKind::Wrong, format!("confirmed for another contact: {id}"));
                }
                if !self.is_as_wanted(self.target()) {
                    found(
                        ViolationKind::Lost,
                        format!("not changed as confirmed: {:?}", self.target()),
                    );
                }
            }
            (Job::Delete(id), Outcome::Deleted) => {
                if self.target().is_some() {
                    found(ViolationKind::Lost, format!("not deleted: {id}"));
                }
                if !self.record.has_ambiguous_write && find(self.before, id.as_str()).is_none() {
                    found(ViolationKind::Wrong, format!("deleted {id}, which did not exist"));
                }
            }
            (Job::Ensure(wanted), Outcome::Ensured(contact, how)) => {
                self.check_ensured(wanted, contact, *how, found);
            }
            _ => found(ViolationKind::Wrong, format!("the outcome is of another job: {outcome:?}")),
        }
    }

    fn check_created(
        &self,
        wanted: &CreateContact,
        id: &ContactId,
        found: &mut impl FnMut(ViolationKind, String),
    ) {
        match find(self.after, id.as_str()) {
            None => found(ViolationKind::Lost, format!("does not exist: {id}")),
            Some(contact)
                if find(self.before, id.as_str()).is_some() || !matches(contact, wanted) =>
            {
                found(ViolationKind::Wrong, format!("not a new, matching contact: {contact:?}"));
            }
            Some(_) => {}
        }
    }

    fn check_ensured(
        &self,
        wanted: &CreateContact,
        contact: &Contact,
        how: EnsureOutcome,
        found: &mut impl FnMut(ViolationKind, String),
    ) {
        let id = contact.id.as_str();
        let Some(stored) = find(self.after, id) else {
            return found(ViolationKind::Lost, format!("does not exist: {id}"));
        };
        let known = contact.status.is_none() || same(contact, stored);
        if !matches(stored, wanted) || !contact.reaches(wanted.method(), wanted.to()) || !known {
            found(ViolationKind::Wrong, format!("not the wanted contact: {contact:?}, {stored:?}"));
        }
        let was_there = find(self.before, id).is_some();
        // If the second delivery of a create fails as a duplicate, the client cannot tell who made
        // the first.
        if was_there != (how == EnsureOutcome::AlreadyExisted)
            && !(how == EnsureOutcome::AlreadyExisted && self.record.second_delivery_failed)
        {
            found(
                ViolationKind::Wrong,
                format!(
                    "{how:?}, but it {} before",
                    if was_there { "existed" } else { "did not exist" }
                ),
            );
        }
    }

    fn error(&self, error: &Error, found: &mut impl FnMut(ViolationKind, String)) {
        if error.status().is_some_and(|status| !self.record.has_status(status)) {
            found(ViolationKind::Wrong, format!("no response had this status: {error}"));
        }
        match error {
            Error::OutcomeUnknown(_) if self.job.wanted().is_some() => return,
            Error::Duplicate(duplicate) if matches!(self.job, Job::Ensure(_)) => {
                return self.duplicate(duplicate, found);
            }
            Error::InvalidInput(_)
            | Error::Paging(_)
            | Error::OutcomeUnknown(_)
            | Error::Duplicate(_) => {
                return found(ViolationKind::Wrong, format!("impossible error: {error}"));
            }
            _ => {}
        }
        let writes = !self.job.is_read_only();
        if error.effect() == Effect::Possible {
            if self.job.wanted().is_some() || !writes || !self.record.has_ambiguous_write {
                found(ViolationKind::Wrong, format!("possible effect without a reason: {error}"));
            }
            return;
        }
        let absent = error.status() == Some(StatusCode::NOT_FOUND);
        if absent && self.job.target().is_some() && self.target().is_some() {
            found(ViolationKind::Wrong, format!("the contact exists: {error}"));
        }
        // The network delivered the request twice and returned only the error of the second
        // delivery.
        let excused = match self.job {
            Job::Create(_) | Job::Ensure(_) => {
                matches!(
                    error.hint(),
                    Some(Hint::ExistsOrTooMany | Hint::AlreadyExists | Hint::TooManyContacts)
                ) && self.record.second_delivery_failed
            }
            Job::Delete(_) => absent && self.record.second_delivery_failed,
            _ => false,
        };
        if !excused && self.was_done() {
            found(ViolationKind::Phantom, format!("the effect happened: {error}"));
        }
    }

    fn duplicate(&self, duplicate: &Duplicate, found: &mut impl FnMut(ViolationKind, String)) {
        let contacts = duplicate.contacts();
        let real = contacts.iter().all(|contact| find(self.after, contact.id.as_str()).is_some());
        if contacts.len() < 2 || !real {
            found(ViolationKind::Wrong, format!("these duplicates do not exist: {duplicate}"));
        }
    }

    fn check_reconciled(
        &self,
        wanted: &CreateContact,
        reconciled: &Result<Reconciled, Error>,
        found: &mut impl FnMut(ViolationKind, String),
    ) {
        let new = self.new_contacts(wanted).count();
        match reconciled {
            Ok(Reconciled::Found(contact)) => {
                let stored = find(self.after, contact.id.as_str());
                let old = find(self.before, contact.id.as_str()).is_some();
                // A plain create has no scan before it, so a contact that existed before may match.
                if !stored.is_some_and(|stored| matches(stored, wanted) && same(contact, stored))
                    || old && matches!(self.job, Job::Ensure(_))
                {
                    found(
                        ViolationKind::Wrong,
                        format!("reconciled to another contact: {contact:?}"),
                    );
                }
            }
            Ok(Reconciled::NotFound) if new > 0 => {
                found(
                    ViolationKind::Phantom,
                    "reconciled as not created, but it was created".to_owned(),
                );
            }
            Ok(Reconciled::NotFound) => {}
            Err(Error::Duplicate(duplicate)) => self.duplicate(duplicate, found),
            Err(error) => {
                found(ViolationKind::Wrong, format!("reconciling failed without faults: {error}"));
            }
        }
    }

    /// Returns `true` if the exchange had its effect.
    fn was_done(&self) -> bool {
        if let Some(wanted) = self.job.wanted() {
            return self.new_contacts(wanted).next().is_some();
        }
        let before = self.job.target().and_then(|id| find(self.before, id.as_str()));
        !self.is_as_wanted(before) && self.is_as_wanted(self.target())
    }

    /// Returns `true` if a contact has the state that the job wants.
    fn is_as_wanted(&self, contact: Option<&StoredContact>) -> bool {
        match self.job {
            Job::Update(_, to) => {
                contact.is_some_and(|it| same_address(&ContactMethod::Email, &it.to, to))
            }
            Job::Delete(_) => contact.is_none(),
            Job::Activate(_) => contact.is_some_and(|it| it.enabled),
            Job::Deactivate(_) => contact.is_some_and(|it| !it.enabled),
            _ => false,
        }
    }

    fn target(&self) -> Option<&StoredContact> {
        find(self.after, self.job.target()?.as_str())
    }

    fn new_contacts(&self, wanted: &CreateContact) -> impl Iterator<Item = &StoredContact> {
        self.after.iter().filter(move |contact| {
            find(self.before, &contact.id).is_none() && matches(contact, wanted)
        })
    }
}

/// Returns `true` if a list equals the stored contacts, in order.
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

/// Returns `true` if a contact equals a stored one.
pub fn same(contact: &Contact, stored: &StoredContact) -> bool {
    contact.id.as_str() == stored.id
        && contact.method.as_str() == stored.method.as_str()
        && contact.to == stored.to
        && contact.is_enabled() == stored.enabled
}
