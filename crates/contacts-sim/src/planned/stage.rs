//! A scene, played.

use std::{cell::Cell, fmt, rc::Rc, time::Duration};

use contacts_plan::{Apply, Desired, Format, Options, Plan, read};
use contacts_proto::{
    Action, AllContacts, BaseUrl, Error, Event, Exchange, ListContacts, Now, Policy, Session, Waiting,
};
use contacts_sandbox::{
    Behaviour, Duplicates, Limits, NewPhones, OAuthAtDirectBase, Service, StoredContact, User,
};

use super::{
    scene::{Haste, Scene},
    told::untrue,
    untold::Untold,
};
use crate::{
    exhaustive::words,
    fault::Fault,
    job::{Client, Outcome, client},
    network::{Faults, Network},
    run::{Progress, Run},
    subject::Tried,
    violation::{Law, Violation},
    world::World,
};

const ANN: &str = "ann";

/// What goes wrong in a run, and what comes after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    /// So many requests go well.
    pub(super) after: usize,
    /// The next ones meet these.
    pub(super) schedule: &'a [Fault],
    /// The run is broken off when it has sent so many.
    pub(super) last: Option<usize>,
    /// What is done then.
    pub(super) again: Again,
}

/// What is done after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The file is planned and applied.
    Planned,
    /// The old plan is applied, and then the file is.
    Old,
}

/// A scene, ready to be played any number of times.
pub(super) struct Stage<'a> {
    scene: &'a Scene,
    haste: Haste,
    seed: u64,
    service: Service,
    network: Network,
    world: World,
    site: BaseUrl,
    desired: Vec<Desired>,
    now: Duration,
    /// Requests that were sent.
    sent: Rc<Cell<usize>>,
    exchanges: u64,
    violations: Vec<Violation>,
}

impl Again {
    pub(super) const BOTH: [Self; 2] = [Self::Planned, Self::Old];
}

impl Case<'_> {
    const WELL: Self = Self { after: usize::MAX, schedule: &[], last: None, again: Again::Planned };
}

impl<'a> Stage<'a> {
    pub(super) fn new(scene: &'a Scene, haste: Haste, seed: u64) -> Result<Self, Error> {
        let behaviour = Behaviour {
            duplicates: Duplicates::Allowed,
            limits: Limits::NONE,
            // So that there is something to do for a new number that is to be disabled.
            new_phones: NewPhones::EnabledAtOnce,
            // Renewed tokens are OAuth tokens, and go to the same base.
            oauth_at_direct_base: OAuthAtDirectBase::Accepted,
            ..Behaviour::default()
        };
        let site = BaseUrl::new(&format!("https://api.example.com{}", behaviour.base_path()))?;
        let mut world = World::new(Service::new(behaviour));
        let user = User::new("ann@example.com", "unused").with_account_id(ANN);
        let settle = haste.policy().settle;
        let network = Network::new(&mut world, user, seed, Faults::Schedule(Vec::new()), settle);
        let mut file = scene.file.to_owned();
        for (number, (method, to, enabled)) in scene.before.iter().enumerate() {
            let id = world.service.add_contact(ANN, *method, *to, *enabled).unwrap_or_default();
            file = file.replace(&format!("{{{number}}}"), &id);
        }
        let desired = read(&file, Format::Yaml).map_err(|mistakes| {
            Error::invalid("scene", mistakes.first().map(ToString::to_string).unwrap_or_default())
        })?;
        Ok(Self {
            scene,
            haste,
            seed,
            service: world.service.clone(),
            network,
            world,
            site,
            desired,
            now: Duration::ZERO,
            sent: Rc::default(),
            exchanges: 0,
            violations: Vec::new(),
        })
    }

    /// Plans and applies as the case has it, and again without faults.
    pub(super) fn run(&mut self, case: Case<'_>) -> Tried {
        self.world.service = self.service.clone();
        self.network.restart(self.seed, case.schedule);
        (self.now, self.exchanges) = (Duration::ZERO, 0);
        self.sent.set(0);
        self.violations.clear();

        let session = self.session(self.haste.policy());
        let plan = self.plan(&session, case);
        let applied = plan.clone().and_then(|plan| self.apply(plan, &session, case));
        let succeeded = applied.is_some();
        let requests = self.sent.get();
        self.now = self.network.last_landing().map_or(self.now, |last| last.max(self.now));
        self.network.land(&mut self.world, self.now);
        self.watch();
        let contacts = self.world.service.contacts(ANN);
        self.violations.extend(applied.iter().flat_map(|apply| untrue(apply, contacts)));

        let session = self.session(Policy::default());
        if let Some(plan) = plan.filter(|_| case.again == Again::Old) {
            if self.scene.told {
                self.apply_well(plan, &session);
            } else {
                // It counts on a new contact. Of one that is there by now nobody says that it is enabled.
                self.apply(plan, &session, Case::WELL);
            }
        }
        match self.plan(&session, Case::WELL) {
            Some(plan) => self.apply_well(plan, &session),
            None => self.found(Law::Wrong, "no list, though all goes well".into()),
        }
        self.judge();
        let violations = std::mem::take(&mut self.violations);
        Tried { requests, exchanges: self.exchanges, violations, created: 0, succeeded }
    }

