//! Invalid or dangerous input is rejected before anything is sent, and no secret is repeated.

use crate::support;
use std::{io::ErrorKind, net::TcpListener};

use crate::support::{Contacts, Home, SECRET};
use contacts_sandbox::DEMO_EMAIL;
use serde_json::Value;

/// A port that no command may connect to.
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
            assert_eq!(
                self.0.accept().unwrap_err().kind(),
                ErrorKind::WouldBlock,
                "a command has connected"
            );
        }
    }
}

/// Asserts that the command line is rejected, as text and as JSON, with an error that contains
/// `named`.
#[track_caller]
fn assert_rejected(command: impl Fn() -> Contacts, named: &str) {
    let ran = command().run().with_code(2);
    assert_eq!(ran.stdout, "", "{ran:?}");
    assert!(
        ran.stderr.starts_with("error: ") && ran.stderr.contains(named),
        "not {named}: {ran:?}"
    );

    let ran = command().args(["-o", "json"]).run().with_code(2);
    assert_eq!(ran.stdout, "", "{ran:?}");
    let error = ran.error();
    assert_eq!(error["kind"], "invalid_input", "{ran:?}");
    let says = |member: &str| error[member].as_str().is_some_and(|text| text.contains(named));
    assert!(says("message") || says("hint"), "not {named}: {ran:?}");
    let members: Vec<_> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(members == ["hint", "kind", "message"] || members == ["kind", "message"], "{ran:?}");
}

#[test]
fn every_command_rejects_an_id_that_would_change_the_path() {
    let (home, port) = (Home::new(), Untouched::new());
    let long = "a".repeat(129);
    for id in [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "a%2fb",
        "a b",
        "a\nb",
        "\u{1b}[2J",
        "é",
        &long,
    ] {
        assert_rejected(|| home.at(&port.base_url()).args(["get", id]), "contact id");
    }
    for command in [
        &["update", "a/b", "ann@example.com"][..],
        &["activate", "good", "a/b"],
        &["deactivate", "a/b", "good"],
        &["delete", "--yes", "good", "a/b"],
        &["curl", "get", "a/b"],
    ] {
        assert_rejected(|| home.at(&port.base_url()).args(command), "contact id");
    }
}

#[test]
fn an_invalid_flag_or_value_is_named() {
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
        (&["list", "--profile", "absent"], "no profile absent"),
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
        assert_rejected(|| home.at(&port.base_url()).args(arguments), named);
    }
}

/// A mistyped method would match no contact, as if the user had none.
#[test]
fn a_mistyped_method_is_rejected_with_the_valid_ones() {
    let (home, port) = (Home::new(), Untouched::new());
    for word in ["sns", "pager", " sms", ""] {
        assert_rejected(
            || home.at(&port.base_url()).args(["list", "--method", word]),
            "email, sms, voice or mobile",
        );
        for arguments in [&["create", word, "1"][..], &["curl", "create", word, "1"]] {
            assert_rejected(|| home.at(&port.base_url()).args(arguments), "email, sms or voice");
        }
    }
    assert_rejected(
        || home.at(&port.base_url()).args(["create", "mobile", "1"]),
        "email, sms or voice",
    );
    for line in ["curl list --method SMS", "curl create Email ann@example.com"] {
        home.at(&port.base_url()).line(line).succeed();
    }
}

