//! What must never happen, and how often it did.

use std::fmt;

use serde::Serialize;

/// Harm of a broken law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// Success was reported, and the service does not have it.
    Lost,
    /// A client made more contacts than were wanted.
    Doubled,
    /// "Not done" was reported, and the service did it.
    Phantom,
    /// Any other definite word that the service contradicts, or a rule of what is sent and when.
    Wrong,
    /// An exchange went on past its deadline.
    Late,
}

/// A law that was broken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The harm.
    pub harm: Harm,
    /// How.
    pub how: String,
}

impl Violation {
    /// A law that was broken, and how.
    pub fn new(harm: Harm, how: impl Into<String>) -> Self {
        Self { harm, how: how.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", format!("{:?}", self.harm).to_lowercase(), self.how)
    }
}

/// Number of violations by harm.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// See [`Harm::Lost`].
    pub lost: u64,
    /// See [`Harm::Doubled`].
    pub doubled: u64,
    /// See [`Harm::Phantom`].
    pub phantom: u64,
    /// See [`Harm::Wrong`].
    pub wrong: u64,
    /// See [`Harm::Late`].
    pub late: u64,
}

impl Counts {
    fn add(&mut self, harm: Harm) {
        *match harm {
            Harm::Lost => &mut self.lost,
            Harm::Doubled => &mut self.doubled,
            Harm::Phantom => &mut self.phantom,
            Harm::Wrong => &mut self.wrong,
            Harm::Late => &mut self.late,
        } += 1;
    }

    /// All of them together.
    pub fn sum(&self) -> u64 {
        self.lost + self.doubled + self.phantom + self.wrong + self.late
    }
}

/// All that went wrong: counted, and the first cases told.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Findings {
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
    /// The first [`Findings::TOLD`] cases: what, where, and the command that replays it.
    #[serde(skip)]
    pub told: Vec<String>,
}

impl Findings {
    /// Number of cases that are told.
    pub const TOLD: usize = 10;

    /// Takes in what went wrong in one case. `case` says which it was and how it is replayed.
    pub fn add(&mut self, violations: &[Violation], case: impl FnOnce() -> String) {
        if violations.is_empty() {
            return;
        }
        if self.told.len() < Self::TOLD {
            let how: Vec<_> = violations.iter().map(ToString::to_string).collect();
            self.told.push(format!("{}\n    {}", how.join("\n"), case()));
        }
        for violation in violations {
            self.counts.add(violation.harm);
        }
    }
}
