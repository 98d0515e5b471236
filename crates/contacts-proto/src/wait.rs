//! How long the service asks to be left alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// A number of seconds above this one is a date, in seconds of the Unix epoch (September 2001 and later).
const EPOCH_LIKE: u64 = 1_000_000_000;

static RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The larger of `Retry-After` (seconds or an HTTP date) and `X-RateLimit-Reset` (seconds, or ISO 8601 with or without seconds).
///
/// Dates are read against the answer's own `Date`, so that no clock of ours matters; without one they say nothing. What
/// cannot be read counts as absent.
pub(crate) fn asked_for(headers: &HeaderMap) -> Option<Duration> {
    let date = headers.get(header::DATE).and_then(text).and_then(http_date);
    let retry_after = headers
        .get(header::RETRY_AFTER)
        .and_then(text)
        .and_then(|value| seconds(value).map(Duration::from_secs).or_else(|| until(http_date(value)?, date)));
    let reset = headers.get(&RATE_LIMIT_RESET).and_then(text).and_then(|value| match seconds(value) {
        Some(epoch) if epoch >= EPOCH_LIKE => until(epoch, date),
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => until(iso_8601(value)?, date),
    });
    retry_after.max(reset)
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok().map(str::trim)
}

fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number too large to be read is a long wait, not none.
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn until(moment: u64, date: Option<u64>) -> Option<Duration> {
    Some(Duration::from_secs(moment.saturating_sub(date?)))
}

fn http_date(text: &str) -> Option<u64> {
    let moment: SystemTime = httpdate::parse_http_date(text).ok()?;
    Some(moment.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Seconds of the Unix epoch from `2026-11-24T10:15Z`, `2026-11-24T10:15:30.5Z`, `2026-11-24T10:15:30+01:00`; a fraction counts
/// as a whole second, so that a wait is never too short.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "years are at most 9999, all else is smaller: `each_part_may_be_at_its_limit` goes there"
)]
fn iso_8601(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let (time, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let at = time.rfind(['+', '-'])?;
            let (time, zone) = (time.get(..at)?, time.get(at..)?);
            (time, offset_seconds(zone)?)
        }
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let [hour, minute, second] = match time.split(':').count() {
        2 => {
            let [hour, minute] = numbers(time, ':')?;
            [hour, minute, 0]
        }
        _ => numbers(time, ':')?,
    };
    let valid = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !valid {
        return None;
    }
    let whole = days_since_epoch(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    let up = i64::from(fraction.bytes().any(|b| b != b'0'));
    u64::try_from(whole + up).ok()
}

/// `+01:00`, `-0530`.
#[expect(clippy::arithmetic_side_effects, reason = "a number of four digits")]
fn offset_seconds(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        (_, digits) => (-1, digits),
    };
    let digits = digits.replace(':', "");
    if digits.len() != 4 {
        return None;
    }
    let number = i64::try_from(seconds(&digits)?).ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for number in &mut numbers {
        let part = parts.next().filter(|part| part.len() <= 4)?;
        *number = i64::try_from(seconds(part)?).ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days from 1970-01-01 in the Gregorian calendar; `None` for a day that its month does not have.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the caller has checked year and month: `each_part_may_be_at_its_limit` goes to their ends"
)]
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let index = usize::try_from(month).ok()?;
    let leap_day = i64::from(leap(year));
    let length = before.get(index)? - before.get(index - 1)? + if month == 2 { leap_day } else { 0 };
    if day > length {
        return None;
    }
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    Some(years + before.get(index - 1)? + if month > 2 { leap_day } else { 0 } + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Tue, 24 Nov 2026 10:00:00 GMT";

    fn wait(pairs: &[(&str, &str)]) -> Option<u64> {
        let headers = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        asked_for(&headers.collect::<HeaderMap>()).map(|wait| wait.as_secs())
    }

    #[test]
    fn each_form_of_the_hint_is_read() {
        for (name, value, expected) in [
            ("retry-after", "7", 7),
            ("retry-after", " 7 ", 7),
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
    fn the_larger_hint_counts() {
        assert_eq!(wait(&[("retry-after", "3"), ("x-ratelimit-reset", "8")]), Some(8));
        assert_eq!(wait(&[("retry-after", "9"), ("x-ratelimit-reset", "nonsense")]), Some(9));
    }

    #[test]
    fn what_cannot_be_read_counts_as_absent() {
        for value in [
            "",
            "-1",
            "1.5",
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
        ] {
            assert_eq!(wait(&[("date", DATE), ("retry-after", value)]), None, "retry-after: {value}");
            assert_eq!(
                wait(&[("date", DATE), ("x-ratelimit-reset", value)]),
                None,
                "x-ratelimit-reset: {value}"
            );
        }
        assert_eq!(wait(&[("retry-after", DATE)]), None, "a date without the answer's own date says nothing");
        assert_eq!(wait(&[("x-ratelimit-reset", "2026-11-24T10:00Z")]), None);
    }

    #[test]
    fn each_part_may_be_at_its_limit() {
        assert_eq!(iso_8601("9999-12-31T23:59:60.9-14:59"), Some(253_402_354_741));
        assert_eq!(iso_8601("1970-01-01T00:00+14:59"), None, "it is before the epoch");
        for text in ["9999-99-99T99:99:99Z", "0000-00-00T00:00Z", "1970-00-01T00:00Z", "1970-01-00T00:00Z"] {
            assert_eq!(iso_8601(text), None, "{text}");
        }
    }

    #[test]
    fn days_follow_the_calendar() {
        assert_eq!(iso_8601("1970-01-01T00:00Z"), Some(0));
        assert_eq!(iso_8601("2000-03-01T00:00Z"), Some(951_868_800));
        assert_eq!(iso_8601("2024-02-29T12:00:00Z"), Some(1_709_208_000));
        assert_eq!(iso_8601("2023-02-29T12:00:00Z"), None);
        assert_eq!(iso_8601("2100-02-29T00:00Z"), None);
    }
}