    /// A program's session, with a budget of its own.
    fn session(&self, policy: Policy) -> Session {
        let credentials = self.network.credentials().clone();
        let session = Session::new(self.site.clone(), credentials.clone()).with_policy(policy);
        session.with_renewable(Some(credentials))
    }

    /// Lists and plans; nothing if that does not come to its end.
    fn plan(&mut self, session: &Session, case: Case<'_>) -> Option<Plan> {
        let list = AllContacts::new(session.clone(), ListContacts::all());
        let Ok(Outcome::Listed(contacts)) = self.drive(client(list), session, case)? else { return None };
        let plan = Plan::new(&self.desired, &contacts, Options::default().prune(self.scene.prune));
        plan.map_err(|refused| self.found(Law::Wrong, format!("no plan for {contacts:?}: {refused}"))).ok()
    }

    /// Nothing if it was broken off.
    fn apply(&mut self, plan: Plan, session: &Session, case: Case<'_>) -> Option<Apply> {
        let mut apply = Apply::new(plan);
        while let Some(step) = apply.next_step(session) {
            match self.drive(client(step), session, case)? {
                Ok(Outcome::Applied(outcome)) => apply.ended(Ok(outcome)),
                Ok(other) => self.found(Law::Wrong, format!("no answer to what was wanted: {other:?}")),
                Err(error) => apply.ended(Err(error)),
            }
        }
        Some(apply)
    }

    fn apply_well(&mut self, plan: Plan, session: &Session) {
        let apply = self.apply(plan, session, Case::WELL);
        if !apply.as_ref().is_some_and(Apply::is_done) {
            let outcomes = apply.iter().flat_map(Apply::outcomes).collect::<Vec<_>>();
            let how = format!("not done, though all went well: {outcomes:?}");
            self.violations.push(Violation::new(Law::Wrong, how));
        }
    }

    fn drive(
        &mut self,
        exchange: Client,
        session: &Session,
        case: Case<'_>,
    ) -> Option<Result<Outcome, Error>> {
        self.exchanges += 1;
        let exchange = if self.scene.told { exchange } else { Box::new(Untold(exchange)) };
        let exchange = Box::new(Counted { exchange, sent: Rc::clone(&self.sent) });
        let mut run = Run::new(exchange, self.now.saturating_add(session.policy().deadline));
        loop {
            // As if the program had been killed: the request may have had its effect.
            if case.last.is_some_and(|last| self.sent.get() >= last) {
                return None;
            }
            self.network.set_quiet(self.sent.get() < case.after);
            let progress = run.resume(&mut self.world, &mut self.network, self.now, &mut self.violations);
            self.watch();
            match progress {
                Progress::Until(time) => self.now = time,
                Progress::Done(result) => return Some(result),
                Progress::Endless => return None,
            }
        }
    }

    fn found(&mut self, law: Law, how: String) {
        self.violations.push(Violation::new(law, how));
    }

    /// Who had an enabled contact has one at all times.
    fn watch(&mut self) {
        let had_one = self.scene.before.iter().any(|(_, _, enabled)| *enabled);
        if had_one && self.world.service.contacts(ANN).iter().all(|contact| !contact.enabled) {
            self.found(Law::Lost, "no enabled contact is left".into());
        }
    }

    /// Compares what there is with what the scene says, which knows nothing of plans.
    fn judge(&mut self) {
        let contacts = self.world.service.contacts(ANN).to_vec();
        let is = |(method, to, _): &(&str, &str, bool), contact: &&StoredContact| {
            contact.method.as_str() == *method && contact.to == *to
        };
        // Those that the network has made of one creation are no client's doing.
        let most = 1 + self.network.ledger.second_creations;
        for wanted in self.scene.after {
            let there: Vec<_> = contacts.iter().filter(|contact| is(wanted, contact)).collect();
            if there.iter().all(|contact| contact.enabled != wanted.2) {
                self.found(Law::Lost, format!("not as it was to be: {wanted:?} among {contacts:?}"));
            }
            if there.len() > most {
                self.found(Law::Doubled, format!("there {} times: {wanted:?}", there.len()));
            }
        }
        let unwanted = |contact: &&_| !self.scene.after.iter().any(|wanted| is(wanted, contact));
        if let Some(contact) = contacts.iter().find(unwanted) {
            self.found(Law::Wrong, format!("not to be there: {contact:?}"));
        }
    }
}

/// An exchange whose requests are counted.
struct Counted {
    exchange: Client,
    sent: Rc<Cell<usize>>,
}

impl Exchange for Counted {
    type Output = Outcome;

    fn step(&mut self, event: Event<'_>, now: Now, random: u64) -> Action<Outcome> {
        let action = self.exchange.step(event, now, random);
        self.sent.update(|sent| sent + usize::from(matches!(action, Action::Send { .. })));
        action
    }

    fn name(&self) -> &'static str {
        self.exchange.name()
    }

    fn waiting(&self) -> Option<Waiting> {
        self.exchange.waiting()
    }

    fn is_in_doubt(&self) -> bool {
        self.exchange.is_in_doubt()
    }
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} requests {}", self.after, words(self.schedule))?;
        if let Some(last) = self.last {
            write!(f, ", broken off after {last}")?;
        }
        f.write_str(if self.again == Again::Old { ", the old plan again" } else { "" })
    }
}

impl fmt::Display for Stage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = self.haste.policy().attempts;
        write!(f, "scene {}, {attempts} attempts, seed {}", self.scene.name, self.seed)
    }
}
