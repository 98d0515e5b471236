//! The outcome of an operation, in a comparable form.

use std::fmt::{self, Debug};

use contacts_proto::{Effect, Error, ErrorKind};

/// The outcome of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A value, as `Debug` text.
    Value(String),
    /// An error: all its public properties and its text, without the message of the HTTP library.
    Error {
        /// The kind.
        kind: ErrorKind,
        /// The effect.
        effect: Effect,
        /// The status, if there is a response.
        status: Option<u16>,
        /// The service's error code.
        code: Option<String>,
        /// The request id.
        request_id: Option<String>,
        /// The hint.
        hint: Option<String>,
        /// The number of attempts.
        attempts: Option<u32>,
        /// The message, with the message of the cause if there is one.
        text: String,
    },
}

impl Outcome {
    /// Converts a result.
    pub fn of<T: Debug>(result: Result<T, Error>) -> Self {
        let error = match result {
            Ok(value) => return Self::Value(format!("{value:?}")),
            Err(error) => error,
        };
        let mut text = error.to_string();
        if let Error::OutcomeUnknown(unknown) = &error {
            text = format!("{text}: {}", unknown.cause());
        }
        Self::Error {
            kind: error.kind(),
            effect: error.effect(),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            hint: error.hint().map(|hint| hint.to_string()),
            attempts: error.attempts().map(|attempts| attempts.count),
            text,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Error { kind, effect, status, attempts, text, .. } => {
                write!(
                    f,
                    "{kind:?}, effect {effect:?}, status {status:?}, {attempts:?} attempts: {text}"
                )
            }
        }
    }
}
