//! At a terminal, `export` overwrites a file that no export wrote only after a yes. On Linux only.
#![cfg(target_os = "linux")]

use std::fs;

use crate::support::Home;
use contacts_sandbox::Sandbox;

#[test]
fn only_a_file_that_no_export_wrote_needs_a_yes() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let mine = "- email: demo@example.com # mine\n";
    let file = home.write("contacts.yaml", mine);
    let line = format!("export {file}");
    for answer in ["n", ""] {
        let mut running =
            home.demo(&sandbox, &line).at_terminal(200).answer("Overwrite it? [y/N] ", answer);
        running.shown("nothing was written");
        running.end().with_code(1);
        assert_eq!(fs::read_to_string(&file).unwrap(), mine);
    }
    assert!(sandbox.journal().is_empty());
    home.demo(&sandbox, &line).at_terminal(200).answer("[y/N] ", "y").end().with_code(0);
    let exported = fs::read_to_string(&file).unwrap();
    assert!(exported.contains("90-555-555-5555"), "{exported}");
    let ran = home.demo(&sandbox, &line).at_terminal(200).end().with_code(0);
    assert!(!ran.stdout.contains("[y/N]"), "{ran:?}");
}
