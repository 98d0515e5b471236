//! The service without its network: a request in, a response out.

mod answer;
mod demo;
mod input;
mod keyring;
mod operations;
mod page;
mod refusal;
mod route;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;

use self::answer::{Answer, TraceId};
pub use self::demo::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN};
use self::keyring::{Keyring, Scheme};
use self::refusal::{Context, Refusal};
use self::route::Entrance;
use crate::behaviour::{Behaviour, OAuthAtDirectBase};
use crate::clock::DateHeader;
use crate::contact::{ContactMethod, StoredContact};
use crate::operation::Operation;
use crate::state::{Account, State};
use crate::user::{Plan, User};

/// The Contacts API as a pure function of what it was asked before.
///
/// It has no clock, no randomness and no network: the same requests at the same times get the same answers, byte for
/// byte. A clone goes on independently.
///
/// ```
/// use std::time::Duration;
/// use contacts_sandbox::Service;
///
/// let mut service = Service::demo();
/// let request = http::Request::get("/ex/jira/sandbox/jsm/ops/api/v1/users/contacts?size=1")
///     .header("authorization", "Bearer sandbox-oauth-token")
///     .body(&b""[..])?;
/// let response = service.handle(request, Duration::from_secs(1_700_000_000));
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["date"], "Tue, 14 Nov 2023 22:13:20 GMT");
/// assert!(response.body().starts_with(br#"{"values":[{"id":"#));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone)]
pub struct Service {
    behaviour: Behaviour,
    accounts: Vec<Account>,
    /// Where in `accounts` an account id is.
    places: BTreeMap<String, usize>,
    keyring: Keyring,
    created: u64,
    requests: u64,
    revision: u64,
    date: DateHeader,
}

type Outcome = Result<Answer, Refusal>;

