//! What came of a change.

use std::{error::Error as StdError, fmt};

use contacts_proto::{Confirmation, EnsureOutcome, Ensured, Error};

/// What came of a change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// It was made.
    Done(Done),
    /// Half of it was made: the contact exists, and may be enabled.
    NotDisabled(NotDisabled),
    /// It failed; the error tells whether it may have been made all the same.
    Failed(Error),
    /// It was not tried.
    Skipped(Skipped),
    /// It was begun, and nobody has said what came of it.
    Unknown,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// The contact exists.
    Ensured(Ensured),
    /// The contact was changed.
    Changed(Confirmation),
    /// The contact was deleted.
    Deleted,
    /// The contact was to be deleted, and was gone already.
    AlreadyDeleted,
}

/// A contact that was to be created and disabled. It exists; whether it is disabled is not known, or it is known that it is not. To
/// plan and apply again disables it.
///
/// As an error it has the `error` within as its source.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NotDisabled {
    /// The contact, as it was last seen.
    pub ensured: Ensured,
    /// Why it could not be looked at, or not be deactivated.
    pub error: Error,
}

/// Why a change was not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skipped {
    /// The contact that was to take its place is not known to be there.
    NotReplaced,
    /// It may be the last enabled contact: it is not known to be disabled, and no other one is known to be enabled.
    LastEnabled,
}

impl Outcome {
    /// The contact that was to be created, if it is known to have been there: the change may be [half made](Self::NotDisabled).
    pub fn ensured(&self) -> Option<&Ensured> {
        match self {
            Self::Done(Done::Ensured(ensured)) => Some(ensured),
            Self::NotDisabled(half) => Some(&half.ensured),
            _ => None,
        }
    }

    /// Why the change was not made, or not all of it.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Failed(error) => Some(error),
            Self::NotDisabled(half) => Some(&half.error),
            _ => None,
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ensured(ensured) => how(ensured),
            Self::Changed(_) => "changed",
            Self::Deleted => "deleted",
            Self::AlreadyDeleted => "was gone",
        })
    }
}

impl fmt::Display for NotDisabled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ensured, .. } = self;
        write!(f, "{}, with the id {}, and may be enabled", how(ensured), ensured.contact.id)
    }
}

impl StdError for NotDisabled {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.error)
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotReplaced => {
                "kept, since the contact that was to take its place is not known to be there"
            }
            Self::LastEnabled => "kept as it is, since no other contact is known to be enabled",
        })
    }
}

fn how(ensured: &Ensured) -> &'static str {
    match ensured.outcome {
        EnsureOutcome::AlreadyExisted => "was there",
        EnsureOutcome::Recovered => "created (the answer was lost, and it was found)",
        _ => "created",
    }
}
