//! A file, or standard input, as text.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use contacts_ureq::printable;

use crate::{
    failure::Failure,
    settings::{Person, Settings},
    token::TokenFrom,
};

/// Standard input or output, where a file is expected.
pub(crate) const STANDARD: &str = "-";

/// A path as a terminal can show it.
pub(crate) fn shown(file: &Path) -> String {
    if file == Path::new(STANDARD) {
        return "<stdin>".into();
    }
    printable(&file.display().to_string()).into_owned()
}

/// The text of a file of something, or of standard input where the token does not come from there.
pub(crate) fn text(
    file: &Path,
    what: &str,
    longest: u64,
    settings: impl FnOnce() -> Result<Settings, Failure>,
) -> Result<String, Failure> {
    let bytes = if file == Path::new(STANDARD) {
        if matches!(settings()?.person, Some(Person { token: TokenFrom::StandardInput, .. })) {
            let both = format!("standard input has either the token or the {what}, not both");
            return Err(Failure::usage(both));
        }
        bytes(io::stdin().lock(), longest)
    } else {
        File::open(file).and_then(|file| bytes(file, longest))
    };
    let name = shown(file);
    let bytes = bytes.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| not_text(&name, error.as_bytes()))
}

/// All of it.
///
/// # Errors
/// It cannot be read, or is longer than so many bytes; no more are read then.
pub(crate) fn bytes(source: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= longest => Ok(bytes),
        _ => Err(io::Error::other(format!("it is longer than {longest} bytes"))),
    }
}

fn not_text(name: &str, bytes: &[u8]) -> Failure {
    let before = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "this is text in UTF-16",
        _ => "this is not text in UTF-8",
    };
    Failure::usage(format!("{name}:{line}:{column}: {what}"))
        .with_hint("save the file as UTF-8; spreadsheets call it CSV UTF-8, or ask for the character set")
}

/// The path without blanks and line ends around it.
pub(crate) fn trimmed(path: PathBuf) -> PathBuf {
    path.to_str().map(|text| text.trim().into()).unwrap_or(path)
}
