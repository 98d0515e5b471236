//! After an `apply` is killed at any request, the next one makes the contacts match the file. No
//! contact is lost or duplicated.

use crate::support::{Home, add, ids, reached, stored, until};
use contacts_sandbox::{
    Behaviour, DEMO_EMAIL, DEMO_TOKEN, Duplicates, Fault, FaultRule, Limits, Sandbox, Service,
    StoredContact, User, When,
};

/// A sandbox that accepts duplicates.
fn sandbox() -> Sandbox {
    let behaviour =
        Behaviour { duplicates: Duplicates::Allowed, limits: Limits::NONE, ..Behaviour::default() };
    let mut service = Service::new(behaviour);
    service.add_user(User::new(DEMO_EMAIL, DEMO_TOKEN));
    let sandbox = Sandbox::builder().service(service).start().unwrap();
    add(&sandbox, "email", "demo@example.com", true);
    add(&sandbox, "sms", "90-555-555-5555", true);
    sandbox
}

/// A file that causes an update, a create, a deactivate and a delete.
fn wanted(home: &Home, sandbox: &Sandbox) -> String {
    let [email, sms] = ids(sandbox);
    let text = format!(
        "- email: demo@example.org\n  id: {email}\n- sms: 90-555-555-5556\n  id: {sms}\n- email: night@example.com\n  enabled: false\n"
    );
    home.write("wanted.yaml", &text)
}

const WANTED: [&str; 3] =
    ["email demo@example.org", "email night@example.com", "sms 90-555-555-5556"];

/// Leaves request `nth` without an answer, kills the command when `is_reached`, and applies the
/// file again. Returns the contacts between the two runs.
fn killed_and_applied_again(
    nth: u64,
    when: When,
    is_reached: impl Fn(&Sandbox) -> bool,
) -> Vec<StoredContact> {
    let (home, sandbox) = (Home::new(), sandbox());
    let file = wanted(&home, &sandbox);
    sandbox.arm(FaultRule::new(Fault::Silence { when }).nth(nth));
    let command = home.demo(&sandbox, &format!("apply {file} --yes")).start();
    until("the request that is not answered", || is_reached(&sandbox));
    drop(command);
    let left = stored(&sandbox);
    home.demo(&sandbox, &format!("apply {file} --yes")).succeed();
    let mut contacts = reached(&sandbox);
    contacts.sort();
    assert_eq!(contacts, WANTED, "request {nth}, {when:?}");
    home.demo(&sandbox, &format!("plan {file} --prune --exit-code")).succeed();
    left
}

#[test]
fn a_kill_before_or_after_any_request_loses_and_duplicates_nothing() {
    let (home, sandbox) = (Home::new(), sandbox());
    home.demo(&sandbox, &format!("apply {} --yes", wanted(&home, &sandbox))).succeed();
    let requests = sandbox.journal().len();
    assert!(
        requests >= 9,
        "a list, two ensured contacts, a get and a deactivate for one of them, an update, a delete"
    );

    // The contacts before each request. Each sandbox gives the same ids.
    let mut states = Vec::new();
    for nth in 1..=requests {
        let is_reached = |sandbox: &Sandbox| sandbox.journal().len() == nth;
        states.push(killed_and_applied_again(nth.try_into().unwrap(), When::Before, is_reached));
    }
    states.push(stored(&sandbox));
    for (nth, after) in (1..=requests).zip(&states[1..]) {
        let is_reached =
            |sandbox: &Sandbox| sandbox.journal().len() == nth && stored(sandbox) == *after;
        killed_and_applied_again(nth.try_into().unwrap(), When::After, is_reached);
    }
}
