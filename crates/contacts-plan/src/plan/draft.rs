//! How changes are found and brought into order.

use contacts_proto::{Contact, ContactId, ContactMethod, CreateContact};

use crate::{
    Change, Desired, Options, PlanError, PlanErrorKind, Warning,
    doubles::doubles,
    enabled::Enabled,
    limit,
    matching::{Entry, Match, Matching},
};

/// The parts of a plan.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) changes: Vec<Change>,
    pub(super) warnings: Vec<Warning>,
    pub(super) unmanaged: Vec<Contact>,
    pub(super) remains: Enabled,
}

/// What is found out, entry by entry.
#[derive(Default)]
struct Findings {
    options: Options,
    creates: Vec<Change>,
    updates: Vec<Change>,
    activations: Vec<Change>,
    deactivations: Vec<Change>,
    deletes: Vec<Change>,
    unmanaged: Vec<Contact>,
    warnings: Vec<Warning>,
    reasons: Vec<PlanErrorKind>,
    /// The most that is known of any contact that is deleted or deactivated.
    taken: Enabled,
    /// The most that will be known, when all is done, of any contact that is to be enabled.
    remains: Enabled,
}

impl Draft {
    pub(super) fn new(
        matching: Matching<'_>,
        actual: &[Contact],
        options: Options,
    ) -> Result<Self, PlanError> {
        let mut findings = Findings { options, ..Findings::default() };
        findings.reasons.extend(same_contacts(&matching.entries));
        for entry in &matching.entries {
            findings.entry(entry);
        }
        for (contact, named) in matching.others {
            findings.other(contact, named);
        }
        findings.guard(actual);
        PlanError::for_any(std::mem::take(&mut findings.reasons))?;
        Ok(findings.in_order(actual))
    }
}

/// Entries that are the same contact. Two that reach one address may stand if that is how it is: the service has the double.
fn same_contacts(entries: &[Entry<'_>]) -> impl Iterator<Item = PlanErrorKind> {
    let is_own = |entry: &Entry<'_>| match entry.found {
        Match::There(contact) => entry.desired.id.as_ref() == Some(&contact.id),
        Match::Moved(_) | Match::New => false,
    };
    doubles(entries.iter().map(move |entry| (entry.desired, is_own(entry))))
        .map(|(first, second)| PlanErrorKind::SameContact { first: first.clone(), second: second.clone() })
}

impl Findings {
    fn entry(&mut self, entry: &Entry<'_>) {
        let desired = entry.desired;
        match entry.found {
            Match::There(contact) => {
                if let Some(id) = entry.unknown_id() {
                    let (id, taken) = (id.clone(), contact.id.clone());
                    self.warnings.push(Warning::OutdatedId { id, taken });
                }
                self.switch(desired, contact);
            }
            Match::Moved(contact) if is_email(&contact.method) && is_email(&desired.method) => {
                self.check(desired);
                self.updates.push(Change::Update {
                    id: contact.id.clone(),
                    method: contact.method.clone(),
                    from: contact.to.clone(),
                    to: desired.to.clone(),
                });
                self.switch(desired, contact);
            }
            Match::Moved(contact) => {
                self.create(desired, Some(&contact.id));
                self.delete(contact, true);
            }
            Match::New => {
                if let Some(id) = entry.unknown_id() {
                    let (id, method, to) = (id.clone(), desired.method.clone(), desired.to.clone());
                    self.warnings.push(Warning::UnknownId { id, method, to });
                }
                self.create(desired, None);
            }
        }
    }

    /// A contact that no entry is.
    fn other(&mut self, contact: &Contact, named: bool) {
        if named || self.options.prune {
            self.delete(contact, named);
        } else {
            self.remains = self.remains.max(Enabled::of(contact));
            self.unmanaged.push(contact.clone());
        }
    }

    fn create(&mut self, desired: &Desired, replaces: Option<&ContactId>) {
        if !matches!(desired.method, ContactMethod::Email | ContactMethod::Sms | ContactMethod::Voice) {
            self.reasons.push(PlanErrorKind::CannotBeCreated(desired.clone()));
            return;
        }
        self.check(desired);
        let (enabled, Desired { method, to, .. }) = (desired.is_enabled(), desired.clone());
        if method.is_phone() {
            self.warnings.push(Warning::Verify { method: method.clone(), to: to.clone() });
        } else if enabled {
            self.remains = Enabled::Yes;
        }
        self.creates.push(Change::Create { method, to, enabled, replaces: replaces.cloned() });
    }

    fn check(&mut self, desired: &Desired) {
        if let Err(error) = CreateContact::new(desired.method.clone(), &desired.to) {
            self.reasons.push(PlanErrorKind::Invalid { desired: desired.clone(), error });
        }
    }

