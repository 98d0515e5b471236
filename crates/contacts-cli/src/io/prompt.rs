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
    let answer = rpassword::prompt_password(format!("{what} (not shown): "));
    interrupt::undoes(None);
    answer.map_err(cannot_ask)
}

fn answer(question: &str) -> Result<String, Failure> {
    let mut stderr = anstream::stderr();
    let mut answer = String::new();
    write!(stderr, "{question}")
        .and_then(|()| stderr.flush())
        .and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(cannot_ask)?;
    Ok(answer)
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
