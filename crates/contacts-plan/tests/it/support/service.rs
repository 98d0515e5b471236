//! The sandbox's service behind an adapter without a network.

use std::time::Duration;

use super::untold::Untold;
use contacts_plan::{Apply, Desired, Plan};
use contacts_proto::{
    Action, AllContacts, BaseUrl, Cause, Contact, Credentials, Error, Event, Exchange, Failure, ListContacts,
    Now, Policy, Progress, Session,
};
use contacts_sandbox::{
    Behaviour, DeleteAnswer, Duplicates, Limits, NewPhones, OAuthAtDirectBase, Service, StoredContact, User,
};
use http::{Method, Request, Response, header::AUTHORIZATION};
use proptest::prelude::*;

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) session: Session,
    time: Duration,
    /// Changes of these places, if any, are refused whatever they ask for.
    pub(crate) refused: Vec<bool>,
    /// What the requests of an application meet, one after the other.
    pub(crate) troubles: Vec<Option<Trouble>>,
    /// What was there before the first change, and after each.
    pub(crate) seen: Vec<Vec<StoredContact>>,
    /// The answers that came.
    pub(crate) statuses: Vec<u16>,
    requests: usize,
    pub(crate) untold: Untold,
    /// From this request on the password is refused.
    expires: Option<usize>,
}

/// What becomes of a request that does not go well.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// Another answer than the service's, which never sees it.
    Status(u16),
    /// It is carried out, and answered with this all the same.
    StatusAfter(u16),
    NotSent,
    LostBefore,
    LostAfter,
}

impl Trouble {
    pub(crate) const ALL: [Self; 8] = [
        Self::Status(422),
        Self::Status(403),
        Self::Status(429),
        Self::Status(503),
        Self::StatusAfter(500),
        Self::NotSent,
        Self::LostBefore,
        Self::LostAfter,
    ];
}

const EPOCH: Duration = Duration::from_secs(1_795_000_000);

const EMAIL: &str = "ann@example.com";

/// What a renewal gives.
const TOKEN: &str = "token";

