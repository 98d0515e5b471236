//! What can go wrong with a sandbox.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a sandbox could not be started, stopped, or told what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The address to listen on can be reached from elsewhere.
    NotLoopback(SocketAddr),
    /// The address to listen on could not be had.
    Listen(SocketAddr, io::Error),
    /// No thread or no runtime could be started for the server.
    Start(io::Error),
    /// The state file could not be read or written.
    StateFile(PathBuf, io::Error),
    /// A text is not what it should be.
    Malformed {
        /// What the text was to be: a state, or a plan of faults.
        what: &'static str,
        /// Where it was read from, if that was a file.
        path: Option<PathBuf>,
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 if it is the whole text.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

impl Error {
    pub(crate) fn malformed(what: &'static str) -> impl FnOnce(serde_json::Error) -> Self {
        move |error| {
            // The place stands at the end of the message too, and is told by this error itself.
            let (line, column) = (error.line(), error.column());
            let message = error.to_string();
            let place = format!(" at line {line} column {column}");
            let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
            Self::Malformed { what, path: None, line, column, message }
        }
    }

    /// Adds which file it was.
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
                write!(formatter, "{address} is not a loopback address, and a sandbox listens on no other")
            }
            Self::Listen(address, _) => write!(formatter, "cannot listen on {address}"),
            Self::Start(_) => formatter.write_str("cannot start the sandbox's thread"),
            Self::StateFile(path, _) => {
                write!(formatter, "cannot read or write the state file {}", path.display())
            }
            Self::Malformed { what, path, line, column, message } => {
                write!(formatter, "{what}")?;
                if let Some(path) = path {
                    write!(formatter, " in {}", path.display())?;
                }
                write!(formatter, " is malformed at line {line} column {column}: {message}")
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
