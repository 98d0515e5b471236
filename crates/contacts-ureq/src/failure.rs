//! The errors of ureq and of what is below it, as failures.

use std::error::Error as StdError;

use contacts_proto::{Cause, Failure, Progress};
use http::StatusCode;
use ureq::{Error, Timeout};

pub(crate) fn failure(progress: Progress, error: Error) -> Failure {
    if let Error::ConnectProxyFailed(reason) = &error
        && let Some(status) = proxy_status(reason)
    {
        return Failure::refused_by_proxy(status);
    }
    // Before the request only a proxy has something to say.
    if matches!((&error, &progress), (Error::Protocol(_), Progress::NotSent)) {
        return Failure::new(progress, Cause::Proxy);
    }
    let error = match error {
        Error::Io(error) => error.into(),
        Error::Rustls(error) => error.into(),
        error => error.into(),
    };
    Failure::from_error(progress, error, known)
}

fn known(error: &(dyn StdError + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(_) => Cause::Certificate,
            _ => Cause::Tls,
        });
    }
    match error.downcast_ref::<Error>()? {
        Error::HostNotFound | Error::Timeout(Timeout::Resolve) => Some(Cause::Resolve),
        Error::Timeout(_) => Some(Cause::TimedOut),
        Error::ConnectProxyFailed(_) => Some(Cause::Proxy),
        Error::ConnectionFailed => Some(Cause::Connect),
        Error::Protocol(ureq_proto::Error::HttpParseTooManyHeaders) | Error::LargeResponseHeader(..) => {
            Some(Cause::TooLarge)
        }
        Error::Protocol(_) => Some(Cause::Malformed),
        Error::Tls(_) | Error::TlsRequired => Some(Cause::Tls),
        _ => None,
    }
}

/// The status of the proxy's answer. ureq has only the text `proxy server responded 407/407`.
fn proxy_status(reason: &str) -> Option<StatusCode> {
    reason.strip_prefix("proxy server responded ")?.split('/').next()?.parse().ok()
}
