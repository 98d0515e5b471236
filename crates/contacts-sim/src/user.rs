//! A simulated user and the user's jobs.

use std::{rc::Rc, time::Duration};

use contacts_proto::{
    AccountId, BaseUrl, ContactId, ContactMethod, CreateContact, Error, exchange::Session,
};
use contacts_sandbox::{StoredContact, User};
use contacts_testkit::{
    findings::Violation,
    job::Job,
    network::{Faults, Network, World},
    random::Random,
    trace::Access,
};

use crate::{
    task::{ClientConfig, Task},
    world_config::{self, WorldConfig},
};

/// A user with a client and a network.
#[derive(Debug)]
pub struct SimulatedUser {
    network: Network,
    random: Random,
    config: ClientConfig,
    task: Option<Task>,
    begun: u64,
    others: Vec<String>,
    /// The user whose contacts are being listed, and the number of jobs that this user had begun.
    watched: Option<(usize, u64)>,
}

/// The result of one turn.
#[derive(Debug)]
pub struct Turn {
    /// Time of the next turn.
    pub next: Duration,
    /// The task that ended in this turn.
    pub ended: Option<Ended>,
}

/// A task that has ended.
#[derive(Debug)]
pub struct Ended {
    /// The job.
    pub job: Job,
    /// Number of exchanges.
    pub exchanges: u64,
    /// Violations.
    pub violations: Vec<Violation>,
}

/// Maximum number of contacts that a user creates.
const MAX_CONTACTS: usize = 6;
const MAX_PAUSE: Duration = Duration::from_secs(2);

impl SimulatedUser {
    /// Creates the user at this index.
    ///
    /// # Errors
    /// If the base URL is invalid.
    pub fn new(
        world: &mut World,
        world_config: &WorldConfig,
        place: usize,
        users: usize,
    ) -> Result<Self, Error> {
        let name = |place: usize| format!("user-{place}");
        let seed = Random::new(world_config.seed ^ (place as u64).rotate_left(32)).draw();
        let mut random = Random::new(seed);
        let policy = world_config::policy(&mut random);
        let mut user = User::new(format!("{}@example.com", name(place)), "unused")
            .with_account_id(name(place));
        let administrator = place == 0 && users > 1;
        if administrator {
            user = user.as_administrator();
        }
        let network = Network::new(
            world,
            user,
            random.draw(),
            Faults::Chance(world_config.faults),
            policy.consistency_delay,
        );
        let site = BaseUrl::new(&format!(
            "https://api.example.com{}",
            world_config.behaviour.base_path()
        ))?;
        let session = Session::new(site, network.credentials().clone()).with_policy(policy);
        let config = ClientConfig {
            session,
            access: Access::Refreshable,
            faulty_reconciles: 2,
            begin: world_config.begin,
        };
        let others = if administrator { (1..users).map(name).collect() } else { Vec::new() };
        Ok(Self { network, random, config, task: None, begun: 0, others, watched: None })
    }

    /// Returns the number of jobs begun, or `None` while a job runs.
    pub fn jobs_if_idle(&self) -> Option<u64> {
        self.task.is_none().then_some(self.begun)
    }

    /// Continues the job, or begins another one. `idle` is for administrators.
    ///
    /// # Errors
    /// If a simulated job is invalid.
    pub fn turn(
        &mut self,
        world: &mut World,
        idle: &[Option<u64>],
        now: Duration,
    ) -> Result<Turn, Error> {
        let mut task = match self.task.take() {
            Some(task) => task,
            None => self.begin(world, idle, now)?,
        };
        if let Some(next) = task.resume(world, &mut self.network, now) {
            self.task = Some(task);
            return Ok(Turn { next, ended: None });
        }
        let mut violations = std::mem::take(&mut task.violations);
        let watched = self.watched.take();
        if watched.is_some_and(|(place, begun)| idle.get(place) != Some(&Some(begun))) {
            // The contacts changed during the list, so its right content is not known.
            violations.clear();
        }
        let next = now + self.random.time_below(MAX_PAUSE);
        let ended = Some(Ended { job: task.job().clone(), exchanges: task.exchanges, violations });
        Ok(Turn { next, ended })
    }

