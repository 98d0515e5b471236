//! `contacts login` at a terminal. On Linux only.
#![cfg(target_os = "linux")]

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{
    Home, SIGINT,
    office::{Office, answering, serve},
    proxy::Proxy,
    until,
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use rustls::version::TLS13;

/// The key that sends an interrupt.
const CTRL_C: &str = "\u{3}";

#[test]
fn login_prompts_for_address_and_token_and_does_not_echo_the_token() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let login = home.contacts().args(["login", "--base-url", &sandbox.base_url()]).at_terminal(80);
    let login = login.answer("e-mail address: ", DEMO_EMAIL);
    // `end` asserts that the token was not shown.
    login.answer_unseen("token (not shown): ", DEMO_TOKEN).end().with_code(0);
    let kept = home.path("config/contacts/tokens/default");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    home.contacts().line("list").succeed();
    home.contacts().line("logout").succeed();
    assert!(!kept.exists());
    home.contacts().line("list").fail(2);
}

#[test]
fn login_prompts_for_a_missing_site() {
    let home = Home::new();
    let office = Office::of_hosts(&["acme.atlassian.net", "api.atlassian.com"]);
    let body = r#"{"cloudId":"c","values":[]}"#;
    let proxy = Proxy::leading_to(&serve(answering(office.server(&TLS13, false), body)));
    let ca = home.write("ca.pem", &office.pem);
    let login =
        home.contacts().args(["login", "--ca-file", &ca, "--proxy", &proxy.url()]).at_terminal(80);
    let login = login.answer("site, such as acme.atlassian.net", "acme");
    let login = login.answer("e-mail address: ", DEMO_EMAIL);
    login.answer_unseen("token (not shown): ", DEMO_TOKEN).end().with_code(0);
    let once = ["acme.atlassian.net:443", "api.atlassian.com:443"];
    assert_eq!(proxy.targets(), once);
    assert_eq!(home.contacts().line("config get site").succeed(), "acme.atlassian.net\n");
    home.contacts().line("list").succeed();
    assert_eq!(proxy.targets(), [once, once].concat());
}

#[test]
fn an_empty_answer_to_login_is_rejected_and_saves_nothing() {
    let home = Home::new();
    let ran = home.contacts().line("login").at_terminal(80).answer("site, ", "").end().with_code(2);
    assert!(ran.stdout.contains("no site given"), "{ran:?}");
    assert!(!home.path("config").exists());
}

#[test]
fn a_signal_during_the_token_prompt_turns_the_echo_on_again() {
    let home = Home::new();
    let line = "login --base-url http://127.0.0.1:1/x --email a@example.com";
    let mut login = home.contacts().line(line).at_terminal(80);
    assert!(login.echoes());
    login.shown("token (not shown): ");
    until("the echo is off", || !login.echoes());
    login.press(CTRL_C);
    login.end().killed_by(SIGINT);
    assert!(login.echoes());
}
