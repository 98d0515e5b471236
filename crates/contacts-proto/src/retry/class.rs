//! What an answer's status says about the effect of the request.

use http::StatusCode;

/// Whether a request that was answered with a status may have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RetryClass {
    /// 2xx: it had, if the body agrees.
    Success,
    /// Certainly no effect, and worth another attempt: 401 with other credentials, 421, 429.
    NotProcessed,
    /// An effect is possible: 408, 425, every 5xx but 501 and 505, 303, and every status that no rule names.
    Ambiguous,
    /// Certainly no effect, and the same request would be refused again: the other 4xx, 501, 505, and the redirects 301, 302, 307
    /// and 308 (RFC 9110: the request is to be made elsewhere, so it was not made here).
    Permanent,
}

impl RetryClass {
    /// The class of a status.
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            200..=299 => Self::Success,
            401 | 421 | 429 => Self::NotProcessed,
            408 | 425 => Self::Ambiguous,
            301 | 302 | 307 | 308 | 400..=499 | 501 | 505 => Self::Permanent,
            _ => Self::Ambiguous,
        }
    }
}
