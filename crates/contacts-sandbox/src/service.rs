//! The service without a network: a request in, a response out.

mod credentials;
mod demo;
mod error_response;
mod input;
mod operations;
mod overview;
mod page;
mod people;
mod response;
mod route;
mod schedules;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use http::HeaderMap;
use http::request::Parts;

use self::credentials::{CredentialIndex, Scheme};
pub use self::demo::{DEMO_EMAIL, DEMO_OAUTH_TOKEN, DEMO_TOKEN};
use self::error_response::{Context, ErrorResponse};
use self::response::{ApiResponse, TraceId};
use self::route::AcceptedCredentials;
use crate::behaviour::{Behaviour, MissingJiraScope, OAuthAtDirectBase};
use crate::clock::DateHeader;
use crate::contact::{ContactMethod, StoredContact};
use crate::operation::Operation;
use crate::schedule::{Escalation, Forwarding, Roster, Schedule, Team};
use crate::shared::Shared;
use crate::state::{Account, State};
use crate::user::{Plan, User};

/// The Contacts API as a pure state machine, without clock, randomness and network.
///
/// Deterministic: the same requests at the same times get the same responses, byte for byte. A
/// clone is independent.
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
    behaviour: Shared<Behaviour>,
    users: Shared<Vec<User>>,
    /// Contacts of each user, in the order of `users`.
    contacts: Shared<Vec<Vec<StoredContact>>>,
    /// Index in `users` by account id.
    indexes: Shared<BTreeMap<String, usize>>,
    credentials: Shared<CredentialIndex>,
    roster: Shared<Roster>,
    created: u64,
    requests: u64,
    revision: u64,
    date: DateHeader,
}

type Outcome = Result<ApiResponse, ErrorResponse>;

impl Service {
    /// Creates a service without users. Every request gets 401, except the lookup of the cloud id.
    pub fn new(behaviour: Behaviour) -> Self {
        Self {
            behaviour: behaviour.into(),
            users: Shared::default(),
            contacts: Shared::default(),
            indexes: Shared::default(),
            credentials: Shared::default(),
            roster: Shared::default(),
            created: 0,
            requests: 0,
            revision: 0,
            date: DateHeader::default(),
        }
    }

    /// Creates a service with the demo user, three others and two schedules. The demo user is an
    /// administrator and may list the others' contacts. All contacts are verified and enabled.
    ///
    /// | account id | e-mail address | API token | contacts |
    /// | --- | --- | --- | --- |
    /// | derived from the address | [`DEMO_EMAIL`] | [`DEMO_TOKEN`] | e-mail, SMS |
    /// | `712020:0a1b2c3d` | `ann@on-call.example` | `sandbox-token-of-ann` | e-mail, SMS |
    /// | `712020:4e5f6a7b` | `ben@on-call.example` | `sandbox-token-of-ben` | e-mail |
    /// | `712020:8c9d0e1f` | `cleo@on-call.example` | `sandbox-token-of-cleo` | e-mail, voice |
    ///
    /// Cleo's e-mail address is hidden. The demo user's name is Dana.
    ///
    /// | schedule | turns | participants |
    /// | --- | --- | --- |
    /// | Payments primary | weekly | Ben, Ann |
    /// | Platform | daily | escalation (Cleo, team of Ann and Ben), team that is not opened |
    /// | | weekly | Dana, who forwards every duty to Cleo; Ben |
    ///
    /// Ben, who has no telephone number, is always on call in one of the schedules.
    pub fn demo() -> Self {
        let mut service = Self::new(Behaviour::default());
        demo::add_users(&mut service);
        demo::add_schedules(&mut service);
        service
    }

    /// Adds a user and returns the account id. Replaces a user with the same account id and keeps
    /// the contacts, so you can also use it to change or remove a token.
    pub fn add_user(&mut self, user: User) -> String {
        let account_id = user.account_id.clone();
        let index = *self.indexes.entry(account_id.clone()).or_insert(self.users.len());
        if let Some(old) = self.users.get_mut(index) {
            self.credentials.remove(index, old);
            self.credentials.add(index, &user);
            *old = user;
        } else {
            self.credentials.add(index, &user);
            self.users.push(user);
            self.contacts.push(Vec::new());
        }
        self.changed();
        account_id
    }

