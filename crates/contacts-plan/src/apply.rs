//! Applies a plan, change by change.

mod outcome;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use contacts_proto::{ContactId, Effect, EnsureOutcome, Ensured, Error, exchange::Session};

pub use self::{
    outcome::{Done, NotDisabled, Outcome, Skipped},
    step::Step,
};
use crate::{Change, Plan, enabled::Enabled};

/// Applies a plan: gives each change as an exchange, and records its outcome. It does no IO and
/// reads no clock.
///
/// # Failures
/// A failed change does not stop the others. Two cases skip a later one:
/// - A contact is not deleted if its replacement may not exist ([`Skipped::NotReplaced`]).
/// - A contact that may be enabled is not deleted or deactivated if the plan relies on an enabled
///   contact and no other one is known to be enabled ([`Skipped::LastEnabled`]). This happens if
///   the plan could not create or activate that other contact. A [forced](crate::Options::force)
///   plan does not skip.
///
/// A plan that relies on a contact whose state the service does not report has the warning
/// [`NoneKnownEnabled`](crate::Warning::NoneKnownEnabled). It never removes that contact.
///
/// # Disabled contacts
/// Creating a disabled contact takes several requests. If the contact exists but may still be
/// enabled, the outcome is [`Outcome::NotDisabled`]. The contact that it replaces is then deleted,
/// because the replacement exists (unless the service reports that it was deleted meanwhile). The
/// new contact does not count as enabled.
///
/// # Interruption
/// You can stop at any point, then plan and apply the same file again. A creation is an
/// [`Ensure`](contacts_proto::exchange::Ensure), which looks for the contact before it creates it.
/// The deletion of a contact that no longer exists succeeds.
///
/// # Example
/// First check that the plan [is current](Plan::is_current). The loop is the same for both clients;
/// this is the blocking one:
///
/// ```text
/// let mut apply = Apply::new(plan);
/// while let Some(step) = apply.next_step(client.session()) {
///     println!("{}", step.change());
///     apply.record(client.run(step));         // async: client.run(step).await
/// }
/// for (change, outcome) in apply.outcomes() { … }
/// ```
///
/// ```
/// use contacts_plan::{Apply, Desired, Options, Outcome, Plan};
/// use contacts_proto::{
///     BaseUrl, ContactMethod, Credentials,
///     exchange::{Action, Event, Exchange, Now, Session},
/// };
///
/// let desired = [Desired::new(ContactMethod::Sms, "90-5555559999")];
/// let plan = Plan::new(&desired, &[], Options::default())?;
/// let base_url = BaseUrl::new("https://api.example.com/cloud")?;
/// let session = Session::new(base_url, Credentials::bearer("token")?);
///
/// let mut apply = Apply::new(plan);
/// let mut step = apply.next_step(&session).expect("there is one change");
/// assert_eq!(step.change().to_string(), "+ sms 90-5555559999");
/// // A client drives the exchange. The first request lists the contacts.
/// let now = Now { monotonic: std::time::Duration::ZERO, unix: 1_795_000_000 };
/// let Action::Send { request, .. } = step.step(Event::Start, now, 0) else {
///     panic!("the first action is a request")
/// };
/// assert_eq!(request.method(), "GET");
///
/// apply.record(Err(contacts_proto::Error::invalid("example", "ends here")));
/// assert!(apply.next_step(&session).is_none());
/// assert!(matches!(apply.outcomes().next(), Some((_, Some(Outcome::Failed(_))))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Apply {
    plan: Plan,
    /// Outcomes of the changes that were started or skipped, in order.
    outcomes: Vec<Outcome>,
    /// State of each contact when the plan was made.
    before: BTreeMap<ContactId, Enabled>,
    /// Contacts that are known to be enabled.
    enabled: BTreeSet<ContactId>,
    /// Contacts whose replacement is not known to exist.
    not_replaced: BTreeSet<ContactId>,
}

impl Apply {
    /// Starts to apply a plan.
    pub fn new(plan: Plan) -> Self {
        let mut before = BTreeMap::new();
        for contact in plan.actual() {
            let known: &mut Enabled = before.entry(contact.id.clone()).or_default();
            *known = Enabled::of(contact).max(*known);
        }
        let enabled = before.iter().filter(|(_, known)| **known == Enabled::Yes);
        let enabled = enabled.map(|(id, _)| id.clone()).collect();
        Self { plan, outcomes: Vec::new(), before, enabled, not_replaced: BTreeSet::new() }
    }

