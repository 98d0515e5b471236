//! What went wrong, from the errors of sockets and of hyper, and of what is made of them.

use std::{error::Error, io};

use contacts_proto::{Cause, Failure, Progress};

/// What is reported of a request that came this far.
pub(crate) fn failure(progress: Progress, error: impl Error + Send + Sync + 'static) -> Failure {
    Failure::new(progress, of(&error)).with_source(error)
}

/// The innermost cause that is known.
pub(crate) fn of(error: &(dyn Error + 'static)) -> Cause {
    error
        .source()
        .map(of)
        .filter(|cause| *cause != Cause::Other)
        .or_else(|| known(error))
        .unwrap_or(Cause::Other)
}

fn known(error: &(dyn Error + 'static)) -> Option<Cause> {
    use io::ErrorKind as Kind;

    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(match error.kind() {
            Kind::TimedOut | Kind::WouldBlock => Cause::TimedOut,
            Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
                Cause::Closed
            }
            // hyper's words for chunks that are none.
            Kind::InvalidInput | Kind::InvalidData => Cause::Malformed,
            Kind::FileTooLarge => Cause::TooLarge,
            Kind::ConnectionRefused | Kind::HostUnreachable | Kind::NetworkUnreachable => Cause::Connect,
            _ => Cause::Other,
        });
    }
    match error.downcast_ref::<hyper::Error>()? {
        error if error.is_parse_too_large() => Some(Cause::TooLarge),
        error if error.is_parse() => Some(Cause::Malformed),
        error if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
            Some(Cause::Closed)
        }
        _ => None,
    }
}
