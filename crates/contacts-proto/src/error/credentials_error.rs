//! Credentials that could not be had.

use std::{fmt, sync::Arc};

use super::{Attempts, ErrorKind, StopReason};

/// The source of credentials had none to give. The `source` of the error is what it says.
#[derive(Debug, Clone)]
pub struct CredentialsError {
    pub(crate) source: Arc<dyn std::error::Error + Send + Sync>,
    pub(crate) attempts: Attempts,
}

impl CredentialsError {
    /// A source that took all the time there was has said nothing of the credentials.
    pub(super) fn kind(&self) -> ErrorKind {
        match self.attempts.stop_reason {
            Some(StopReason::Deadline) => ErrorKind::TimedOut,
            _ => ErrorKind::Unauthorized,
        }
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no credentials could be had from their source{}", self.attempts)
    }
}
