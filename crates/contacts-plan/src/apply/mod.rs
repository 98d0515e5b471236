//! The execution of a plan, change by change.

mod outcome;
mod step;

use std::collections::BTreeSet;

use contacts_proto::{Contact, ContactId, Effect, Error, Session};

pub use self::{
    outcome::{Done, Outcome, Skipped},
    step::Step,
};
use crate::{Change, Plan, desired::is_enabled};

/// The execution of a plan: it gives each change as an exchange, and takes what came of it. It does no IO and starts no timer.
///
/// A change that fails does not keep the others from being made, but for two: a contact is not deleted if the one that was to
/// take its place was not created, and (unless the plan is [forced](crate::Options::force)) the last contact that is known to be
/// enabled is neither deleted nor deactivated, which can come up if another one could not be created or activated.
///
/// It may be broken off at any point, and the same file planned and applied again: a creation is an
/// [`Ensure`](contacts_proto::Ensure), which looks before it creates, and a deletion that finds nothing is done.
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
/// use contacts_proto::{Action, ContactMethod, Credentials, Event, Exchange, Now, Session, Site};
///
/// let desired = [Desired::new(ContactMethod::Sms, "90-5555559999")];
/// let plan = Plan::new(&desired, &[], Options::default())?;
/// let session = Session::new(Site::new("https://api.example.com/cloud")?, Credentials::bearer("token")?);
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
    /// Contacts that were enabled when the plan was made.
    were_enabled: BTreeSet<ContactId>,
    /// Contacts that are known to be enabled.
    enabled: BTreeSet<ContactId>,
    /// Contacts in whose place others were to be created, and are not known to be there.
    not_replaced: BTreeSet<ContactId>,
}

impl Apply {
    /// Begins a plan.
    pub fn new(plan: Plan) -> Self {
        let enabled = plan.basis().iter().filter(|contact| contact.is_enabled());
        let enabled: BTreeSet<_> = enabled.map(|contact| contact.id.clone()).collect();
        let were_enabled = enabled.clone();
        Self { plan, outcomes: Vec::new(), were_enabled, enabled, not_replaced: BTreeSet::new() }
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
    pub fn ended(&mut self, result: Result<Done, Error>) {
        let last = self.outcomes.len().checked_sub(1);
        let Some(change) = last.and_then(|last| self.plan.changes().get(last)) else { return };
        let enabled = match (change, &result) {
            (Change::Create { .. }, Ok(Done::Ensured(ensured))) if is_used(&ensured.contact) => {
                Some(&ensured.contact.id)
            }
            (Change::Activate { id, .. }, Ok(_)) => Some(id),
            (Change::Deactivate { id, .. } | Change::Delete { id, .. }, Err(error))
                if error.effect() == Effect::None
                    && !error.is_not_found()
                    && self.were_enabled.contains(id) =>
            {
                Some(id)
            }
            _ => None,
        };
        let enabled = enabled.cloned();
        if let Some(outcome @ Outcome::Unknown) = self.outcomes.last_mut() {
            if let (Change::Create { replaces: Some(id), .. }, Ok(_)) = (change, &result) {
                self.not_replaced.remove(id);
            }
            *outcome = match result {
                Ok(done) => Outcome::Done(done),
                Err(error) => Outcome::Failed(error),
            };
            self.enabled.extend(enabled);
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
        let is_last = self.enabled.len() == 1 && self.enabled.contains(id);
        (is_last && !self.plan.is_forced()).then_some(Skipped::LastEnabled)
    }
}

/// Whether a contact that was ensured is used: if the service does not say so, an e-mail address is, and a number is not.
fn is_used(contact: &Contact) -> bool {
    is_enabled(contact).unwrap_or_else(|| !contact.method.is_phone())
}
