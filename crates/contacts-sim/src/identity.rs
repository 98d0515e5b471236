//! One user and what the user's client does all day.

use std::time::Duration;

use contacts_proto::{AccountId, BaseUrl, ContactId, ContactMethod, CreateContact, Error, exchange::Session};
use contacts_sandbox::{StoredContact, User};
use contacts_testkit::{
    findings::Violation,
    job::Job,
    network::{Faults, Network, World},
    random::Random,
    trace::Access,
};

use crate::{
    epoch::{self, Setting},
    task::{Task, Terms},
};

/// One user, with a client and a way to the service.
#[derive(Debug)]
pub struct Identity {
    network: Network,
    random: Random,
    terms: Terms,
    task: Option<Task>,
    begun: u64,
    others: Vec<String>,
    /// The user whose contacts are listed, and how many jobs that one had begun by then.
    watched: Option<(usize, u64)>,
}

/// What came of one turn.
#[derive(Debug)]
pub struct Turn {
    /// When the next one is.
    pub next: Duration,
    /// The task that has ended.
    pub ended: Option<Ended>,
}

/// A task that has ended.
#[derive(Debug)]
pub struct Ended {
    /// What was wanted.
    pub job: Job,
    /// Exchanges that it took.
    pub exchanges: u64,
    /// What went wrong.
    pub violations: Vec<Violation>,
}

/// More contacts than that are not created.
const ENOUGH: usize = 6;
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl Identity {
    /// A user of this place among so many.
    ///
    /// # Errors
    /// If the site is none.
    pub fn new(world: &mut World, setting: &Setting, place: usize, people: usize) -> Result<Self, Error> {
        let name = |place: usize| format!("user-{place}");
        let seed = Random::new(setting.seed ^ (place as u64).rotate_left(32)).draw();
        let mut random = Random::new(seed);
        let policy = epoch::policy(&mut random);
        let mut user =
            User::new(format!("{}@example.com", name(place)), "unused").with_account_id(name(place));
        let administrator = place == 0 && people > 1;
        if administrator {
            user = user.as_administrator();
        }
        let network = Network::new(
            world,
            user,
            random.draw(),
            Faults::Chance(setting.faults),
            policy.consistency_delay,
        );
        let site = BaseUrl::new(&format!("https://api.example.com{}", setting.behaviour.base_path()))?;
        let session = Session::new(site, network.credentials().clone()).with_policy(policy);
        let terms = Terms { session, access: Access::Renewable, hard_resolutions: 2, begin: setting.begin };
        let others = if administrator { (1..people).map(name).collect() } else { Vec::new() };
        Ok(Self { network, random, terms, task: None, begun: 0, others, watched: None })
    }

    /// How many jobs were begun; nothing while one is not at its end.
    pub fn quiet_since(&self) -> Option<u64> {
        self.task.is_none().then_some(self.begun)
    }

    /// Goes on with the job, or begins another one. `quiet` tells an administrator who is at no job.
    ///
    /// # Errors
    /// If what is wanted is no valid argument to begin with.
    pub fn turn(&mut self, world: &mut World, quiet: &[Option<u64>], now: Duration) -> Result<Turn, Error> {
        let mut task = match self.task.take() {
            Some(task) => task,
            None => self.begin(world, quiet, now)?,
        };
        if let Some(next) = task.resume(world, &mut self.network, now) {
            self.task = Some(task);
            return Ok(Turn { next, ended: None });
        }
        let mut violations = std::mem::take(&mut task.violations);
        if let Some((place, begun)) = self.watched.take()
            && quiet.get(place) != Some(&Some(begun))
        {
            // The list has moved while it was read: nobody can say what it should have been.
            violations.clear();
        }
        let next = now + self.random.time_below(LONGEST_PAUSE);
        let ended = Some(Ended { job: task.job().clone(), exchanges: task.exchanges, violations });
        Ok(Turn { next, ended })
    }

    fn begin(&mut self, world: &mut World, quiet: &[Option<u64>], now: Duration) -> Result<Task, Error> {
        self.begun += 1;
        self.network.ledger.clear();
        if self.random.one_in(4) {
            self.renew_budget();
        }
        self.terms.access = *self.random.pick(&[
            Access::Fixed,
            Access::Renewable,
            Access::Renewable,
            Access::Renewable,
            Access::Needed,
        ]);
        let (job, before) = match self.watch(quiet)? {
            Some(job) => job,
            None => {
                let before = world.service.contacts(self.network.account());
                (self.job(before)?, self.network.account().to_owned())
            }
        };
        world.log.line(now, format_args!("{} wants {job:?}", self.network.account()));
        let before = world.service.contacts(&before).into();
        Ok(Task::new(job, self.terms.clone(), before, &self.network, now))
    }

    /// Another client, as it were: with a full budget.
    fn renew_budget(&mut self) {
        let old = &self.terms.session;
        self.terms.session = Session::new(
            old.base_url().expect("the session has a base URL").clone(),
            self.network.credentials().clone(),
        )
        .with_policy(old.policy().clone());
    }

    /// For an administrator, now and then: the list of another user who is at no job.
    fn watch(&mut self, quiet: &[Option<u64>]) -> Result<Option<(Job, String)>, Error> {
        if self.others.is_empty() || self.random.one_in(2) {
            return Ok(None);
        }
        let place = 1 + usize::try_from(self.random.below(self.others.len() as u64)).unwrap_or(0);
        let (Some(Some(begun)), Some(name)) = (quiet.get(place), self.others.get(place - 1)) else {
            return Ok(None);
        };
        self.watched = Some((place, *begun));
        Ok(Some((Job::ListOf(AccountId::new(name.clone())?), name.clone())))
    }

    fn job(&mut self, contacts: &[StoredContact]) -> Result<Job, Error> {
        let full = contacts.len() >= ENOUGH;
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

    /// A contact of these; now and then one that there is not.
    fn one_of(&mut self, contacts: &[StoredContact]) -> Result<ContactId, Error> {
        if contacts.is_empty() || self.random.one_in(8) {
            return ContactId::new("absent");
        }
        ContactId::new(self.random.pick(contacts).id.clone())
    }
}
