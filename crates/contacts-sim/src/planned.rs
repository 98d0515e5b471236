//! Plans applied under every schedule of faults up to a length, broken off at every request, and applied again.

use std::{
    cell::Cell,
    fmt,
    rc::Rc,
    time::{Duration, Instant},
};

use contacts_plan::{Apply, Desired, Format, Options, Plan, read};
use contacts_proto::{
    Action, AllContacts, Contact, Error, Event, Exchange, ListContacts, Now, Policy, Session, Site,
};
use contacts_sandbox::{Behaviour, Duplicates, Limits, NewPhones, Service, User};
use serde::Serialize;

use crate::{
    exhaustive::{Walk, words},
    fault::Fault,
    job::{Client, Outcome, client},
    network::{Faults, Network},
    run::{Progress, Run},
    subject::Tried,
    violation::{Findings, Law, Violation},
    world::World,
};

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Planned {
    mode: &'static str,
    /// Schedules, each for every scene and policy, those included that were known to differ in nothing from one that ran.
    pub schedules: u64,
    /// Exchanges that really ran.
    pub exchanges: u64,
    /// Runs that were broken off at some request.
    pub broken_off: u64,
    /// What went wrong.
    #[serde(flatten)]
    pub findings: Findings,
    seconds: f64,
}

/// What a user has, and a file of what is to be; `{0}` stands for the id of the first contact.
#[derive(Debug)]
struct Scene {
    name: &'static str,
    contacts: &'static [(&'static str, &'static str, bool)],
    file: &'static str,
    prune: bool,
}

const SCENES: [Scene; 4] = [
    Scene {
        name: "fresh",
        contacts: &[],
        file: "[{email: ann@example.com}, {sms: 90-555}, {voice: 90-555, enabled: false}]",
        prune: false,
    },
    Scene {
        name: "changed",
        contacts: &[("email", "ann@example.com", true), ("sms", "90-1", true), ("voice", "90-1", true)],
        file: "[{email: ann@example.org, id: {0}}, {sms: 90-2, id: {1}}, {email: b@example.com, enabled: false}]",
        prune: false,
    },
    Scene {
        name: "switched",
        contacts: &[
            ("email", "ann@example.com", true),
            ("email", "b@example.com", false),
            ("mobile", "Phone", true),
        ],
        file: "[{email: b@example.com}, {mobile: Phone, enabled: false}]",
        prune: true,
    },
    Scene {
        name: "exchanged",
        contacts: &[("email", "old@example.com", true)],
        file: "[{email: new@example.com}]",
        prune: true,
    },
];

/// Applies plans under every schedule of the twelve faults up to this length, which begins with each of the requests of a run, the
/// list before the plan included: the next request meets the next fault. Under each fault alone, and under none, the run is broken
/// off at each of its requests too. Then all that was delayed happens, and the same file is planned and applied again, without faults: everything is as the file
/// says, nothing is there twice, and nobody was without an enabled contact at any time.
///
/// # Errors
/// If the site is none.
pub fn planned(length: usize, seed: u64) -> Result<Planned, Error> {
    let started = Instant::now();
    let mut whole = Planned {
        mode: "plan",
        schedules: 0,
        exchanges: 0,
        broken_off: 0,
        findings: Findings::default(),
        seconds: 0.0,
    };
    for scene in &SCENES {
        for attempts in [Policy::default().attempts, 1] {
            let mut stage = Stage::new(scene, attempts, seed)?;
            let requests = stage.run(Case { after: 0, schedule: &[], last: None }).requests;
            for after in 0..requests {
                let mut walk = Walk::new(length, |schedule: &[Fault]| {
                    let tried = stage.run(Case { after, schedule, last: None });
                    // Those before the faults are not counted.
                    Tried { requests: tried.requests.saturating_sub(after), ..tried }
                });
                walk.visit(&mut |schedule, violations| {
                    let case = Case { after, schedule, last: None };
                    whole
                        .findings
                        .add(violations, || format!("{scene}, {attempts} attempts, seed {seed}, {case}"));
                });
                whole.schedules += walk.schedules;
                whole.exchanges += walk.exchanges;
            }
            let faults: Vec<_> = Fault::in_schedules().map(|fault| vec![fault]).chain([Vec::new()]).collect();
            for (after, schedule) in (0..requests).flat_map(|after| faults.iter().map(move |it| (after, it)))
            {
                // The request that meets the fault, the one after it, …
                for last in after + 1..=requests {
                    let case = Case { after, schedule, last: Some(last) };
                    let tried = stage.run(case);
                    whole.broken_off += 1;
                    whole.exchanges += tried.exchanges;
                    whole.findings.add(&tried.violations, || {
                        format!("{scene}, {attempts} attempts, seed {seed}, {case}")
                    });
                }
            }
        }
    }
    whole.seconds = started.elapsed().as_secs_f64();
    Ok(whole)
}

