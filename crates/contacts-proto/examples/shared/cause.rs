//! The kind of an error of a socket or of hyper.

use std::{error::Error, io};

use contacts_proto::transport::{Delivery, TransportError, TransportErrorKind};

/// Returns the error of a request that came this far.
pub(crate) fn failure(
    delivery: Delivery,
    error: impl Error + Send + Sync + 'static,
) -> TransportError {
    TransportError::new(delivery, of(&error)).with_source(error)
}

/// Returns the kind of the innermost known error.
pub(crate) fn of(error: &(dyn Error + 'static)) -> TransportErrorKind {
    error
        .source()
        .map(of)
        .filter(|cause| *cause != TransportErrorKind::Other)
        .or_else(|| known(error))
        .unwrap_or(TransportErrorKind::Other)
}

fn known(error: &(dyn Error + 'static)) -> Option<TransportErrorKind> {
    use io::ErrorKind as Kind;

    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(match error.kind() {
            Kind::TimedOut | Kind::WouldBlock => TransportErrorKind::TimedOut,
            Kind::UnexpectedEof
            | Kind::ConnectionReset
            | Kind::ConnectionAborted
            | Kind::BrokenPipe => TransportErrorKind::Closed,
            // hyper reports broken chunks in this way.
            Kind::InvalidInput | Kind::InvalidData => TransportErrorKind::Malformed,
            Kind::FileTooLarge => TransportErrorKind::TooLarge,
            Kind::ConnectionRefused | Kind::HostUnreachable | Kind::NetworkUnreachable => {
                TransportErrorKind::Connect
            }
            _ => TransportErrorKind::Other,
        });
    }
    match error.downcast_ref::<hyper::Error>()? {
        error if error.is_parse_too_large() => Some(TransportErrorKind::TooLarge),
        error if error.is_parse() => Some(TransportErrorKind::Malformed),
        error if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
            Some(TransportErrorKind::Closed)
        }
        _ => None,
    }
}
