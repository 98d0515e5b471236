//! Converts the errors of hyper and its libraries.

use std::error::Error as StdError;

use contacts_proto::transport::{Delivery, TransportError, TransportErrorKind, error_chain};
use hyper_util::client::legacy;
use tokio::time::error::Elapsed;

use crate::{proxy::NoTunnel, tls::TlsProviderError};

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// Returns `true` if no connection was made for the request.
pub(crate) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    error_chain(error).any(|error| error.downcast_ref().is_some_and(legacy::Error::is_connect))
}

pub(crate) fn failure(progress: Delivery, error: BoxError) -> TransportError {
    let refusal = error_chain(&*error).find_map(|error| error.downcast_ref());
    if let Some(NoTunnel::Refused(status)) = refusal {
        return TransportError::refused_by_proxy(*status);
    }
    TransportError::from_error(progress, error, known)
}

fn known(error: &(dyn StdError + 'static)) -> Option<TransportErrorKind> {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        let is_closed = error.is_incomplete_message() || error.is_canceled() || error.is_closed();
        return [
            (error.is_parse_too_large(), TransportErrorKind::TooLarge),
            (error.is_parse(), TransportErrorKind::Malformed),
            (error.is_timeout(), TransportErrorKind::TimedOut),
            (is_closed, TransportErrorKind::Closed),
        ]
        .into_iter()
        .find_map(|(is, cause)| is.then_some(cause));
    }
    if let Some(error) = error.downcast_ref::<legacy::Error>() {
        return error.is_connect().then_some(TransportErrorKind::Connect);
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(_) => TransportErrorKind::Certificate,
            _ => TransportErrorKind::Tls,
        });
    }
    if error.is::<TlsProviderError>() {
        return Some(TransportErrorKind::Unsupported);
    }
    if error.is::<NoTunnel>() {
        return Some(TransportErrorKind::Proxy);
    }
    error.is::<Elapsed>().then_some(TransportErrorKind::TimedOut)
}
