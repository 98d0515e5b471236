//! The body of a response, up to its limit.

use std::io::BufRead;

use contacts_proto::transport::{BodyLimits, Delivery, TransportError, TransportErrorKind};
use http::{Response, response::Parts};

use super::cause;

/// A response whose body is still incomplete.
pub(crate) struct Body {
    head: Parts,
    bytes: Vec<u8>,
    limit: usize,
}

impl Body {
    /// Starts the response with this head.
    pub(crate) fn of(head: Parts, limits: BodyLimits) -> Self {
        let limit = limits.of(head.status);
        Self { head, bytes: Vec::new(), limit }
    }

    /// Adds bytes up to the limit.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), TransportErrorKind> {
        let room = bytes.len().min(self.limit - self.bytes.len());
        self.bytes.extend(&bytes[..room]);
        if room < bytes.len() { Err(TransportErrorKind::TooLarge) } else { Ok(()) }
    }

    /// Reads to the end.
    pub(crate) fn read(&mut self, from: &mut impl BufRead) -> Result<(), TransportErrorKind> {
        loop {
            let bytes = from.fill_buf().map_err(|error| cause::of(&error))?;
            let count = bytes.len();
            if count == 0 {
                return Ok(());
            }
            self.push(bytes)?;
            from.consume(count);
        }
    }

    /// Returns the response, or the error if reading failed.
    pub(crate) fn end(self, read: Result<(), TransportErrorKind>) -> super::Answer {
        let answer = Response::from_parts(self.head, self.bytes);
        match read {
            Ok(()) => Ok(answer),
            Err(cause) => Err(TransportError::new(Delivery::Partial(Box::new(answer)), cause)),
        }
    }
}
