//! Violations, and how often they happened.

use std::fmt;

use serde::Serialize;

/// The kind of a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViolationKind {
    /// Success was reported, but the service does not have the effect.
    Lost,
    /// A client created more contacts than wanted.
    Doubled,
    /// "No effect" was reported, but the effect happened.
    Phantom,
    /// Any other definite outcome that is false, or a broken rule of sending and waiting.
    Wrong,
    /// An exchange continued after its deadline.
    Late,
}

/// A broken law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The kind.
    pub kind: ViolationKind,
    /// A description.
    pub details: String,
}

impl Violation {
    /// A broken law.
    pub fn new(kind: ViolationKind, details: impl Into<String>) -> Self {
        Self { kind, details: details.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", format!("{:?}", self.kind).to_lowercase(), self.details)
    }
}

/// Number of violations by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// See [`ViolationKind::Lost`].
    pub lost: u64,
    /// See [`ViolationKind::Doubled`].
    pub doubled: u64,
    /// See [`ViolationKind::Phantom`].
    pub phantom: u64,
    /// See [`ViolationKind::Wrong`].
    pub wrong: u64,
    /// See [`ViolationKind::Late`].
    pub late: u64,
}

impl Counts {
    fn add(&mut self, kind: ViolationKind) {
        *match kind {
            ViolationKind::Lost => &mut self.lost,
            ViolationKind::Doubled => &mut self.doubled,
            ViolationKind::Phantom => &mut self.phantom,
            ViolationKind::Wrong => &mut self.wrong,
            ViolationKind::Late => &mut self.late,
        } += 1;
    }

    /// Returns the sum.
    pub fn total(&self) -> u64 {
        self.lost + self.doubled + self.phantom + self.wrong + self.late
    }
}

/// Counts of violations, and examples.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Findings {
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// The first [`Findings::MAX_EXAMPLES`] cases: what happened, and the command that replays it.
    #[serde(skip)]
    pub examples: Vec<String>,
}

impl Findings {
    /// Maximum number of examples.
    pub const MAX_EXAMPLES: usize = 10;

    /// Adds the violations of one case. `case` describes it and how to replay it.
    pub fn add(&mut self, violations: &[Violation], case: impl FnOnce() -> String) {
        if violations.is_empty() {
            return;
        }
        if self.examples.len() < Self::MAX_EXAMPLES {
            let details: Vec<_> = violations.iter().map(ToString::to_string).collect();
            self.examples.push(format!("{}\n    {}", details.join("\n"), case()));
        }
        for violation in violations {
            self.counts.add(violation.kind);
        }
    }
}
