//! Finds the changes and puts them in order.

use std::mem;

use contacts_proto::{Contact, ContactId, ContactMethod, CreateContact};

use crate::{
    Change, Desired, Options, Plan, PlanError, PlanErrorKind, Warning,
    duplicates::duplicates,
    enabled::Enabled,
    limit,
    matching::{Entry, Match, Matching},
};

/// Collects changes, warnings and reasons entry by entry.
#[derive(Default)]
pub(super) struct Builder {
    options: Options,
    creates: Vec<Change>,
    updates: Vec<Change>,
    activations: Vec<Change>,
    deactivations: Vec<Change>,
    deletes: Vec<Change>,
    unmanaged: Vec<Contact>,
    warnings: Vec<Warning>,
    reasons: Vec<PlanErrorKind>,
    /// Best state of the contacts that are deleted or deactivated.
    removed: Enabled,
    /// Best state, after the plan, of the contacts that stay enabled or become enabled.
    remaining: Enabled,
}

/// Finds entries that describe the same contact. Two entries with one address are allowed if the
/// service has a contact for each id: those duplicates exist.
fn same_contacts(entries: &[Entry<'_>]) -> impl Iterator<Item = PlanErrorKind> {
    let has_own_contact = |entry: &Entry<'_>| match entry.found {
        Match::Exact(contact) => entry.desired.id.as_ref() == Some(&contact.id),
        Match::Moved(_) | Match::New => false,
    };
    duplicates(entries.iter().map(move |entry| (entry.desired, has_own_contact(entry)))).map(
        |(first, second)| PlanErrorKind::SameContact {
            first: first.clone(),
            second: second.clone(),
        },
    )
}

