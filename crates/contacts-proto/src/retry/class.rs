//! What a status says about the effect of the request.

use http::StatusCode;

/// Effect of a request by the status of its response, and whether a retry can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RetryClass {
    /// 2xx: the request took effect, if the body is valid too.
    Success,
    /// No effect, and a retry can help: 401 if the retry has new credentials, 421, 429.
    NotProcessed,
    /// An effect is possible: 303, 408, 425, every 5xx except 501 and 505, and all other statuses.
    Ambiguous,
    /// No effect, and a retry fails again: the other 4xx, 501, 505, and 301, 302, 307, 308.
    ///
    /// By RFC 9110, a server that sends these redirects did not process the request.
    Permanent,
}

impl RetryClass {
    /// Returns the class of a status.
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
