//! The README's programs are examples and a test of this workspace, and run.

use std::{fs, path::Path, process::Command};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

/// The file of each program, in the README's order. The last one is a test.
const FILES: [&str; 3] = [
    "contacts-ureq/examples/script.rs",
    "contacts-hyper/examples/service.rs",
    "contacts-sandbox/tests/it/own_program.rs",
];

fn read(path: &str) -> String {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(crates.join(path)).unwrap()
}

/// The README's blocks of Rust.
fn programs() -> Vec<String> {
    let readme = read("../README.md");
    let blocks = readme.split("```rust,ignore\n").skip(1);
    blocks.map(|rest| rest.split_once("```\n").unwrap().0.to_owned()).collect()
}

/// Output of a program as the demo user of a sandbox.
fn output(program: &str, sandbox: &Sandbox) -> String {
    let output = Command::new(program)
        .env("CONTACTS_BASE_URL", sandbox.base_url())
        .env("CONTACTS_EMAIL", DEMO_EMAIL)
        .env("CONTACTS_TOKEN", DEMO_TOKEN)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_program_is_a_file_of_this_workspace_and_has_at_most_twelve_lines() {
    let texts = FILES.map(read);
    let texts: Vec<_> = texts.iter().map(|text| text.split_once("\n\n").unwrap().1).collect();
    assert_eq!(programs(), texts);
    assert_eq!(read("../README.md").matches("```rust").count(), FILES.len());
    for program in programs() {
        assert!(program.lines().filter(|line| !line.is_empty()).count() <= 12, "{program}");
    }
}

#[test]
fn the_readme_has_at_most_150_lines() {
    assert!(read("../README.md").lines().count() <= 150);
}

#[test]
fn the_script_creates_one_contact_even_if_it_runs_twice() {
    let sandbox = Sandbox::start().unwrap();
    for _ in 0..2 {
        let listed =
            "email demo@example.com true\nsms 90-555-555-5555 true\nsms 90-5555559999 false\n";
        assert_eq!(output(env!("CARGO_BIN_EXE_readme-script"), &sandbox), listed);
    }
    assert_eq!(sandbox.writes().len(), 1);
}

#[test]
fn the_service_counts_the_contacts_of_each_user() {
    let sandbox = Sandbox::start().unwrap();
    let counts = output(env!("CARGO_BIN_EXE_readme-service"), &sandbox);
    assert_eq!(counts, "2 contacts\n1 contacts\n");
}

#[test]
fn a_missing_file_or_variable_is_named() {
    for program in [env!("CARGO_BIN_EXE_readme-script"), env!("CARGO_BIN_EXE_readme-service")] {
        let run = |variables: &[(&str, &str)]| {
            let ran =
                Command::new(program).env_clear().envs(variables.iter().copied()).output().unwrap();
            assert!(!ran.status.success());
            String::from_utf8(ran.stderr).unwrap()
        };
        assert!(run(&[]).contains("CONTACTS_SITE"));
        let site = ("CONTACTS_SITE", "acme");
        assert!(run(&[site]).contains("CONTACTS_TOKEN"));
        let token = ("CONTACTS_OAUTH_TOKEN", "t");
        let error = run(&[site, token, ("CONTACTS_CA_FILE", "/nowhere/ca.pem")]);
        assert!(error.contains("CONTACTS_CA_FILE") && error.contains("cannot be read"), "{error}");
        assert!(run(&[site, token, ("CONTACTS_PROXY", "socks5://a")]).contains("CONTACTS_PROXY"));
    }
}
