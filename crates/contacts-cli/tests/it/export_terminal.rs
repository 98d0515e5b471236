//! At a terminal, a file that no export has written is overwritten only once somebody has said yes. On Linux only.
#![cfg(target_os = "linux")]

use std::fs;

use crate::support::Home;
use crate::support::terminal::terminal;
use contacts_sandbox::Sandbox;

#[test]
fn a_file_that_no_export_has_written_is_asked_about_and_an_export_is_not() {
    let (home, sandbox) = (Home::new(), Sandbox::start().unwrap());
    let mine = "- email: demo@example.com # mine\n";
    let file = home.write("contacts.yaml", mine);
    let line = format!("export {file}");
    for answer in ["n\n", "\n"] {
        let ran = terminal(&home, &sandbox, 200, &line).stdin(answer).run().with_code(1);
        assert!(
            ran.stdout.contains("Overwrite it? [y/N]") && ran.stdout.contains("nothing was written"),
            "{ran:?}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), mine);
    }
    assert!(sandbox.journal().is_empty());
    terminal(&home, &sandbox, 200, &line).stdin("y\n").run().with_code(0);
    let exported = fs::read_to_string(&file).unwrap();
    assert!(exported.contains("90-555-555-5555"), "{exported}");
    let ran = terminal(&home, &sandbox, 200, &line).stdin("").run().with_code(0);
    assert!(!ran.stdout.contains("[y/N]"), "{ran:?}");
}
