//! What is not as it must be.

use std::fmt;

/// What is not as it must be.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The scenario.
    pub scenario: String,
    /// What kind it is.
    pub kind: ProblemKind,
    /// What it is.
    pub text: String,
}

/// What kind of complaint it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// An outcome that is not the right one, or a server that saw what it must not see.
    Wrong,
    /// It took longer than it may.
    Hung,
    /// The two clients differ.
    Different,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}: {}", self.scenario, self.kind, self.text)
    }
}
