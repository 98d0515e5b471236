//! What came of a change.

use std::fmt;

use contacts_proto::{Confirmation, Ensured, Error, How};

/// What came of a change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// It was made.
    Done(Done),
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
    Gone,
}

/// Why a change was not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skipped {
    /// The contact that was to take its place was not created.
    NotReplaced,
    /// It is the last contact that is known to be enabled.
    LastEnabled,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ensured(Ensured { how: How::Existing, .. }) => "was there",
            Self::Ensured(Ensured { how: How::Recovered, .. }) => {
                "created (the answer was lost, and it was found)"
            }
            Self::Ensured(_) => "created",
            Self::Changed(_) => "changed",
            Self::Deleted => "deleted",
            Self::Gone => "was gone",
        })
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotReplaced => "kept, since the contact that was to take its place was not created",
            Self::LastEnabled => "kept as it is, since no other contact is known to be enabled",
        })
    }
}
