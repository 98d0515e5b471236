//! What is not text in UTF-8: named, neither repeated nor passed over, and nothing is sent.
#![cfg(unix)]

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStringExt,
};

use crate::support::{Contacts, Home};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

/// A secret that is not text, behind this.
fn behind(text: &str) -> OsString {
    let mut bytes = text.as_bytes().to_vec();
    bytes.extend(b"s3cret\xff");
    OsString::from_vec(bytes)
}

/// The command as the demo user, without an argument.
fn demo(home: &Home, sandbox: &Sandbox) -> Contacts {
    let contacts = home.contacts().env("CONTACTS_BASE_URL", &sandbox.base_url());
    contacts.env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", DEMO_EMAIL).env("ATLASSIAN_OPS_API_TOKEN", DEMO_TOKEN)
}

/// It is refused in both forms of errors, and named.
#[track_caller]
fn refused(command: impl Fn() -> Contacts, named: &str) {
    for form in ["table", "json", "ndjson"] {
        let ran = command().args(["-o", form]).run().with_code(2);
        assert_eq!(ran.stdout, "", "{ran:?}");
        assert!(ran.stderr.contains(named) && !ran.stderr.contains('\u{fffd}'), "not {named}: {ran:?}");
        if form != "table" {
            assert_eq!(ran.error()["kind"], "invalid_input", "{ran:?}");
        }
    }
}

#[test]
fn an_argument_that_is_not_utf_8_is_named_by_its_position() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let word = |text: &str| OsString::from(text);
    for (arguments, named) in [
        (vec![word("list"), word("--token"), behind("")], "the token cannot be an argument"),
        (vec![word("list"), behind("--token=")], "the token cannot be an argument"),
        (vec![word("--email"), behind(""), word("list")], "argument 2 (after --email)"),
        (vec![behind("--email="), word("list")], "argument 1 (--email)"),
        (vec![word("create"), word("email"), behind("")], "argument 3"),
        (vec![word("create"), behind(""), word("a@b")], "argument 2"),
        (vec![word("get"), behind("")], "argument 2"),
        (vec![word("list"), behind("")], "argument 2"),
        (vec![behind("")], "argument 1"),
        (vec![word("list"), behind("--")], "argument 2"),
        (vec![word("list"), behind("-")], "-s"),
        (vec![word("list"), word("--timeout"), behind("")], "argument 3 (after --timeout)"),
        (vec![word("list"), word("--color"), behind("")], "argument 3 (after --color)"),
        (vec![word("list"), word("--account-id"), behind("")], "argument 3 (after --account-id)"),
        (vec![word("reconcile"), behind("")], "argument 2"),
        (vec![word("man"), behind("")], "argument 2"),
    ] {
        refused(|| demo(&home, &sandbox).args(&arguments), named);
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_variable_that_is_not_utf_8_is_an_error_and_counts_as_set() {
    let (home, profiles) = (Home::new(), Sandbox::start().unwrap());
    let token = home.write("token", DEMO_TOKEN);
    home.configure(&format!(
        "[profile.default]\nbase_url = \"{}\"\nemail = \"{DEMO_EMAIL}\"\ntoken_file = \"{token}\"\n",
        profiles.base_url()
    ));
    home.contacts().line("list").succeed();
    profiles.clear_journal();
    for name in [
        "CONTACTS_BASE_URL",
        "ATLASSIAN_OPS_CLOUD_ID",
        "JSM_CLOUD_ID",
        "ATLASSIAN_OPS_DOMAIN_NAME",
        "JSM_SITE_URL",
        "ATLASSIAN_OPS_API_EMAIL_ADDRESS",
        "ATLASSIAN_OPS_API_USERNAME",
        "JSM_EMAIL",
        "ATLASSIAN_OPS_API_TOKEN",
        "JSM_API_TOKEN",
        "JSM_OAUTH_TOKEN",
        "CONTACTS_PROFILE",
    ] {
        refused(|| home.contacts().line("list").env(name, &behind("http://127.0.0.1:1/")), name);
        home.contacts().line("list").env(name, "").succeed();
        profiles.clear_journal();
    }
    // Of two that say the same, the first one counts.
    let list = || demo(&home, &profiles).line("list");
    refused(
        || list().env("ATLASSIAN_OPS_API_TOKEN", &behind("")).env("JSM_API_TOKEN", DEMO_TOKEN),
        "ATLASSIAN_OPS_API_TOKEN",
    );
    refused(
        || home.contacts().line("config set site acme").env("CONTACTS_PROFILE", &behind("")),
        "CONTACTS_PROFILE",
    );
    assert!(profiles.journal().is_empty());
    // What beats it is not asked for it.
    list().line("--profile default").env("CONTACTS_PROFILE", &behind("")).succeed();
    list().env("JSM_SITE_URL", &behind("")).succeed();
}

#[test]
fn a_path_need_not_be_utf_8() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let file = home.path("").join(OsStr::new(&OsString::from_vec(b"\xff.yaml".to_vec())));
    demo(&home, &sandbox).line("export").args([&file]).succeed();
    assert!(file.exists());
    let config = home.path("").join(OsString::from_vec(b"\xff".to_vec()));
    let set = home.contacts().line("config set site acme").env("XDG_CONFIG_HOME", &config);
    set.succeed();
    assert!(config.join("contacts/config.toml").exists());
}