/// What goes wrong in a run.
#[derive(Debug, Clone, Copy)]
struct Case<'a> {
    /// So many requests go well.
    after: usize,
    /// The next ones meet these.
    schedule: &'a [Fault],
    /// The run is broken off when it has sent so many.
    last: Option<usize>,
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {} requests {}", self.after, words(self.schedule))?;
        self.last.map_or(Ok(()), |last| write!(f, ", broken off after {last}"))
    }
}

impl fmt::Display for Scene {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scene {}", self.name)
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
}

/// A scene, ready to be played any number of times.
struct Stage {
    service: Service,
    network: Network,
    world: World,
    site: Site,
    policy: Policy,
    desired: Vec<Desired>,
    options: Options,
    seed: u64,
    now: Duration,
    /// Requests of the run, or of both.
    sent: Rc<Cell<usize>>,
    exchanges: u64,
    violations: Vec<Violation>,
    /// Whether the user had an enabled contact, and so is to have one at all times.
    keeps_enabled: bool,
}

impl Stage {
    fn new(scene: &Scene, attempts: u32, seed: u64) -> Result<Self, Error> {
        let behaviour = Behaviour {
            duplicates: Duplicates::Allowed,
            limits: Limits::NONE,
            // So that a number that is to be disabled has to be.
            new_phones: NewPhones::EnabledAtOnce,
            ..Behaviour::default()
        };
        let site = Site::new(&format!("https://api.example.com{}", behaviour.base_path()))?;
        let mut world = World::new(Service::new(behaviour));
        let mut policy = Policy::default();
        policy.attempts = attempts;
        let user = User::new("ann@example.com", "unused").with_account_id("ann");
        let network = Network::new(&mut world, user, seed, Faults::Schedule(Vec::new()), policy.settle);
        let mut file = scene.file.to_owned();
        for (number, (method, to, enabled)) in scene.contacts.iter().enumerate() {
            let id = world.service.add_contact("ann", *method, *to, *enabled).unwrap_or_default();
            file = file.replace(&format!("{{{number}}}"), &id);
        }
        let desired = read(&file, Format::Yaml).map_err(|mistakes| {
            Error::invalid("scene", mistakes.first().map(ToString::to_string).unwrap_or_default())
        })?;
        Ok(Self {
            service: world.service.clone(),
            network,
            world,
            site,
            policy,
            desired,
            options: Options::default().prune(scene.prune),
            seed,
            now: Duration::ZERO,
            sent: Rc::default(),
            exchanges: 0,
            violations: Vec::new(),
            keeps_enabled: scene.contacts.iter().any(|(_, _, enabled)| *enabled),
        })
    }

