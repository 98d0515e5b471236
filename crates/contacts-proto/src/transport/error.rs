//! A request without a whole answer: what is known of it.

use std::{error::Error as StdError, fmt, io, iter::successors, sync::Arc};

use http::{Response, StatusCode};

use crate::{
    Credentials,
    error::{LONGEST_BODY, Reasoned},
    transport::RetryClass,
    transport::connect::NoAddress,
};

/// How far a request came that has no whole answer. What cannot be told is reported as the worse.
#[derive(Clone)]
pub enum Delivery {
    /// Its body never left, or nothing of it did: nobody can have acted on it. See [`SendGate`](crate::transport::SendGate).
    NotSent,
    /// It may have arrived.
    Unknown,
    /// It was answered, and the body is not whole: the head, and as much of the body as there is.
    Partial(Box<Response<Vec<u8>>>),
}

/// Of an answer only the status: the rest is long, and may hold what the server was sent.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent => f.write_str("NotSent"),
            Self::Unknown => f.write_str("Unknown"),
            Self::Partial(response) => f.debug_tuple("Partial").field(&response.status()).finish(),
        }
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host's name has no address.
    Dns,
    /// No connection could be made.
    Connect,
    /// The server's certificate is not one to trust. It never becomes so by trying again.
    Certificate,
    /// The TLS handshake failed, or the stream broke the protocol.
    Tls,
    /// The proxy made no tunnel.
    Proxy,
    /// It took too long.
    TimedOut,
    /// The connection was closed or reset.
    Closed,
    /// What came is not HTTP.
    Malformed,
    /// Head or body are larger than is read.
    TooLarge,
    /// None of these.
    Other,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the host's name has no address",
            Self::Connect => "no connection could be made",
            Self::Certificate => "the server's certificate is not trusted",
            Self::Tls => "the secure connection failed",
            Self::Proxy => "the proxy made no connection",
            Self::TimedOut => "there was no answer in time",
            Self::Closed => "the connection was closed before the answer was whole",
            Self::Malformed => "what came is not an HTTP answer",
            Self::TooLarge => "the answer is larger than is read",
            Self::Other => "the request failed",
        })
    }
}

/// A request without a whole answer, as an adapter reports it.
#[derive(Debug, Clone)]
pub struct TransportError {
    delivery: Delivery,
    kind: TransportErrorKind,
    proxy_status: Option<StatusCode>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// A proxy's answer to CONNECT that opens no tunnel: nothing was sent to the service.
    pub fn refused_by_proxy(status: StatusCode) -> Self {
        Self { proxy_status: Some(status), ..Self::new(Delivery::NotSent, TransportErrorKind::Proxy) }
    }

    /// A failure without a source.
    pub fn new(delivery: Delivery, kind: TransportErrorKind) -> Self {
        Self { delivery, kind, proxy_status: None, source: None }
    }

    /// Reads the error of an HTTP library. `known` names the kind of the library's own error types. Those of `std` need
    /// no name. The innermost error that has a kind decides.
    pub fn from_error(
        delivery: Delivery,
        error: Box<dyn StdError + Send + Sync>,
        known: impl Fn(&(dyn StdError + 'static)) -> Option<TransportErrorKind>,
    ) -> Self {
        let (mut kind, mut text) = (TransportErrorKind::Other, None);
        for error in error_chain(&*error) {
            let by_library = known(error);
            kind = by_library.or_else(|| of_std(error, &delivery)).unwrap_or(kind);
            if matches!(by_library, Some(TransportErrorKind::Certificate | TransportErrorKind::Tls))
                || is_word_of_system(error)
            {
                text = Some(error.to_string());
            }
        }
        // The other texts repeat the kind in the library's words.
        let source = match text {
            Some(text) => Some(text.into()),
            None => (kind == TransportErrorKind::Other).then_some(error),
        };
        Self { source: source.map(Arc::from), ..Self::new(delivery, kind) }
    }

    /// Adds what the HTTP library says. It must show no secret.
    #[must_use]
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    /// How far the request came.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Why there is no whole answer.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns the status of a proxy's answer to CONNECT, if a proxy refused the tunnel.
    pub fn proxy_status(&self) -> Option<StatusCode> {
        self.proxy_status
    }

    /// Returns `true` if a proxy refused the tunnel for good. Repeating a wrong password can lock an account.
    pub(crate) fn is_refused_for_good(&self) -> bool {
        self.proxy_status.is_some_and(|status| status.is_client_error() || status.is_redirection())
    }

    /// The status, if the head of an answer came.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(Response::status)
    }

    /// The head of the answer and as much of its body as there is, if the head came.
    pub(crate) fn answer(&self) -> Option<&Response<Vec<u8>>> {
        match &self.delivery {
            Delivery::Partial(response) => Some(response),
            _ => None,
        }
    }

    /// The same without the secrets of these credentials, and with no more of a body than an error keeps.
    pub(crate) fn without(mut self, credentials: &Credentials) -> Self {
        if let Delivery::Partial(response) = &mut self.delivery {
            response.body_mut().truncate(LONGEST_BODY);
            *response.body_mut() = credentials.redact(response.body()).into_owned();
            credentials.redact_headers(response.headers_mut());
        }
        self
    }

    /// What the HTTP library says.
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }

    /// What is known of the effect. A broken body of a success proves nothing.
    pub(crate) fn class(&self) -> RetryClass {
        match (&self.delivery, self.kind) {
            (Delivery::NotSent, TransportErrorKind::Certificate) => RetryClass::Permanent,
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
            Some(status) => write!(f, "the proxy answered {}", Reasoned(status)),
            None => self.kind.fmt(f),
        }
    }
}

/// Returns an error and those behind it. `io::Error::source` skips the error that it was made of; here that is included.
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
        // The word of HTTP libraries for chunks that are none.
        (InvalidInput | InvalidData, _) => TransportErrorKind::Malformed,
        _ => TransportErrorKind::Closed,
    })
}

/// Returns `true` if an error is the operating system's own word, which says more than a kind.
fn is_word_of_system(error: &(dyn StdError + 'static)) -> bool {
    let is_system =
        |error: &io::Error| error.raw_os_error().is_some() && error.kind() != io::ErrorKind::BrokenPipe;
    error.is::<NoAddress>() || error.downcast_ref().is_some_and(is_system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_error_with_a_cause_decides_and_the_word_of_the_system_is_kept() {
        let refused = io::Error::from_raw_os_error(111);
        let text = refused.to_string();
        let wrapped = io::Error::other(io::Error::other(refused));
        let failure = TransportError::from_error(Delivery::NotSent, wrapped.into(), |_| None);
        assert_eq!(failure.kind(), TransportErrorKind::Connect);
        assert_eq!(failure.source().unwrap().to_string(), text);

        let unknown_host = io::Error::other(NoAddress(io::Error::other("Name or service not known")));
        let failure = TransportError::from_error(Delivery::NotSent, unknown_host.into(), |_| None);
        assert_eq!(failure.kind(), TransportErrorKind::Dns);
        assert_eq!(failure.source().unwrap().to_string(), "Name or service not known");
    }

    #[test]
    fn an_error_without_a_cause_is_kept_whole_and_others_are_not_repeated() {
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
