//! `contacts login` at a terminal. On Linux only: the terminal is made by `script` of util-linux.
#![cfg(target_os = "linux")]

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{
    Home, Running,
    office::{Office, answering, serve},
    proxy::Proxy,
    until,
};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use rustls::version::TLS13;

/// A command line at a terminal of its own, and the terminal.
fn at_terminal(home: &Home, line: &str) -> (Running, String) {
    let command = ["-qec", &format!("tty; {line}"), "/dev/null"];
    let script = home.program("script").args(command).env("TERM", "xterm").env("SHELL", "/bin/sh");
    let mut running = script.typed().start();
    let terminal = running.line().trim().to_owned();
    (running, terminal)
}

/// Waits until what is typed is not shown, as while a token is.
fn until_unseen(home: &Home, terminal: &str) {
    let is_unseen = || home.program("stty").args(["-F", terminal, "-a"]).succeed().contains("-echo ");
    until("the question for the token", is_unseen);
}

#[test]
fn login_asks_for_address_and_token_and_does_not_echo_the_token() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let login = format!("{} login --base-url {}", env!("CARGO_BIN_EXE_contacts"), sandbox.base_url());
    let (mut running, terminal) = at_terminal(&home, &login);
    running.enter(DEMO_EMAIL);
    until_unseen(&home, &terminal);
    running.enter(DEMO_TOKEN);
    // The end of the run asserts that the token is not in the output.
    let ran = running.end().with_code(0);
    assert!(ran.stdout.contains("e-mail address: ") && ran.stdout.contains("token (not shown): "), "{ran:?}");
    let kept = home.path("config/contacts/tokens/default");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    home.contacts().line("list").succeed();
    home.contacts().line("logout").succeed();
    assert!(!kept.exists());
    home.contacts().line("list").fail(2);
}

#[test]
fn login_asks_for_the_site_where_nothing_names_one() {
    let home = Home::new();
    let office = Office::of_hosts(&["acme.atlassian.net", "api.atlassian.com"]);
    let body = r#"{"cloudId":"c","values":[]}"#;
    let proxy = Proxy::leading_to(&serve(answering(office.server(&TLS13, false), body)));
    let ca = home.write("ca.pem", &office.pem);
    let how = format!("--ca-file {ca} --proxy {}", proxy.url());
    let login = format!("{} login {how}", env!("CARGO_BIN_EXE_contacts"));
    let (mut running, terminal) = at_terminal(&home, &login);
    running.enter("acme");
    running.enter(DEMO_EMAIL);
    until_unseen(&home, &terminal);
    running.enter(DEMO_TOKEN);
    let ran = running.end().with_code(0);
    assert!(ran.stdout.contains("site, such as acme.atlassian.net"), "{ran:?}");
    let once = ["acme.atlassian.net:443", "api.atlassian.com:443"];
    assert_eq!(proxy.targets(), once);
    assert_eq!(home.contacts().line("config get site").succeed(), "acme.atlassian.net\n");
    home.contacts().line("list").succeed();
    assert_eq!(proxy.targets(), [once, once].concat());
}

#[test]
fn an_empty_answer_to_a_question_of_login_is_refused_and_keeps_nothing() {
    let home = Home::new();
    let (mut running, _) = at_terminal(&home, &format!("{} login", env!("CARGO_BIN_EXE_contacts")));
    running.enter("");
    let ran = running.end().with_code(2);
    assert!(ran.stdout.contains("no site given"), "{ran:?}");
    assert!(!home.path("config").exists());
}

#[test]
fn a_signal_while_the_token_is_typed_leaves_the_echo_on() {
    let home = Home::new();
    let binary = env!("CARGO_BIN_EXE_contacts");
    let login = format!("{binary} login --base-url http://127.0.0.1:1/x --email a@example.com");
    // The shell ignores the signal, which the terminal sends to both; the command in it does not.
    let (mut running, terminal) = at_terminal(&home, &format!("trap : INT; {login}; stty -a"));
    until_unseen(&home, &terminal);
    running.enter("\u{3}");
    let ran = running.end();
    assert!(ran.stdout.contains(" echo ") && !ran.stdout.contains("-echo "), "{ran:?}");
}
