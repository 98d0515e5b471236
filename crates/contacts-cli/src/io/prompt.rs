//! Questions to the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::interrupt;
use crate::error::Failure;

/// Whether there is a terminal to ask at.
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether there is somebody to ask before `what` is done; it says that `--yes` answers beforehand.
pub(crate) fn can_be_asked(what: &str) -> Result<(), Failure> {
    if has_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("{what} must be confirmed, and there is no terminal to ask at"))
        .with_hint("--yes confirms it beforehand"))
}

/// Whether the answer is yes. Everything else is no.
pub(crate) fn ask(question: &str) -> Result<bool, Failure> {
    let answer = answer(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a line. `what` may end with a comma and an example; `flag` answers without a terminal.
pub(crate) fn line(what: &str, flag: &str) -> Result<String, Failure> {
    let name = what.split(',').next().unwrap_or(what);
    somebody(name, flag)?;
    let answer = answer(&format!("{what}: "))?;
    let answer = answer.trim();
    if answer.is_empty() { Err(Failure::usage(format!("no {name} given"))) } else { Ok(answer.to_owned()) }
}

/// The same, unseen.
pub(crate) fn secret(what: &str, flag: &str) -> Result<String, Failure> {
    somebody(what, flag)?;
    #[cfg(unix)]
    if let Ok(shown) = rustix::termios::tcgetattr(io::stdin()) {
        // A signal ends the process before rpassword turns the echo on again.
        interrupt::undoes(Some(Box::new(move || {
            let now = rustix::termios::OptionalActions::Now;
            let _ = rustix::termios::tcsetattr(io::stdin(), now, &shown);
        })));
    }
    let answer = prompt(&format!("{what} (not shown): ")).and_then(|()| {
        loop {
            match rpassword::read_password() {
                // A signal that ends the process does so from another thread.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return answer,
            }
        }
    });
    interrupt::undoes(None);
    answer.map_err(cannot_ask)
}

fn answer(question: &str) -> Result<String, Failure> {
    let mut answer = String::new();
    prompt(question).and_then(|()| io::stdin().lock().read_line(&mut answer)).map_err(cannot_ask)?;
    Ok(answer)
}

fn prompt(question: &str) -> io::Result<()> {
    let mut stderr = anstream::stderr();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn cannot_ask(error: io::Error) -> Failure {
    Failure::local(format!("cannot ask: {error}"))
}

fn somebody(what: &str, flag: &str) -> Result<(), Failure> {
    if has_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("no {what} given, and there is no terminal to ask at; use {flag}")))
}
