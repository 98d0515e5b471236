//! What cannot be understood or would be dangerous is refused before anything is sent, and no secret is repeated.

use crate::support;
use std::{io::ErrorKind, net::TcpListener};

use crate::support::{Contacts, Home, SECRET};
use contacts_sandbox::DEMO_EMAIL;
use serde_json::Value;

/// A port that nobody may come to.
struct Untouched(TcpListener);

impl Untouched {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn base_url(&self) -> String {
        format!("http://{}/base", self.0.local_addr().unwrap())
    }
}

impl Drop for Untouched {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.0.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody has connected");
        }
    }
}

/// The command line is refused in both forms of errors, and what is wrong with it is named.
#[track_caller]
fn refused(command: impl Fn() -> Contacts, named: &str) {
    let ran = command().run().with_code(2);
    assert_eq!(ran.stdout, "", "{ran:?}");
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(named), "not {named}: {ran:?}");

    let ran = command().args(["-o", "json"]).run().with_code(2);
    assert_eq!(ran.stdout, "", "{ran:?}");
    let error = ran.error();
    assert_eq!(error["kind"], "invalid_input", "{ran:?}");
    let told = |member: &str| error[member].as_str().is_some_and(|text| text.contains(named));
    assert!(told("message") || told("hint"), "not {named}: {ran:?}");
    let members: Vec<_> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(members == ["hint", "kind", "message"] || members == ["kind", "message"], "{ran:?}");
}