impl World {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        // A password and the token that can be had for it go to the same base URL.
        let behaviour = Behaviour { oauth_at_direct_base: OAuthAtDirectBase::Accepted, ..behaviour };
        let site = BaseUrl::new(&format!("https://api.example.com{}", behaviour.base_path())).unwrap();
        let mut service = Service::new(behaviour);
        service.add_user(User::new(EMAIL, "password").with_account_id("ann").with_oauth_token(TOKEN));
        let session = Session::new(site, Credentials::bearer(TOKEN).unwrap());
        Self {
            service,
            session,
            time: Duration::ZERO,
            refused: Vec::new(),
            troubles: Vec::new(),
            seen: Vec::new(),
            statuses: Vec::new(),
            requests: 0,
            untold: Untold::default(),
            expires: None,
        }
    }

    /// A service with these contacts, and the entries with its ids for theirs. What is not told of is not enabled.
    pub(crate) fn with(
        behaviour: Behaviour,
        actual: &[Contact],
        desired: Vec<Desired>,
    ) -> (Self, Vec<Desired>) {
        Self::with_truth(behaviour, actual, desired, &vec![false; actual.len()])
    }

    /// The same; whether a contact is enabled of which that is not told, is told to the test alone.
    pub(crate) fn with_truth(
        behaviour: Behaviour,
        actual: &[Contact],
        mut desired: Vec<Desired>,
        truth: &[bool],
    ) -> (Self, Vec<Desired>) {
        let mut world = Self::new(Behaviour { limits: Limits::NONE, ..behaviour });
        for (contact, truth) in actual.iter().zip(truth) {
            let told = contact.status.as_ref().and_then(|status| status.enabled);
            let (method, enabled) = (contact.method.as_str(), told.unwrap_or(*truth));
            let id = world.service.add_contact("ann", method, &contact.to, enabled).unwrap();
            if told.is_none() {
                world.untold.add(&id);
            }
            for entry in desired.iter_mut().filter(|entry| entry.id.as_ref() == Some(&contact.id)) {
                entry.id = Some(id.parse().unwrap());
            }
        }
        (world, desired)
    }

    /// From now on every request has so many attempts.
    pub(crate) fn attempt(&mut self, attempts: u32) {
        let mut policy = Policy::default();
        policy.attempts = attempts;
        self.session = self.session.clone().with_policy(policy);
    }

    /// From now on a password is used, which from this request of an application on is refused; the token can be had for it.
    pub(crate) fn expire_at(&mut self, place: usize) {
        self.session = self.session.with_renewable(Some(Credentials::basic(EMAIL, "password").unwrap()));
        self.expires = Some(place);
    }

    pub(crate) fn contacts(&self) -> &[StoredContact] {
        self.service.contacts("ann")
    }

    pub(crate) fn has_enabled(&self) -> bool {
        self.contacts().iter().any(|contact| contact.enabled)
    }

    pub(crate) fn list(&mut self) -> Vec<Contact> {
        self.run(AllContacts::new(self.session.clone(), ListContacts::all()), |_, _| None).unwrap()
    }

    pub(crate) fn apply(&mut self, plan: Plan) -> Apply {
        let mut apply = Apply::new(plan);
        let (session, troubles) = (self.session.clone(), self.troubles.clone());
        self.requests = 0;
        self.seen.push(self.contacts().to_vec());
        while let Some(step) = apply.next_step(&session) {
            let place = apply.outcomes().filter(|(_, outcome)| outcome.is_some()).count() - 1;
            let refused = self.refused.get(place) == Some(&true);
            apply.ended(self.run(step, |method, place| {
                let refusal = (refused && method != Method::GET).then_some(Trouble::Status(422));
                refusal.or_else(|| troubles.get(place).copied().flatten())
            }));
            self.seen.push(self.contacts().to_vec());
        }
        apply
    }

    /// What an adapter does.
    fn run<E: Exchange>(
        &mut self,
        mut exchange: E,
        trouble: impl Fn(&Method, usize) -> Option<Trouble>,
    ) -> Result<E::Output, Error> {
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
                Action::Renew { .. } => Event::Renewed(Ok(Credentials::bearer(TOKEN).unwrap())),
                Action::Send { request, .. } => {
                    let has_expired = self.expires.is_some_and(|place| self.requests >= place)
                        && request.headers()[AUTHORIZATION].as_bytes().starts_with(b"Basic ");
                    let expired = has_expired.then_some(Trouble::Status(401));
                    let trouble = expired.or_else(|| trouble(request.method(), self.requests));
                    self.requests += 1;
                    match self.answer(request, trouble) {
                        Ok(answer) => {
                            response = answer;
                            Event::Answered(borrowed(&response))
                        }
                        Err(progress) => Event::Failed(Failure::new(progress, Cause::Closed)),
                    }
                }
            };
            action = exchange.step(event, now(self.time), 1);
        }
    }

    fn answer(
        &mut self,
        request: Request<Vec<u8>>,
        trouble: Option<Trouble>,
    ) -> Result<Response<Vec<u8>>, Progress> {
        let is_handled = matches!(trouble, None | Some(Trouble::StatusAfter(_) | Trouble::LostAfter));
        let (head, body) = request.into_parts();
        let handled = is_handled
            .then(|| self.service.handle(Request::from_parts(head, body.as_slice()), EPOCH + self.time));
        let answer = match (trouble, handled) {
            (None, Some(answer)) => answer.map(|body| self.untold.left_out_of(body)),
            (Some(Trouble::Status(status) | Trouble::StatusAfter(status)), _) => {
                let body = format!(r#"{{"errors":[{{"title":"no","code":"{status}"}}]}}"#);
                Response::builder().status(status).body(body.into_bytes()).unwrap()
            }
            (Some(Trouble::NotSent), _) => return Err(Progress::NotSent),
            _ => return Err(Progress::MaybeSent),
        };
        self.statuses.push(answer.status().as_u16());
        Ok(answer)
    }
}

fn borrowed(response: &Response<Vec<u8>>) -> Response<&[u8]> {
    let mut answer = Response::new(response.body().as_slice());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    answer
}

pub(crate) fn behaviour() -> impl Strategy<Value = Behaviour> {
    let duplicates =
        prop::sample::select(vec![Duplicates::Unprocessable, Duplicates::Conflict, Duplicates::Allowed]);
    let phones = prop::sample::select(vec![NewPhones::DisabledUntilVerified, NewPhones::EnabledAtOnce]);
    let delete_answer =
        prop::sample::select(vec![DeleteAnswer::NoContent, DeleteAnswer::OkEmpty, DeleteAnswer::OkJson]);
    (duplicates, phones, any::<bool>(), delete_answer).prop_map(
        |(duplicates, new_phones, disabled_reason, delete_answer)| Behaviour {
            duplicates,
            new_phones,
            disabled_reason,
            delete_answer,
            ..Behaviour::default()
        },
    )
}
