//! Users of a sandbox. The demo user, an administrator, can read their contacts.

use contacts_sandbox::{Sandbox, User};

use super::{Contacts, Home, SECRET};

/// The command as a user who is not an administrator.
pub(crate) fn ordinary(home: &Home, sandbox: &Sandbox, line: &str) -> Contacts {
    let (email, token) = ("ordinary@example.com", home.write("ordinary-token", SECRET));
    sandbox.add_user(User::new(email, SECRET));
    let who = ["--base-url", &sandbox.base_url(), "--email", email, "--token-file", &token];
    home.contacts().args(who).line(line)
}

/// Adds a user with this account id and these contacts: method, address, and `true` if enabled.
pub(crate) fn user(sandbox: &Sandbox, account: &str, contacts: &[(&str, &str, bool)]) {
    let email = format!("{account}@example.com");
    sandbox.add_user(User::new(&email, "its-token").with_account_id(account));
    for (method, to, enabled) in contacts {
        sandbox.add_contact(&email, *method, *to, *enabled);
    }
}

/// A sandbox with a user of each kind.
pub(crate) fn team() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    user(&sandbox, "well", &[("email", "well@example.com", true), ("sms", "49-1", true)]);
    user(&sandbox, "single", &[("email", "single@example.com", true)]);
    user(&sandbox, "none", &[("email", "none@example.com", false)]);
    user(
        &sandbox,
        "phone",
        &[("sms", "49-4", false), ("voice", "49-5", true), ("email", "p@example.com", false)],
    );
    sandbox
}
