//! One run of each command, as a table and as JSON.

use contacts_sandbox::{Fault, FaultRule, Operation, Sandbox, When};

use super::{assert_snapshot, redacted};
use crate::support::{Contacts, Home, Ran, ids};

const FILE: &str = "- email: demo@example.com\n- voice: 90-5555559999\n";

/// The commands that need a service. FIRST and SECOND are the ids of the sandbox's two contacts,
/// and ACCOUNT is the account id of their user.
const AT_A_SERVICE: [(&str, &[&str]); 14] = [
    ("list", &["list", "list --method voice"]),
    ("get", &["get FIRST", "get gone"]),
    ("create", &["create voice 90-5555559999", "create --ensure email demo@example.com"]),
    ("update", &["update FIRST ann@example.com", "update SECOND 90-1"]),
    ("activate", &["activate SECOND", "activate FIRST SECOND"]),
    ("deactivate", &["deactivate SECOND", "deactivate FIRST"]),
    ("delete", &["delete FIRST", "delete --yes FIRST", "delete --yes SECOND"]),
    ("export", &["export", "export /HOME/copy.yaml", "export /HOME/copy.yaml"]),
    ("plan", &["plan /HOME/wanted.yaml", "plan /HOME/wanted.yaml --prune --exit-code"]),
    (
        "apply",
        &["apply /HOME/wanted.yaml", "apply /HOME/wanted.yaml --yes", "apply /HOME/wanted.yaml"],
    ),
    (
        "audit",
        &["audit", "audit ACCOUNT", "audit ACCOUNT absent --require voice --exit-code --jobs 1"],
    ),
    ("doctor", &["doctor"]),
    ("curl", &["curl list", "curl create voice 90-5555559999"]),
    ("config-show", &["config show"]),
];

/// A run as a terminal shows it.
fn transcript(home: &Home, line: &str, ran: &Ran) -> String {
    let errors =
        if ran.stderr.is_empty() { String::new() } else { format!("[stderr]\n{}", ran.stderr) };
    let exit = ran.status.code().unwrap();
    let text = redacted(home, &format!("{}{errors}[exit {exit}]\n\n", ran.stdout));
    format!("$ contacts {line}\n{text}")
}

/// Runs the lines in order, in each format.
fn runs(lines: &[&str], command: impl Fn(&Home, &Sandbox, &str) -> Contacts) -> String {
    let mut text = String::new();
    for form in ["table", "json"] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        home.write("wanted.yaml", FILE);
        let [first, second] = ids(&sandbox);
        let account =
            sandbox.with_service(|service| service.users().next().unwrap().account_id.clone());
        for line in lines {
            let line = format!("{line} -o {form}");
            let real = line
                .replace("FIRST", &first)
                .replace("SECOND", &second)
                .replace("ACCOUNT", &account);
            let real = real.replace("/HOME", home.path("").to_str().unwrap().trim_end_matches('/'));
            text.push_str(&transcript(&home, &line, &command(&home, &sandbox, &real).run()));
        }
    }
    text
}

#[test]
fn the_output_of_each_service_command_matches_its_snapshot() {
    for (name, lines) in AT_A_SERVICE {
        let text = runs(lines, Home::demo);
        assert_snapshot(&format!("commands/{name}.txt"), &text);
    }
}

#[test]
fn the_output_of_each_local_command_matches_its_snapshot() {
    let config =
        ["config path", "config set timeout 30s", "config get timeout", "config unset timeout"];
    let login =
        ["login --base-url URL --email demo@example.com --token-file -", "logout", "logout"];
    for (name, lines) in [("config", &config[..]), ("login", &login), ("demo", &["demo"])] {
        let text = runs(lines, |home, sandbox, line| {
            let line = line.replace("URL", &sandbox.base_url());
            home.contacts().line(&line).stdin(contacts_sandbox::DEMO_TOKEN)
        });
        assert_snapshot(&format!("commands/{name}.txt"), &text);
    }
}

#[test]
fn the_output_for_an_unknown_outcome_matches_its_snapshot() {
    let mut text = String::new();
    for form in ["table", "json"] {
        let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
        for when in [When::Before, When::After] {
            sandbox.arm(FaultRule::new(Fault::Reset { when }).on(Operation::Create));
            let create = format!("create voice 90-5555559999 -o {form}");
            let ran = home.demo(&sandbox, &create).run();
            text.push_str(&transcript(&home, &create, &ran));
            sandbox.disarm();
            let beginning = if form == "json" { "\"receipt\":\"" } else { "receipt: " };
            let (_, receipt) = ran.stderr.split_once(beginning).unwrap();
            let receipt = receipt.split(['"', '\n']).next().unwrap();
            let reconcile = |receipt: &str| format!("reconcile {receipt} -o {form}");
            let ran = home.demo(&sandbox, &reconcile(receipt)).run();
            text.push_str(&transcript(&home, &reconcile("RECEIPT"), &ran));
        }
    }
    assert_snapshot("commands/reconcile.txt", &text);
}
