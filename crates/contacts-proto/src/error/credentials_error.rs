//! A credentials provider that failed.

use std::{error::Error as StdError, fmt, sync::Arc};

use super::{Attempts, ErrorKind, StopReason};

/// The credentials provider failed, or took longer than the deadline. `source()` is the provider's
/// error, or the timeout.
#[derive(Debug, Clone)]
pub struct CredentialsError {
    pub(crate) source: Arc<dyn StdError + Send + Sync>,
    pub(crate) attempts: Attempts,
}

impl CredentialsError {
    /// If the provider took too long, the kind is `TimedOut`, not `Unauthorized`: the service has
    /// rejected nothing.
    pub(super) fn kind(&self) -> ErrorKind {
        match self.attempts.stop_reason {
            Some(StopReason::Deadline) => ErrorKind::TimedOut,
            _ => ErrorKind::Unauthorized,
        }
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not get credentials from their provider{}", self.attempts)
    }
}

impl StdError for CredentialsError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