    /// Returns the plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the next change as an exchange in this session, or `None` at the end. Call
    /// [`record`](Self::record) with its result before you call this again.
    pub fn next_step(&mut self, session: &Session) -> Option<Step> {
        loop {
            let change = self.plan.changes().get(self.outcomes.len())?;
            if let Some(skipped) = self.skip(change) {
                self.outcomes.push(Outcome::Skipped(skipped));
                continue;
            }
            // Assume the worse until `record`: a removal happened, and a creation did not.
            match change {
                Change::Deactivate { id, .. } | Change::Delete { id, .. } => {
                    self.enabled.remove(id);
                }
                Change::Create { replaces: Some(id), .. } => {
                    self.not_replaced.insert(id.clone());
                }
                _ => {}
            }
            self.outcomes.push(Outcome::Unknown);
            return Some(Step::new(change.clone(), session.clone()));
        }
    }

    /// Records the result of the change that [`next_step`](Self::next_step) returned last.
    pub fn record(&mut self, result: Result<Outcome, Error>) {
        let last = self.outcomes.len().checked_sub(1);
        let Some(change) = last.and_then(|last| self.plan.changes().get(last)) else { return };
        let Some(outcome @ Outcome::Unknown) = self.outcomes.last_mut() else { return };
        *outcome = result.unwrap_or_else(Outcome::Failed);
        match (change, &*outcome) {
            (Change::Create { replaces, .. }, outcome) => {
                let Some(ensured @ Ensured { contact, .. }) = outcome.ensured() else { return };
                // Created, and deleted by someone else since.
                let is_deleted = outcome.error().is_some_and(Error::is_no_such_contact);
                if let Some(id) = replaces.as_ref().filter(|_| !is_deleted) {
                    self.not_replaced.remove(id);
                }
                if matches!(outcome, Outcome::Done(_)) && is_enabled(ensured) {
                    self.enabled.insert(contact.id.clone());
                } else {
                    self.enabled.remove(&contact.id);
                }
            }
            (Change::Activate { id, .. }, Outcome::Done(_)) => {
                self.enabled.insert(id.clone());
            }
            (Change::Deactivate { id, .. } | Change::Delete { id, .. }, Outcome::Failed(error))
                if error.effect() == Effect::None
                    && !error.is_no_such_contact()
                    && self.before.get(id) == Some(&Enabled::Yes) =>
            {
                self.enabled.insert(id.clone());
            }
            _ => {}
        }
    }

    /// Returns each change with its outcome, or with `None` if it was not started.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Change, Option<&Outcome>)> {
        let outcomes = self.outcomes.iter().map(Some).chain(std::iter::repeat(None));
        self.plan.changes().iter().zip(outcomes)
    }

    /// Returns `true` if every change was made.
    pub fn is_done(&self) -> bool {
        self.outcomes().all(|(_, outcome)| matches!(outcome, Some(Outcome::Done(_))))
    }

    fn skip(&self, change: &Change) -> Option<Skipped> {
        let (Change::Deactivate { id, .. } | Change::Delete { id, .. }) = change else {
            return None;
        };
        // A contact whose replacement is created later is not in the set: its deletion comes first.
        if self.not_replaced.contains(id) {
            return Some(Skipped::NotReplaced);
        }
        (self.may_be_last(id) && !self.plan.is_forced()).then_some(Skipped::LastEnabled)
    }

    /// Applies the plan's rule to the contacts as they are now. If the plan relies on a contact
    /// that only may be enabled, the plan does not remove that contact, whatever fails.
    fn may_be_last(&self, id: &ContactId) -> bool {
        let is_enabled = self.enabled.contains(id);
        let known = if is_enabled {
            Enabled::Yes
        } else {
            self.before.get(id).copied().unwrap_or_default()
        };
        let is_other = self.enabled.len() > usize::from(is_enabled);
        let others = if is_other { Enabled::Yes } else { Enabled::Unknown };
        known.may_be_last(others, self.plan.remaining())
    }
}

/// Returns `true` if an ensured contact is known to be enabled. Without a reported state, only a
/// new e-mail contact is.
fn is_enabled(Ensured { contact, outcome, .. }: &Ensured) -> bool {
    match Enabled::of(contact) {
        Enabled::No => false,
        Enabled::Unknown => *outcome != EnsureOutcome::AlreadyExisted && !contact.method.is_phone(),
        Enabled::Yes => true,
    }
}
