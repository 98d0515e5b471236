//! What a schedule of faults is tried on.

use std::{rc::Rc, time::Duration};

use clap::ValueEnum;
use contacts_proto::{
    BaseUrl, ContactId, ContactMethod, CreateContact, Error, RetryPolicy, exchange::Session,
};
use contacts_sandbox::{Behaviour, Duplicates, Limits, OAuthAtDirectBase, Service, StoredContact, User};
use contacts_testkit::{
    faults::Fault,
    findings::Violation,
    job::{Begin, Job},
    log::Log,
    network::{Faults, Network, World},
    trace::Access,
};

use crate::{
    task::{Task, Terms},
    usual::Usual,
};

/// What a schedule of faults is tried on: an exchange for a job.
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
    /// Ensures a contact that is there.
    EnsureExisting,
    /// Deletes a contact that is not there.
    DeleteAbsent,
    /// Creates by the usual rule; see [`Usual`].
    Usual,
}

/// By which policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Numbers {
    /// The default one: 4 attempts.
    Default,
    /// As many attempts as a full budget allows, and an hour of time: schedules are met to their end.
    Patient,
}

/// Where a schedule's faults strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// Any request: the first the first.
    Requests,
    /// Creations only: the first the first.
    Creations,
}

/// The word for it in an argument.
pub fn word(argument: &impl ValueEnum) -> String {
    argument.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl Subject {
    /// All operations and `ensure`, and two of them where what is wanted is so already.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied().filter(|subject| *subject != Self::Usual)
    }
}

impl Numbers {
    fn policy(self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        if self == Self::Patient {
            policy.max_attempts = 36;
            policy.deadline = Duration::from_secs(3600);
        }
        policy
    }
}

/// One subject, ready to be tried on any number of schedules: each of them meets the same user with the same three contacts.
#[derive(Debug)]
pub struct Bench {
    service: Service,
    network: Network,
    world: World,
    terms: Terms,
    policy: RetryPolicy,
    job: Job,
    before: Rc<[StoredContact]>,
    seed: u64,
}

/// What came of one schedule.
#[derive(Debug)]
pub struct Tried {
    /// Requests that the exchange has sent.
    pub requests: usize,
    /// Exchanges that it took: another one if a receipt was to be resolved.
    pub exchanges: u64,
    /// What went wrong.
    pub violations: Vec<Violation>,
    /// Contacts that the exchange has added, but for those that second deliveries made.
    pub created: usize,
    /// The exchange itself ended well.
    pub succeeded: bool,
}

impl Bench {
    /// A bench for a subject.
    ///
    /// # Errors
    /// If what is tried is no valid argument to begin with.
    pub fn new(
        subject: Subject,
        numbers: Numbers,
        strike: Strike,
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
        let faults = match strike {
            Strike::Requests => Faults::Schedule(Vec::new()),
            Strike::Creations => Faults::OnCreations(Vec::new()),
        };
        let policy = numbers.policy();
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
            Subject::Create | Subject::Usual => Job::Create(create("new@example.com")?),
            Subject::Update => Job::Update(enabled, "new@example.com".into()),
            Subject::Delete => Job::Delete(enabled),
            Subject::Activate => Job::Activate(disabled),
            Subject::Deactivate => Job::Deactivate(enabled),
            Subject::Ensure => Job::Ensure(create("new@example.com")?),
            Subject::EnsureExisting => Job::Ensure(create("ann@Example.com")?),
            Subject::DeleteAbsent => Job::Delete(ContactId::new("absent")?),
        };
        let begin = if subject == Subject::Usual { Usual::begin } else { begin };
        let session = Session::new(site, network.credentials().clone()).with_policy(policy.clone());
        Ok(Self {
            service: world.service.clone(),
            before: world.service.contacts("ann").into(),
            terms: Terms { session, access: Access::Renewable, hard_resolutions: 0, begin },
            network,
            world,
            policy,
            job,
            seed,
        })
    }

    /// Records what happens from now on.
    pub fn trace(&mut self) {
        self.world.log = Log::on();
    }

    /// What was recorded since the last time.
    pub fn take_trace(&mut self) -> String {
        self.world.log.take()
    }

    /// Tries one schedule.
    pub fn run(&mut self, schedule: &[Fault]) -> Tried {
        self.run_as(self.seed, schedule)
    }

    /// Tries one schedule with another seed than the bench's own.
    pub fn run_as(&mut self, seed: u64, schedule: &[Fault]) -> Tried {
        self.world.service = self.service.clone();
        self.network.restart(seed, schedule);
        let site = self.terms.session.base_url().expect("the session has a base URL").clone();
        let terms = Terms {
            // With a full budget.
            session: Session::new(site, self.network.credentials().clone()).with_policy(self.policy.clone()),
            ..self.terms.clone()
        };
        let mut now = Duration::ZERO;
        let mut task = Task::new(self.job.clone(), terms, Rc::clone(&self.before), &self.network, now);
        while let Some(next) = task.resume(&mut self.world, &mut self.network, now) {
            now = next;
        }
        let added = self.world.service.contacts("ann").len().saturating_sub(self.before.len());
        Tried {
            requests: self.network.ledger.requests,
            exchanges: task.exchanges,
            created: added.saturating_sub(self.network.ledger.second_creations),
            succeeded: task.succeeded,
            violations: task.violations,
        }
    }
}
