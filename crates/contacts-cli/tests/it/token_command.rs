//! A command that prints the token, and does not do as it should.
#![cfg(unix)]

use crate::support::{Contacts, Home, asked, until};
use contacts_sandbox::{DEMO_EMAIL, Sandbox, User};

/// A list as the demo user, whose token is printed by a script.
fn list(home: &Home, sandbox: &Sandbox, script: &str) -> Contacts {
    let script = home.write("script", script);
    let list = home.contacts().args(["list", "--base-url", &sandbox.base_url(), "--email", DEMO_EMAIL]);
    list.args(["--token-command", &shlex::try_join(["sh", &script]).unwrap()])
}

#[test]
fn one_that_does_not_end_is_killed_when_the_time_is_over() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    for script in ["exec sleep 300", "echo s3cret; exec sleep 300", "exec sleep 300 >&-"] {
        let script = format!("echo $$ > \"$HOME/id\"\n{script}");
        let error = list(&home, &sandbox, &script).line("--timeout 1s").fail(5);
        assert_eq!(error["kind"], "timed_out", "{script}");
        assert_eq!(
            error["message"], "--token-command: the token command has not ended within 1s",
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
fn what_one_leaves_behind_is_not_waited_for() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let error = list(&home, &sandbox, "sleep 300 2>&- & wait").line("--timeout 1s").fail(5);
    assert_eq!(error["kind"], "timed_out");
}

#[test]
fn one_that_has_no_second_token_in_time_is_told_as_late_and_not_as_refused() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    sandbox.with_service(|service| {
        service.add_user(User::new(DEMO_EMAIL, "new-s3cret").with_expired_token("old-s3cret"))
    });
    let script = "test -e \"$HOME/asked\" && exec sleep 300; touch \"$HOME/asked\"; echo old-s3cret";
    let error = list(&home, &sandbox, script).line("--timeout 3s").fail(5);
    assert_eq!(error["kind"], "timed_out");
    assert!(
        error["message"].as_str().unwrap().contains("the source of credentials gave none in time"),
        "{error}"
    );
    assert_eq!(asked(&sandbox, "GET"), 1);
}

#[test]
fn one_that_prints_without_end_is_not_read_to_its_end() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let error = list(&home, &sandbox, "exec yes s3cret").fail(2);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("the token command prints") && message.contains("longer than 65536 bytes"),
        "{error}"
    );
    let zeros =
        ["list", "--base-url", &sandbox.base_url(), "--email", DEMO_EMAIL, "--token-file", "/dev/zero"];
    let error = home.contacts().args(zeros).fail(2);
    assert!(error["message"].as_str().unwrap().contains("longer than 65536 bytes"), "{error}");
    assert!(sandbox.journal().is_empty());
}

#[test]
fn one_that_needs_a_shell_is_told_how_to_have_one() {
    let home = Home::new();
    let at = ["list", "--base-url", "http://127.0.0.1:1/x", "--email", DEMO_EMAIL];
    let error = home.contacts().args(at).args(["--token-command", "exit 0"]).fail(1);
    assert!(error["hint"].as_str().unwrap().contains("sh -c '...'"), "{error}");
}
