//! Outcome of a change.

use std::{error::Error as StdError, fmt};

use contacts_proto::{Confirmation, EnsureOutcome, Ensured, Error};

/// Outcome of a change.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// The change was made.
    Done(Done),
    /// A contact that should be disabled exists, and may still be enabled.
    NotDisabled(NotDisabled),
    /// The change failed. [`Error::effect`] says whether the service may have made it anyway.
    Failed(Error),
    /// The change was not tried.
    Skipped(Skipped),
    /// The change was started, and [`Apply::record`](crate::Apply::record) was not called yet.
    Unknown,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// The contact exists.
    Ensured(Ensured),
    /// The contact was updated, activated or deactivated.
    Changed(Confirmation),
    /// The contact was deleted.
    Deleted,
    /// The contact did not exist any more.
    AlreadyDeleted,
}

/// A contact that should be created and disabled. It exists, and may still be enabled. To disable
/// it, plan and apply again.
///
/// As an error, its source is `error`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NotDisabled {
    /// The contact, from the last response that described it.
    pub ensured: Ensured,
    /// Error of the request that read or deactivated the contact.
    pub error: Error,
}

/// Reason why a change was not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skipped {
    /// The contact that replaces this one may not exist.
    NotReplaced,
    /// This may be the last enabled contact: the service does not report it as disabled, and no
    /// other contact is known to be enabled.
    LastEnabled,
}

impl Outcome {
    /// Returns the contact of a creation that is known to exist, even if it is
    /// [not disabled](Self::NotDisabled).
    pub fn ensured(&self) -> Option<&Ensured> {
        match self {
            Self::Done(Done::Ensured(ensured)) => Some(ensured),
            Self::NotDisabled(not_disabled) => Some(&not_disabled.ensured),
            _ => None,
        }
    }

    /// Returns the error of a change that failed or was only partly made.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Failed(error) => Some(error),
            Self::NotDisabled(not_disabled) => Some(&not_disabled.error),
            _ => None,
        }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ensured(ensured) => ensured_text(ensured),
            Self::Changed(_) => "changed",
            Self::Deleted => "deleted",
            Self::AlreadyDeleted => "already deleted",
        })
    }
}

impl fmt::Display for NotDisabled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ensured, .. } = self;
        write!(
            f,
            "{} with the id {}, but may still be enabled",
            ensured_text(ensured),
            ensured.contact.id
        )
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
            Self::NotReplaced => "kept, because its replacement may not exist",
            Self::LastEnabled => "kept unchanged, because no other contact is known to be enabled",
        })
    }
}

fn ensured_text(ensured: &Ensured) -> &'static str {
    match ensured.outcome {
        EnsureOutcome::AlreadyExisted => "already exists",
        EnsureOutcome::Recovered => "created (recovered after a lost response)",
        _ => "created",
    }
}
