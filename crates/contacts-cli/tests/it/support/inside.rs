//! Direct access to a sandbox in the test process.

use contacts_sandbox::{DEMO_EMAIL, Sandbox, StoredContact};

/// The contacts of the demo user.
pub(crate) fn stored(sandbox: &Sandbox) -> Vec<StoredContact> {
    sandbox.contacts(DEMO_EMAIL)
}

/// The ids of the two contacts of the demo user.
pub(crate) fn ids(sandbox: &Sandbox) -> [String; 2] {
    stored(sandbox).into_iter().map(|contact| contact.id).collect::<Vec<_>>().try_into().unwrap()
}

/// Adds a contact to the demo user and returns its id.
pub(crate) fn add(sandbox: &Sandbox, method: &str, to: &str, enabled: bool) -> String {
    sandbox.add_contact(DEMO_EMAIL, method, to, enabled)
}

/// The contacts of the demo user, as `email ann@example.com`.
pub(crate) fn reached(sandbox: &Sandbox) -> Vec<String> {
    stored(sandbox)
        .iter()
        .map(|contact| format!("{} {}", contact.method.as_str(), contact.to))
        .collect()
}

/// Number of write requests.
pub(crate) fn writes(sandbox: &Sandbox) -> usize {
    sandbox.writes().len()
}

/// Number of requests with this HTTP method.
pub(crate) fn asked(sandbox: &Sandbox, method: &str) -> usize {
    sandbox.journal().iter().filter(|recorded| recorded.method == method).count()
}
