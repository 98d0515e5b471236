//! A problem that a scenario found.

use std::fmt;

/// A problem that a scenario found.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Name of the scenario.
    pub scenario: String,
    /// Its kind.
    pub kind: ProblemKind,
    /// Description.
    pub text: String,
}

/// The kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A wrong outcome, or the server saw something wrong.
    Wrong,
    /// It took too long.
    Hung,
    /// The two clients differ.
    Different,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}: {}", self.scenario, self.kind, self.text)
    }
}