#[test]
fn a_missing_command_is_an_error() {
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
fn a_mistyped_flag_is_reported_with_a_similar_one() {
    let home = Home::new();
    for (flag, meant) in [("--token-fil", "'--token-file'"), ("--emial", "'--email'")] {
        let ran = home.contacts().args(["--sandbox", "list", flag, "x"]).run().with_code(2);
        assert!(ran.stderr.contains(flag) && ran.stderr.contains(meant), "{ran:?}");
    }
}

#[test]
fn an_unknown_output_format_is_named() {
    let ran = Home::new().contacts().line("--sandbox list -o xml").run().with_code(2);
    assert!(
        ran.stdout.is_empty() && ran.stderr.contains("--output") && ran.stderr.contains("ndjson"),
        "{ran:?}"
    );
}

#[test]
fn a_token_as_an_argument_is_rejected_and_not_repeated() {
    let (home, port) = (Home::new(), Untouched::new());
    let known = "the token cannot be an argument";
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
        assert_rejected(|| home.at(&port.base_url()).args(arguments), named);
    }
    // `--token` could be an abbreviation of `--token-file`.
    assert_rejected(
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
fn a_base_url_that_exposes_the_token_is_rejected() {
    let home = Home::new();
    let token = home.write("token", SECRET);
    for (url, named) in [
        ("https://ann:s3cret@127.0.0.1/base", "user info"),
        ("https://s3cret@127.0.0.1/base", "user info"),
        ("http://127.0.0.1:1/base?token=s3cret", "query"),
        ("http://127.0.0.1:1/base#s3cret", "fragment"),
        ("http://jira.example/s3cret", "http for a host"),
        ("http://127.0.0.1.jira.example/", "http for a host"),
        ("ftp://127.0.0.1/", "https"),
        ("127.0.0.1:1/base", "base URL"),
        ("", "base URL"),
    ] {
        let command = || home.contacts().args(["--email", DEMO_EMAIL, "--token-file", &token]);
        assert_rejected(|| command().args(["list", "--base-url", url]), named);
        if !url.is_empty() {
            assert_rejected(|| command().args(["list"]).env("CONTACTS_BASE_URL", url), named);
            home.configure(&format!("[profile.bad]\nbase_url = \"{url}\"\n"));
            assert_rejected(|| command().args(["list", "--profile", "bad"]), named);
        }
    }
}

#[test]
fn a_missing_setting_is_named_by_flag_and_variable() {
    let (home, port) = (Home::new(), Untouched::new());
    let url = port.base_url();
    let token = home.write("token", SECRET);
    for (arguments, named) in [
        (&["list"][..], ["--site", "CONTACTS_SITE"]),
        (&["list", "--base-url", &url], ["--token-file", "CONTACTS_TOKEN"]),
        (&["list", "--base-url", &url, "--token-file", &token], ["--email", "CONTACTS_EMAIL"]),
    ] {
        for named in named {
            assert_rejected(|| home.contacts().args(arguments), named);
        }
    }
}

#[test]
fn a_token_file_that_others_can_read_or_without_a_token_is_rejected() {
    let (home, port) = (Home::new(), Untouched::new());
    let list = |file: &str| {
        let url = port.base_url();
        home.contacts().args([
            "list",
            "--base-url",
            &url,
            "--email",
            DEMO_EMAIL,
            "--token-file",
            file,
        ])
    };
    let folder = home.path("");
    assert_rejected(|| list(home.path("missing").to_str().unwrap()), "token file");
    assert_rejected(|| list(folder.to_str().unwrap()), "token");
    let empty = home.write("empty", "\n");
    assert_rejected(|| list(&empty), "token");
    let two_lines = home.write("lines", "s3cret\nset-cookie: s3cret");
    assert_rejected(|| list(&two_lines), "token");
    assert_rejected(|| list("-").stdin("\n"), "token");
    if cfg!(unix) {
        let open = home.write("open", SECRET);
        for mode in [0o640, 0o604] {
            support::set_mode(open.as_ref(), mode);
            assert_rejected(|| list(&open), "other users can read");
            assert_rejected(|| list(&open), "chmod 600");
        }
    }
}

#[test]
fn an_error_in_the_configuration_file_names_its_line() {
    let home = Home::new();
    for (text, named) in [
        ("[profile.work]\nsite = s3cret\n", "line 2"),
        ("[profile.work]\n\ntoken = \"s3cret\"\n", "line 3"),
        ("[profile.work]\nsiet = \"s3cret\"\n", "siet"),
        ("[profiles.work]\nsite = \"acme\"\n", "profiles"),
        ("[profile.work]\noauth = \"s3cret\"\n", "oauth must be true or false, not a string"),
        (
            "[profile.work]\ns3cret = 1\n",
            "line 2, column 1: unknown key; the keys are site, cloud_id",
        ),
        ("[profile.work]\nattempts = -1\n", "line 2, column 12: attempts"),
        ("[profile.work]\ntimeout = \"0s\"\n", "line 2, column 11: timeout: must be longer"),
        (
            "[profile.work]\ntoken_file = \"a\"\ntoken_command = \"b\"\nsite = \"acme\"\n",
            "token_command",
        ),
        (
            "[profile.work]\nattempts = 0\n",
            "line 2, column 12: attempts must be a number from 1 to 100",
        ),
        ("[profile.default]\nsite = \"acme\"\n", "no profile work: "),
    ] {
        home.configure(text);
        assert_rejected(|| home.contacts().args(["list", "--profile", "work"]), named);
    }
}

#[test]
fn a_sandbox_on_a_public_address_or_with_invalid_options_is_rejected() {
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
        assert_rejected(|| home.contacts().args(["sandbox"]).args(arguments), named);
    }
}

#[test]
fn a_json_error_has_its_members_in_the_documented_order() {
    let error = Home::new().contacts().line("list -o json").run().with_code(2).stderr;
    assert!(error.starts_with(r#"{"error":{"kind":"invalid_input","message":"#), "{error}");
    assert!(error.find("\"message\"") < error.find("\"hint\""), "{error}");
    assert!(serde_json::from_str::<Value>(&error).is_ok());
}
