//! Errors of a sandbox.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Error of starting or configuring a sandbox.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The listen address is not a loopback address. Other hosts could reach it.
    NotLoopback(SocketAddr),
    /// Listening on the address failed.
    Listen(SocketAddr, io::Error),
    /// Starting the server's thread or runtime failed.
    Start(io::Error),
    /// Reading or writing the state file failed.
    StateFile(PathBuf, io::Error),
    /// A JSON text is not valid.
    Malformed {
        /// Kind of text, such as `state` or `fault plan`.
        what: &'static str,
        /// File that contains it, if any.
        path: Option<PathBuf>,
        /// Line number, starting at 1.
        line: usize,
        /// Column number, starting at 1; 0 for the whole text.
        column: usize,
        /// Description of the error.
        message: String,
    },
}

impl Error {
    pub(crate) fn malformed(what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |error| {
            // serde_json repeats the position at the end of its message.
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let suffix = format!(" at line {line} column {column}");
            let message = message.strip_suffix(&suffix).unwrap_or(&message).to_owned();
            Self::Malformed { what, path: None, line, column, message }
        }
    }

    /// Adds the file.
    pub(crate) fn in_file(self, file: PathBuf) -> Self {
        match self {
            Self::Malformed { what, line, column, message, .. } => {
                Self::Malformed { what, path: Some(file), line, column, message }
            }
            other => other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => {
                write!(formatter, "{address} is not a loopback address; use 127.0.0.1 or [::1]")
            }
            Self::Listen(address, _) => write!(formatter, "could not listen on {address}"),
            Self::Start(_) => formatter.write_str("could not start the sandbox's thread"),
            Self::StateFile(path, _) => {
                write!(formatter, "could not read or write the state file {}", path.display())
            }
            Self::Malformed { what, path, line, column, message } => {
                write!(formatter, "invalid {what}")?;
                if let Some(path) = path {
                    write!(formatter, " in {}", path.display())?;
                }
                write!(formatter, " at line {line} column {column}: {message}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, error) | Self::Start(error) | Self::StateFile(_, error) => Some(error),
            Self::NotLoopback(_) | Self::Malformed { .. } => None,
        }
    }
}
