//! What came of an operation, in a form that can be compared.

use std::fmt::{self, Debug};

use contacts_proto::{Effect, Error, ErrorKind};

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A value, as `Debug` shows it.
    Value(String),
    /// An error: all that can be asked of it, and all that it says, but for what the HTTP library says.
    Error {
        /// What kind of thing went wrong.
        kind: ErrorKind,
        /// What is known about the effect.
        effect: Effect,
        /// The status, where there was an answer.
        status: Option<u16>,
        /// The service's code.
        code: Option<String>,
        /// The id for the vendor's support.
        request_id: Option<String>,
        /// What to do.
        hint: Option<String>,
        /// How many requests were made.
        attempts: Option<u32>,
        /// The error's sentence, and that of the error behind it where one is kept. The cause is in it.
        text: String,
    },
}

impl Outcome {
    /// What came of it.
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
                write!(f, "{kind:?}, effect {effect:?}, status {status:?}, {attempts:?} attempts: {text}")
            }
        }
    }
}
