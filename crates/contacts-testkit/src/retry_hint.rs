//! Retry delays in response headers, in each form, and their meaning by the rules. Shares no code
//! with the client.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Response};

use crate::random::Random;

/// The `Date` of the response: 1,795,514,400 seconds of the Unix epoch.
const DATE: &str = "Tue, 24 Nov 2026 10:00:00 GMT";
const EPOCH: u64 = 1_795_514_400;

const SECONDS: [u64; 12] = [0, 1, 2, 3, 5, 10, 30, 59, 60, 61, 90, 3599];

/// A retry delay in the headers of a response.
#[derive(Debug, Clone, Default)]
pub struct RetryHint {
    headers: Vec<(&'static str, String)>,
    /// Seconds of `Retry-After` and `X-RateLimit-Reset`.
    retry_after: Option<u64>,
    reset: Option<u64>,
    /// `X-RateLimit-Remaining` is 0.
    used_up: bool,
}

impl RetryHint {
    /// A delay in seconds, in `X-RateLimit-Reset` or `Retry-After`.
    pub fn from_seconds(seconds: u64, by_reset: bool) -> Self {
        if by_reset {
            let headers = vec![("x-ratelimit-reset", seconds.to_string())];
            return Self { headers, reset: Some(seconds), ..Self::default() };
        }
        let headers = vec![("retry-after", seconds.to_string())];
        Self { headers, retry_after: Some(seconds), ..Self::default() }
    }

    /// A random form, or no delay.
    pub fn any(random: &mut Random) -> Self {
        let (seconds, other) = (*random.pick(&SECONDS), *random.pick(&SECONDS));
        let date = ("date", DATE.to_owned());
        let (minutes, rest) = (seconds / 60, seconds % 60);
        let clock = format!("10:{minutes:02}:{rest:02}");
        let retry_after = |value: String| ("retry-after", value);
        let reset = |value: String| ("x-ratelimit-reset", value);
        let (mut headers, after, until) = match random.below(12) {
            2 => (vec![retry_after(format!("{seconds}.25"))], Some(seconds + 1), None),
            3 => (vec![retry_after(seconds.to_string())], Some(seconds), None),
            4 => (
                vec![date, retry_after(format!("Tue, 24 Nov 2026 {clock} GMT"))],
                Some(seconds),
                None,
            ),
            5 => (vec![reset(seconds.to_string())], None, Some(seconds)),
            6 => (vec![date, reset(format!("2026-11-24T{clock}Z"))], None, Some(seconds)),
            7 => (
                vec![date, reset(format!("2026-11-24T10:{minutes:02}Z"))],
                None,
                Some(minutes * 60),
            ),
            8 => (vec![date, reset((EPOCH + seconds).to_string())], None, Some(seconds)),
            9 => (
                vec![retry_after(other.to_string()), date, reset(format!("2026-11-24T{clock}Z"))],
                Some(other),
                Some(seconds),
            ),
            10 => (vec![date, retry_after("soon".into()), reset("2026-11-24".into())], None, None),
            11 => {
                (vec![retry_after(DATE.into()), reset(format!("2026-11-24T{clock}Z"))], None, None)
            }
            _ => (Vec::new(), None, None),
        };
        let used_up = random.one_in(2);
        headers.push(("x-ratelimit-remaining", if used_up { "0" } else { "97" }.into()));
        Self { headers, retry_after: after, reset: until, used_up }
    }

    /// Returns the delay that a response with this status requests.
    pub fn delay(&self, status: u16) -> Option<Duration> {
        let reset = self.reset.filter(|_| status == 429 || self.used_up);
        self.retry_after.max(reset).map(Duration::from_secs)
    }

    /// Adds the headers to a response.
    pub fn add_to(&self, response: &mut Response<Vec<u8>>) {
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
        }
    }
}
