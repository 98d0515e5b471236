//! The subjects of schedules of faults.

use std::{mem, rc::Rc, time::Duration};

use clap::ValueEnum;
use contacts_proto::{
    BaseUrl, ContactId, ContactMethod, CreateContact, Error, RetryPolicy,
    exchange::{Session, SharedState},
};
use contacts_sandbox::{
    Behaviour, Duplicates, Limits, OAuthAtDirectBase, Service, StoredContact, User,
};
use contacts_testkit::{
    faults::Fault,
    findings::Violation,
    job::{Begin, Job},
    log::Log,
    network::{Faults, Network, World},
    trace::Access,
};

use crate::{
    naive::NaiveRetry,
    task::{ClientConfig, Task},
    walk::Branch,
};

/// The subject of a schedule of faults: an exchange of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "each is named after what it does")]
pub enum Subject {
    List,
    Get,
    Create,
    Update,
    Delete,
    Activate,
    Deactivate,
    Ensure,
    /// Ensures a contact that exists.
    EnsureExisting,
    /// Deletes a contact that does not exist.
    DeleteAbsent,
    /// Creates with naive retries; see [`NaiveRetry`].
    Naive,
}

/// The retry policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyChoice {
    /// The default policy: 4 attempts.
    Default,
    /// As many attempts as a full budget allows, and one hour: exchanges meet their whole schedule.
    Patient,
}

/// The requests that meet the faults of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultScope {
    /// All requests.
    Requests,
    /// Only create requests.
    Creates,
}

/// Returns the name of a value as an argument.
pub fn argument_name(argument: &impl ValueEnum) -> String {
    argument.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Subject {
    /// Returns all operations and `ensure`, and two of them whose goal already holds.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied().filter(|subject| *subject != Self::Naive)
    }
}

impl PolicyChoice {
    fn policy(self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        if self == Self::Patient {
            policy.max_attempts = 36;
            policy.deadline = Duration::from_secs(3600);
        }
        policy
    }
}

/// Runs schedules on one subject. Each run starts with the same user and the same three contacts.
#[derive(Debug)]
pub struct ScheduleRunner {
    network: Network,
    world: World,
    config: ClientConfig,
    /// A full retry budget, and no pause.
    unused: SharedState,
    job: Rc<Job>,
    before: Rc<[StoredContact]>,
    seed: u64,
}

/// One run: an exchange, and all that it can change.
#[derive(Debug, Clone)]
pub(crate) struct ScheduleRun {
    network: Network,
    world: World,
    task: Task,
    contacts_before: usize,
    now: Duration,
}

/// The result of one schedule.
#[derive(Debug)]
pub struct RunResult {
    /// Number of requests of the exchange.
    pub requests: usize,
    /// Number of exchanges that ended in this schedule; one more if a receipt was reconciled.
    pub exchanges: u64,
    /// Number of exchanges at its beginning that had ended in another schedule.
    pub shared: u64,
    /// Violations.
    pub violations: Vec<Violation>,
    /// Number of contacts that the exchange created, without those of second deliveries.
    pub created: usize,
    /// `true` if the exchange itself succeeded.
    pub succeeded: bool,
    /// The log, if it is on.
    pub log: String,
}

