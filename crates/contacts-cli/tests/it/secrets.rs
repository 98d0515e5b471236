//! No output contains a token, even if the service sends it back.

use std::{collections::BTreeSet, fs};

use crate::support::{Home, Ran, until};
use contacts_sandbox::{DEMO_EMAIL, Fault, FaultRule, OAuthAtDirectBase, Sandbox, User, When};

/// A token with every character that has more than one encoding.
const TOKEN: &str = "ATATT3xCanary-t0ken/with+every=sign";

/// `demo@example.com:` with the token, in base64.
const BASIC: &str = "ZGVtb0BleGFtcGxlLmNvbTpBVEFUVDN4Q2FuYXJ5LXQwa2VuL3dpdGgrZXZlcnk9c2lnbg==";

const COMMANDS: [&str; 12] = [
    "list",
    "get a",
    "create sms 90-1",
    "create --ensure email demo@example.com",
    "update a b@example.com",
    "activate a b",
    "deactivate a",
    "delete --yes a b",
    "reconcile eyJ2IjoxLCJvcGVyYXRpb24iOiJjcmVhdGUiLCJtZXRob2QiOiJzbXMiLCJ0byI6IjkwLTU1NS01NTUtNTU1NSIsImF0IjoxfQ",
    "curl list",
    "curl create sms 1",
    "nonsense",
];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::start().unwrap();
    sandbox.add_user(User::new(DEMO_EMAIL, TOKEN).with_oauth_token(TOKEN));
    sandbox.with_service(|service| {
        service.behaviour_mut().oauth_at_direct_base = OAuthAtDirectBase::Accepted;
    });
    sandbox
}

fn escaped(text: &str) -> String {
    text.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D")
}

fn assert_no_secret(ran: &Ran, what: &str) {
    let shows = |secret: &str| ran.stdout.contains(secret) || ran.stderr.contains(secret);
    assert!(!shows(TOKEN) && !shows(&escaped(TOKEN)), "{what}: {ran:?}");
    // With an OAuth token, the command never sends this text, so no server can send it back.
    let was_sent = !what.contains("--oauth");
    assert!(
        !(was_sent && (shows(BASIC.trim_end_matches('=')) || shows(&escaped(BASIC)))),
        "{what}: {ran:?}"
    );
    assert!(!ran.stderr.contains("panicked"), "{what}: {ran:?}");
}

