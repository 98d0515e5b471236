//! A terminal of its own for the command.

use contacts_sandbox::Sandbox;

use crate::support::{Contacts, Home};

/// A command line of the demo user at a terminal with this many columns. What it prints, on either output, is standard output.
pub(crate) fn terminal(home: &Home, sandbox: &Sandbox, columns: u16, line: &str) -> Contacts {
    let token = home.write("token", contacts_sandbox::DEMO_TOKEN);
    let words = [
        env!("CARGO_BIN_EXE_contacts"),
        "--base-url",
        &sandbox.base_url(),
        "--email",
        contacts_sandbox::DEMO_EMAIL,
        "--token-file",
        &token,
    ];
    let command = shlex::try_join(words.into_iter().chain(line.split_whitespace())).unwrap();
    // Without rows, the columns do not count either: then it is taken for a terminal that does not know its size.
    let command = format!("stty rows 24 cols {columns}; {command}");
    // From util-linux: it gives the command a terminal of its own.
    let script = home.program("script").args(["-qec", &command, "/dev/null"]);
    script.env("TERM", "xterm").env("SHELL", "/bin/sh")
}
