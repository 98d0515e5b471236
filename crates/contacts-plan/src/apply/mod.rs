//! The execution of a plan, change by change.

mod outcome;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use contacts_proto::{ContactId, Effect, EnsureOutcome, Ensured, Error, exchange::Session};

pub use self::{
    outcome::{Done, NotDisabled, Outcome, Skipped},
    step::Step,
};
use crate::{Change, Plan, enabled::Enabled};

/// The execution of a plan: it gives each change as an exchange, and takes what came of it. It does no IO and starts no timer.
///
/// A change that fails does not keep the others from being made, but for two: a contact is not deleted if the one that was to
/// take its place is not known to be there; and (unless the plan is [forced](crate::Options::force)) a contact that is not known
/// to be disabled is neither deleted nor deactivated if the plan counts on one that is known to be enabled, and there is no other
/// by then, which can come up if one could not be created or activated. A plan that counts on one of which the service does not
/// say [has said so](crate::Warning::NoneKnownEnabled), and leaves that one alone.
///
/// A contact that is to exist and be disabled takes several requests. If it exists and is not known to be disabled, the outcome is
/// [`Outcome::NotDisabled`]. What it takes the place of is then deleted all the same, since its successor is there (unless the
/// service says by then that there is no such contact); but it does not count as a contact that is enabled, since nobody is to be
/// reached there.
///
/// It may be broken off at any point, and the same file planned and applied again: a creation is an
/// [`Ensure`](contacts_proto::exchange::Ensure), which looks before it creates, and a deletion that finds nothing is done.
///
/// Before it, see whether the plan [is current](Plan::is_current). The loop is the same for any client, here for the blocking one:
///
/// ```text
/// let mut apply = Apply::new(plan);
/// while let Some(step) = apply.next_step(client.session()) {
///     println!("{}", step.change());
///     apply.ended(client.run(step));          // client.run(step).await
/// }
/// for (change, outcome) in apply.outcomes() { … }
/// ```
///
/// ```
/// use contacts_plan::{Apply, Desired, Options, Outcome, Plan};
/// use contacts_proto::{BaseUrl, ContactMethod, Credentials, exchange::{Action, Event, Exchange, Now, Session}};
///
/// let desired = [Desired::new(ContactMethod::Sms, "90-5555559999")];
/// let plan = Plan::new(&desired, &[], Options::default())?;
/// let session = Session::new(BaseUrl::new("https://api.example.com/cloud")?, Credentials::bearer("token")?);
///
/// let mut apply = Apply::new(plan);
/// let mut step = apply.next_step(&session).expect("there is one change");
/// assert_eq!(step.change().to_string(), "+ sms 90-5555559999");
/// // An adapter drives the exchange; it begins with a look at what is there.
/// let now = Now { monotonic: std::time::Duration::ZERO, unix: 1_795_000_000 };
/// let Action::Send { request, .. } = step.step(Event::Start, now, 0) else { panic!("it begins with a request") };
/// assert_eq!(request.method(), "GET");
///
/// apply.ended(Err(contacts_proto::Error::invalid("example", "ends here")));
/// assert!(apply.next_step(&session).is_none());
/// assert!(matches!(apply.outcomes().next(), Some((_, Some(Outcome::Failed(_))))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Apply {
    plan: Plan,
    /// Of the changes that were begun or skipped, in their order.
    outcomes: Vec<Outcome>,
    /// What was known of each contact when the plan was made.
    before: BTreeMap<ContactId, Enabled>,
    /// Contacts that are known to be enabled.
    enabled: BTreeSet<ContactId>,
    /// Contacts in whose place others were to be created, and are not known to be there.
    not_replaced: BTreeSet<ContactId>,
}

impl Apply {
    /// Begins a plan.
    pub fn new(plan: Plan) -> Self {
        let mut before = BTreeMap::new();
        for contact in plan.basis() {
            let known: &mut Enabled = before.entry(contact.id.clone()).or_default();
            *known = Enabled::of(contact).max(*known);
        }
        let enabled = before.iter().filter(|(_, known)| **known == Enabled::Yes);
        let enabled = enabled.map(|(id, _)| id.clone()).collect();
        Self { plan, outcomes: Vec::new(), before, enabled, not_replaced: BTreeSet::new() }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The next change, as an exchange in this session; nothing at the end. What comes of it is to be told by
    /// [`ended`](Self::ended) before the next one is asked for.
    pub fn next_step(&mut self, session: &Session) -> Option<Step> {
        loop {
            let change = self.plan.changes().get(self.outcomes.len())?;
            if let Some(skipped) = self.skip(change) {
                self.outcomes.push(Outcome::Skipped(skipped));
                continue;
            }
            // As long as nobody says otherwise, what takes a contact away has had its effect, and what brings one has not.
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

    /// Takes what came of the change that was asked for last.
    pub fn ended(&mut self, result: Result<Outcome, Error>) {
        let last = self.outcomes.len().checked_sub(1);
        let Some(change) = last.and_then(|last| self.plan.changes().get(last)) else { return };
        let Some(outcome @ Outcome::Unknown) = self.outcomes.last_mut() else { return };
        *outcome = result.unwrap_or_else(Outcome::Failed);
        match (change, &*outcome) {
            (Change::Create { replaces, .. }, outcome) => {
                let Some(ensured @ Ensured { contact, .. }) = outcome.ensured() else { return };
                // It was created, and somebody has deleted it since.
                let is_gone = outcome.error().is_some_and(Error::is_no_such_contact);
                if let Some(id) = replaces.as_ref().filter(|_| !is_gone) {
                    self.not_replaced.remove(id);
                }
                if matches!(outcome, Outcome::Done(_)) && is_used(ensured) {
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

    /// Each change with what came of it; with nothing if it was not begun.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Change, Option<&Outcome>)> {
        let outcomes = self.outcomes.iter().map(Some).chain(std::iter::repeat(None));
        self.plan.changes().iter().zip(outcomes)
    }

    /// Whether every change was made.
    pub fn is_done(&self) -> bool {
        self.outcomes().all(|(_, outcome)| matches!(outcome, Some(Outcome::Done(_))))
    }

    fn skip(&self, change: &Change) -> Option<Skipped> {
        let (Change::Deactivate { id, .. } | Change::Delete { id, .. }) = change else { return None };
        // One whose successor is created later is to be deleted first.
        if self.not_replaced.contains(id) {
            return Some(Skipped::NotReplaced);
        }
        (self.may_be_last(id) && !self.plan.is_forced()).then_some(Skipped::LastEnabled)
    }

    /// As much is needed as the plan says that will be known of what remains. If it counts on a contact that may be enabled, that
    /// is one that it does not take away, whatever fails.
    fn may_be_last(&self, id: &ContactId) -> bool {
        let is_enabled = self.enabled.contains(id);
        let known = if is_enabled { Enabled::Yes } else { self.before.get(id).copied().unwrap_or_default() };
        let is_other = self.enabled.len() > usize::from(is_enabled);
        let others = if is_other { Enabled::Yes } else { Enabled::Unknown };
        known.may_be_last(others, self.plan.remains())
    }
}

/// Whether a contact that was ensured is known to be enabled: if the service does not say so, a new e-mail contact is.
fn is_used(Ensured { contact, outcome, .. }: &Ensured) -> bool {
    match Enabled::of(contact) {
        Enabled::No => false,
        Enabled::Unknown => *outcome != EnsureOutcome::AlreadyExisted && !contact.method.is_phone(),
        Enabled::Yes => true,
    }
}