    /// Applies as the case has it, and again without faults.
    fn run(&mut self, case: Case<'_>) -> Tried {
        self.world.service = self.service.clone();
        self.network.restart(self.seed, case.schedule);
        (self.now, self.exchanges) = (Duration::ZERO, 0);
        self.sent.set(0);
        self.violations.clear();

        let succeeded = self.apply(self.policy.clone(), case).is_some_and(|apply| apply.is_done());
        let requests = self.sent.get();
        self.now = self.network.last_landing().map_or(self.now, |last| last.max(self.now));
        self.network.land(&mut self.world, self.now);
        self.watch();
        let well = Case { after: usize::MAX, schedule: &[], last: None };
        match self.apply(Policy::default(), well) {
            Some(apply) if apply.is_done() => {}
            Some(apply) => {
                let outcomes: Vec<_> = apply.outcomes().collect();
                self.found(Law::Wrong, format!("not done, though all went well: {outcomes:?}"));
            }
            None => self.found(Law::Wrong, "does not end, though all goes well".into()),
        }
        self.judge();
        let violations = std::mem::take(&mut self.violations);
        Tried { requests, exchanges: self.exchanges, violations, created: 0, succeeded }
    }

    fn found(&mut self, law: Law, how: String) {
        self.violations.push(Violation::new(law, how));
    }

    /// Lists, plans, and applies; nothing if it was broken off or could not be planned.
    fn apply(&mut self, policy: Policy, case: Case<'_>) -> Option<Apply> {
        let credentials = self.network.credentials().clone();
        let session = Session::new(self.site.clone(), credentials.clone()).with_policy(policy);
        let session = session.with_renewable(Some(credentials));
        let list =
            self.drive(client(AllContacts::new(session.clone(), ListContacts::all())), &session, case)?;
        let Ok(Outcome::Listed(contacts)) = list else { return None };
        let mut apply = Apply::new(self.plan(&contacts)?);
        while let Some(step) = apply.next_step(&session) {
            match self.drive(client(step), &session, case)? {
                Ok(Outcome::Applied(done)) => apply.ended(Ok(done)),
                Ok(other) => self.found(Law::Wrong, format!("no answer to what was wanted: {other:?}")),
                Err(error) => apply.ended(Err(error)),
            }
        }
        Some(apply)
    }

    fn plan(&mut self, contacts: &[Contact]) -> Option<Plan> {
        let plan = Plan::new(&self.desired, contacts, self.options);
        plan.map_err(|refused| self.found(Law::Wrong, format!("no plan for {contacts:?}: {refused}"))).ok()
    }

    fn drive(
        &mut self,
        exchange: Client,
        session: &Session,
        case: Case<'_>,
    ) -> Option<Result<Outcome, Error>> {
        self.exchanges += 1;
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

    fn watch(&mut self) {
        let contacts = self.world.service.contacts("ann");
        if self.keeps_enabled && contacts.iter().all(|contact| !contact.enabled) {
            self.found(Law::Lost, "no enabled contact is left".into());
        }
    }

    fn judge(&mut self) {
        let contacts: Vec<Contact> = self.world.service.contacts("ann").iter().filter_map(|stored| {
            let json = serde_json::json!({
                "id": stored.id, "method": stored.method, "to": stored.to, "status": { "enabled": stored.enabled }
            });
            serde_json::from_value(json).ok()
        }).collect();
        if let Some(plan) = self.plan(&contacts).filter(|plan| !plan.is_empty()) {
            self.found(Law::Lost, format!("not as it was to be: {plan}"));
        }
        let doubles = self.network.ledger.second_creations;
        for wanted in self.desired.clone() {
            let there = contacts.iter().filter(|contact| contact.reaches(&wanted.method, &wanted.to)).count();
            if there > 1 + doubles {
                self.found(Law::Doubled, format!("{} {} is there {there} times", wanted.method, wanted.to));
            }
        }
        let before = self.service.contacts("ann");
        let is_known = |contact: &&Contact| {
            before.iter().any(|stored| stored.id == contact.id.as_str())
                || self.desired.iter().any(|wanted| contact.reaches(&wanted.method, &wanted.to))
        };
        if let Some(stranger) = contacts.iter().find(|contact| !is_known(contact)) {
            self.found(Law::Wrong, format!("a contact came that nobody wanted: {stranger:?}"));
        }
    }
}
