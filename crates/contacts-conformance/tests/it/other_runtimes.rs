//! The programs of `contacts-proto/examples`, as far as the table applies to them. `curl` needs
//! that command.

use std::collections::BTreeSet;

use crate::runtimes::{
    ByHand, Client, Curl, Program, Reqwest, Smol,
    excluded::{self, Excluded},
};
use contacts_conformance::{
    Operation, Sample, Scenario,
    driver::{Driver, Setup, Ureq},
    run_all_by, run_with, table,
    wire::{Plan, Server, Step},
};
use contacts_proto::{
    ActivateContact, ContactId, ContactMethod, CreateContact, Credentials, DeleteContact, Effect,
    EnsureOutcome, ErrorKind, GetContact, ListContacts, UpdateContact,
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, End, Fault, FaultRule, Sandbox, When};

/// Maximum number of scenarios of a long group; both clients run all of them.
const MANY: usize = 1_000;

/// The same for a program that starts a process per request.
const SOME: usize = 120;

fn passes_the_table<P: Program>(excluded: &[Excluded], most: usize) {
    let mut unused: Vec<_> = excluded.iter().collect();
    for group in table::GROUPS {
        let mut scenarios = (group.scenarios)();
        unused.retain(|line| !scenarios.iter().any(|scenario| line.has(group.name, scenario)));
        scenarios.retain(|scenario| {
            scenario.is_plain() && !excluded.iter().any(|line| line.has(group.name, scenario))
        });
        let every = scenarios.len().div_ceil(most).max(1);
        let scenarios: Vec<Scenario> = scenarios.into_iter().step_by(every).collect();
        let problems = run_all_by(&scenarios, run_with::<Client<P>>);
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert!(
            problems.is_empty(),
            "{} of {}:\n{}",
            problems.len(),
            group.name,
            problems.join("\n")
        );
    }
    assert!(unused.is_empty(), "no scenario matches: {unused:?}");
}

/// The requests of the operations as they arrive. HTTP leaves the order of headers open.
fn requests<D: Driver>() -> Vec<(String, BTreeSet<String>, String)> {
    let id = || ContactId::new("a~1").expect("the id is valid");
    let plan = Plan::every([Step::ReadRequest, Step::Write(Operation::Get.success().wire())]);
    let server = Server::start(plan, None).expect("there is a free port");
    let setup = Setup::new(format!("http://{}/cloud", server.address()));
    let client = || D::new(&setup).expect("the settings are valid");
    // Only what the server reads matters. Each client opens its own connection.
    let _ = client().send(&ListContacts::all().offset(20).unwrap());
    let _ =
        client().send(&CreateContact::new(ContactMethod::Email, "o\"hara\\@example.com").unwrap());
    let _ = client().send(&GetContact::new(id()));
    let _ = client().send(&UpdateContact::new(id(), "\u{fc}@example.com").unwrap());
    let _ = client().send(&ActivateContact::new(id()));
    let _ = client().send(&DeleteContact::new(id()));
    let port = server.address().port().to_string();
    let seen = server.finish();
    let requests = seen.iter().flat_map(|connection| connection.requests());
    requests
        .map(|request| {
            let text = String::from_utf8_lossy(request).replace(&port, "PORT");
            let (head, body) = text.split_once("\r\n\r\n").expect("a request has a head");
            let (line, headers) = head.split_once("\r\n").expect("a head has headers");
            let headers = headers.lines().map(|header| {
                let (name, value) = header.split_once(':').expect("a header has a name");
                format!("{}: {}", name.to_ascii_lowercase(), value.trim())
            });
            (line.to_owned(), headers.collect(), body.to_owned())
        })
        .collect()
}

fn sends_the_same_requests_as_the_clients<P: Program>() {
    let right = requests::<Ureq>();
    assert_eq!(right.len(), 6);
    assert_eq!(requests::<Client<P>>(), right);
}

/// A sandbox that loses the response to a create, and a client.
fn with_a_lost_answer<P: Program>(fault: Fault) -> (Sandbox, Client<P>) {
    let sandbox = Sandbox::start().unwrap();
    sandbox.arm(FaultRule::new(fault).on(Operation::Create).times(1));
    let mut setup = Setup::new(sandbox.base_url());
    setup.policy.max_attempts = 4;
    setup.credentials = Credentials::basic(DEMO_EMAIL, DEMO_TOKEN).unwrap();
    (sandbox, Client::new(&setup).unwrap())
}

