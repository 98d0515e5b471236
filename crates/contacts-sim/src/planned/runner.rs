//! Runs a scenario.

use std::{fmt, time::Duration};

use contacts_plan::{Apply, Desired, Format, Options, Plan, read};
use contacts_proto::{
    BaseUrl, Error, ListContacts, RetryPolicy,
    exchange::{Exchange, List, Session},
};
use contacts_sandbox::{
    Behaviour, Duplicates, Limits, NewPhones, OAuthAtDirectBase, Service, StoredContact, User,
};
use contacts_testkit::{
    drive::{Progress, Run},
    faults::Fault,
    findings::{Violation, ViolationKind},
    hidden_status::HiddenStatus,
    job::ExchangeKind,
    laws,
    network::{Connection, Faults, Network, World},
    trace::{Access, ExchangeInfo},
};

use super::{
    claims::false_claims,
    scenario::{Retries, Scenario},
};
use crate::{exhaustive::schedule_argument, subject::RunResult};

const ANN: &str = "ann";

/// The faults of a run, and the follow-up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    /// Number of requests before the faults.
    pub(super) after: usize,
    /// The faults of the next requests.
    pub(super) schedule: &'a [Fault],
    /// Interrupt the run after this many requests.
    pub(super) stop_after: Option<usize>,
    /// The follow-up.
    pub(super) follow_up: FollowUp,
}

/// The follow-up of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FollowUp {
    /// Plan and apply the file.
    NewPlan,
    /// Apply the old plan, then plan and apply the file.
    OldPlan,
}

/// Runs a scenario any number of times.
pub(super) struct PlanRunner<'a> {
    scenario: &'a Scenario,
    retries: Retries,
    seed: u64,
    service: Service,
    network: Network,
    world: World,
    site: BaseUrl,
    desired: Vec<Desired>,
    now: Duration,
    exchanges: u64,
    violations: Vec<Violation>,
}

impl FollowUp {
    pub(super) const BOTH: [Self; 2] = [Self::NewPlan, Self::OldPlan];
}

impl Case<'_> {
    const WITHOUT_FAULTS: Self =
        Self { after: usize::MAX, schedule: &[], stop_after: None, follow_up: FollowUp::NewPlan };
}

impl<'a> PlanRunner<'a> {
    pub(super) fn new(scenario: &'a Scenario, retries: Retries, seed: u64) -> Result<Self, Error> {
        let behaviour = Behaviour {
            duplicates: Duplicates::Allowed,
            limits: Limits::NONE,
            // A new number starts enabled, so disabling it is a change.
            new_phones: NewPhones::EnabledAtOnce,
            // Refreshed tokens are OAuth tokens, and go to the same base URL.
            oauth_at_direct_base: OAuthAtDirectBase::Accepted,
            ..Behaviour::default()
        };
        let site = BaseUrl::new(&format!("https://api.example.com{}", behaviour.base_path()))?;
        let mut world = World::new(Service::new(behaviour));
        let user = User::new("ann@example.com", "unused").with_account_id(ANN);
        let consistency_delay = retries.policy().consistency_delay;
        let mut network =
            Network::new(&mut world, user, seed, Faults::Schedule(Vec::new()), consistency_delay);
        if !scenario.shows_status {
            network.hidden_status = HiddenStatus::All;
        }
        let mut file = scenario.file.to_owned();
        for (number, (method, to, enabled)) in scenario.before.iter().enumerate() {
            let id = world.service.add_contact(ANN, *method, *to, *enabled).unwrap_or_default();
            file = file.replace(&format!("{{{number}}}"), &id);
        }
        let desired = read(&file, Format::Yaml).map_err(|diagnostics| {
            Error::invalid(
                "scene",
                diagnostics.first().map(ToString::to_string).unwrap_or_default(),
            )
        })?;
        Ok(Self {
            scenario,
            retries,
            seed,
            service: world.service.clone(),
            network,
            world,
            site,
            desired,
            now: Duration::ZERO,
            exchanges: 0,
            violations: Vec::new(),
        })
    }

    /// Plans and applies with the faults of the case, then again without faults.
    pub(super) fn run(&mut self, case: Case<'_>) -> RunResult {
        self.world.service = self.service.clone();
        self.network.restart(self.seed, case.schedule);
        (self.now, self.exchanges) = (Duration::ZERO, 0);
        self.violations.clear();

        let session = self.session(self.retries.policy());
        let plan = self.plan(&session, case);
        let applied = plan.clone().and_then(|plan| self.apply(plan, &session, case));
        let succeeded = applied.is_some();
        let requests = self.network.record.sent;
        self.now = self.network.last_delayed().map_or(self.now, |last| last.max(self.now));
        self.network.deliver_delayed(&mut self.world, self.now);
        self.watch();
        let contacts = self.world.service.contacts(ANN);
        self.violations.extend(applied.iter().flat_map(|apply| false_claims(apply, contacts)));

        let session = self.session(RetryPolicy::default());
        if let Some(plan) = plan.filter(|_| case.follow_up == FollowUp::OldPlan) {
            if self.scenario.shows_status {
                self.apply_without_faults(plan, &session);
            } else {
                // The plan relies on a new contact. If it exists already, its status is not
                // visible.
                self.apply(plan, &session, Case::WITHOUT_FAULTS);
            }
        }
        match self.plan(&session, Case::WITHOUT_FAULTS) {
            Some(plan) => self.apply_without_faults(plan, &session),
            None => {
                self.add_violation(ViolationKind::Wrong, "the list failed without faults".into());
            }
        }
        self.check();
        let violations = std::mem::take(&mut self.violations);
        RunResult { requests, exchanges: self.exchanges, violations, created: 0, succeeded }
    }

