//! A request without a complete response: how far it came, and why it failed.

use std::{error::Error as StdError, fmt, io, iter::successors, sync::Arc};

use http::{Response, StatusCode};

use crate::{
    Credentials,
    error::{MAX_BODY, StatusText},
    transport::RetryClass,
    transport::connect::NoAddress,
};

/// Delivery state of a request without a complete response.
///
/// If you are not sure, report [`Unknown`](Self::Unknown).
#[derive(Clone)]
pub enum Delivery {
    /// The request was not sent, or not its body: it had no effect. See
    /// [`SendGate`](super::SendGate).
    NotSent,
    /// The request may have arrived.
    Unknown,
    /// The response ended early. Contains the head and the received part of the body.
    Partial(Box<Response<Vec<u8>>>),
}

/// Shows only the status of a response: the rest is long and may echo secrets.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent => f.write_str("NotSent"),
            Self::Unknown => f.write_str("Unknown"),
            Self::Partial(response) => f.debug_tuple("Partial").field(&response.status()).finish(),
        }
    }
}

/// Reason why the response is missing or not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host name has no address.
    Dns,
    /// The connection failed.
    Connect,
    /// The server's certificate is not trusted. A retry does not help.
    Certificate,
    /// The TLS handshake failed, or the server violated the TLS protocol.
    Tls,
    /// The client cannot send this request, such as one to `https` without a TLS provider. A retry
    /// does not help.
    Unsupported,
    /// The proxy did not open a tunnel.
    Proxy,
    /// The request took too long.
    TimedOut,
    /// The connection was closed or reset.
    Closed,
    /// The response is not valid HTTP.
    Malformed,
    /// The head or the body of the response is larger than its limit.
    TooLarge,
    /// Another reason.
    Other,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the host name has no address",
            Self::Connect => "the connection failed",
            Self::Certificate => "the server's certificate is not trusted",
            Self::Tls => "the TLS connection failed",
            Self::Unsupported => "the client cannot send this request",
            Self::Proxy => "the proxy did not open a connection",
            Self::TimedOut => "the request timed out",
            Self::Closed => "the connection closed before the response was complete",
            Self::Malformed => "the response is not valid HTTP",
            Self::TooLarge => "the response is too large",
            Self::Other => "the request failed",
        })
    }
}

/// A request without a complete response, as an adapter reports it.
#[derive(Debug, Clone)]
pub struct TransportError {
    delivery: Delivery,
    kind: TransportErrorKind,
    proxy_status: Option<StatusCode>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates the error for a proxy that rejects CONNECT with this status. Nothing was sent.
    pub fn refused_by_proxy(status: StatusCode) -> Self {
        Self {
            proxy_status: Some(status),
            ..Self::new(Delivery::NotSent, TransportErrorKind::Proxy)
        }
    }

    /// Creates an error without a source.
    pub fn new(delivery: Delivery, kind: TransportErrorKind) -> Self {
        Self { delivery, kind, proxy_status: None, source: None }
    }

