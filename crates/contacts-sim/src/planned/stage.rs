//! A scene, played.

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
    findings::{Harm, Violation},
    hide_status::HiddenStatus,
    job::Shape,
    laws,
    network::{Faults, Network, Way, World},
    trace::{About, Access},
};

use super::{
    claims::untrue,
    scene::{Haste, Scene},
};
use crate::{exhaustive::words, subject::Tried};

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
        let consistency_delay = haste.policy().consistency_delay;
        let mut network =
            Network::new(&mut world, user, seed, Faults::Schedule(Vec::new()), consistency_delay);
        if !scene.told {
            network.hidden_status = HiddenStatus::All;
        }
        let mut file = scene.file.to_owned();
        for (number, (method, to, enabled)) in scene.before.iter().enumerate() {
            let id = world.service.add_contact(ANN, *method, *to, *enabled).unwrap_or_default();
            file = file.replace(&format!("{{{number}}}"), &id);
        }
        let desired = read(&file, Format::Yaml).map_err(|diagnostics| {
            Error::invalid("scene", diagnostics.first().map(ToString::to_string).unwrap_or_default())
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
            exchanges: 0,
            violations: Vec::new(),
        })
    }

    /// Plans and applies as the case has it, and again without faults.
    pub(super) fn run(&mut self, case: Case<'_>) -> Tried {
        self.world.service = self.service.clone();
        self.network.restart(self.seed, case.schedule);
        (self.now, self.exchanges) = (Duration::ZERO, 0);
        self.violations.clear();

        let session = self.session(self.haste.policy());
        let plan = self.plan(&session, case);
        let applied = plan.clone().and_then(|plan| self.apply(plan, &session, case));
        let succeeded = applied.is_some();
        let requests = self.network.ledger.sent;
        self.now = self.network.last_landing().map_or(self.now, |last| last.max(self.now));
        self.network.land(&mut self.world, self.now);
        self.watch();
        let contacts = self.world.service.contacts(ANN);
        self.violations.extend(applied.iter().flat_map(|apply| untrue(apply, contacts)));

        let session = self.session(RetryPolicy::default());
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
            None => self.found(Harm::Wrong, "no list, though all goes well".into()),
        }
        self.judge();
        let violations = std::mem::take(&mut self.violations);
        Tried { requests, exchanges: self.exchanges, violations, created: 0, succeeded }
    }

    /// A program's session, with a budget of its own.
    fn session(&self, policy: RetryPolicy) -> Session {
        let credentials = self.network.credentials().clone();
        let session = Session::new(self.site.clone(), credentials.clone()).with_policy(policy);
        session.with_refreshable(Some(credentials))
    }

    /// Lists and plans; nothing if that does not come to its end.
    fn plan(&mut self, session: &Session, case: Case<'_>) -> Option<Plan> {
        let list = List::new(session.clone(), ListContacts::all());
        let contacts = self.drive(list, session, case)?.ok()?;
        let plan = Plan::new(&self.desired, &contacts, Options::default().prune(self.scene.prune));
        plan.map_err(|refused| self.found(Harm::Wrong, format!("no plan for {contacts:?}: {refused}"))).ok()
    }

    /// Nothing if it was broken off.
    fn apply(&mut self, plan: Plan, session: &Session, case: Case<'_>) -> Option<Apply> {
        let mut apply = Apply::new(plan);
        while let Some(step) = apply.next_step(session) {
            apply.record(self.drive(step, session, case)?);
        }
        Some(apply)
    }

    fn apply_well(&mut self, plan: Plan, session: &Session) {
        let apply = self.apply(plan, session, Case::WELL);
        if !apply.as_ref().is_some_and(Apply::is_done) {
            let outcomes = apply.iter().flat_map(Apply::outcomes).collect::<Vec<_>>();
            let how = format!("not done, though all went well: {outcomes:?}");
            self.violations.push(Violation::new(Harm::Wrong, how));
        }
    }

    fn drive<E: Exchange>(
        &mut self,
        exchange: E,
        session: &Session,
        case: Case<'_>,
    ) -> Option<Result<E::Output, Error>> {
        self.exchanges += 1;
        let about = About::new(Shape::Other, session, Access::Renewable, self.now);
        let mut run = Run::new(Box::new(exchange), about);
        let result = loop {
            let sent = self.network.ledger.sent;
            // As if the program had been killed: the request may have had its effect.
            if case.last.is_some_and(|last| sent >= last) {
                run.trace.is_broken_off = true;
                break None;
            }
            self.network.set_quiet(sent < case.after);
            let way = &mut Way { world: &mut self.world, network: &mut self.network };
            let progress = run.resume(way, self.now);
            self.watch();
            match progress {
                Progress::Until(time) => self.now = time,
                Progress::Done(result) => break Some(result),
                Progress::Endless => break None,
            }
        };
        laws::judge(&run.trace, &mut self.violations);
        result
    }

    fn found(&mut self, harm: Harm, how: String) {
        self.violations.push(Violation::new(harm, how));
    }

    /// Who had an enabled contact has one at all times.
    fn watch(&mut self) {
        let had_one = self.scene.before.iter().any(|(_, _, enabled)| *enabled);
        if had_one && self.world.service.contacts(ANN).iter().all(|contact| !contact.enabled) {
            self.found(Harm::Lost, "no enabled contact is left".into());
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
                self.found(Harm::Lost, format!("not as it was to be: {wanted:?} among {contacts:?}"));
            }
            if there.len() > most {
                self.found(Harm::Doubled, format!("there {} times: {wanted:?}", there.len()));
            }
        }
        let unwanted = |contact: &&_| !self.scene.after.iter().any(|wanted| is(wanted, contact));
        if let Some(contact) = contacts.iter().find(unwanted) {
            self.found(Harm::Wrong, format!("not to be there: {contact:?}"));
        }
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
        let attempts = self.haste.policy().max_attempts;
        write!(f, "scene {}, {attempts} attempts, seed {}", self.scene.name, self.seed)
    }
}
