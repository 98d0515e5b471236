//! Where the token is, and how it is read: from a file, from a command, from a variable; never from an argument.

mod command;

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

pub(crate) use self::command::end as end_command;
use crate::{environment, failure::Failure, secret, text_file};

/// The longest token that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Where the token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenFrom {
    StandardInput,
    File(PathBuf),
    /// A command with its arguments, split as a shell would, and run without one.
    Command(String),
    Variable(&'static str),
}

impl fmt::Display for TokenFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => write!(f, "standard input"),
            Self::File(path) => match secret::path(path) {
                Some(path) => write!(f, "the file {path}"),
                None => write!(f, "{}", secret::NO_FILE),
            },
            // Somebody may have put the token itself there.
            Self::Command(_) => write!(f, "a command"),
            Self::Variable(name) => write!(f, "{name}"),
        }
    }
}

impl TokenFrom {
    /// The one of both that is given.
    pub(crate) fn one_of(file: Option<PathBuf>, command: Option<String>) -> Result<Option<Self>, ()> {
        match (file, command) {
            (Some(_), Some(_)) => Err(()),
            (Some(file), None) => Ok(Some(match text_file::trimmed(file) {
                file if file == Path::new("-") => Self::StandardInput,
                file => Self::File(file),
            })),
            (None, command) => Ok(command.map(Self::Command)),
        }
    }

    /// Whether it may have another one when the first is refused.
    pub(crate) fn is_renewable(&self) -> bool {
        matches!(self, Self::Command(_))
    }

    /// Reads it, without the line break at its end; `from` is what says where it is. A command is given so much time for it.
    pub(crate) fn read(&self, from: &str, within: Duration) -> Result<String, Failure> {
        let text = match self {
            Self::StandardInput => read(std::io::stdin().lock(), "standard input"),
            Self::File(path) => read_file(path),
            Self::Command(command) => command::ask(command, within),
            Self::Variable(name) => environment::text(&environment::of_process, name)
                .unwrap_or_else(|| Err(Failure::usage(format!("{name} is not set")))),
        };
        let names_itself = matches!(self, Self::Variable(_));
        let place = match self {
            Self::File(path) => name_of(path),
            Self::Command(_) => "the output of the token command".to_owned(),
            Self::StandardInput | Self::Variable(_) => self.to_string(),
        };
        let text = text.and_then(|text| alone(&text, &place));
        text.map_err(|failure| if names_itself { failure } else { failure.about(&from) })
    }
}

/// The token without a byte order mark, blanks and line ends around it.
pub(crate) fn alone(text: &str, place: &str) -> Result<String, Failure> {
    let token = text.trim_start_matches('\u{feff}').trim();
    if token.is_empty() {
        return Err(Failure::usage(format!("{place} is empty; the token is expected")));
    }
    let lines = token.lines().count();
    if lines > 1 {
        let why = format!("{place} has {lines} lines; the token is expected alone (`head -n1`?)");
        return Err(Failure::usage(why));
    }
    match token.chars().find(|c| !c.is_ascii_graphic()) {
        Some(c) => {
            let c = c.escape_unicode();
            Err(Failure::usage(format!("{place}: the token has the character {c}, which no token has")))
        }
        None => Ok(token.to_owned()),
    }
}

fn name_of(path: &Path) -> String {
    secret::path(path).map_or_else(|| "the token file".to_owned(), |path| format!("the token file {path}"))
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let name = name_of(path);
    let file = fs::File::open(path).map_err(|error| {
        Failure::usage(format!("{name} cannot be read: {error}"))
            .with_hint("it is to be the path of a file with the token in it")
    })?;
    refuse_what_others_read(&file, path)?;
    read(file, &name)
}

#[cfg(unix)]
fn refuse_what_others_read(file: &fs::File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let metadata = file.metadata().ok().filter(fs::Metadata::is_file);
    if let Some(metadata) = metadata.filter(|metadata| metadata.permissions().mode() & 0o044 != 0) {
        // Secrets that are mounted belong to somebody else, who alone can change the mode.
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            let path = secret::file(path);
            crate::tell::warn(&format!("{path} can be read by others, and belongs to another user"));
            return Ok(());
        }
        let path = path.display().to_string();
        let path = shlex::try_quote(&path).map_or_else(|_| path.clone(), std::borrow::Cow::into_owned);
        return Err(Failure::usage("the token file can be read by others")
            .with_hint(format!("chmod 600 {path}; and if others use this machine, replace the token")));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_what_others_read(_: &fs::File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

fn read(source: impl Read, name: &str) -> Result<String, Failure> {
    let bytes = text_file::bytes(source, LONGEST)
        .map_err(|error| Failure::usage(format!("the token cannot be read from {name}: {error}")))?;
    String::from_utf8(bytes).map_err(|_| Failure::usage(format!("the token in {name} is not text in UTF-8")))
}
