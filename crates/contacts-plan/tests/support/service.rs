//! The sandbox's service behind an adapter without a network.

use std::time::Duration;

use contacts_plan::{Apply, Plan};
use contacts_proto::{
    Action, AllContacts, Contact, Credentials, Error, Event, Exchange, ListContacts, Now, Session, Site,
};
use contacts_sandbox::{Behaviour, Service, StoredContact, User};
use http::Method;

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) session: Session,
    time: Duration,
    /// Changes of these places, if any, are refused whatever they ask for.
    pub(crate) refused: Vec<bool>,
    /// What was there after each change.
    pub(crate) seen: Vec<Vec<StoredContact>>,
}

const EPOCH: Duration = Duration::from_secs(1_795_000_000);

impl World {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        let site = Site::new(&format!("https://api.example.com{}", behaviour.base_path())).unwrap();
        let mut service = Service::new(behaviour);
        let user = User::new("ann@example.com", "unused").with_account_id("ann").with_oauth_token("token");
        service.add_user(user);
        let session = Session::new(site, Credentials::bearer("token").unwrap());
        Self { service, session, time: Duration::ZERO, refused: Vec::new(), seen: Vec::new() }
    }

    pub(crate) fn contacts(&self) -> &[StoredContact] {
        self.service.contacts("ann")
    }

    pub(crate) fn has_enabled(&self) -> bool {
        self.contacts().iter().any(|contact| contact.enabled)
    }

    pub(crate) fn list(&mut self) -> Vec<Contact> {
        self.run(AllContacts::new(self.session.clone(), ListContacts::all()), false).unwrap()
    }

    pub(crate) fn apply(&mut self, plan: Plan) -> Apply {
        let mut apply = Apply::new(plan);
        let session = self.session.clone();
        while let Some(step) = apply.next_step(&session) {
            let place = apply.outcomes().filter(|(_, outcome)| outcome.is_some()).count() - 1;
            let refused = self.refused.get(place) == Some(&true);
            apply.ended(self.run(step, refused));
            self.seen.push(self.contacts().to_vec());
        }
        apply
    }

    /// What an adapter does; where it is to be refused, every request that writes is.
    fn run<E: Exchange>(&mut self, mut exchange: E, refused: bool) -> Result<E::Output, Error> {
        let now = |time: Duration| Now { monotonic: time, unix: EPOCH.as_secs() };
        let mut action = exchange.step(Event::Start, now(self.time), 1);
        loop {
            self.time += Duration::from_millis(10);
            let response;
            let event = match action {
                Action::Done(result) => return result,
                Action::Wait(time) => {
                    self.time += time;
                    Event::Waited
                }
                Action::Renew { .. } => panic!("there are no other credentials"),
                Action::Send { request, .. } => {
                    let (head, body) = request.into_parts();
                    response = if refused && head.method != Method::GET {
                        http::Response::builder().status(422).body(Vec::new()).unwrap()
                    } else {
                        self.service
                            .handle(http::Request::from_parts(head, body.as_slice()), EPOCH + self.time)
                    };
                    let (head, body) = (response.headers().clone(), response.body().as_slice());
                    let mut answer = http::Response::new(body);
                    *answer.status_mut() = response.status();
                    *answer.headers_mut() = head;
                    Event::Answered(answer)
                }
            };
            action = exchange.step(event, now(self.time), 1);
        }
    }
}
