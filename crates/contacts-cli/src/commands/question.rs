//! Questions to the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::{failure::Failure, interrupt};

/// Whether there is a terminal to ask at.
pub(super) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether there is somebody to ask before `what` is done; it says that `--yes` answers beforehand.
pub(super) fn can_be_asked(what: &str) -> Result<(), Failure> {
    if has_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("{what} must be confirmed, and there is no terminal to ask at"))
        .with_hint("--yes confirms it beforehand"))
}

/// Whether the answer is yes. Everything else is no.
pub(super) fn ask(question: &str) -> Result<bool, Failure> {
    let cannot_ask = |error| Failure::local(format!("cannot ask: {error}"));
    let mut stderr = anstream::stderr();
    write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).map_err(cannot_ask)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(cannot_ask)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a line. `what` may end with a comma and an example; `flag` answers without a terminal.
pub(super) fn line(what: &str, flag: &str) -> Result<String, Failure> {
    let name = what.split(',').next().unwrap_or(what);
    somebody(name, flag)?;
    let cannot_ask = |error| Failure::local(format!("cannot ask: {error}"));
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{what}: ").and_then(|()| stderr.flush()).map_err(cannot_ask)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(cannot_ask)?;
    let answer = answer.trim();
    if answer.is_empty() { Err(Failure::usage(format!("no {name} given"))) } else { Ok(answer.to_owned()) }
}

/// The same, unseen.
pub(super) fn secret(what: &str, flag: &str) -> Result<String, Failure> {
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
    answer.map_err(|error| Failure::local(format!("cannot ask: {error}")))
}

fn somebody(what: &str, flag: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!("no {what} given, and there is no terminal to ask at; use {flag}")))
}
