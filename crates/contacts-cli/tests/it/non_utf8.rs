//! Input that is not UTF-8 is an error that names its source, repeats no bytes, and sends nothing.
#![cfg(unix)]

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStringExt,
};

use crate::support::{Contacts, Home};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

/// `text`, followed by a secret that is not UTF-8.
fn with_secret(text: &str) -> OsString {
    let mut bytes = text.as_bytes().to_vec();
    bytes.extend(b"s3cret\xff");
    OsString::from_vec(bytes)
}

/// The command as the demo user, without arguments.
fn demo(home: &Home, sandbox: &Sandbox) -> Contacts {
    let contacts = home.contacts().env("CONTACTS_BASE_URL", &sandbox.base_url());
    contacts
        .env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", DEMO_EMAIL)
        .env("ATLASSIAN_OPS_API_TOKEN", DEMO_TOKEN)
}

/// Asserts that the command is rejected, as text and as JSON, with an error that contains `named`.
#[track_caller]
fn assert_rejected(command: impl Fn() -> Contacts, named: &str) {
    for form in ["table", "json", "ndjson"] {
        let ran = command().args(["-o", form]).run().with_code(2);
        assert_eq!(ran.stdout, "", "{ran:?}");
        assert!(
            ran.stderr.contains(named) && !ran.stderr.contains('\u{fffd}'),
            "not {named}: {ran:?}"
        );
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
        (vec![word("list"), word("--token"), with_secret("")], "the token cannot be an argument"),
        (vec![word("list"), with_secret("--token=")], "the token cannot be an argument"),
        (vec![word("--email"), with_secret(""), word("list")], "argument 2 (after --email)"),
        (vec![with_secret("--email="), word("list")], "argument 1 (--email)"),
        (vec![word("create"), word("email"), with_secret("")], "argument 3"),
        (vec![word("create"), with_secret(""), word("a@b")], "argument 2"),
        (vec![word("get"), with_secret("")], "argument 2"),
        (vec![word("list"), with_secret("")], "argument 2"),
        (vec![with_secret("")], "argument 1"),
        (vec![word("list"), with_secret("--")], "argument 2"),
        (vec![word("list"), with_secret("-")], "-s"),
        (vec![word("list"), word("--timeout"), with_secret("")], "argument 3 (after --timeout)"),
        (vec![word("list"), word("--color"), with_secret("")], "argument 3 (after --color)"),
        (
            vec![word("list"), word("--account-id"), with_secret("")],
            "argument 3 (after --account-id)",
        ),
        (vec![word("reconcile"), with_secret("")], "argument 2"),
        (vec![word("man"), with_secret("")], "argument 2"),
    ] {
        assert_rejected(|| demo(&home, &sandbox).args(&arguments), named);
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
        assert_rejected(
            || home.contacts().line("list").env(name, &with_secret("http://127.0.0.1:1/")),
            name,
        );
        home.contacts().line("list").env(name, "").succeed();
        profiles.clear_journal();
    }
    // The first of two variables applies.
    let list = || demo(&home, &profiles).line("list");
    assert_rejected(
        || list().env("ATLASSIAN_OPS_API_TOKEN", &with_secret("")).env("JSM_API_TOKEN", DEMO_TOKEN),
        "ATLASSIAN_OPS_API_TOKEN",
    );
    assert_rejected(
        || home.contacts().line("config set site acme").env("CONTACTS_PROFILE", &with_secret("")),
        "CONTACTS_PROFILE",
    );
    assert!(profiles.journal().is_empty());
    // A source of higher precedence hides the invalid one.
    list().line("--profile default").env("CONTACTS_PROFILE", &with_secret("")).succeed();
    list().env("JSM_SITE_URL", &with_secret("")).succeed();
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
