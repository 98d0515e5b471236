//! What a client learns of a request.

use std::{fmt, time::Duration};

use contacts_proto::{Event, Failure, Progress};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

/// What a client learns of a request.
#[derive(Debug)]
pub enum Reply {
    /// An answer, and whether it is the service's own.
    Answered(Response<Vec<u8>>, bool),
    /// None, or not all of it.
    Failed(Failure),
}

/// What follows from a reply for the effect of the request: the checker's own reading of it, not the client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It had none, and can be sent again.
    NotProcessed,
    /// It may have had one.
    Doubt,
    /// It had none, and will have none.
    Refused,
    /// It had it.
    Done,
}

static RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

impl Reply {
    /// An answer of something before the service.
    pub fn status(status: u16, body: &str) -> Response<Vec<u8>> {
        let mut response = Response::new(body.as_bytes().to_vec());
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
    }

    /// Writes down a wish to be left alone, in one of two forms.
    pub fn ask_for(response: &mut Response<Vec<u8>>, seconds: u64, by_reset: bool) {
        let name = if by_reset { RESET.clone() } else { header::RETRY_AFTER };
        response.headers_mut().insert(name, HeaderValue::from(seconds));
    }

    /// The wish to be left alone, if there is one.
    pub fn asks_for(&self) -> Option<Duration> {
        let Self::Answered(response, false) = self else { return None };
        let headers = response.headers();
        // Where the limit is not used up, its reset is no wish.
        let reset = headers.get(&RESET).filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS);
        let value = headers.get(header::RETRY_AFTER).or(reset)?;
        Some(Duration::from_secs(value.to_str().ok()?.parse().ok()?))
    }

    /// What follows for the effect.
    pub fn meaning(&self) -> Meaning {
        let (status, whole) = match self {
            Self::Answered(response, genuine) => (response.status(), *genuine),
            Self::Failed(failure) => match failure.progress() {
                Progress::NotSent => return Meaning::NotProcessed,
                Progress::MaybeSent => return Meaning::Doubt,
                Progress::Answered(response) => (response.status(), false),
            },
        };
        match status.as_u16() {
            200..=299 if whole => Meaning::Done,
            401 | 429 => Meaning::NotProcessed,
            301 | 302 | 307 | 308 => Meaning::Refused,
            408 | 425 | 500.. | ..=399 => Meaning::Doubt,
            _ => Meaning::Refused,
        }
    }

    /// The status, if one came.
    pub fn code(&self) -> Option<StatusCode> {
        match self {
            Self::Answered(response, _) => Some(response.status()),
            Self::Failed(failure) => failure.status(),
        }
    }

    /// Whether this is the last page of a list, whole.
    pub fn is_end_of_list(&self) -> bool {
        let Self::Answered(response, true) = self else { return false };
        let body = response.body().as_slice();
        let next = br#""next":""#;
        let link = body.windows(next.len()).position(|window| window == next);
        response.status() == StatusCode::OK
            && link.is_none_or(|at| body.get(at + next.len()).is_none_or(|byte| *byte == b'"'))
    }

    /// The event that tells it.
    pub fn event<'a>(self, body: &'a mut Vec<u8>) -> Event<'a> {
        match self {
            Self::Answered(response, _) => {
                let (parts, whole) = response.into_parts();
                *body = whole;
                Event::Answered(Response::from_parts(parts, body.as_slice()))
            }
            Self::Failed(failure) => Event::Failed(failure),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(response, _) => {
                write!(f, "{} {}", response.status(), String::from_utf8_lossy(response.body()))?;
                self.asks_for().map_or(Ok(()), |hint| write!(f, " (asks for {hint:?})"))
            }
            Self::Failed(failure) => match failure.progress() {
                Progress::NotSent => write!(f, "not sent: {failure}"),
                Progress::MaybeSent => write!(f, "maybe sent: {failure}"),
                Progress::Answered(response) => {
                    let body = String::from_utf8_lossy(response.body());
                    write!(f, "{} {body}…: {failure}", response.status())
                }
            },
        }
    }
}
