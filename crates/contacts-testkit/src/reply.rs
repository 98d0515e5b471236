//! The result of a request, and its class. The laws use this reader; it shares no code with the
//! reader under test.

use std::{fmt, time::Duration};

use contacts_proto::{
    exchange::Event,
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::{HeaderMap, Response, StatusCode};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// The result of a request.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The whole response, or the transport error.
    pub result: Result<Response<Vec<u8>>, TransportError>,
    /// `true` if this is the service's own response to this request. Otherwise only its status is
    /// reliable.
    pub is_trusted: bool,
    /// The requested retry delay.
    pub hint: Option<Duration>,
}

/// The part of a page that shows whether another page follows.
#[derive(Deserialize)]
struct Page {
    #[serde(rename = "values")]
    _values: Vec<IgnoredAny>,
    links: Option<Links>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<Value>,
}

impl Page {
    fn is_last(&self) -> bool {
        let next = self.links.as_ref().and_then(|links| links.next.as_ref());
        next.is_none_or(|link| link.as_str().is_some_and(|link| link.trim().is_empty()))
    }
}

/// The class of a result: its effect, as far as known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyClass {
    /// The request had its effect.
    Success,
    /// No effect; it can be sent again.
    NotProcessed,
    /// An effect is possible.
    Ambiguous,
    /// No effect, and a repetition has none either.
    Permanent,
}

impl Reply {
    /// The service's own response.
    pub fn trusted(response: Response<Vec<u8>>) -> Self {
        Self { result: Ok(response), is_trusted: true, hint: None }
    }

    /// A response that may be from a gateway, or whose body is unusable.
    pub fn untrusted(response: Response<Vec<u8>>) -> Self {
        Self { is_trusted: false, ..Self::trusted(response) }
    }

    /// No response.
    pub fn failed(progress: Delivery, cause: TransportErrorKind) -> Self {
        Self { result: Err(TransportError::new(progress, cause)), is_trusted: false, hint: None }
    }

    /// A response whose body is incomplete.
    pub fn cut(response: Response<Vec<u8>>, cause: TransportErrorKind) -> Self {
        Self::failed(Delivery::Partial(Box::new(response)), cause)
    }

    /// With a requested retry delay.
    #[must_use]
    pub fn with_hint(self, hint: Option<Duration>) -> Self {
        Self { hint, ..self }
    }

    /// Returns the status, if there is one.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.result {
            Ok(response) => Some(response.status()),
            Err(failure) => failure.status(),
        }
    }

    /// Returns the class. Repeats the table of classes independently of the client.
    pub fn class(&self) -> ReplyClass {
        let status = match &self.result {
            Ok(response) => response.status(),
            Err(failure) => match failure.delivery() {
                Delivery::NotSent
                    if matches!(
                        failure.kind(),
                        TransportErrorKind::Certificate | TransportErrorKind::Unsupported
                    ) =>
                {
                    return ReplyClass::Permanent;
                }
                Delivery::NotSent => return ReplyClass::NotProcessed,
                Delivery::Unknown => return ReplyClass::Ambiguous,
                Delivery::Partial(response) => response.status(),
            },
        };
        match status.as_u16() {
            200..=299 if self.is_trusted => ReplyClass::Success,
            401 | 421 | 429 => ReplyClass::NotProcessed,
            408 | 425 => ReplyClass::Ambiguous,
            301 | 302 | 307 | 308 | 400..=499 | 501 | 505 => ReplyClass::Permanent,
            _ => ReplyClass::Ambiguous,
        }
    }

    /// Returns `true` for the last page of a list.
    pub fn is_last_page(&self) -> bool {
        let Ok(response) = &self.result else { return false };
        let page = serde_json::from_slice::<Page>(response.body());
        response.status().is_success() && page.as_ref().is_ok_and(Page::is_last)
    }

    /// Passes it to `take` as an event.
    pub fn with_event<T>(self, take: impl FnOnce(Event<'_>) -> T) -> T {
        match self.result {
            Ok(response) => {
                let (head, body) = response.into_parts();
                take(Event::Answered(Response::from_parts(head, &body)))
            }
            Err(failure) => take(Event::Failed(failure)),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(response) => {
                write!(f, "{} {}", response.status(), String::from_utf8_lossy(response.body()))?;
                self.hint.map_or(Ok(()), |hint| write!(f, " (retry after {hint:?})"))
            }
            Err(failure) => match failure.delivery() {
                Delivery::NotSent => write!(f, "not sent: {failure}"),
                Delivery::Unknown => write!(f, "may have been sent: {failure}"),
                Delivery::Partial(response) => {
                    let body = String::from_utf8_lossy(response.body());
                    write!(f, "{} {body}…: {failure}", response.status())
                }
            },
        }
    }
}

/// A response with this status and body.
///
/// # Panics
/// If the status is invalid.
pub fn response(status: u16, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

/// Returns the minimum delay that the headers of a 429 request, without dates. Rounds fractions up.
pub fn hint_without_dates(headers: &HeaderMap) -> Option<Duration> {
    let seconds = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?.trim();
        let mut parts = text.split('.');
        let (whole, fraction) = (parts.next()?, parts.next());
        let is_number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !is_number(whole) || !fraction.is_none_or(is_number) {
            return None;
        }
        let rounds_up = fraction.is_some_and(|fraction| fraction.bytes().any(|byte| byte != b'0'));
        Some(whole.parse().unwrap_or(u64::MAX).saturating_add(u64::from(rounds_up)))
    };
    // A large number in this header is a Unix time.
    let reset = seconds("x-ratelimit-reset").filter(|seconds| *seconds < 1_000_000_000);
    seconds("retry-after").max(reset).map(Duration::from_secs)
}
