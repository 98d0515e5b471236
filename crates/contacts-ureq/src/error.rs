//! Converts the errors of ureq and its libraries.

use std::error::Error as StdError;

use contacts_proto::transport::{Delivery, TransportError, TransportErrorKind};
use http::StatusCode;
use ureq::{Error, Timeout};

use crate::tls::TlsProviderError;

pub(crate) fn failure(progress: Delivery, error: Error) -> TransportError {
    if let Error::ConnectProxyFailed(reason) = &error {
        if let Some(status) = proxy_status(reason) {
            return TransportError::refused_by_proxy(status);
        }
    }
    // Before the request, only a proxy can respond.
    if matches!((&error, &progress), (Error::Protocol(_), Delivery::NotSent)) {
        return TransportError::new(progress, TransportErrorKind::Proxy);
    }
    let error = match error {
        Error::Io(error) => error.into(),
        Error::Rustls(error) => error.into(),
        Error::Other(error) => error,
        error => error.into(),
    };
    TransportError::from_error(progress, error, known)
}

fn known(error: &(dyn StdError + 'static)) -> Option<TransportErrorKind> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(_) => TransportErrorKind::Certificate,
            _ => TransportErrorKind::Tls,
        });
    }
    if error.is::<TlsProviderError>() {
        return Some(TransportErrorKind::Unsupported);
    }
    match error.downcast_ref::<Error>()? {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => Some(TransportErrorKind::Dns),
        Error::Timeout(_) => Some(TransportErrorKind::TimedOut),
        Error::ConnectProxyFailed(_) => Some(TransportErrorKind::Proxy),
        Error::ConnectionFailed => Some(TransportErrorKind::Connect),
        Error::Protocol(ureq_proto::Error::HttpParseTooManyHeaders)
        | Error::LargeResponseHeader(..) => Some(TransportErrorKind::TooLarge),
        Error::Protocol(_) => Some(TransportErrorKind::Malformed),
        Error::Tls(_) | Error::TlsRequired => Some(TransportErrorKind::Tls),
        _ => None,
    }
}

/// Returns the status of the proxy's response. ureq has only the text `proxy server responded
/// 407/407`.
fn proxy_status(reason: &str) -> Option<StatusCode> {
    reason.strip_prefix("proxy server responded ")?.split('/').next()?.parse().ok()
}
