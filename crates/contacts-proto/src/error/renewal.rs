//! Credentials that could not be had.

use std::{fmt, sync::Arc};

use super::{ErrorKind, GaveUp, Trail};

/// The source of credentials had none to give. The `source` of the error is what it says.
#[derive(Debug, Clone)]
pub struct Renewal {
    pub(crate) source: Arc<dyn std::error::Error + Send + Sync>,
    pub(crate) trail: Trail,
}

impl Renewal {
    /// A source that took all the time there was has said nothing of the credentials.
    pub(super) fn kind(&self) -> ErrorKind {
        match self.trail.gave_up {
            Some(GaveUp::Deadline) => ErrorKind::TimedOut,
            _ => ErrorKind::Unauthorized,
        }
    }
}

impl fmt::Display for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no credentials could be had from their source{}", self.trail)
    }
}
