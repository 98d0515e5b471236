//! The delay that the server requests before a retry.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;

/// A larger number is a date in seconds since the Unix epoch (September 2001 or later).
const EPOCH_LIKE: u64 = 1_000_000_000;

static RATE_LIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
static RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Returns the larger of `Retry-After` and `X-RateLimit-Reset`. A fraction counts as a whole
/// second.
///
/// `Retry-After` is in seconds or an HTTP date. `X-RateLimit-Reset` is in seconds or ISO 8601, with
/// or without seconds. It comes with every status and counts only if the rate limit is used up: on
/// a 429, or if no requests remain.
///
/// Dates are compared with the response's own `Date` header, so the local clock does not matter.
/// Without that header they count as absent, as does an unreadable value.
pub(crate) fn server_delay(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let date = headers.get(header::DATE).and_then(text).and_then(http_date);
    let retry_after = headers.get_all(header::RETRY_AFTER).iter().filter_map(text);
    let retry_after = retry_after.filter_map(|value| match http_date(value) {
        Some(moment) => until(moment, date),
        // A proxy may have joined several headers.
        None => value
            .split(',')
            .filter_map(|value| seconds(value.trim()))
            .max()
            .map(Duration::from_secs),
    });
    let retry_after = retry_after.max();
    let none_remaining =
        || headers.get(&RATE_LIMIT_REMAINING).and_then(text).and_then(seconds) == Some(0);
    let is_used_up = status == StatusCode::TOO_MANY_REQUESTS || none_remaining();
    let reset =
        headers.get(&RATE_LIMIT_RESET).filter(|_| is_used_up).and_then(text).and_then(|value| {
            match seconds(value) {
                Some(epoch) if epoch >= EPOCH_LIKE => until(epoch, date),
                Some(seconds) => Some(Duration::from_secs(seconds)),
                None => until(iso_8601(value)?, date),
            }
        });
    retry_after.max(reset)
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

/// Reads a number of seconds. A fraction is rounded up.
fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_part = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_part(whole) || !is_part(fraction) {
        return None;
    }
    // A number that is too large is a long wait.
    let whole: u64 = whole.parse().unwrap_or(u64::MAX);
    Some(whole.saturating_add(u64::from(fraction.bytes().any(|b| b != b'0'))))
}

fn until(moment: u64, date: Option<u64>) -> Option<Duration> {
    Some(Duration::from_secs(moment.saturating_sub(date?)))
}

fn http_date(text: &str) -> Option<u64> {
    let moment: SystemTime = httpdate::parse_http_date(text).ok()?;
    Some(moment.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Reads `2026-11-24T10:15Z`, `2026-11-24T10:15:30.5Z` or `2026-11-24T10:15:30+01:00` as seconds
/// since the Unix epoch. A fraction is rounded up, so that a wait is never too short.
fn iso_8601(text: &str) -> Option<u64> {
    let moment: Timestamp = text.parse().ok()?;
    let up = u64::from(moment.subsec_nanosecond() > 0);
    Some(u64::try_from(moment.as_second()).ok()?.saturating_add(up))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Tue, 24 Nov 2026 10:00:00 GMT";

    fn wait_after(status: u16, pairs: &[(&str, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        server_delay(status, &headers).map(|wait| wait.as_secs())
    }

    fn wait(pairs: &[(&str, &str)]) -> Option<u64> {
        wait_after(429, pairs)
    }

    #[test]
    fn a_reset_counts_only_if_the_rate_limit_is_used_up() {
        let reset = ("x-ratelimit-reset", "600");
        assert_eq!(wait_after(503, &[reset]), None);
        assert_eq!(wait_after(503, &[reset, ("x-ratelimit-remaining", "97")]), None);
        assert_eq!(wait_after(503, &[reset, ("x-ratelimit-remaining", "0")]), Some(600));
        assert_eq!(wait_after(429, &[reset, ("x-ratelimit-remaining", "97")]), Some(600));
        assert_eq!(wait_after(503, &[reset, ("retry-after", "7")]), Some(7));
    }

    #[test]
    fn each_form_of_the_delay_is_read() {
        for (name, value, expected) in [
            ("retry-after", "7", 7),
            ("retry-after", " 7 ", 7),
            ("retry-after", "1.5", 2),
            ("retry-after", "0.001", 1),
            ("retry-after", "2.000", 2),
            ("x-ratelimit-reset", "12.25", 13),
            ("retry-after", "Tue, 24 Nov 2026 10:00:09 GMT", 9),
            ("retry-after", "Tue, 24 Nov 2026 09:00:00 GMT", 0),
            ("retry-after", "99999999999999999999999", u64::MAX),
            ("x-ratelimit-reset", "12", 12),
            ("x-ratelimit-reset", "2026-11-24T10:00:30Z", 30),
            ("x-ratelimit-reset", "2026-11-24T10:00:30.2Z", 31),
            ("x-ratelimit-reset", "2026-11-24T10:01Z", 60),
            ("x-ratelimit-reset", "2026-11-24T11:01:00+01:00", 60),
            ("x-ratelimit-reset", "2026-11-24T04:31-0530", 60),
            ("x-ratelimit-reset", "1795514405", 5),
        ] {
            assert_eq!(wait(&[("date", DATE), (name, value)]), Some(expected), "{name}: {value}");
        }
    }

    #[test]
    fn the_largest_of_several_headers_counts() {
        assert_eq!(wait(&[("retry-after", "1"), ("retry-after", "3600")]), Some(3600));
        assert_eq!(wait(&[("retry-after", "3600, 1")]), Some(3600));
        assert_eq!(
            wait(&[
                ("date", DATE),
                ("retry-after", "Tue, 24 Nov 2026 10:00:09 GMT"),
                ("retry-after", "7")
            ]),
            Some(9)
        );
    }

    #[test]
    fn the_larger_delay_counts() {
        assert_eq!(wait(&[("retry-after", "3"), ("x-ratelimit-reset", "8")]), Some(8));
        assert_eq!(wait(&[("retry-after", "9"), ("x-ratelimit-reset", "nonsense")]), Some(9));
    }

    #[test]
    fn an_unreadable_value_counts_as_absent() {
        for value in [
            "",
            "-1",
            "1.",
            ".5",
            "1.5.2",
            "soon",
            "2026-11-24",
            "2026-13-01T00:00Z",
            "2026-02-30T00:00Z",
            "2026-11-24T25:00Z",
            "2026-11-24T10:00:00",
            "2026-11-24T10:00:00+99:00",
            "+-::",
            "T",
            "2026-11-24TZ",
            "Tue, 99 Nov 2026",
            "2023-02-29T12:00Z",
            "1969-12-31T23:59Z",
        ] {
            assert_eq!(
                wait(&[("date", DATE), ("retry-after", value)]),
                None,
                "retry-after: {value}"
            );
            assert_eq!(
                wait(&[("date", DATE), ("x-ratelimit-reset", value)]),
                None,
                "x-ratelimit-reset: {value}"
            );
        }
        assert_eq!(
            wait(&[("retry-after", DATE)]),
            None,
            "a date without a `Date` header counts as absent"
        );
        assert_eq!(wait(&[("x-ratelimit-reset", "2026-11-24T10:00Z")]), None);
    }
}
