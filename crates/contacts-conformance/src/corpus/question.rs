//! What is asked of a client in a case.

use std::fmt;

use contacts_sandbox::Operation;
use serde::{Deserialize, Serialize};

/// What is asked: the name of its table in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Question {
    /// One operation, by the sandbox's name for it.
    One(Operation),
    /// What takes several.
    Several(Several),
}

/// What takes several operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// All pages of the list. The case's answer is that to the first request; what is asked further is the last page.
    WholeList,
    /// All pages of the list, and the deletion of each contact in it, which the server grants.
    DeleteEach,
}

/// The name of its table.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