#[test]
fn an_id_that_could_lead_elsewhere_is_refused_by_every_command() {
    let (home, port) = (Home::new(), Untouched::new());
    let long = "a".repeat(129);
    for id in
        ["", ".", "..", "../x", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a b", "a\nb", "\u{1b}[2J", "é", &long]
    {
        refused(|| home.at(&port.base_url()).args(["get", id]), "contact id");
    }
    for command in [
        &["update", "a/b", "ann@example.com"][..],
        &["activate", "good", "a/b"],
        &["deactivate", "a/b", "good"],
        &["delete", "--yes", "good", "a/b"],
        &["curl", "get", "a/b"],
    ] {
        refused(|| home.at(&port.base_url()).args(command), "contact id");
    }
}

#[test]
fn a_flag_or_a_value_that_is_wrong_is_named() {
    let (home, port) = (Home::new(), Untouched::new());
    let not_a_certificate = home.write("ca.pem", SECRET);
    let missing = home.path("missing");
    let missing = missing.to_str().unwrap();
    for (arguments, named) in [
        (&["lst"][..], "lst"),
        (&["list", "--sise", "5"], "--sise"),
        (&["list", "--limit", "0"], "--limit"),
        (&["list", "--size", "101"], "--size"),
        (&["list", "--size", "0"], "--size"),
        (&["list", "--size", "many"], "--size"),
        (&["list", "--offset", "-1"], "-1"),
        (&["list", "--offset", "4294967295"], "--offset"),
        (&["list", "--enabled", "--disabled"], "--disabled"),
        (&["list", "--account-id", ""], "account id"),
        (&["list", "--timeout", "0s"], "--timeout"),
        (&["list", "--timeout", "soon"], "--timeout"),
        (&["list", "--attempts", "0"], "--attempts"),
        (&["list", "-q", "-v"], "--verbose"),
        (&["list", "--color", "red"], "--color"),
        (&["list", "--site", "acme"], "--site"),
        (&["list", "--cloud-id", "c"], "--cloud-id"),
        (&["list", "--sandbox"], "--sandbox"),
        (&["list", "--token-command", "pass jira"], "--token-command"),
        (&["list", "--ca-file", &not_a_certificate], "CA file"),
        (&["list", "--ca-file", missing], "CA file"),
        #[cfg(unix)]
        (&["list", "--ca-file", "/dev/zero"], "longer than 1048576 bytes"),
        (&["list", "--proxy", "socks5://ann:s3cret@127.0.0.1:1"], "proxy"),
        (&["list", "--profile", "nobody"], "no profile nobody"),
        (&["create", "sms"], "<TO>"),
        (&["create", "sms", ""], "address or number"),
        (&["create", "", "1"], "METHOD"),
        (&["update", "good"], "<TO>"),
        (&["update", "good", ""], "address or number"),
        (&["activate"], "<ID>"),
        (&["delete", "good"], "--yes"),
        (&["reconcile", "damaged"], "receipt"),
        (&["audit", "ann", "--html", "-"], "--html"),
        (&["audit", "ann", "--resume", "-"], "--resume"),
        (&["completions", "tcsh"], "tcsh"),
    ] {
        refused(|| home.at(&port.base_url()).args(arguments), named);
    }
}

/// As if nobody could be reached: no contact has such a method.
#[test]
fn a_method_that_is_mistyped_is_refused_with_those_there_are() {
    let (home, port) = (Home::new(), Untouched::new());
    for word in ["sns", "pager", " sms", ""] {
        refused(|| home.at(&port.base_url()).args(["list", "--method", word]), "email, sms, voice or mobile");
        for arguments in [&["create", word, "1"][..], &["curl", "create", word, "1"]] {
            refused(|| home.at(&port.base_url()).args(arguments), "email, sms or voice");
        }
    }
    refused(|| home.at(&port.base_url()).args(["create", "mobile", "1"]), "email, sms or voice");
    for line in ["curl list --method SMS", "curl create Email ann@example.com"] {
        home.at(&port.base_url()).line(line).succeed();
    }
}

#[test]
fn a_command_that_is_missing_is_asked_for() {
    let home = Home::new();
    for line in ["", "curl"] {
        let ran = home.contacts().line(line).run().with_code(2);
        assert!(ran.stdout.is_empty() && ran.stderr.contains("\nUsage: contacts"), "{ran:?}");
        let ran = home.contacts().line(line).line("-o json").run().with_code(2);
        let message = ran.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("command"), "{message}");
    }
}

#[test]
fn a_flag_that_is_mistyped_is_told_with_the_one_that_may_be_meant() {
    let home = Home::new();
    for (flag, meant) in [("--token-fil", "'--token-file'"), ("--emial", "'--email'")] {
        let ran = home.contacts().args(["--sandbox", "list", flag, "x"]).run().with_code(2);
        assert!(ran.stderr.contains(flag) && ran.stderr.contains(meant), "{ran:?}");
    }
}

#[test]
fn an_output_form_that_is_not_known_is_named() {
    let ran = Home::new().contacts().line("--sandbox list -o xml").run().with_code(2);
    assert!(
        ran.stdout.is_empty() && ran.stderr.contains("--output") && ran.stderr.contains("ndjson"),
        "{ran:?}"
    );
}

#[test]
fn a_token_is_not_taken_as_an_argument_and_not_repeated() {
    let (home, port) = (Home::new(), Untouched::new());
    let known = "the token is never an argument";
    for (arguments, named) in [
        (&["list", "--token", "s3cret"][..], known),
        (&["--token", "s3cret", "list"], known),
        (&["list", "--token=s3cret"], known),
        (&["list", "--token"], known),
        (&["--token"], known),
        (&["list", "--token", ""], known),
        (&["list", "--api-token", "s3cret"], known),
        (&["list", "--oauth-token=s3cret"], known),
        (&["list", "--token:s3cret"], known),
        (&["list", "-ts3cret"], "-t"),
        (&["list", "-t", "s3cret"], "-t"),
        (&["list", "--ATATT3xFfGF0-s3cret-0123456789"], "unexpected argument"),
        (&["list", "ATATT3xFfGF0-s3cret-0123456789"], "unexpected argument"),
        (&["ATATT3xFfGF0-s3cret-0123456789"], "subcommand"),
        (&["reconcile", "ATATT3xFfGF0-s3cret-0123456789"], "receipt"),
        (&["get", "ATATT3xFfGF0/s3cret+0123456789"], "contact id"),
    ] {
        refused(|| home.at(&port.base_url()).args(arguments), named);
    }
    // Taken for the flag that has the token itself.
    refused(
        || {
            home.contacts().args([
                "--base-url",
                &port.base_url(),
                "--email",
                "a@b",
                "list",
                "--token-file",
                SECRET,
            ])
        },
        "the token file",
    );
}

#[test]
fn a_base_url_that_would_give_the_token_away_is_refused() {
    let home = Home::new();
    let token = home.write("token", SECRET);
    for (url, named) in [
        ("https://ann:s3cret@127.0.0.1/base", "user info"),
        ("https://s3cret@127.0.0.1/base", "user info"),
        ("http://127.0.0.1:1/base?token=s3cret", "query"),
        ("http://127.0.0.1:1/base#s3cret", "fragment"),
        ("http://jira.example/s3cret", "plain http"),
        ("http://127.0.0.1.jira.example/", "plain http"),
        ("ftp://127.0.0.1/", "https"),
        ("127.0.0.1:1/base", "base URL"),
        ("", "base URL"),
    ] {
        let command = || home.contacts().args(["--email", DEMO_EMAIL, "--token-file", &token]);
        refused(|| command().args(["list", "--base-url", url]), named);
        if !url.is_empty() {
            refused(|| command().args(["list"]).env("CONTACTS_BASE_URL", url), named);
            home.configure(&format!("[profile.bad]\nbase_url = \"{url}\"\n"));
            refused(|| command().args(["list", "--profile", "bad"]), named);
        }
    }
}

#[test]
fn what_is_missing_is_named_by_flag_and_by_variable() {
    let (home, port) = (Home::new(), Untouched::new());
    let url = port.base_url();
    let token = home.write("token", SECRET);
    for (arguments, named) in [
        (&["list"][..], ["--site", "CONTACTS_SITE"]),
        (&["list", "--base-url", &url], ["--token-file", "CONTACTS_TOKEN"]),
        (&["list", "--base-url", &url, "--token-file", &token], ["--email", "CONTACTS_EMAIL"]),
    ] {
        for named in named {
            refused(|| home.contacts().args(arguments), named);
        }
    }
}

#[test]
fn a_token_file_that_is_no_secret_or_no_token_is_refused() {
    let (home, port) = (Home::new(), Untouched::new());
    let list = |file: &str| {
        let url = port.base_url();
        home.contacts().args(["list", "--base-url", &url, "--email", DEMO_EMAIL, "--token-file", file])
    };
    let folder = home.path("");
    refused(|| list(home.path("missing").to_str().unwrap()), "token file");
    refused(|| list(folder.to_str().unwrap()), "token");
    let empty = home.write("empty", "\n");
    refused(|| list(&empty), "token");
    let two_lines = home.write("lines", "s3cret\nset-cookie: s3cret");
    refused(|| list(&two_lines), "token");
    refused(|| list("-").stdin("\n"), "token");
    if cfg!(unix) {
        let open = home.write("open", SECRET);
        for mode in [0o640, 0o604] {
            support::set_mode(open.as_ref(), mode);
            refused(|| list(&open), "read by others");
            refused(|| list(&open), "chmod 600");
        }
    }
}

#[test]
fn a_mistake_in_the_configuration_file_is_named_by_its_line() {
    let home = Home::new();
    for (text, named) in [
        ("[profile.work]\nsite = s3cret\n", "line 2"),
        ("[profile.work]\n\ntoken = \"s3cret\"\n", "line 3"),
        ("[profile.work]\nsiet = \"s3cret\"\n", "siet"),
        ("[profiles.work]\nsite = \"acme\"\n", "profiles"),
        ("[profile.work]\noauth = \"s3cret\"\n", "oauth is a string, and is to be true or false"),
        ("[profile.work]\ns3cret = 1\n", "line 2, column 1: unknown member: a profile has site, cloud_id"),
        ("[profile.work]\nattempts = -1\n", "line 2, column 12: attempts"),
        ("[profile.work]\ntimeout = \"0s\"\n", "line 2, column 11: timeout: no time"),
        ("[profile.work]\ntoken_file = \"a\"\ntoken_command = \"b\"\nsite = \"acme\"\n", "token_command"),
        ("[profile.work]\nattempts = 0\n", "line 2, column 12: attempts is to be a number from 1 to 100"),
        ("[profile.default]\nsite = \"acme\"\n", "no profile work in"),
    ] {
        home.configure(text);
        refused(|| home.contacts().args(["list", "--profile", "work"]), named);
    }
}

#[test]
fn a_sandbox_that_others_could_reach_or_that_has_a_mistake_is_refused() {
    let home = Home::new();
    let state = home.write("state.json", "{\n  \"acounts\": []\n}");
    let faults = home.write("faults.json", "{\"rules\":[\n{\"fault\":{\"kind\":\"rest\"}}]}");
    let missing = home.path("missing");
    for (arguments, named) in [
        (&["--listen", "0.0.0.0:0"][..], "loopback"),
        (&["--listen", "[::]:0"], "loopback"),
        (&["--listen", "localhost"], "--listen"),
        (&["--user", "ann@example.com"], "--user"),
        (&["--user", ":s3cret"], "--user"),
        (&["--state", &state], "line 2 column 11"),
        (&["--faults", &faults], "line 2 column"),
        (&["--faults", &faults], "rest"),
        (&["--faults", missing.to_str().unwrap()], "faults"),
    ] {
        refused(|| home.contacts().args(["sandbox"]).args(arguments), named);
    }
}

#[test]
fn an_error_as_json_has_its_members_in_the_order_of_the_design() {
    let error = Home::new().contacts().line("list -o json").run().with_code(2).stderr;
    assert!(error.starts_with(r#"{"error":{"kind":"invalid_input","message":"#), "{error}");
    assert!(error.find("\"message\"") < error.find("\"hint\""), "{error}");
    assert!(serde_json::from_str::<Value>(&error).is_ok());
}