impl Builder {
    pub(super) fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    pub(super) fn build(
        mut self,
        matching: Matching<'_>,
        actual: &[Contact],
    ) -> Result<Plan, PlanError> {
        self.reasons.extend(same_contacts(&matching.entries));
        for entry in &matching.entries {
            self.entry(entry);
        }
        for (contact, is_named) in matching.unmatched {
            self.unmatched(contact, is_named);
        }
        self.keep_last_enabled(actual);
        PlanError::for_any(mem::take(&mut self.reasons))?;
        Ok(self.in_order(actual))
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let desired = entry.desired;
        match entry.found {
            Match::Exact(contact) => {
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

    /// Handles a contact without an entry.
    fn unmatched(&mut self, contact: &Contact, is_named: bool) {
        if is_named || self.options.prune {
            self.delete(contact, is_named);
        } else {
            self.remaining = self.remaining.max(Enabled::of(contact));
            self.unmanaged.push(contact.clone());
        }
    }

    fn create(&mut self, desired: &Desired, replaces: Option<&ContactId>) {
        if !matches!(
            desired.method,
            ContactMethod::Email | ContactMethod::Sms | ContactMethod::Voice
        ) {
            self.reasons.push(PlanErrorKind::CannotBeCreated(desired.clone()));
            return;
        }
        self.check(desired);
        let (enabled, Desired { method, to, .. }) = (desired.is_enabled(), desired.clone());
        if method.is_phone() {
            self.warnings.push(Warning::Verify { method: method.clone(), to: to.clone() });
        } else if enabled {
            self.remaining = Enabled::Yes;
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
            (enabled @ (Enabled::Yes | Enabled::Unknown), true) => {
                self.remaining = self.remaining.max(enabled);
            }
            (Enabled::Unknown, false) => {
                self.warnings.push(Warning::MayBeEnabled { id, method, to });
            }
            (Enabled::Yes, false) => {
                self.removed = Enabled::Yes;
                if method.is_phone() {
                    let (id, method, to) = (id.clone(), method.clone(), to.clone());
                    self.warnings.push(Warning::Deactivated { id, method, to });
                }
                self.deactivations.push(Change::Deactivate { id, method, to });
            }
            (Enabled::No, true) => self.activate(contact, to, desired.enabled.is_some()),
        }
    }

    fn activate(&mut self, contact: &Contact, to: String, is_explicit: bool) {
        let (id, method) = (contact.id.clone(), contact.method.clone());
        if contact.method.is_phone() {
            let reason = contact.status.as_ref().and_then(|status| status.disabled_reason.clone());
            let forced = self.options.force && is_explicit;
            if forced {
                let (id, method, to) = (id.clone(), method.clone(), to.clone());
                self.activations.push(Change::Activate { id, method, to });
            }
            self.warnings.push(Warning::NotEnabled { id, method, to, reason, forced });
        } else {
            self.remaining = Enabled::Yes;
            self.activations.push(Change::Activate { id, method, to });
        }
    }

    fn delete(&mut self, contact: &Contact, replaced: bool) {
        let (id, method, to) = (contact.id.clone(), contact.method.clone(), contact.to.clone());
        if method == ContactMethod::Mobile {
            self.warnings.push(Warning::AppDeleted { id: id.clone(), to: to.clone() });
        }
        self.removed = self.removed.max(Enabled::of(contact));
        self.deletes.push(Change::Delete { id, method, to, replaced });
    }

    /// Rejects a plan that may remove the last enabled contact, or warns if it is forced.
    fn keep_last_enabled(&mut self, actual: &[Contact]) {
        if self.removed.may_be_last(self.remaining, Enabled::best_of(actual)) && !self.options.force
        {
            self.reasons.push(PlanErrorKind::LastEnabled);
        } else if self.removed > Enabled::No {
            match self.remaining {
                Enabled::No => self.warnings.push(Warning::NoneEnabled),
                Enabled::Unknown => self.warnings.push(Warning::NoneKnownEnabled),
                Enabled::Yes => {}
            }
        }
    }

    fn in_order(mut self, actual: &[Contact]) -> Plan {
        if !self.creates.is_empty() {
            self.warnings.push(Warning::NewRules { contacts: self.creates.len() });
        }
        let mut changes = self.make_room(actual);
        changes.append(&mut self.creates);
        changes.append(&mut self.updates);
        changes.append(&mut self.activations);
        changes.append(&mut self.deactivations);
        changes.append(&mut self.deletes);
        let Self { options, warnings, unmanaged, remaining, .. } = self;
        Plan { changes, warnings, unmanaged, actual: actual.to_vec(), remaining, options }
    }

    /// Takes out the deletions that must come before creations because of the service's limit.
    fn make_room(&mut self, actual: &[Contact]) -> Vec<Change> {
        let mut first = Vec::new();
        for method in [ContactMethod::Email, ContactMethod::Sms, ContactMethod::Voice] {
            let Some(most) = limit::max_contacts(&method) else { continue };
            let of_kind = |change: &&Change| *change.method() == method;
            let new = self.creates.iter().filter(of_kind).count();
            let contacts =
                actual.iter().filter(|it| it.method == method).count().saturating_add(new);
            let excess = contacts.saturating_sub(most);
            if new == 0 || excess == 0 {
                continue;
            }
            let deletes = self.deletes.iter().filter(of_kind).count();
            if !self.options.force || deletes == 0 {
                let deleting_first_helps = deletes > 0;
                self.warnings.push(Warning::TooMany {
                    method,
                    contacts,
                    most,
                    deleting_first_helps,
                });
                continue;
            }
            let mut left = excess;
            let (earlier, later): (Vec<_>, Vec<_>) =
                mem::take(&mut self.deletes).into_iter().partition(|delete| {
                    let is_earlier = *delete.method() == method && left > 0;
                    left = left.saturating_sub(usize::from(is_earlier));
                    is_earlier
                });
            self.deletes = later;
            for delete in earlier {
                if let Change::Delete { id, method, to, .. } = delete.clone() {
                    self.warnings.push(Warning::DeletedFirst { id, method, to });
                }
                first.push(delete);
            }
            if excess > deletes {
                let (contacts, deleting_first_helps) = (contacts.saturating_sub(deletes), false);
                self.warnings.push(Warning::TooMany {
                    method,
                    contacts,
                    most,
                    deleting_first_helps,
                });
            }
        }
        first
    }
}

fn is_email(method: &ContactMethod) -> bool {
    *method == ContactMethod::Email
}
