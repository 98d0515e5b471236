//! A user of the sandbox's service, over the test kit's scripted network.

use std::time::Duration;

use contacts_plan::{Apply, Desired, Plan};
use contacts_proto::{
    BaseUrl, Contact, Error, ListContacts, RetryPolicy,
    exchange::{Exchange, List, Session},
};
use contacts_sandbox::{
    Behaviour, Duplicates, Limits, OAuthAtDirectBase, Service, StoredContact, User,
};
use contacts_testkit::{
    behaviour::random_behaviour,
    drive::Run,
    faults::Fault,
    job::ExchangeKind,
    laws,
    network::{self, Connection, Faults, Network},
    random::Random,
    trace::{Access, ExchangeInfo},
};
use proptest::prelude::*;

pub(crate) struct World {
    shared: network::World,
    pub(crate) network: Network,
    pub(crate) session: Session,
    access: Access,
    time: Duration,
    /// For each change: `true` if the service rejects all its writes.
    pub(crate) rejected: Vec<bool>,
    /// One fault for each request of an apply, in order.
    pub(crate) schedule: Vec<Option<Fault>>,
    /// The contacts before the first change and after each change.
    pub(crate) seen: Vec<Vec<StoredContact>>,
}

/// Parses the name of a fault.
pub(crate) fn fault(word: &str) -> Fault {
    word.parse().unwrap()
}

/// Faults that end a change, or make its outcome unknown.
pub(crate) fn faults() -> [Fault; 8] {
    ["422", "403", "429", "503-before", "500-after", "refused", "lost-before", "lost-after"]
        .map(fault)
}

impl World {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        // Refreshed tokens are OAuth tokens, and go to the same base.
        let behaviour =
            Behaviour { oauth_at_direct_base: OAuthAtDirectBase::Accepted, ..behaviour };
        let site =
            BaseUrl::new(&format!("https://api.example.com{}", behaviour.base_path())).unwrap();
        let mut shared = network::World::new(Service::new(behaviour));
        let user = User::new("ann@example.com", "unused").with_account_id("ann");
        let network = Network::new(
            &mut shared,
            user,
            1,
            Faults::Schedule(Vec::new()),
            RetryPolicy::default().consistency_delay,
        );
        let session = Session::new(site, network.credentials().clone());
        Self {
            shared,
            network,
            session,
            access: Access::Fixed,
            time: Duration::ZERO,
            rejected: Vec::new(),
            schedule: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// Creates a service with these contacts, and puts the service's ids into the entries. Contacts
    /// without a reported state are disabled.
    pub(crate) fn with(
        behaviour: Behaviour,
        actual: &[Contact],
        desired: Vec<Desired>,
    ) -> (Self, Vec<Desired>) {
        Self::with_truth(behaviour, actual, desired, &vec![false; actual.len()])
    }

    /// The same, with the actual state of each contact whose state is not reported.
    pub(crate) fn with_truth(
        behaviour: Behaviour,
        actual: &[Contact],
        mut desired: Vec<Desired>,
        truth: &[bool],
    ) -> (Self, Vec<Desired>) {
        let mut world = Self::new(Behaviour { limits: Limits::NONE, ..behaviour });
        for (contact, truth) in actual.iter().zip(truth) {
            let reported = contact.status.as_ref().and_then(|status| status.enabled);
            let id = world.add(contact.method.as_str(), &contact.to, reported.unwrap_or(*truth));
            if reported.is_none() {
                world.network.hidden_status.add(&id);
            }
            for entry in desired.iter_mut().filter(|entry| entry.id.as_ref() == Some(&contact.id)) {
                entry.id = Some(id.parse().unwrap());
            }
        }
        (world, desired)
    }

    /// Adds a contact directly to the service, and returns its id.
    pub(crate) fn add(&mut self, method: &str, to: &str, enabled: bool) -> String {
        self.shared.service.add_contact("ann", method, to, enabled).unwrap()
    }

    /// Sets the maximum number of attempts of each request.
    pub(crate) fn set_max_attempts(&mut self, attempts: u32) {
        let mut policy = RetryPolicy::default();
        policy.max_attempts = attempts;
        self.session = self.session.clone().with_policy(policy);
    }

    /// Makes the token refreshable, and lets it expire at this request of an apply.
    pub(crate) fn expire_at(&mut self, position: usize) {
        self.access = Access::Refreshable;
        self.session = self.access.session(&self.session, self.network.credentials().clone());
        self.schedule = vec![None; position];
        self.schedule.push(Some(fault("401")));
    }

    pub(crate) fn contacts(&self) -> &[StoredContact] {
        self.shared.service.contacts("ann")
    }

    pub(crate) fn has_enabled(&self) -> bool {
        self.contacts().iter().any(|contact| contact.enabled)
    }

    pub(crate) fn list(&mut self) -> Vec<Contact> {
        self.network.pause_faults(true);
        let contacts = self.run(List::new(self.session.clone(), ListContacts::all())).unwrap();
        self.network.pause_faults(false);
        contacts
    }

    pub(crate) fn apply(&mut self, plan: Plan) -> Apply {
        let mut apply = Apply::new(plan);
        let session = self.session.clone();
        self.network.set_faults(Faults::Schedule(self.schedule.clone()));
        self.seen.push(self.contacts().to_vec());
        while let Some(step) = apply.next_step(&session) {
            let position = apply.outcomes().filter(|(_, outcome)| outcome.is_some()).count() - 1;
            match self.rejected.get(position) {
                Some(true) => self.network.set_faults(Faults::OnWrites(fault("422"))),
                Some(false) => self.network.set_faults(Faults::Schedule(Vec::new())),
                None => {}
            }
            apply.record(self.run(step));
            self.seen.push(self.contacts().to_vec());
        }
        apply
    }

    fn run<E: Exchange>(&mut self, exchange: E) -> Result<E::Output, Error> {
        let info = ExchangeInfo::new(ExchangeKind::Other, &self.session, self.access, self.time);
        let mut run = Run::new(Box::new(exchange), info);
        let connection = &mut Connection { world: &mut self.shared, network: &mut self.network };
        let result = run.to_end(connection, &mut self.time);
        let mut violations = Vec::new();
        laws::check(&run.trace, &mut violations);
        assert!(violations.is_empty(), "{violations:#?}");
        result.unwrap()
    }
}

pub(crate) fn behaviour() -> impl Strategy<Value = Behaviour> {
    let duplicates = prop::sample::select(vec![
        Duplicates::Unprocessable,
        Duplicates::Conflict,
        Duplicates::Allowed,
    ]);
    (duplicates, any::<u64>()).prop_map(|(duplicates, seed)| Behaviour {
        duplicates,
        ..random_behaviour(&mut Random::new(seed))
    })
}
