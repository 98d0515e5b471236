//! One error in a file.

use std::fmt;

use serde::Serialize;

use crate::Position;

/// An error in a file: its position and a message.
///
/// ```
/// use contacts_plan::{Format, read};
///
/// let file = "- sms: 90-555\n  enabled: maybe\n- fax: 90-555\n";
/// let diagnostics = read(file, Format::Yaml).unwrap_err();
/// let lines: Vec<_> = diagnostics.iter().map(ToString::to_string).collect();
/// assert_eq!(lines[0], "line 2, column 12: `maybe` is not valid; write `true` or `false`");
/// assert!(lines[1].starts_with("line 3, column 3: unknown key `fax`; known keys: id, method"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Position of the error.
    #[serde(flatten)]
    pub position: Position,
    /// Description of the error and its fix. Lower case, without a full stop.
    pub message: String,
}

impl Diagnostic {
    /// Creates a diagnostic at this position.
    pub fn new(position: Position, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.message)
    }
}

impl std::error::Error for Diagnostic {}