impl Service {
    /// A service without users: everything but the look-up of the cloud id is answered with 401.
    pub fn new(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            accounts: Vec::new(),
            places: BTreeMap::new(),
            keyring: Keyring::default(),
            created: 0,
            requests: 0,
            revision: 0,
            date: DateHeader::default(),
        }
    }

    /// A service with the demo user, and two others whose contacts the demo user, as an administrator, may list. All contacts are
    /// verified and enabled.
    ///
    /// | account id | e-mail address | API token | contacts |
    /// | --- | --- | --- | --- |
    /// | follows from the address | [`DEMO_EMAIL`] | [`DEMO_TOKEN`] | e-mail, SMS |
    /// | `712020:0a1b2c3d` | `ann@on-call.example` | `sandbox-token-of-ann` | e-mail, SMS |
    /// | `712020:4e5f6a7b` | `ben@on-call.example` | `sandbox-token-of-ben` | e-mail |
    pub fn demo() -> Self {
        let mut service = Self::new(Behaviour::default());
        demo::add_users(&mut service);
        service
    }

    /// Adds a user and gives back the account id. A user with the same account id is replaced and the contacts are
    /// kept, so this is also how a token is renewed or taken away.
    pub fn add_user(&mut self, user: User) -> String {
        let account_id = user.account_id.clone();
        let place = *self.places.entry(account_id.clone()).or_insert(self.accounts.len());
        if let Some(account) = self.accounts.get_mut(place) {
            self.keyring.remove(place, &account.user);
            self.keyring.add(place, &user);
            account.user = user;
        } else {
            self.keyring.add(place, &user);
            self.accounts.push(Account { user, contacts: Vec::new() });
        }
        self.changed();
        account_id
    }

    /// Adds a verified contact without regard to limits, duplicates or form, and gives back its id; `None` if there
    /// is no such account.
    pub fn add_contact(
        &mut self,
        account_id: &str,
        method: impl Into<ContactMethod>,
        to: impl Into<String>,
        enabled: bool,
    ) -> Option<String> {
        let place = *self.places.get(account_id)?;
        let id = self.next_contact_id();
        let (method, to) = (method.into(), to.into());
        let contact =
            StoredContact { id: id.clone(), method, to, enabled, verified: true, disabled_reason: None };
        self.accounts.get_mut(place)?.contacts.push(contact);
        self.changed();
        Some(id)
    }

    /// Does what the code sent to a new number does: the contact is verified and enabled. False if there is none.
    pub fn verify(&mut self, account_id: &str, id: &str) -> bool {
        let account = self.places.get(account_id).and_then(|place| self.accounts.get_mut(*place));
        let Some(contact) =
            account.and_then(|account| account.contacts.iter_mut().find(|contact| contact.id == id))
        else {
            return false;
        };
        contact.verified = true;
        contact.enabled = true;
        contact.disabled_reason = None;
        self.changed();
        true
    }

    /// The contacts of a user in the order of notification; none if there is no such account.
    pub fn contacts(&self, account_id: &str) -> &[StoredContact] {
        let account = self.places.get(account_id).and_then(|place| self.accounts.get(*place));
        account.map_or(&[], |account| &account.contacts)
    }

    /// Every user, in the order they were added.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.accounts.iter().map(|account| &account.user)
    }

    /// How the service behaves.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Changes how the service behaves from now on.
    pub fn behaviour_mut(&mut self) -> &mut Behaviour {
        self.changed();
        &mut self.behaviour
    }

    /// Answers a request. `now` is the time since the Unix epoch.
    ///
    /// The path is taken as it was sent; scheme and host are not looked at.
    pub fn handle(&mut self, request: http::Request<&[u8]>, now: Duration) -> http::Response<Vec<u8>> {
        let (parts, body) = request.into_parts();
        self.requests = self.requests.wrapping_add(1);
        let trace_id = TraceId::new(self.behaviour.seed, self.requests);
        let answer = self.answer(&parts, body).unwrap_or_else(|refusal| {
            refusal.answer(&Context {
                shape: self.behaviour.refusals,
                now,
                path: parts.uri.path(),
                request_id: trace_id.as_str(),
            })
        });
        answer.into_response(self.date.at(now), trace_id)
    }

    /// The operation that a method and a path name, if it is one.
    pub fn operation(&self, method: &http::Method, path: &str) -> Option<Operation> {
        route::route(&self.behaviour, method, path).ok().map(|(operation, _)| operation)
    }

    /// The account id of the user whose credentials a request carries, be they good or expired.
    pub fn authenticate(&self, headers: &HeaderMap) -> Option<&str> {
        let key = self.keyring.find(headers)?;
        self.accounts.get(key.account).map(|account| account.user.account_id.as_str())
    }

    /// All there is to know, to be stored.
    pub fn state(&self) -> State {
        State {
            behaviour: self.behaviour.clone(),
            accounts: self.accounts.clone(),
            created: self.created,
            requests: self.requests,
        }
    }

    /// A service that goes on where another stopped.
    pub fn from_state(state: State) -> Self {
        let State { behaviour, accounts, created, requests } = state;
        let mut service = Self { accounts, created, requests, ..Self::new(behaviour) };
        for (place, account) in service.accounts.iter().enumerate() {
            service.places.insert(account.user.account_id.clone(), place);
            service.keyring.add(place, &account.user);
        }
        service
    }

    /// A number that grows whenever something that outlives a request may have changed.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    fn changed(&mut self) {
        self.revision = self.revision.wrapping_add(1);
    }

    fn answer(&mut self, parts: &Parts, body: &[u8]) -> Outcome {
        let (operation, id) = route::route(&self.behaviour, &parts.method, parts.uri.path())?;
        if operation == Operation::TenantInfo {
            return self.tenant_info();
        }
        let entrance = route::entrance(&self.behaviour, parts.uri.path());
        let account = self.admit(operation, entrance, &parts.headers)?;
        self.carry_out(operation, account, id, parts, body)
    }

    /// The place of the user who asks, if that user may ask for this.
    fn admit(&self, operation: Operation, entrance: Entrance, headers: &HeaderMap) -> Result<usize, Refusal> {
        let scheme = Scheme::of(headers);
        if entrance == Entrance::OAuthTokens && scheme == Some(Scheme::Basic) {
            return Err(Refusal::Gateway);
        }
        let unknown = Refusal::Unauthorized { message: "Unauthorized" };
        let key = self.keyring.find(headers).ok_or(unknown)?;
        if key.expired {
            return Err(Refusal::Unauthorized { message: "Unauthorized; the token has expired" });
        }
        let user = &self.accounts.get(key.account).ok_or(unknown)?.user;
        let is_elsewhere = entrance == Entrance::ApiTokens
            && scheme == Some(Scheme::Bearer)
            && self.behaviour.oauth_at_direct_base == OAuthAtDirectBase::Unauthorized;
        if is_elsewhere || !user.scopes.cover(operation.scopes()) {
            return Err(Refusal::Unauthorized { message: "Unauthorized; scope does not match" });
        }
        if user.plan == Plan::WithoutOperations {
            return Err(Refusal::Forbidden {
                code: 40_301,
                message: "This account has no access to Operations",
            });
        }
        Ok(key.account)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Service")
            .field("behaviour", &self.behaviour)
            .field("accounts", &self.accounts)
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}