    /// A session with its own retry budget.
    fn session(&self, policy: RetryPolicy) -> Session {
        let credentials = self.network.credentials().clone();
        let session = Session::new(self.site.clone(), credentials.clone()).with_policy(policy);
        session.with_refreshable(Some(credentials))
    }

    /// Lists and plans. Returns `None` if that fails.
    fn plan(&mut self, session: &Session, case: Case<'_>) -> Option<Plan> {
        let list = List::new(session.clone(), ListContacts::all());
        let contacts = self.drive(list, session, case)?.ok()?;
        let plan =
            Plan::new(&self.desired, &contacts, Options::default().prune(self.scenario.prune));
        plan.map_err(|error| {
            self.add_violation(ViolationKind::Wrong, format!("no plan for {contacts:?}: {error}"));
        })
        .ok()
    }

    /// Returns `None` if the run was interrupted.
    fn apply(&mut self, plan: Plan, session: &Session, case: Case<'_>) -> Option<Apply> {
        let mut apply = Apply::new(plan);
        while let Some(step) = apply.next_step(session) {
            apply.record(self.drive(step, session, case)?);
        }
        Some(apply)
    }

    fn apply_without_faults(&mut self, plan: Plan, session: &Session) {
        let apply = self.apply(plan, session, Case::WITHOUT_FAULTS);
        if !apply.as_ref().is_some_and(Apply::is_done) {
            let outcomes = apply.iter().flat_map(Apply::outcomes).collect::<Vec<_>>();
            let how = format!("not complete without faults: {outcomes:?}");
            self.violations.push(Violation::new(ViolationKind::Wrong, how));
        }
    }

    fn drive<E: Exchange>(
        &mut self,
        exchange: E,
        session: &Session,
        case: Case<'_>,
    ) -> Option<Result<E::Output, Error>> {
        self.exchanges += 1;
        let info = ExchangeInfo::new(ExchangeKind::Other, session, Access::Refreshable, self.now);
        let mut run = Run::new(Box::new(exchange), info);
        let result = loop {
            let sent = self.network.record.sent;
            // Like a killed process: the request may have had its effect.
            if case.stop_after.is_some_and(|last| sent >= last) {
                run.trace.is_interrupted = true;
                break None;
            }
            self.network.pause_faults(sent < case.after);
            let connection = &mut Connection { world: &mut self.world, network: &mut self.network };
            let progress = run.resume(connection, self.now);
            self.watch();
            match progress {
                Progress::Until(time) => self.now = time,
                Progress::Done(result) => break Some(result),
                Progress::Endless => break None,
            }
        };
        laws::check(&run.trace, &mut self.violations);
        result
    }

    fn add_violation(&mut self, kind: ViolationKind, how: String) {
        self.violations.push(Violation::new(kind, how));
    }

    /// A user with an enabled contact must keep one at all times.
    fn watch(&mut self) {
        let had_one = self.scenario.before.iter().any(|(_, _, enabled)| *enabled);
        if had_one && self.world.service.contacts(ANN).iter().all(|contact| !contact.enabled) {
            self.add_violation(ViolationKind::Lost, "no enabled contact is left".into());
        }
    }

    /// Compares the contacts with the scenario, which is independent of plans.
    fn check(&mut self) {
        let contacts = self.world.service.contacts(ANN).to_vec();
        let is = |(method, to, _): &(&str, &str, bool), contact: &&StoredContact| {
            contact.method.as_str() == *method && contact.to == *to
        };
        // Duplicates by a second delivery of the network are not the client's fault.
        let most = 1 + self.network.record.duplicate_creates;
        for wanted in self.scenario.after {
            let there: Vec<_> = contacts.iter().filter(|contact| is(wanted, contact)).collect();
            if there.iter().all(|contact| contact.enabled != wanted.2) {
                self.add_violation(
                    ViolationKind::Lost,
                    format!("not as desired: {wanted:?} among {contacts:?}"),
                );
            }
            if there.len() > most {
                self.add_violation(
                    ViolationKind::Doubled,
                    format!("exists {} times: {wanted:?}", there.len()),
                );
            }
        }
        let unwanted = |contact: &&_| !self.scenario.after.iter().any(|wanted| is(wanted, contact));
        if let Some(contact) = contacts.iter().find(unwanted) {
            self.add_violation(ViolationKind::Wrong, format!("unexpected contact: {contact:?}"));
        }
    }
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} requests {}", self.after, schedule_argument(self.schedule))?;
        if let Some(last) = self.stop_after {
            write!(f, ", interrupted after {last}")?;
        }
        f.write_str(if self.follow_up == FollowUp::OldPlan {
            ", then the old plan again"
        } else {
            ""
        })
    }
}

impl fmt::Display for PlanRunner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = self.retries.policy().max_attempts;
        write!(f, "scenario {}, {attempts} attempts, seed {}", self.scenario.name, self.seed)
    }
}
