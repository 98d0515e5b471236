//! What tests ask of a sandbox.

use super::{Recorded, Sandbox};
use crate::contact::{ContactMethod, StoredContact};
use crate::operation::Operation;
use crate::service::Service;
use crate::user::User;

impl Sandbox {
    /// The contacts of the user with this e-mail address, in the order of notification.
    ///
    /// # Panics
    /// If there is no such user.
    #[track_caller]
    pub fn contacts(&self, email: &str) -> Vec<StoredContact> {
        let service = self.shared.service();
        service.contacts(account(&service, email)).to_vec()
    }

    /// Adds a user, or replaces the one with the same account id and keeps the contacts, as [`Service::add_user`] does: so a token
    /// is renewed or taken away. Gives back the account id.
    pub fn add_user(&self, user: User) -> String {
        self.with_service(|service| service.add_user(user))
    }

    /// Gives the user with this e-mail address another contact, as [`Service::add_contact`] does, and tells its id.
    ///
    /// # Panics
    /// If there is no such user.
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
            service.add_contact(&account, method, to, enabled).expect("its user is there")
        })
    }

    /// The requests for one operation so far, the oldest first: those of the [`journal`](Self::journal).
    pub fn requests(&self, operation: Operation) -> Vec<Recorded> {
        let mut requests = self.journal();
        requests.retain(|recorded| recorded.operation == Some(operation));
        requests
    }

    /// The requests so far that asked for a change, granted or not, the oldest first: all but those with the method GET.
    pub fn writes(&self) -> Vec<Recorded> {
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
