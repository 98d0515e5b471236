//! The README's Rust code. Each block equals an example or a test of this workspace, or is a
//! documentation test of this crate.

use std::{fs, path::Path, process::Command};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};

/// The files that equal a block, in order. The last one is a test.
const FILES: [&str; 3] = [
    "contacts-ureq/examples/script.rs",
    "contacts-hyper/examples/service.rs",
    "contacts-sandbox/tests/it/own_program.rs",
];

fn read(path: &str) -> String {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(crates.join(path)).unwrap()
}

/// Returns the README's blocks with this mark.
fn blocks(mark: &str) -> Vec<String> {
    let (readme, begin) = (read("../README.md"), format!("```{mark}\n"));
    let blocks = readme.split(&begin).skip(1);
    blocks.map(|rest| rest.split_once("```\n").unwrap().0.to_owned()).collect()
}

/// Runs a program against a sandbox, as the README's user, and returns its output.
fn output_of(program: &str, sandbox: &Sandbox) -> String {
    let output = Command::new(program)
        .env("CONTACTS_BASE_URL", sandbox.base_url())
        .env("ATLASSIAN_OPS_API_EMAIL_ADDRESS", DEMO_EMAIL)
        .env("ATLASSIAN_OPS_API_TOKEN", DEMO_TOKEN)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_block_is_a_documentation_test_or_a_file_that_runs() {
    let texts = FILES.map(read);
    let texts: Vec<_> = texts.iter().map(|text| text.split_once("\n\n").unwrap().1).collect();
    assert_eq!(blocks("rust,ignore"), texts);
    let others = blocks("rust");
    assert_eq!(others.len(), 1);
    assert_eq!(read("../README.md").matches("```rust").count(), FILES.len() + others.len());
}

#[test]
fn the_script_lists_each_contact_once_however_often_it_runs() {
    let sandbox = Sandbox::start().unwrap();
    for _ in 0..2 {
        let listed = "email demo@example.com true\nsms 90-555-555-5555 true\nsms 90-5555559999 false\n";
        assert_eq!(output_of(env!("CARGO_BIN_EXE_readme-script"), &sandbox), listed);
    }
    assert_eq!(sandbox.writes().len(), 1);
}

#[test]
fn the_service_counts_the_contacts_of_its_user() {
    let sandbox = Sandbox::start().unwrap();
    let counted = format!("{DEMO_EMAIL}: 2 contacts\n");
    assert_eq!(output_of(env!("CARGO_BIN_EXE_readme-service"), &sandbox), counted);
}
