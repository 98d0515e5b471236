//! A contact that may have been created.

use std::fmt;

use super::Error;
use crate::{ContactId, Ticket};

/// A create whose outcome is not known. The [`Ticket`] ends the doubt: see [`Resolve`](crate::Resolve).
///
/// Until then nothing must be created again: it would double the contact if the first request came through.
#[derive(Debug, Clone)]
pub struct Indeterminate {
    ticket: Ticket,
    cause: Error,
}

impl Indeterminate {
    pub(crate) fn new(ticket: Ticket, cause: Error) -> Self {
        Self { ticket, cause }
    }

    /// What was wanted, to be resolved later.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// Why it is not known.
    pub fn cause(&self) -> &Error {
        &self.cause
    }

    /// The contact that the service has confirmed, where another creation before it is still in doubt: then there is at least this
    /// one, and there may be two. The ticket knows it, too.
    pub fn created(&self) -> Option<&ContactId> {
        self.ticket.created()
    }

    pub(crate) fn into_cause(self) -> Error {
        self.cause
    }
}

impl fmt::Display for Indeterminate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, to) = (self.ticket.method(), crate::printable(self.ticket.to()));
        write!(f, "the {} contact {to} ", crate::printable(method.as_str()))?;
        match self.created() {
            Some(id) => write!(f, "was created with the id {id}, and may be there twice"),
            None => f.write_str("may have been created, and may not"),
        }
    }
}
