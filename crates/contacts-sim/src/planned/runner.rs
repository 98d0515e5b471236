//! Runs a scenario.

use std::{fmt, mem, time::Duration};

use contacts_plan::{Apply, Desired, Format, Options, Plan, Step, read};
use contacts_proto::{
    BaseUrl, Contact, Error, ListContacts, RetryPolicy,
    exchange::{Exchange, List, Session, SharedState},
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
use crate::{exhaustive::schedule_argument, subject::RunResult, walk::Branch};

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
    network: Network,
    world: World,
    site: BaseUrl,
    desired: Vec<Desired>,
}

/// One run, and all that it can change. A clone continues on its own.
#[derive(Clone)]
pub(super) struct PlanRun<'a> {
    runner: &'a PlanRunner<'a>,
    case: Case<'a>,
    network: Network,
    world: World,
    now: Duration,
    session: Session,
    /// The shared state of the session when the network held a request back.
    held: Option<SharedState>,
    stage: Stage,
    /// The plan, if the list succeeded.
    plan: Option<Plan>,
    exchanges: u64,
    shared: u64,
    violations: Vec<Violation>,
}

/// The part of a run that can meet faults.
#[derive(Clone)]
enum Stage {
    Listing(Run<List>),
    Applying(Apply, Run<Step>),
    /// `None`: the list failed, or the run was interrupted.
    Ended(Option<Apply>),
}

/// Progress of an exchange.
enum Driven<T> {
    /// The network holds a request back.
    Held,
    /// `None`: the exchange was interrupted or is endless.
    Ended(Option<Result<T, Error>>),
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
        Ok(Self { scenario, retries, seed, network, world, site, desired })
    }

    /// Starts a run with the faults of the case.
    pub(super) fn start(&'a self, case: Case<'a>) -> PlanRun<'a> {
        let (world, mut network) = (self.world.clone(), self.network.clone());
        network.set_schedule(self.seed, case.schedule);
        let session = self.session(&network, self.retries.policy());
        let now = Duration::ZERO;
        let stage = Stage::Listing(run(list(&session), &session, now));
        PlanRun {
            runner: self,
            case,
            network,
            world,
            now,
            session,
            held: None,
            stage,
            plan: None,
            exchanges: 0,
            shared: 0,
            violations: Vec::new(),
        }
    }

    /// Starts a run whose faults are chosen one by one.
    pub(super) fn branch(&'a self, case: Case<'a>) -> PlanRun<'a> {
        let mut run = self.start(case);
        run.network.set_open(true);
        run
    }

    /// A session with its own retry budget.
    fn session(&self, network: &Network, policy: RetryPolicy) -> Session {
        let credentials = network.credentials().clone();
        let session = Session::new(self.site.clone(), credentials.clone()).with_policy(policy);
        session.with_refreshable(Some(credentials))
    }
}

impl Branch for PlanRun<'_> {
    fn advance(&mut self) -> Option<RunResult> {
        loop {
            let stage = match mem::replace(&mut self.stage, Stage::Ended(None)) {
                Stage::Listing(mut run) => match self.drive(&mut run, self.case) {
                    Driven::Held => {
                        self.stage = Stage::Listing(run);
                        return None;
                    }
                    Driven::Ended(result) => {
                        let contacts = result.and_then(Result::ok);
                        self.plan = contacts.and_then(|contacts| self.plan(&contacts));
                        match self.plan.clone() {
                            Some(plan) => self.next_step(Apply::new(plan)),
                            None => Stage::Ended(None),
                        }
                    }
                },
                Stage::Applying(mut apply, mut run) => match self.drive(&mut run, self.case) {
                    Driven::Held => {
                        self.stage = Stage::Applying(apply, run);
                        return None;
                    }
                    Driven::Ended(Some(result)) => {
                        apply.record(result);
                        self.next_step(apply)
                    }
                    Driven::Ended(None) => Stage::Ended(None),
                },
                Stage::Ended(applied) => return Some(self.follow_up(applied.as_ref())),
            };
            self.stage = stage;
        }
    }

    fn choose(&mut self, fault: Fault) {
        self.network.add_fault(fault);
        // The run without this fault counts them.
        self.shared += mem::take(&mut self.exchanges);
    }

    fn close(&mut self) {
        self.network.set_open(false);
    }
}