    /// Adds a verified contact and returns its id, or `None` if the account does not exist. Limits,
    /// duplicates and the address are not checked.
    pub fn add_contact(
        &mut self,
        account_id: &str,
        method: impl Into<ContactMethod>,
        to: impl Into<String>,
        enabled: bool,
    ) -> Option<String> {
        let index = *self.indexes.get(account_id)?;
        let id = self.next_contact_id();
        let (method, to) = (method.into(), to.into());
        let contact = StoredContact {
            id: id.clone(),
            method,
            to,
            enabled,
            verified: true,
            disabled_reason: None,
        };
        self.contacts.get_mut(index)?.push(contact);
        self.changed();
        Some(id)
    }

    /// Adds a schedule. Replaces a schedule with the same id.
    pub fn add_schedule(&mut self, schedule: Schedule) {
        self.roster.add_schedule(schedule);
        self.changed();
    }

    /// Adds a team. Replaces a team with the same id.
    pub fn add_team(&mut self, team: Team) {
        self.roster.add_team(team);
        self.changed();
    }

    /// Adds an escalation. Replaces an escalation with the same id.
    pub fn add_escalation(&mut self, escalation: Escalation) {
        self.roster.add_escalation(escalation);
        self.changed();
    }

    /// Forwards the duties of a user. Of several forwardings that apply, the first one counts.
    pub fn add_forwarding(&mut self, forwarding: Forwarding) {
        self.roster.add_forwarding(forwarding);
        self.changed();
    }

