//! What a client learns of a request, and what follows from it: the one reader of answers that the
//! laws have. It shares nothing with the reader under test.

use std::{fmt, time::Duration};

use contacts_proto::{
    exchange::Event,
    transport::{Delivery, TransportError, TransportErrorKind},
};
use http::{HeaderMap, Response, StatusCode};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// The reply that a client learns of a request.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The whole answer, or why there is none.
    pub told: Result<Response<Vec<u8>>, TransportError>,
    /// The service gave it as its own answer to this request. Otherwise its status is all that can
    /// be believed.
    pub is_genuine: bool,
    /// The time that it asks the client to wait.
    pub hint: Option<Duration>,
}

/// The part of a page that tells whether the list goes on.
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

/// The effect of a request, as far as its reply tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It had its effect.
    Success,
    /// It had none, and can be sent again.
    NotProcessed,
    /// It may have had one.
    Ambiguous,
    /// It had none, and will have none.
    Permanent,
}

impl Reply {
    /// The service's own answer.
    pub fn genuine(response: Response<Vec<u8>>) -> Self {
        Self { told: Ok(response), is_genuine: true, hint: None }
    }

    /// An answer of something before the service.
    pub fn foreign(response: Response<Vec<u8>>) -> Self {
        Self { is_genuine: false, ..Self::genuine(response) }
    }

    /// No answer.
    pub fn failed(progress: Delivery, cause: TransportErrorKind) -> Self {
        Self { told: Err(TransportError::new(progress, cause)), is_genuine: false, hint: None }
    }

    /// The head of an answer, and a body that breaks off.
    pub fn cut(response: Response<Vec<u8>>, cause: TransportErrorKind) -> Self {
        Self::failed(Delivery::Partial(Box::new(response)), cause)
    }

    /// The same with a request to wait.
    #[must_use]
    pub fn with_hint(self, hint: Option<Duration>) -> Self {
        Self { hint, ..self }
    }

    /// The status, if one came.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.told {
            Ok(response) => Some(response.status()),
            Err(failure) => failure.status(),
        }
    }

    /// The effect of the request: the table of classes, written down a second time.
    pub fn known(&self) -> Known {
        let status = match &self.told {
            Ok(response) => response.status(),
            Err(failure) => match failure.delivery() {
                Delivery::NotSent if failure.kind() == TransportErrorKind::Certificate => {
                    return Known::Permanent;
                }
                Delivery::NotSent => return Known::NotProcessed,
                Delivery::Unknown => return Known::Ambiguous,
                Delivery::Partial(response) => response.status(),
            },
        };
        match status.as_u16() {
            200..=299 if self.is_genuine => Known::Success,
            401 | 421 | 429 => Known::NotProcessed,
            408 | 425 => Known::Ambiguous,
            301 | 302 | 307 | 308 | 400..=499 | 501 | 505 => Known::Permanent,
            _ => Known::Ambiguous,
        }
    }

    /// Returns `true` for the last page of a list.
    pub fn ends_a_list(&self) -> bool {
        let Ok(response) = &self.told else { return false };
        let page = serde_json::from_slice::<Page>(response.body());
        response.status().is_success() && page.as_ref().is_ok_and(Page::is_last)
    }

    /// Tells it as an event.
    pub fn give<T>(self, take: impl FnOnce(Event<'_>) -> T) -> T {
        match self.told {
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
        match &self.told {
            Ok(response) => {
                write!(f, "{} {}", response.status(), String::from_utf8_lossy(response.body()))?;
                self.hint.map_or(Ok(()), |hint| write!(f, " (asks for {hint:?})"))
            }
            Err(failure) => match failure.delivery() {
                Delivery::NotSent => write!(f, "not sent: {failure}"),
                Delivery::Unknown => write!(f, "maybe sent: {failure}"),
                Delivery::Partial(response) => {
                    let body = String::from_utf8_lossy(response.body());
                    write!(f, "{} {body}…: {failure}", response.status())
                }
            },
        }
    }
}

/// An answer with this status and body.
///
/// # Panics
/// If there is no such status.
pub fn response(status: u16, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response
}

/// The least time that the headers of a 429 ask for, dates left out. Fractions round up.
pub fn plain_hint(headers: &HeaderMap) -> Option<Duration> {
    let seconds = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?.trim();
        let mut parts = text.split('.');
        let (whole, fraction) = (parts.next()?, parts.next());
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !is_number(whole) || !fraction.is_none_or(is_number) {
            return None;
        }
        let rounds_up = fraction.is_some_and(|fraction| fraction.bytes().any(|byte| byte != b'0'));
        Some(whole.parse().unwrap_or(u64::MAX).saturating_add(u64::from(rounds_up)))
    };
    // A large number of the second header is a date.
    let reset = seconds("x-ratelimit-reset").filter(|seconds| *seconds < 1_000_000_000);
    seconds("retry-after").max(reset).map(Duration::from_secs)
}