/// Faults of a server that sends the token back.
fn echoes() -> Vec<Fault> {
    let (token, basic) = (escaped(TOKEN), escaped(BASIC));
    let bodies = [
        format!(r#"{{"code":401,"message":"Unauthorized: Basic {BASIC} {TOKEN}"}}"#),
        format!(r#"{{"errors":[{{"title":"{TOKEN}","code":"{BASIC}","detail":"{token}"}}]}}"#),
        format!("<html>Authorization: Basic {BASIC}, Bearer {TOKEN}, {basic}"),
        format!(r#"{{"message":"m","errors":{{"to":"{TOKEN}"}}}}"#),
    ];
    let status = |status, body: &String| Fault::Status {
        status,
        body: Some(body.clone()),
        content_type: None,
        when: When::Before,
    };
    let answers = [200, 201, 302, 401, 403, 404, 422, 500, 503];
    let mut echoes: Vec<_> = answers
        .iter()
        .flat_map(|code| bodies.iter().map(move |body| status(*code, body)))
        .collect();
    let location = format!("https://elsewhere.example/?token={token}");
    echoes.push(Fault::Redirect { status: 307, location, when: When::Before });
    echoes.push(Fault::Garbage { text: Some(format!("{BASIC} {TOKEN}")), when: When::Before });
    echoes
}

#[test]
fn no_command_prints_a_token_that_the_service_sends_back() {
    let (home, sandbox) = (Home::new(), sandbox());
    let token = home.write("token", TOKEN);
    let mut codes = BTreeSet::new();
    for (number, fault) in echoes().into_iter().enumerate() {
        sandbox.disarm();
        sandbox.arm(FaultRule::new(fault.clone()));
        // Each command gets each kind of body, and the output formats in turn.
        for (place, command) in
            COMMANDS.iter().enumerate().filter(|(place, _)| (place + number) % 3 == 0)
        {
            let form = ["-v", "-v -o json", "-q -o csv", "-v -o ndjson"][(place + number) % 4];
            let who =
                if place % 2 == 0 { ["--email", DEMO_EMAIL].as_slice() } else { &["--oauth"] };
            let at =
                home.contacts().args(["--base-url", &sandbox.base_url(), "--token-file", &token]);
            let ran = at.args(who).line("--attempts 1 --timeout 3s").line(command).line(form).run();
            codes.insert(ran.status.code());
            assert_no_secret(&ran, &format!("{who:?} {command} {form} after {fault:?}"));
        }
    }
    assert!(codes.len() >= 5, "expected several exit codes: {codes:?}");
}

#[test]
fn no_source_of_the_token_is_printed() {
    let (home, sandbox) = (Home::new(), sandbox());
    let base_url = sandbox.base_url();
    let at =
        || home.contacts().args(["--base-url", &base_url, "--email", DEMO_EMAIL, "-v", "list"]);
    home.write("secret", TOKEN);
    for ran in [
        at().env("ATLASSIAN_OPS_API_TOKEN", TOKEN).run(),
        at().env("JSM_OAUTH_TOKEN", TOKEN).run(),
        at().line("--token-file -").stdin(TOKEN).run(),
        at().args(["--token-command", &format!("cat {}", home.path("secret").display())]).run(),
    ] {
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        assert_no_secret(&ran, "a good token");
    }
}

#[test]
fn a_misplaced_token_is_not_printed() {
    let (home, sandbox) = (Home::new(), sandbox());
    let base_url = sandbox.base_url();
    for line in [
        format!("--token {TOKEN}"),
        format!("--token={TOKEN}"),
        format!("--email {TOKEN}"),
        format!("--token-file {TOKEN}"),
        format!("--token-command {TOKEN}"),
        format!("--profile {TOKEN}"),
        format!("--base-url https://ann:{TOKEN}@a.example/"),
        format!("--base-url https://a.example/?token={TOKEN}"),
        format!("--proxy http://ann:{TOKEN}@127.0.0.1:1"),
        TOKEN.to_owned(),
    ] {
        for form in ["", "-o json"] {
            let ran = home.contacts().line(&line).line("list --timeout 1s").line(form).run();
            assert_ne!(ran.status.code(), Some(0), "{line}");
            assert_no_secret(&ran, &line);
            // Users often show the output of these two to others.
            for command in ["config show", "doctor --timeout 1s"] {
                let ran = home
                    .contacts()
                    .args(["--base-url", &base_url])
                    .line(&line)
                    .line(command)
                    .line(form)
                    .run();
                assert_no_secret(&ran, &format!("{command} {line}"));
            }
        }
    }
}

#[test]
fn a_path_is_printed_unless_it_may_be_the_token() {
    let (home, sandbox) = (Home::new(), sandbox());
    let file = home.write("t", TOKEN);
    for (path, shown) in [
        (TOKEN, "an API token from a file that does not exist"),
        ("ATATT3xSECRETTOKEN", "an API token from a file that does not exist"),
        (&file, &*format!("an API token from the file {file}")),
        ("/no/such/token", "an API token from the file /no/such/token"),
    ] {
        for of_profile in [true, false] {
            home.configure(&if of_profile {
                format!("[profile.default]\ntoken_file = \"{path}\"\n")
            } else {
                String::new()
            });
            for command in ["config show", "doctor --timeout 1s"] {
                let mut at = home.contacts().args([
                    "--base-url",
                    &sandbox.base_url(),
                    "--email",
                    DEMO_EMAIL,
                ]);
                if !of_profile {
                    at = at.args(["--token-file", path]);
                }
                let ran = at.line(command).run();
                assert_no_secret(&ran, path);
                assert!(ran.stdout.contains(shown), "{path}: {ran:?}");
                assert!(
                    !ran.stdout.contains("SECRETTOKEN") && !ran.stderr.contains("SECRETTOKEN"),
                    "{ran:?}"
                );
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn other_processes_cannot_read_the_token() {
    let (home, sandbox) = (Home::new(), sandbox());
    sandbox.arm(FaultRule::new(Fault::Silence { when: When::Before }));
    let token = home.write("token", TOKEN);
    let base_url = sandbox.base_url();
    let command = home
        .contacts()
        .args(["--base-url", &base_url, "--email", DEMO_EMAIL, "--token-file", &token, "list"])
        .start();
    until("the request", || !sandbox.journal().is_empty());
    for file in ["cmdline", "environ"] {
        let text = fs::read(format!("/proc/{}/{file}", command.id())).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(file != "cmdline" || text.contains("--token-file"), "{text}");
        assert!(!text.contains(TOKEN) && !text.contains(BASIC), "{file}: {text}");
    }
    command.interrupt();
    command.end();
}