/// Returns the number of contacts with this address, and of create requests.
fn ann(sandbox: &Sandbox) -> (usize, usize) {
    let stored =
        sandbox.contacts(DEMO_EMAIL).iter().filter(|it| it.to == "ann@example.com").count();
    (stored, sandbox.requests(Operation::Create).len())
}

const LOST: [Fault; 3] = [
    Fault::Reset { when: When::After },
    Fault::CutResponse { at: 20, end: End::Close },
    Fault::CutBody { at: 5, end: End::Reset },
];

fn ensures_exactly_one_contact_although_the_response_is_lost<P: Program>() {
    for fault in LOST {
        let (sandbox, client) = with_a_lost_answer::<P>(fault);
        let ensured = client.ensure(ContactMethod::Email, "ann@example.com").unwrap();
        assert_eq!(ensured.outcome, EnsureOutcome::Recovered);
        assert_eq!(ann(&sandbox), (1, 1));
    }
}

fn reports_a_create_without_a_response_as_unknown_and_does_not_repeat_it<P: Program>() {
    for fault in LOST {
        let (sandbox, client) = with_a_lost_answer::<P>(fault);
        let create = CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap();
        let error = client.send(&create).unwrap_err();
        assert_eq!((error.kind(), error.effect()), (ErrorKind::OutcomeUnknown, Effect::Possible));
        assert_eq!(ann(&sandbox), (1, 1));
    }
}

fn creates_on_a_fresh_connection<P: Program>() {
    let (sandbox, client) = with_a_lost_answer::<P>(Fault::Delay { ms: 1, when: When::After });
    client.contacts(ListContacts::MAX_PAGE_SIZE).unwrap();
    client.send(&CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap()).unwrap();
    let connections: Vec<_> = sandbox.journal().iter().map(|it| it.connection).collect();
    assert!(connections.len() == 2 && connections[0] != connections[1], "{connections:?}");
}

macro_rules! programs {
    ($($name:ident: $program:ty, $excluded:expr, $most:expr;)*) => {
        $(mod $name {
            use super::*;

            #[test]
            fn passes_the_table() {
                super::passes_the_table::<$program>($excluded, $most);
            }

            #[test]
            fn sends_the_same_requests_as_the_clients() {
                super::sends_the_same_requests_as_the_clients::<$program>();
            }

            #[test]
            fn ensures_exactly_one_contact_although_the_response_is_lost() {
                super::ensures_exactly_one_contact_although_the_response_is_lost::<$program>();
            }

            #[test]
            fn reports_a_create_without_a_response_as_unknown_and_does_not_repeat_it() {
                super::reports_a_create_without_a_response_as_unknown_and_does_not_repeat_it::<$program>();
            }

            #[test]
            fn creates_on_a_fresh_connection() {
                super::creates_on_a_fresh_connection::<$program>();
            }
        })*
    };
}

programs! {
    by_hand: ByHand, excluded::BY_HAND, MANY;
    smol: Smol, excluded::SMOL, MANY;
    reqwest: Reqwest, excluded::REQWEST, MANY;
    curl: Curl, excluded::CURL, SOME;
}

/// Other users can list the arguments of a process.
#[cfg(target_os = "linux")]
#[test]
fn no_argument_of_curl_is_a_secret() {
    use std::{fs, process, thread};

    let (sandbox, client) =
        with_a_lost_answer::<Curl>(Fault::Delay { ms: 1_000, when: When::After });
    let asking = thread::spawn(move || {
        client.send(&CreateContact::new(ContactMethod::Email, "ann@example.com").unwrap()).unwrap();
    });
    let tasks = format!("/proc/{}/task", process::id());
    let mut arguments = BTreeSet::new();
    while !asking.is_finished() && arguments.is_empty() {
        let tasks = fs::read_dir(&tasks).unwrap().flatten();
        let children =
            tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let children =
            children.flat_map(|ids| ids.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let lines =
            children.filter_map(|id| fs::read_to_string(format!("/proc/{id}/cmdline")).ok());
        // The response takes one second, so the process is still there.
        arguments = lines
            .filter(|line| line.starts_with("curl\0") && sandbox.journal().len() == 1)
            .collect();
    }
    asking.join().unwrap();
    assert_eq!(arguments, BTreeSet::from(["curl\0--disable\0--config\0-\0".to_owned()]));
}
