//! Questions at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use super::interrupt;
use crate::error::Failure;

/// Returns `true` if standard input and standard error are a terminal.
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Rejects a change that needs confirmation, if no terminal is available. `what` is a gerund, as in
/// "deleting".
pub(crate) fn can_be_asked(what: &str) -> Result<(), Failure> {
    if has_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("{what} needs confirmation, but no terminal is available"))
        .with_hint("add --yes to confirm"))
}

/// Asks a question. Returns `true` for `y` and `yes`, and `false` for every other answer.
pub(crate) fn ask(question: &str) -> Result<bool, Failure> {
    let answer = answer(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Reads a line. `what` may end with a comma and an example. Without a terminal, the error names
/// `flag`.
pub(crate) fn line(what: &str, flag: &str) -> Result<String, Failure> {
    let name = what.split(',').next().unwrap_or(what);
    require_terminal(name, flag)?;
    let answer = answer(&format!("{what}: "))?;
    let answer = answer.trim();
    if answer.is_empty() {
        Err(Failure::usage(format!("no {name} given")))
    } else {
        Ok(answer.to_owned())
    }
}

/// Reads a line without echo.
pub(crate) fn secret(what: &str, flag: &str) -> Result<String, Failure> {
    require_terminal(what, flag)?;
    #[cfg(unix)]
    if let Ok(shown) = rustix::termios::tcgetattr(io::stdin()) {
        // A signal can end the process before rpassword turns the echo on again.
        interrupt::set_cleanup(Some(Box::new(move || {
            let now = rustix::termios::OptionalActions::Now;
            let _ = rustix::termios::tcsetattr(io::stdin(), now, &shown);
        })));
    }
    let answer = prompt(&format!("{what} (not shown): ")).and_then(|()| {
        loop {
            match rpassword::read_password() {
                // Another thread ends the process.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return answer,
            }
        }
    });
    interrupt::set_cleanup(None);
    answer.map_err(cannot_ask)
}

fn answer(question: &str) -> Result<String, Failure> {
    let mut answer = String::new();
    prompt(question)
        .and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(cannot_ask)?;
    Ok(answer)
}

fn prompt(question: &str) -> io::Result<()> {
    let mut stderr = anstream::stderr();
    stderr.write_all(question.as_bytes())?;
    stderr.flush()
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn cannot_ask(error: io::Error) -> Failure {
    Failure::local(format!("could not read from the terminal: {error}"))
}

fn require_terminal(what: &str, flag: &str) -> Result<(), Failure> {
    if has_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("no {what} given, and no terminal to prompt for it; use {flag}")))
}