    /// Returns every schedule, in the order of addition.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.roster.schedules().iter()
    }

    /// Verifies and enables a number, as its owner does with the code from the service. Returns
    /// `false` if the contact does not exist.
    pub fn verify(&mut self, account_id: &str, id: &str) -> bool {
        let contacts = self.indexes.get(account_id).and_then(|index| self.contacts.get_mut(*index));
        let Some(contact) =
            contacts.and_then(|contacts| contacts.iter_mut().find(|contact| contact.id == id))
        else {
            return false;
        };
        contact.verified = true;
        contact.enabled = true;
        contact.disabled_reason = None;
        self.changed();
        true
    }

    /// Returns a user's contacts in notification order. Empty if the account does not exist.
    pub fn contacts(&self, account_id: &str) -> &[StoredContact] {
        let contacts = self.indexes.get(account_id).and_then(|index| self.contacts.get(*index));
        contacts.map_or(&[], Vec::as_slice)
    }

    /// Returns every user, in the order of addition.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.iter()
    }

    /// Returns the behaviour settings.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Returns the behaviour settings for changes.
    pub fn behaviour_mut(&mut self) -> &mut Behaviour {
        self.changed();
        &mut self.behaviour
    }

    /// Handles a request. `now` is the time since the Unix epoch.
    ///
    /// Uses the path exactly as sent. Ignores scheme and host.
    pub fn handle(
        &mut self,
        request: http::Request<&[u8]>,
        now: Duration,
    ) -> http::Response<Vec<u8>> {
        let (parts, body) = request.into_parts();
        self.requests = self.requests.wrapping_add(1);
        let trace_id = TraceId::new(self.behaviour.seed, self.requests);
        let answer = self.answer(&parts, body, now).unwrap_or_else(|error| {
            error.response(&Context {
                shape: self.behaviour.error_shape,
                now,
                path: parts.uri.path(),
                request_id: trace_id.as_str(),
            })
        });
        answer.into_response(self.date.at(now), trace_id)
    }

    /// Returns the operation of a method and a path, if there is one.
    pub fn operation(&self, method: &http::Method, path: &str) -> Option<Operation> {
        route::route(&self.behaviour, method, path).ok().map(|(operation, _)| operation)
    }

    /// Returns the account id for a request's credentials, even if they expired.
    pub fn authenticate(&self, headers: &HeaderMap) -> Option<&str> {
        let owner = self.credentials.find(headers)?;
        self.users.get(owner.account).map(|user| user.account_id.as_str())
    }

    /// Returns the state, to store it.
    pub fn state(&self) -> State {
        State {
            behaviour: Behaviour::clone(&self.behaviour),
            accounts: self
                .users
                .iter()
                .zip(self.contacts.iter())
                .map(|(user, contacts)| Account { user: user.clone(), contacts: contacts.clone() })
                .collect(),
            schedules: self.roster.schedules().to_vec(),
            teams: self.roster.teams().cloned().collect(),
            escalations: self.roster.escalations().cloned().collect(),
            forwardings: self.roster.forwardings().cloned().collect(),
            created: self.created,
            requests: self.requests,
        }
    }

    /// Creates a service from a stored state.
    pub fn from_state(state: State) -> Self {
        let State { behaviour, accounts, created, requests, .. } = state;
        let (users, contacts): (Vec<_>, Vec<_>) =
            accounts.into_iter().map(|account| (account.user, account.contacts)).unzip();
        let mut service = Self {
            users: users.into(),
            contacts: contacts.into(),
            created,
            requests,
            ..Self::new(behaviour)
        };
        state.schedules.into_iter().for_each(|schedule| service.roster.add_schedule(schedule));
        state.teams.into_iter().for_each(|team| service.roster.add_team(team));
        state.escalations.into_iter().for_each(|added| service.roster.add_escalation(added));
        state.forwardings.into_iter().for_each(|added| service.roster.add_forwarding(added));
        for (index, user) in service.users.iter().enumerate() {
            service.indexes.insert(user.account_id.clone(), index);
            service.credentials.add(index, user);
        }
        service
    }

    /// Returns a number that increases whenever the stored state may have changed.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    fn changed(&mut self) {
        self.revision = self.revision.wrapping_add(1);
    }

    fn answer(&mut self, parts: &Parts, body: &[u8], now: Duration) -> Outcome {
        let (operation, id) = route::route(&self.behaviour, &parts.method, parts.uri.path())?;
        if operation == Operation::TenantInfo {
            return self.tenant_info();
        }
        let accepted = route::accepted_credentials(&self.behaviour, parts.uri.path());
        let account = self.authorize(operation, accepted, &parts.headers)?;
        self.perform(operation, account, id, parts, body, now)
    }

    /// Returns the index of the requesting user, if the user has permission for the operation.
    fn authorize(
        &self,
        operation: Operation,
        accepted: AcceptedCredentials,
        headers: &HeaderMap,
    ) -> Result<usize, ErrorResponse> {
        let scheme = Scheme::of(headers);
        if accepted == AcceptedCredentials::OAuthTokens && scheme == Some(Scheme::Basic) {
            return Err(ErrorResponse::Gateway);
        }
        let unknown = ErrorResponse::Unauthorized { message: "Unauthorized" };
        let owner = self.credentials.find(headers).ok_or(unknown)?;
        if owner.expired {
            return Err(ErrorResponse::Unauthorized {
                message: "Unauthorized; the token has expired",
            });
        }
        let user = self.users.get(owner.account).ok_or(unknown)?;
        let is_wrong_base = accepted == AcceptedCredentials::ApiTokens
            && scheme == Some(Scheme::Bearer)
            && self.behaviour.oauth_at_direct_base == OAuthAtDirectBase::Unauthorized;
        if is_wrong_base || !user.scopes.cover(operation.scopes()) {
            let forbids = self.behaviour.missing_jira_scope == MissingJiraScope::Forbidden;
            return Err(if operation.is_jira() && forbids {
                ErrorResponse::Forbidden { code: 403, message: "Forbidden" }
            } else {
                ErrorResponse::Unauthorized { message: "Unauthorized; scope does not match" }
            });
        }
        if user.plan == Plan::WithoutOperations && !operation.is_jira() {
            return Err(ErrorResponse::Forbidden {
                code: 40_301,
                message: "This account has no access to Operations",
            });
        }
        Ok(owner.account)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Service")
            .field("behaviour", &self.behaviour)
            .field("users", &self.users)
            .field("contacts", &self.contacts)
            .field("requests", &self.requests)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_clone_leaves_the_service_unchanged() {
        let service = Service::demo();
        let before = service.state();
        let mut clone = service.clone();
        let account = clone.add_user(User::new("new@example.com", "token"));
        clone.add_contact(&account, "email", "new@example.com", true);
        clone.behaviour_mut().page_cap = Some(1);
        assert_ne!(clone.state(), before);
        assert_eq!(service.state(), before);
    }
}
