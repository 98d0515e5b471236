//! Failures of the token command.
#![cfg(unix)]

use crate::support::{Contacts, Home, asked, until};
use contacts_sandbox::{DEMO_EMAIL, Sandbox, User};

/// `list` as the demo user, with a script as the token command.
fn list(home: &Home, sandbox: &Sandbox, script: &str) -> Contacts {
    let script = home.write("script", script);
    let list =
        home.contacts().args(["list", "--base-url", &sandbox.base_url(), "--email", DEMO_EMAIL]);
    list.args(["--token-command", &shlex::try_join(["sh", &script]).unwrap()])
}

#[test]
fn a_token_command_is_killed_after_the_timeout() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for script in ["exec sleep 300", "echo s3cret; exec sleep 300", "exec sleep 300 >&-"] {
        let script = format!("echo $$ > \"$HOME/id\"\n{script}");
        let error = list(&home, &sandbox, &script).line("--timeout 1s").fail(5);
        assert_eq!(error["kind"], "timed_out", "{script}");
        assert_eq!(
            error["message"], "--token-command: the token command did not end within 1s",
            "{script}"
        );
        let id = std::fs::read_to_string(home.path("id")).unwrap().trim().to_owned();
        until("the end of the command", || {
            let alive = home.program("sh").args(["-c", &format!("kill -0 {id} 2>&1")]).run();
            !alive.status.success()
        });
    }
    assert!(sandbox.journal().is_empty());
}

#[test]
fn the_command_does_not_wait_for_children_of_the_token_command() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let error = list(&home, &sandbox, "sleep 300 2>&- & wait").line("--timeout 1s").fail(5);
    assert_eq!(error["kind"], "timed_out");
}

#[test]
fn a_second_run_that_is_too_slow_is_a_timeout_and_not_a_401() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| {
        service.add_user(User::new(DEMO_EMAIL, "new-s3cret").with_expired_token("old-s3cret"))
    });
    let script =
        "test -e \"$HOME/asked\" && exec sleep 300; touch \"$HOME/asked\"; echo old-s3cret";
    let error = list(&home, &sandbox, script).line("--timeout 3s").fail(5);
    assert_eq!(error["kind"], "timed_out");
    assert!(
        error["message"].as_str().unwrap().contains("the credentials provider took too long"),
        "{error}"
    );
    assert_eq!(asked(&sandbox, "GET"), 1);
}

#[test]
fn endless_output_of_a_token_command_is_an_error() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let error = list(&home, &sandbox, "exec yes s3cret").fail(2);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("the output of the token command")
            && message.contains("longer than 65536 bytes"),
        "{error}"
    );
    let zeros = [
        "list",
        "--base-url",
        &sandbox.base_url(),
        "--email",
        DEMO_EMAIL,
        "--token-file",
        "/dev/zero",
    ];
    let error = home.contacts().args(zeros).fail(2);
    assert!(error["message"].as_str().unwrap().contains("longer than 65536 bytes"), "{error}");
    assert!(sandbox.journal().is_empty());
}

#[test]
fn a_token_command_that_needs_a_shell_has_a_hint() {
    let home = Home::new();
    let at = ["list", "--base-url", "http://127.0.0.1:1/x", "--email", DEMO_EMAIL];
    let error = home.contacts().args(at).args(["--token-command", "exit 0"]).fail(1);
    assert!(error["hint"].as_str().unwrap().contains("sh -c '...'"), "{error}");
}
