//! Files, standard error, signals and questions: what any command does with the machine.

pub(crate) mod atomic_write;
pub(crate) mod interrupt;
pub(crate) mod prompt;

use std::{
    fmt::{Arguments, Display},
    io::{self, Read, Write},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anstyle::Style;
use contacts_ureq::escape_controls;
use indicatif::ProgressBar;

/// Reads all of it.
///
/// # Errors
/// It cannot be read, or is longer than so many bytes; no more are read then.
pub(crate) fn read_at_most(source: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= longest => Ok(bytes),
        _ => Err(io::Error::other(format!("it is longer than {longest} bytes"))),
    }
}

/// Standard input or output, where a file is expected.
pub(crate) const STANDARD: &str = "-";

/// A path as a terminal can show it.
pub(crate) fn shown_path(file: &Path) -> String {
    if file == Path::new(STANDARD) {
        return "<stdin>".into();
    }
    escape_controls(&file.display().to_string()).into_owned()
}

/// The progress bar on the last line of the terminal. Other lines must not be written into it.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Sets the bar that is on the terminal, or removes it.
pub(crate) fn set_bar(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

fn bar() -> Option<ProgressBar> {
    BAR.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Shows a wait behind the bar, if there is one: many exchanges may wait at a time, and the last speaks for all.
pub(crate) fn trace_wait(text: Arguments<'_>, without_bar: bool) {
    match bar() {
        Some(bar) if !without_bar => bar.set_prefix(format!("; {text}")),
        _ => trace(text),
    }
}

/// Takes a wait away from behind the bar: the first exchange goes on.
pub(crate) fn end_wait() {
    if let Some(bar) = bar() {
        bar.set_prefix("");
    }
}

/// Leaves out warnings and notes.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves out warnings and notes from now on.
pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Returns `true` if a person wants nothing on standard error but errors, or if JSON is alone there.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes a warning to standard error.
pub(crate) fn warn(text: &str) {
    if !is_quiet() {
        trace(format_args!("warning: {text}"));
    }
}

/// Writes to standard error what is no result, for a person.
pub(crate) fn note(text: &str) {
    let bold = Style::new().bold();
    write_styled(&format_args!("{bold}note{bold:#}: {text}\n"));
}

/// Writes styled text to standard error, unless that is quiet. If it is closed, nobody can read it.
pub(crate) fn write_styled(text: &dyn Display) {
    if !is_quiet() {
        let _ = write!(anstream::stderr(), "{text}");
    }
}

/// Writes a line to standard error.
pub(crate) fn trace(text: Arguments<'_>) {
    let dim = Style::new().dimmed();
    let text = text.to_string();
    let write = || {
        // If standard error is closed, nobody can read it.
        let _ = writeln!(anstream::stderr(), "{dim}{}{dim:#}", escape_controls(&text));
    };
    match bar() {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}
