//! Methods of [`Sandbox`] for tests.

use super::{RecordedRequest, Sandbox};
use crate::contact::{ContactMethod, StoredContact};
use crate::operation::Operation;
use crate::schedule::{Escalation, Forwarding, Schedule, Team};
use crate::service::Service;
use crate::user::User;

impl Sandbox {
    /// Returns the contacts of the user with this e-mail address, in notification order.
    ///
    /// # Panics
    /// If the user does not exist.
    #[track_caller]
    pub fn contacts(&self, email: &str) -> Vec<StoredContact> {
        let service = self.shared.service();
        service.contacts(account(&service, email)).to_vec()
    }

    /// Adds a user and returns the account id. Replaces a user with the same account id and keeps
    /// the contacts, so you can also use it to change or remove a token.
    pub fn add_user(&self, user: User) -> String {
        self.with_service(|service| service.add_user(user))
    }

    /// Adds a verified contact for the user with this e-mail address and returns its id. See
    /// [`Service::add_contact`].
    ///
    /// # Panics
    /// If the user does not exist.
    #[track_caller]
    pub fn add_contact(
        &self,
        email: &str,
        method: impl Into<ContactMethod>,
        to: impl Into<String>,
        enabled: bool,
    ) -> String {
        self.with_service(|service| {
            let account = account(service, email).to_owned();
            service.add_contact(&account, method, to, enabled).expect("the user exists")
        })
    }

    /// Adds a schedule. Replaces a schedule with the same id.
    pub fn add_schedule(&self, schedule: Schedule) {
        self.with_service(|service| service.add_schedule(schedule));
    }

    /// Adds a team. Replaces a team with the same id.
    pub fn add_team(&self, team: Team) {
        self.with_service(|service| service.add_team(team));
    }

    /// Adds an escalation. Replaces an escalation with the same id.
    pub fn add_escalation(&self, escalation: Escalation) {
        self.with_service(|service| service.add_escalation(escalation));
    }

    /// Forwards the duties of a user. Of several forwardings that apply, the first one counts.
    pub fn add_forwarding(&self, forwarding: Forwarding) {
        self.with_service(|service| service.add_forwarding(forwarding));
    }

    /// Returns the requests of one operation from the [`journal`](Self::journal), oldest first.
    pub fn requests(&self, operation: Operation) -> Vec<RecordedRequest> {
        let mut requests = self.journal();
        requests.retain(|recorded| recorded.operation == Some(operation));
        requests
    }

    /// Returns the requests that are not `GET` from the [`journal`](Self::journal), oldest first.
    /// Rejected ones count too.
    pub fn writes(&self) -> Vec<RecordedRequest> {
        let mut requests = self.journal();
        requests.retain(|recorded| recorded.method != "GET");
        requests
    }
}

#[track_caller]
fn account<'a>(service: &'a Service, email: &str) -> &'a str {
    let user = service.users().find(|user| user.email == email);
    &user.unwrap_or_else(|| panic!("the sandbox has no user {email}")).account_id
}
