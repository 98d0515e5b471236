//! A contact that may have been created.

use std::fmt;

use super::Error;
use crate::{ContactId, Receipt};

/// A create whose outcome is not known. The [`Receipt`] ends the doubt: see [`Reconcile`](crate::exchange::Reconcile).
///
/// Until then nothing must be created again: it would double the contact if the first request came through.
#[derive(Debug, Clone)]
pub struct OutcomeUnknown {
    receipt: Receipt,
    cause: Error,
}

impl OutcomeUnknown {
    pub(crate) fn new(receipt: Receipt, cause: Error) -> Self {
        Self { receipt, cause }
    }

    /// What was wanted, to be resolved later.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Why it is not known.
    pub fn cause(&self) -> &Error {
        &self.cause
    }

    /// The contact that the service has confirmed, where another creation before it is still in doubt: then there is at least this
    /// one, and there may be two. The receipt knows it, too.
    pub fn created(&self) -> Option<&ContactId> {
        self.receipt.created()
    }

    pub(crate) fn into_cause(self) -> Error {
        self.cause
    }
}

impl fmt::Display for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, to) = (self.receipt.method(), crate::escape_controls(self.receipt.to()));
        write!(f, "the {} contact {to} ", crate::escape_controls(method.as_str()))?;
        match self.created() {
            Some(id) => write!(f, "was created with the id {id}, and may be there twice"),
            None => f.write_str("may have been created, and may not"),
        }
    }
}