    fn begin(
        &mut self,
        world: &mut World,
        idle: &[Option<u64>],
        now: Duration,
    ) -> Result<Task, Error> {
        self.begun += 1;
        self.network.record.clear();
        if self.random.one_in(4) {
            self.renew_budget();
        }
        self.config.access = *self.random.pick(&[
            Access::Fixed,
            Access::Refreshable,
            Access::Refreshable,
            Access::Refreshable,
            Access::Missing,
        ]);
        let (job, before) = match self.watch(idle)? {
            Some(job) => job,
            None => {
                let before = world.service.contacts(self.network.account());
                (self.job(before)?, self.network.account().to_owned())
            }
        };
        world.log.line(now, format_args!("{} begins {job:?}", self.network.account()));
        let before = world.service.contacts(&before).into();
        Ok(Task::new(Rc::new(job), self.config.clone(), before, &self.network, now))
    }

    /// Starts a new session, with a full retry budget.
    fn renew_budget(&mut self) {
        let old = &self.config.session;
        self.config.session = Session::new(
            old.base_url().expect("the session has a base URL").clone(),
            self.network.credentials().clone(),
        )
        .with_policy(old.policy().clone());
    }

    /// For an administrator, sometimes: a list of another, idle user.
    fn watch(&mut self, idle: &[Option<u64>]) -> Result<Option<(Job, String)>, Error> {
        if self.others.is_empty() || self.random.one_in(2) {
            return Ok(None);
        }
        let place = 1 + usize::try_from(self.random.below(self.others.len() as u64)).unwrap_or(0);
        let (Some(Some(begun)), Some(name)) = (idle.get(place), self.others.get(place - 1)) else {
            return Ok(None);
        };
        self.watched = Some((place, *begun));
        Ok(Some((Job::ListOf(AccountId::new(name.clone())?), name.clone())))
    }

    fn job(&mut self, contacts: &[StoredContact]) -> Result<Job, Error> {
        let full = contacts.len() >= MAX_CONTACTS;
        Ok(match self.random.below(16) {
            0..=3 if !full => Job::Create(self.contact()?),
            4..=7 if !full => Job::Ensure(self.contact()?),
            0..=3 | 8 => Job::Delete(self.one_of(contacts)?),
            4..=7 | 9 => Job::Update(self.one_of(contacts)?, self.address()),
            10 => Job::Activate(self.one_of(contacts)?),
            11 => Job::Deactivate(self.one_of(contacts)?),
            12 | 13 => Job::Get(self.one_of(contacts)?),
            _ => Job::List,
        })
    }

    fn contact(&mut self) -> Result<CreateContact, Error> {
        match self.random.below(3) {
            0 => CreateContact::new(ContactMethod::Email, self.address()),
            1 => CreateContact::new(ContactMethod::Sms, self.number()),
            _ => CreateContact::new(ContactMethod::Voice, self.number()),
        }
    }

    fn address(&mut self) -> String {
        let domain = *self.random.pick(&["example.com", "Example.com", "example.org"]);
        format!("{}@{domain}", self.random.pick(&["a", "b"]))
    }

    fn number(&mut self) -> String {
        (*self.random.pick(&["90-555-555-5555", "90-5555555555", "49-536-028-7176"])).to_owned()
    }

    /// Returns one of these contacts, or sometimes one that does not exist.
    fn one_of(&mut self, contacts: &[StoredContact]) -> Result<ContactId, Error> {
        if contacts.is_empty() || self.random.one_in(8) {
            return ContactId::new("absent");
        }
        ContactId::new(self.random.pick(contacts).id.clone())
    }
}
