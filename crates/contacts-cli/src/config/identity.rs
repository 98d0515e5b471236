//! The user and the source of the token.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::key::{self, Sourced};
use crate::redact;

/// The user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// `None` for an OAuth token.
    pub(crate) email: Option<Sourced<String>>,
    pub(crate) token: Sourced<TokenSource>,
}

impl Identity {
    /// `an API token` or `an OAuth token`.
    pub(crate) fn kind(&self) -> &'static str {
        if self.email.is_some() { "an API token" } else { "an OAuth token" }
    }
}

/// The source of the token. A token is never an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenSource {
    StandardInput,
    File(PathBuf),
    /// A command with its arguments, split by the rules of a shell, and run without one.
    Command(String),
    Variable(&'static str),
}

impl TokenSource {
    /// The file, or standard input.
    pub(crate) fn file(path: PathBuf) -> Self {
        match key::trimmed(path) {
            path if path == Path::new("-") => Self::StandardInput,
            path => Self::File(path),
        }
    }

    /// Returns `true` if the source may have another token after a 401.
    pub(crate) fn is_refreshable(&self) -> bool {
        matches!(self, Self::Command(_))
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => write!(f, "standard input"),
            Self::File(path) => match redact::path(path) {
                Some(path) => write!(f, "the file {path}"),
                None => write!(f, "{}", redact::NO_FILE),
            },
            // The command may contain the token itself.
            Self::Command(_) => write!(f, "a command"),
            Self::Variable(name) => write!(f, "{name}"),
        }
    }
}