impl PlanRun<'_> {
    /// Runs to the end. The faults must be chosen.
    pub(super) fn finish(mut self) -> RunResult {
        loop {
            if let Some(result) = self.advance() {
                return result;
            }
        }
    }

    fn next_step(&self, mut apply: Apply) -> Stage {
        match apply.next_step(&self.session) {
            Some(step) => {
                let run = run(step, &self.session, self.now);
                Stage::Applying(apply, run)
            }
            None => Stage::Ended(Some(apply)),
        }
    }

    /// Plans and applies again without faults.
    fn follow_up(&mut self, applied: Option<&Apply>) -> RunResult {
        let requests = self.network.record.sent.saturating_sub(self.case.after);
        self.now = self.network.last_delayed().map_or(self.now, |last| last.max(self.now));
        self.network.deliver_delayed(&mut self.world, self.now);
        self.watch();
        let contacts = self.world.service.contacts(ANN);
        self.violations.extend(applied.into_iter().flat_map(|apply| false_claims(apply, contacts)));

        self.session = self.runner.session(&self.network, RetryPolicy::default());
        if let Some(plan) = self.plan.take().filter(|_| self.case.follow_up == FollowUp::OldPlan) {
            if self.runner.scenario.shows_status {
                self.apply_without_faults(plan);
            } else {
                // The plan relies on a new contact. If it exists already, its status is not
                // visible.
                self.apply(plan);
            }
        }
        let contacts = self.drive_without_faults(list(&self.session)).and_then(Result::ok);
        match contacts.and_then(|contacts| self.plan(&contacts)) {
            Some(plan) => self.apply_without_faults(plan),
            None => {
                self.add_violation(ViolationKind::Wrong, "the list failed without faults".into());
            }
        }
        self.check();
        let violations = mem::take(&mut self.violations);
        RunResult {
            requests,
            exchanges: self.exchanges,
            shared: self.shared,
            violations,
            created: 0,
            succeeded: applied.is_some(),
            log: self.world.log.take(),
        }
    }

    fn plan(&mut self, contacts: &[Contact]) -> Option<Plan> {
        let options = Options::default().prune(self.runner.scenario.prune);
        let plan = Plan::new(&self.runner.desired, contacts, options);
        plan.map_err(|error| {
            self.add_violation(ViolationKind::Wrong, format!("no plan for {contacts:?}: {error}"));
        })
        .ok()
    }

    /// Returns `None` if a step is endless.
    fn apply(&mut self, plan: Plan) -> Option<Apply> {
        let mut apply = Apply::new(plan);
        while let Some(step) = apply.next_step(&self.session) {
            apply.record(self.drive_without_faults(step)?);
        }
        Some(apply)
    }

    fn apply_without_faults(&mut self, plan: Plan) {
        let apply = self.apply(plan);
        if !apply.as_ref().is_some_and(Apply::is_done) {
            let outcomes = apply.iter().flat_map(Apply::outcomes).collect::<Vec<_>>();
            let how = format!("not complete without faults: {outcomes:?}");
            self.violations.push(Violation::new(ViolationKind::Wrong, how));
        }
    }

    fn drive_without_faults<E: Exchange>(
        &mut self,
        exchange: E,
    ) -> Option<Result<E::Output, Error>> {
        let mut run = run(exchange, &self.session, self.now);
        match self.drive(&mut run, Case::WITHOUT_FAULTS) {
            Driven::Held => None,
            Driven::Ended(result) => result,
        }
    }

    fn drive<E: Exchange>(&mut self, run: &mut Run<E>, case: Case<'_>) -> Driven<E::Output> {
        if let Some(shared) = self.held.take() {
            // Another clone may have continued in the meantime.
            self.session.restore_shared(shared);
        }
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
                Progress::Held => {
                    self.held = Some(self.session.shared());
                    return Driven::Held;
                }
                Progress::Done(result) => break Some(result),
                Progress::Endless => break None,
            }
        };
        self.exchanges += 1;
        laws::check(&run.trace, &mut self.violations);
        Driven::Ended(result)
    }

    fn add_violation(&mut self, kind: ViolationKind, how: String) {
        self.violations.push(Violation::new(kind, how));
    }

    /// A user with an enabled contact must keep one at all times.
    fn watch(&mut self) {
        let had_one = self.runner.scenario.before.iter().any(|(_, _, enabled)| *enabled);
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
        for wanted in self.runner.scenario.after {
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
        let unwanted =
            |contact: &&_| !self.runner.scenario.after.iter().any(|wanted| is(wanted, contact));
        if let Some(contact) = contacts.iter().find(unwanted) {
            self.add_violation(ViolationKind::Wrong, format!("unexpected contact: {contact:?}"));
        }
    }
}

fn list(session: &Session) -> List {
    List::new(session.clone(), ListContacts::all())
}

fn run<E: Exchange>(exchange: E, session: &Session, now: Duration) -> Run<E> {
    let info = ExchangeInfo::new(ExchangeKind::Other, session, Access::Refreshable, now);
    Run::new(Box::new(exchange), info)
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