    /// Activates or deactivates a contact that stays.
    fn switch(&mut self, desired: &Desired, contact: &Contact) {
        let (id, method, to) = (contact.id.clone(), contact.method.clone(), desired.to.clone());
        match (Enabled::of(contact), desired.is_enabled()) {
            (Enabled::No, false) => {}
            (enabled @ (Enabled::Yes | Enabled::Unknown), true) => self.remains = self.remains.max(enabled),
            (Enabled::Unknown, false) => self.warnings.push(Warning::MayBeEnabled { id, method, to }),
            (Enabled::Yes, false) => {
                self.taken = Enabled::Yes;
                if method.is_phone() {
                    let (id, method, to) = (id.clone(), method.clone(), to.clone());
                    self.warnings.push(Warning::Deactivated { id, method, to });
                }
                self.deactivations.push(Change::Deactivate { id, method, to });
            }
            (Enabled::No, true) => self.activate(contact, to, desired.enabled.is_some()),
        }
    }

    fn activate(&mut self, contact: &Contact, to: String, is_said: bool) {
        let (id, method) = (contact.id.clone(), contact.method.clone());
        if contact.method.is_phone() {
            let reason = contact.status.as_ref().and_then(|status| status.disabled_reason.clone());
            let forced = self.options.force && is_said;
            if forced {
                let (id, method, to) = (id.clone(), method.clone(), to.clone());
                self.activations.push(Change::Activate { id, method, to });
            }
            self.warnings.push(Warning::NotEnabled { id, method, to, reason, forced });
        } else {
            self.remains = Enabled::Yes;
            self.activations.push(Change::Activate { id, method, to });
        }
    }

    fn delete(&mut self, contact: &Contact, replaced: bool) {
        let (id, method, to) = (contact.id.clone(), contact.method.clone(), contact.to.clone());
        if method == ContactMethod::Mobile {
            self.warnings.push(Warning::AppDeleted { id: id.clone(), to: to.clone() });
        }
        self.taken = self.taken.max(Enabled::of(contact));
        self.deletes.push(Change::Delete { id, method, to, replaced });
    }

    /// A person who has an enabled contact keeps one, as far as the service says which they are.
    fn guard(&mut self, actual: &[Contact]) {
        if self.taken.may_be_last(self.remains, Enabled::of_any(actual)) && !self.options.force {
            self.reasons.push(PlanErrorKind::LastEnabled);
        } else if self.taken > Enabled::No {
            match self.remains {
                Enabled::No => self.warnings.push(Warning::NoneEnabled),
                Enabled::Unknown => self.warnings.push(Warning::NoneKnownEnabled),
                Enabled::Yes => {}
            }
        }
    }

    fn in_order(mut self, actual: &[Contact]) -> Draft {
        if !self.creates.is_empty() {
            self.warnings.push(Warning::NewRules { contacts: self.creates.len() });
        }
        let mut changes = self.make_room(actual);
        changes.append(&mut self.creates);
        changes.append(&mut self.updates);
        changes.append(&mut self.activations);
        changes.append(&mut self.deactivations);
        changes.append(&mut self.deletes);
        Draft { changes, warnings: self.warnings, unmanaged: self.unmanaged, remains: self.remains }
    }

    /// What is deleted first, where the service has no room for new contacts beside old ones.
    fn make_room(&mut self, actual: &[Contact]) -> Vec<Change> {
        let mut first = Vec::new();
        for method in [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice] {
            let Some(most) = limit::most(&method) else { continue };
            let of_kind = |change: &&Change| *change.method() == method;
            let new = self.creates.iter().filter(of_kind).count();
            let contacts = actual.iter().filter(|it| it.method == method).count().saturating_add(new);
            let excess = contacts.saturating_sub(most);
            if new == 0 || excess == 0 {
                continue;
            }
            let deletes = self.deletes.iter().filter(of_kind).count();
            if !self.options.force || deletes == 0 {
                let deleting_first_helps = deletes > 0;
                self.warnings.push(Warning::TooMany { method, contacts, most, deleting_first_helps });
                continue;
            }
            for delete in self.deletes.extract_if(.., |change| *change.method() == method).take(excess) {
                if let Change::Delete { id, method, to, .. } = delete.clone() {
                    self.warnings.push(Warning::DeletedFirst { id, method, to });
                }
                first.push(delete);
            }
            if excess > deletes {
                let (contacts, deleting_first_helps) = (contacts.saturating_sub(deletes), false);
                self.warnings.push(Warning::TooMany { method, contacts, most, deleting_first_helps });
            }
        }
        first
    }
}

fn is_email(method: &ContactMethod) -> bool {
    *method == ContactMethod::Email
}