impl ScheduleRunner {
    /// Creates a runner for a subject.
    ///
    /// # Errors
    /// If a simulated job is invalid.
    pub fn new(
        subject: Subject,
        policy_choice: PolicyChoice,
        scope: FaultScope,
        begin: Begin,
        seed: u64,
    ) -> Result<Self, Error> {
        let behaviour = Behaviour {
            duplicates: Duplicates::Allowed,
            limits: Limits::NONE,
            oauth_at_direct_base: OAuthAtDirectBase::Accepted,
            ..Behaviour::default()
        };
        let site = BaseUrl::new(&format!("https://api.example.com{}", behaviour.base_path()))?;
        let mut world = World::new(Service::new(behaviour));
        let faults = match scope {
            FaultScope::Requests => Faults::Schedule(Vec::new()),
            FaultScope::Creates => Faults::OnCreates(Vec::new()),
        };
        let policy = policy_choice.policy();
        let user = User::new("ann@example.com", "unused").with_account_id("ann");
        let network = Network::new(&mut world, user, seed, faults, policy.consistency_delay);
        let mut add = |method: &str, to: &str, enabled| {
            let id = world.service.add_contact("ann", method, to, enabled).unwrap_or_default();
            ContactId::new(id)
        };
        let enabled = add("email", "ann@example.com", true)?;
        let disabled = add("sms", "90-555-555-5555", false)?;
        add("voice", "90-555-555-5555", true)?;
        let create = |to: &str| CreateContact::new(ContactMethod::Email, to);
        let job = match subject {
            Subject::List => Job::List,
            Subject::Get => Job::Get(enabled),
            Subject::Create | Subject::Naive => Job::Create(create("new@example.com")?),
            Subject::Update => Job::Update(enabled, "new@example.com".into()),
            Subject::Delete => Job::Delete(enabled),
            Subject::Activate => Job::Activate(disabled),
            Subject::Deactivate => Job::Deactivate(enabled),
            Subject::Ensure => Job::Ensure(create("new@example.com")?),
            Subject::EnsureExisting => Job::Ensure(create("ann@Example.com")?),
            Subject::DeleteAbsent => Job::Delete(ContactId::new("absent")?),
        };
        let begin = if subject == Subject::Naive { NaiveRetry::begin } else { begin };
        let session = Session::new(site, network.credentials().clone()).with_policy(policy);
        let unused = session.shared();
        Ok(Self {
            before: world.service.contacts("ann").into(),
            config: ClientConfig {
                session,
                access: Access::Refreshable,
                faulty_reconciles: 0,
                begin,
            },
            network,
            world,
            unused,
            job: Rc::new(job),
            seed,
        })
    }

    /// Turns the log on, for all further runs.
    pub fn trace(&mut self) {
        self.world.log = Log::on();
    }

    /// Runs one schedule.
    pub fn run(&self, schedule: &[Fault]) -> RunResult {
        self.run_as(self.seed, schedule)
    }

    /// Runs one schedule with another seed.
    pub fn run_as(&self, seed: u64, schedule: &[Fault]) -> RunResult {
        let mut run = self.start(seed, schedule);
        loop {
            if let Some(result) = run.advance() {
                return result;
            }
        }
    }

    /// Starts a run whose faults are chosen one by one.
    pub(crate) fn branch(&self) -> ScheduleRun {
        let mut run = self.start(self.seed, &[]);
        run.network.set_open(true);
        run
    }

    /// Starts a run. The runs of a runner share a session. Continue with another one only at a held
    /// request or at the end.
    fn start(&self, seed: u64, schedule: &[Fault]) -> ScheduleRun {
        let (world, mut network) = (self.world.clone(), self.network.clone());
        network.set_schedule(seed, schedule);
        self.config.session.restore_shared(self.unused);
        let (job, before) = (Rc::clone(&self.job), Rc::clone(&self.before));
        let now = Duration::ZERO;
        let contacts_before = before.len();
        let task = Task::new(job, self.config.clone(), before, &network, now);
        ScheduleRun { network, world, task, contacts_before, now }
    }
}

impl Branch for ScheduleRun {
    fn advance(&mut self) -> Option<RunResult> {
        while let Some(next) = self.task.resume(&mut self.world, &mut self.network, self.now) {
            self.now = next;
            if self.task.is_held() {
                return None;
            }
        }
        let added = self.world.service.contacts("ann").len().saturating_sub(self.contacts_before);
        Some(RunResult {
            requests: self.network.record.requests,
            exchanges: self.task.exchanges,
            shared: 0,
            created: added.saturating_sub(self.network.record.duplicate_creates),
            succeeded: self.task.succeeded,
            violations: mem::take(&mut self.task.violations),
            log: self.world.log.take(),
        })
    }

    fn choose(&mut self, fault: Fault) {
        self.network.add_fault(fault);
    }

    fn close(&mut self) {
        self.network.set_open(false);
    }
}
