//! Formats dates. Times are durations since the Unix epoch; this module reads no clock.

use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;
use jiff::Timestamp;

/// Last second of the year 9999. `httpdate` panics beyond it.
const LATEST: u64 = 253_402_300_799;

/// Formats a time as an HTTP date.
pub(crate) fn http_date(since_epoch: Duration) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(since_epoch.as_secs().min(LATEST)))
}

/// Formats a time as ISO 8601 with milliseconds and offset, as in Spring's error bodies.
pub(crate) fn spring_timestamp(since_epoch: Duration) -> String {
    timestamp(since_epoch).strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string()
}

/// Formats a time as ISO 8601 with seconds.
pub(crate) fn iso8601(since_epoch: Duration) -> String {
    timestamp(since_epoch).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Formats a time as ISO 8601 without seconds. Rounds up, so that the result is never too early.
pub(crate) fn iso8601_minutes(since_epoch: Duration) -> String {
    let minutes = since_epoch.as_secs().div_ceil(60);
    timestamp(Duration::from_secs(minutes.saturating_mul(60)))
        .strftime("%Y-%m-%dT%H:%MZ")
        .to_string()
}

/// Parses an ISO 8601 date and time with an offset. A time before 1970 counts as 1970.
pub(crate) fn parse_iso8601(text: &str) -> Option<Duration> {
    let timestamp: Timestamp = text.parse().ok()?;
    Some(Duration::try_from(timestamp.as_duration()).unwrap_or_default())
}

/// Writes a time as ISO 8601 in JSON.
pub(crate) mod date {
    use std::time::Duration;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(crate) fn serialize<S: Serializer>(
        since_epoch: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&super::timestamp(*since_epoch))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse_iso8601(&text).ok_or_else(|| {
            D::Error::custom(format_args!("`{text}` is not a date such as 2025-03-03T08:00:00Z"))
        })
    }
}

/// Writes a time, if there is one, as ISO 8601 in JSON.
pub(crate) mod optional_date {
    use std::time::Duration;

    use serde::de::{Deserialize, Deserializer};
    use serde::ser::{Serialize, Serializer};

    #[derive(serde::Deserialize, serde::Serialize)]
    struct Date(#[serde(with = "super::date")] Duration);

    pub(crate) fn serialize<S: Serializer>(
        since_epoch: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        since_epoch.map(Date).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Date>::deserialize(deserializer)?.map(|date| date.0))
    }
}

/// Limits the time to the year 9999.
fn timestamp(since_epoch: Duration) -> Timestamp {
    let nanoseconds = i128::try_from(since_epoch.as_nanos()).unwrap_or(i128::MAX);
    Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::MAX)
}

/// The `date` header, formatted once for each second.
#[derive(Clone, Debug, Default)]
pub(crate) struct DateHeader {
    made: Option<(u64, HeaderValue)>,
}

impl DateHeader {
    /// Returns the header's value.
    pub(crate) fn at(&mut self, since_epoch: Duration) -> HeaderValue {
        let second = since_epoch.as_secs();
        if let Some((_, value)) = self.made.as_ref().filter(|(made, _)| *made == second) {
            return value.clone();
        }
        let value = HeaderValue::from_str(&http_date(since_epoch))
            .unwrap_or_else(|_| HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"));
        self.made = Some((second, value.clone()));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times_have_the_expected_formats() {
        let leap_day = Duration::from_millis(1_709_210_096_789);
        assert_eq!(http_date(leap_day), "Thu, 29 Feb 2024 12:34:56 GMT");
        assert_eq!(spring_timestamp(leap_day), "2024-02-29T12:34:56.789+00:00");
        assert_eq!(iso8601(leap_day), "2024-02-29T12:34:56Z");
        assert_eq!(iso8601(Duration::ZERO), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn minutes_are_rounded_up_and_whole_minutes_are_kept() {
        assert_eq!(iso8601_minutes(Duration::from_secs(1)), "1970-01-01T00:01Z");
        assert_eq!(iso8601_minutes(Duration::from_secs(60)), "1970-01-01T00:01Z");
    }

    #[test]
    fn dates_are_parsed_with_any_offset() {
        let expected = Some(Duration::from_secs(1_740_988_800));
        for text in [
            "2025-03-03T08:00:00Z",
            "2025-03-03T08:00Z",
            "2025-03-03T08:00:00.000Z",
            "2025-03-03T09:00:00+01:00",
            "2025-03-03T03:30:00-0430",
        ] {
            assert_eq!(parse_iso8601(text), expected, "{text}");
        }
        assert_eq!(parse_iso8601("1960-01-01T00:00:00Z"), Some(Duration::ZERO));
        for text in
            ["", "now", "1740988800", "2025-03-03", "2025-03-03T08:00:00", "2025-02-30T08:00:00Z"]
        {
            assert_eq!(parse_iso8601(text), None, "{text}");
        }
    }

    #[test]
    fn times_after_the_year_9999_become_its_last_day() {
        assert_eq!(iso8601(Duration::MAX), "9999-12-30T22:00:00Z");
        assert_eq!(http_date(Duration::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
