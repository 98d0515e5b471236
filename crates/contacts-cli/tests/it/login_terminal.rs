//! `contacts login` at a terminal. On Linux only: the terminal is made by `script` of util-linux.
#![cfg(target_os = "linux")]

use std::{fs, os::unix::fs::PermissionsExt, thread, time::Duration};

use crate::support::{Contacts, Home};
use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

fn script(home: &Home, command: &str) -> Contacts {
    home.program("script").args(["-qec", command, "/dev/null"]).env("TERM", "xterm").env("SHELL", "/bin/sh")
}

#[test]
fn login_asks_for_address_and_token_and_does_not_echo_the_token() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let login = format!("{} login --base-url {}", env!("CARGO_BIN_EXE_contacts"), sandbox.base_url());
    let mut running = script(&home, &login).typed().start();
    thread::sleep(Duration::from_millis(500));
    running.enter(DEMO_EMAIL);
    thread::sleep(Duration::from_millis(500));
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
fn a_signal_while_the_token_is_typed_leaves_the_echo_on() {
    let home = Home::new();
    let binary = env!("CARGO_BIN_EXE_contacts");
    let login = format!("{binary} login --base-url http://127.0.0.1:1/x --email a@example.com");
    // The shell ignores the signal, which the terminal sends to both; the command in it does not.
    let mut running = script(&home, &format!("trap : INT; {login}; stty -a")).typed().start();
    thread::sleep(Duration::from_millis(500));
    running.enter("\u{3}");
    let ran = running.end();
    assert!(ran.stdout.contains(" echo ") && !ran.stdout.contains("-echo "), "{ran:?}");
}
