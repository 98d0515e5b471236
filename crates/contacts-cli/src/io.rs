//! Files, standard error, signals and prompts.

pub(crate) mod atomic_write;
pub(crate) mod interrupt;
pub(crate) mod prompt;

use std::{
    fmt::{Arguments, Display},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anstyle::Style;
use contacts_ureq::escape_controls;
use indicatif::ProgressBar;

/// Reads a source to its end.
///
/// # Errors
/// The source is unreadable, or longer than `longest` bytes.
pub(crate) fn read_at_most(source: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= longest => Ok(bytes),
        _ => Err(io::Error::other(format!("longer than {longest} bytes"))),
    }
}

/// Stands for standard input or output in place of a file name.
pub(crate) const STANDARD: &str = "-";

/// Rejects `-`: standard output has the results.
pub(crate) fn named_file(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path == Path::new(STANDARD) {
        Err("standard output is for the results; give the name of a file")
    } else {
        Ok(path)
    }
}

/// A path without control characters.
pub(crate) fn shown_path(file: &Path) -> String {
    if file == Path::new(STANDARD) {
        return "<stdin>".into();
    }
    escape_controls(&file.display().to_string()).into_owned()
}

/// The progress bar on the last line of the terminal. Other lines must not be written into it.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Shows or removes the progress bar.
pub(crate) fn set_bar(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

fn bar() -> Option<ProgressBar> {
    BAR.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Prints a wait, after the progress bar if there is one. The bar shows the last of several waits.
pub(crate) fn trace_wait(text: Arguments<'_>, without_bar: bool) {
    match bar() {
        Some(bar) if !without_bar => bar.set_prefix(format!("; {text}")),
        _ => trace(text),
    }
}

/// Removes the wait after the progress bar.
pub(crate) fn end_wait() {
    if let Some(bar) = bar() {
        bar.set_prefix("");
    }
}

/// `true` hides warnings and notes.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Hides or shows warnings and notes.
pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Returns `true` if standard error shows errors only: with `--quiet` or JSON output.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes a warning to standard error.
#[cfg(unix)]
pub(crate) fn warn(text: &str) {
    if !is_quiet() {
        trace(format_args!("warning: {text}"));
    }
}

/// Writes a note to standard error.
pub(crate) fn note(text: &str) {
    let bold = Style::new().bold();
    write_styled(&format_args!("{bold}note{bold:#}: {text}\n"));
}

/// Writes styled text to standard error, unless [`is_quiet`].
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
        // If standard error is closed, no one reads the line.
        let _ = writeln!(anstream::stderr(), "{dim}{}{dim:#}", escape_controls(&text));
    };
    match bar() {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}
