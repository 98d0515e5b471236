//! A create request whose outcome is unknown.

use std::{error::Error as StdError, fmt};

use super::Error;
use crate::{ContactId, CreateContact, Operation, Receipt, escape_controls};

/// A create request whose outcome is unknown.
///
/// Do not create the contact again: it would exist twice if the first request succeeded. Run
/// [`Reconcile`](crate::exchange::Reconcile) with the [`receipt`](Self::receipt) first.
#[derive(Debug, Clone)]
pub struct OutcomeUnknown {
    receipt: Receipt,
    cause: Error,
}

impl OutcomeUnknown {
    pub(crate) fn new(receipt: Receipt, cause: Error) -> Self {
        Self { receipt, cause }
    }

    /// Returns the receipt. [`Reconcile`](crate::exchange::Reconcile) takes it.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Returns the error that left the outcome unknown. `Display` shows it.
    pub fn cause(&self) -> &Error {
        &self.cause
    }

    /// Returns the id of a contact that the service confirmed.
    ///
    /// [`Ensure`](crate::exchange::Ensure) can send a second create request. The id is from its
    /// response. The outcome of the first request is still unknown.
    ///
    /// This contact exists, and perhaps a second one. The receipt has the id too.
    pub fn created(&self) -> Option<&ContactId> {
        self.receipt.created()
    }

    pub(crate) fn into_cause(self) -> Error {
        self.cause
    }
}

impl fmt::Display for OutcomeUnknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = escape_controls(self.receipt.method().as_str());
        let to = escape_controls(self.receipt.to());
        match self.created() {
            None => write!(f, "it is unknown whether the {method} contact {to} was created (")?,
            Some(id) => write!(
                f,
                "the {method} contact {to} was created with id {id}; it is unknown whether it exists twice ("
            )?,
        }
        // Without "could not create the contact": it may exist.
        match &self.cause {
            Error::Api(error) if error.operation == CreateContact::NAME => error.reason(f)?,
            Error::InvalidResponse(error) if error.operation == CreateContact::NAME => {
                error.why(f)?;
            }
            Error::Transport(error) if error.operation == CreateContact::NAME => error.reason(f)?,
            // It shows its own request id.
            other => return write!(f, "{other})"),
        }
        f.write_str(")")?;
        self.cause.request_id().map_or(Ok(()), |id| write!(f, " [request id {id}]"))
    }
}

impl StdError for OutcomeUnknown {
    /// Skips the cause, because `Display` shows it, and returns the source of the cause.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.source()
    }
}
