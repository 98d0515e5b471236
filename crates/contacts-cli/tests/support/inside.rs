//! A sandbox of the test itself, seen from within.

use contacts_sandbox::{Sandbox, StoredContact};

/// The contacts of the first user of a sandbox.
pub(crate) fn stored(sandbox: &Sandbox) -> Vec<StoredContact> {
    sandbox.with_service(|service| {
        let account = service.users().next().unwrap().account_id.clone();
        service.contacts(&account).to_vec()
    })
}

/// The ids of the two contacts of the demo user.
pub(crate) fn ids(sandbox: &Sandbox) -> [String; 2] {
    stored(sandbox).into_iter().map(|contact| contact.id).collect::<Vec<_>>().try_into().unwrap()
}

/// Adds a contact to those of the first user of a sandbox. Its id.
pub(crate) fn add(sandbox: &Sandbox, method: &str, to: &str, enabled: bool) -> String {
    sandbox.with_service(|service| {
        let account = service.users().next().unwrap().account_id.clone();
        service.add_contact(&account, method, to, enabled).unwrap()
    })
}

/// The contacts of the first user of a sandbox, as `email ann@example.com`.
pub(crate) fn reached(sandbox: &Sandbox) -> Vec<String> {
    stored(sandbox).iter().map(|contact| format!("{} {}", contact.method.as_str(), contact.to)).collect()
}

/// How often a sandbox was asked to change something.
pub(crate) fn writes(sandbox: &Sandbox) -> usize {
    sandbox.journal().iter().filter(|recorded| recorded.method != "GET").count()
}

/// How often a sandbox was asked, by method.
pub(crate) fn asked(sandbox: &Sandbox, method: &str) -> usize {
    sandbox.journal().iter().filter(|recorded| recorded.method == method).count()
}
