//! Users of a sandbox whose contacts the demo user may read.

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox, User};

/// Makes the demo user an administrator.
pub(crate) fn administrator(sandbox: &Sandbox) {
    sandbox.add_user(User::new(DEMO_EMAIL, DEMO_TOKEN).as_administrator());
}

/// Adds a user with this account id and these contacts: method, address, and whether it is enabled.
pub(crate) fn user(sandbox: &Sandbox, account: &str, contacts: &[(&str, &str, bool)]) {
    let email = format!("{account}@example.com");
    sandbox.add_user(User::new(&email, "its-token").with_account_id(account));
    for (method, to, enabled) in contacts {
        sandbox.add_contact(&email, *method, *to, *enabled);
    }
}

/// A sandbox with an administrator, and a user of each sort.
pub(crate) fn team() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    administrator(&sandbox);
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
