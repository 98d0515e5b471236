//! What is wrong with a file.

use std::fmt;

use serde::Serialize;

use crate::Place;

/// Something that is wrong with a file: where, and what.
///
/// ```
/// use contacts_plan::{Format, read};
///
/// let mistakes = read("- sms: 90-555\n  enabled: maybe\n- fax: 90-555\n", Format::Yaml).unwrap_err();
/// let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
/// assert_eq!(told[0], "line 2, column 12: `maybe` is neither true nor false");
/// assert!(told[1].starts_with("line 3, column 3: `fax` is not known here"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mistake {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
}

impl Mistake {
    /// A mistake at this place.
    pub fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for Mistake {}
