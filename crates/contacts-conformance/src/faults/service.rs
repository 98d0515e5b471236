//! The sandbox of one case, with its initial contacts.

use contacts_sandbox::{Behaviour, Sandbox, Service, StoredContact, User};

use crate::driver::{TOKEN, USER};

/// Account of the only user.
const ACCOUNT: &str = "ann";

/// A sandbox with a user and some contacts.
pub(super) struct Fixture {
    pub(super) sandbox: Sandbox,
    /// Contacts at the start. The first is enabled, the second is disabled.
    pub(super) before: Vec<StoredContact>,
}

impl Fixture {
    pub(super) fn new(behaviour: Behaviour) -> Self {
        let mut service = Service::new(behaviour);
        service.add_user(User::new(USER, TOKEN).with_account_id(ACCOUNT));
        let contacts = [
            ("email", "ann@example.com", true),
            ("email", "ann@example.org", false),
            ("sms", "90-555-555-5555", true),
            ("voice", "49-5360287176", true),
            ("mobile", "ann's telephone", true),
        ];
        for (method, to, enabled) in contacts {
            service.add_contact(ACCOUNT, method, to, enabled);
        }
        let sandbox = Sandbox::builder().service(service).start().expect("there is a free port");
        let before = contacts_of(&sandbox);
        Self { sandbox, before }
    }

    /// Returns the current contacts.
    pub(super) fn now(&self) -> Vec<StoredContact> {
        contacts_of(&self.sandbox)
    }
}

fn contacts_of(sandbox: &Sandbox) -> Vec<StoredContact> {
    sandbox.with_service(|service| service.contacts(ACCOUNT).to_vec())
}
