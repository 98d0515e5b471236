//! Operations that a case is tested with.

use std::fmt;

use contacts_sandbox::Operation;
use serde::{Deserialize, Serialize};

use crate::ALL_OPERATIONS;

/// A call of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// All pages of the list. The case answers the first request; the page after it is the last.
    WholeList,
    /// One operation.
    #[serde(untagged)]
    One(Operation),
}

/// Operations that share an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The seven operations of the Contacts API.
    All,
    /// List and get.
    Reads,
    /// Create, update, delete, activate and deactivate.
    Writes,
    /// One call.
    #[serde(untagged)]
    One(Question),
}

impl Question {
    /// All calls.
    pub fn all() -> impl Iterator<Item = Self> {
        let operations = ALL_OPERATIONS.iter().chain(&[Operation::TenantInfo]);
        operations.map(|operation| Self::One(*operation)).chain([Self::WholeList])
    }

    /// Returns `true` if the call changes something.
    pub fn writes(self) -> bool {
        !matches!(
            self,
            Self::WholeList | Self::One(Operation::List | Operation::Get | Operation::TenantInfo)
        )
    }

    /// The keys that apply, the most specific first.
    pub(super) fn scopes(self) -> Vec<Scope> {
        let one = Scope::One(self);
        match self {
            Self::WholeList | Self::One(Operation::TenantInfo) => vec![one],
            _ if self.writes() => vec![one, Scope::Writes, Scope::All],
            _ => vec![one, Scope::Reads, Scope::All],
        }
    }
}

/// Its key in a case.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
