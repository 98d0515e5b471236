//! What is wrong with a file.

use std::fmt;

use serde::Serialize;

use crate::Position;

/// Something that is wrong with a file: where, and what.
///
/// ```
/// use contacts_plan::{Format, read};
///
/// let diagnostics = read("- sms: 90-555\n  enabled: maybe\n- fax: 90-555\n", Format::Yaml).unwrap_err();
/// let told: Vec<_> = diagnostics.iter().map(ToString::to_string).collect();
/// assert_eq!(told[0], "line 2, column 12: `maybe` is neither true nor false");
/// assert!(told[1].starts_with("line 3, column 3: `fax` is not known here"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Where it stands.
    #[serde(flatten)]
    pub position: Position,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
}

impl Diagnostic {
    /// A mistake at this position.
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