    /// Converts the error of an HTTP library.
    ///
    /// `known` returns the kind of the library's own error types. Errors of `std` are known
    /// already. The innermost error with a kind decides.
    pub fn from_error(
        delivery: Delivery,
        error: Box<dyn StdError + Send + Sync>,
        known: impl Fn(&(dyn StdError + 'static)) -> Option<TransportErrorKind>,
    ) -> Self {
        let (mut kind, mut text) = (TransportErrorKind::Other, None);
        for error in error_chain(&*error) {
            let by_library = known(error);
            kind = by_library.or_else(|| of_std(error, &delivery)).unwrap_or(kind);
            let is_worth_keeping = matches!(
                by_library,
                Some(
                    TransportErrorKind::Certificate
                        | TransportErrorKind::Tls
                        | TransportErrorKind::Unsupported
                )
            );
            if is_worth_keeping || is_from_system(error) {
                text = Some(error.to_string());
            }
        }
        // Other texts only repeat the kind in the library's words.
        let source = match text {
            Some(text) => Some(text.into()),
            None => (kind == TransportErrorKind::Other).then_some(error),
        };
        Self { source: source.map(Arc::from), ..Self::new(delivery, kind) }
    }

    /// Adds the error of the HTTP library. It must not show a secret.
    #[must_use]
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    /// Returns the delivery state.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Returns the reason why the response is missing or not complete.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns the status of the proxy, if a proxy rejected CONNECT.
    pub fn proxy_status(&self) -> Option<StatusCode> {
        self.proxy_status
    }

    /// Returns `true` if a proxy rejected CONNECT permanently. Repeating a wrong password can lock
    /// an account.
    pub(crate) fn is_refused_for_good(&self) -> bool {
        self.proxy_status.is_some_and(|status| status.is_client_error() || status.is_redirection())
    }

    /// Returns the status, if the head of a response came.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(Response::status)
    }

    /// Returns the cut response, if its head came.
    pub(crate) fn response(&self) -> Option<&Response<Vec<u8>>> {
        match &self.delivery {
            Delivery::Partial(response) => Some(response),
            _ => None,
        }
    }

    /// Removes the secrets of these credentials, and the part of the body that an error does not
    /// keep.
    pub(crate) fn without(mut self, credentials: &Credentials) -> Self {
        if let Delivery::Partial(response) = &mut self.delivery {
            response.body_mut().truncate(MAX_BODY);
            *response.body_mut() = credentials.redact(response.body()).into_owned();
            credentials.redact_headers(response.headers_mut());
        }
        self
    }

    /// Returns the class of the failure. A 2xx status with a broken body proves nothing.
    pub(crate) fn class(&self) -> RetryClass {
        match (&self.delivery, self.kind) {
            (
                Delivery::NotSent,
                TransportErrorKind::Certificate | TransportErrorKind::Unsupported,
            ) => RetryClass::Permanent,
            (Delivery::NotSent, TransportErrorKind::Proxy) if self.is_refused_for_good() => {
                RetryClass::Permanent
            }
            (Delivery::NotSent, _) => RetryClass::NotProcessed,
            (Delivery::Unknown, _) => RetryClass::Ambiguous,
            (Delivery::Partial(response), _) => match RetryClass::of(response.status()) {
                RetryClass::Success => RetryClass::Ambiguous,
                refused => refused,
            },
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.proxy_status {
            Some(status) => write!(f, "the proxy responded with {}", StatusText(status)),
            None => self.kind.fmt(f),
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// Returns an error and its causes.
///
/// Unlike `source()`, it includes the error inside an `io::Error`.
pub fn error_chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}

fn of_std(error: &(dyn StdError + 'static), delivery: &Delivery) -> Option<TransportErrorKind> {
    use io::ErrorKind::{
        BrokenPipe, ConnectionReset, InvalidData, InvalidInput, TimedOut, UnexpectedEof, WouldBlock,
    };
    if error.is::<NoAddress>() {
        return Some(TransportErrorKind::Dns);
    }
    Some(match (error.downcast_ref::<io::Error>()?.kind(), delivery) {
        (TimedOut | WouldBlock, _) => TransportErrorKind::TimedOut,
        (UnexpectedEof | ConnectionReset | BrokenPipe, _) => TransportErrorKind::Closed,
        (_, Delivery::NotSent) => TransportErrorKind::Connect,
        // HTTP libraries report broken chunks in this way.
        (InvalidInput | InvalidData, _) => TransportErrorKind::Malformed,
        _ => TransportErrorKind::Closed,
    })
}

/// Returns `true` for an error of the operating system. Its text says more than the kind.
fn is_from_system(error: &(dyn StdError + 'static)) -> bool {
    let is_system = |error: &io::Error| {
        error.raw_os_error().is_some() && error.kind() != io::ErrorKind::BrokenPipe
    };
    error.is::<NoAddress>() || error.downcast_ref().is_some_and(is_system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_error_with_a_kind_decides_and_the_systems_text_is_kept() {
        let refused = io::Error::from_raw_os_error(111);
        let text = refused.to_string();
        let wrapped = io::Error::other(io::Error::other(refused));
        let failure = TransportError::from_error(Delivery::NotSent, wrapped.into(), |_| None);
        assert_eq!(failure.kind(), TransportErrorKind::Connect);
        assert_eq!(failure.source().unwrap().to_string(), text);

        let unknown_host =
            io::Error::other(NoAddress(io::Error::other("Name or service not known")));
        let failure = TransportError::from_error(Delivery::NotSent, unknown_host.into(), |_| None);
        assert_eq!(failure.kind(), TransportErrorKind::Dns);
        assert_eq!(failure.source().unwrap().to_string(), "Name or service not known");
    }

    #[test]
    fn an_error_without_a_kind_is_kept_and_others_are_not_repeated() {
        let failure = TransportError::from_error(Delivery::Unknown, "no idea".into(), |_| None);
        assert_eq!(
            (failure.kind(), failure.source().unwrap().to_string()),
            (TransportErrorKind::Other, "no idea".into())
        );

        let failure = TransportError::from_error(Delivery::Unknown, "too slow".into(), |_| {
            Some(TransportErrorKind::TimedOut)
        });
        assert_eq!(failure.kind(), TransportErrorKind::TimedOut);
        assert!(failure.source().is_none());
    }
}
