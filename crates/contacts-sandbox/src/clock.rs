//! Dates as text. Time comes in as a plain duration since the Unix epoch: nothing here reads a clock.

use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;

/// The last second that a year of four digits can name; `httpdate` panics beyond it.
const LATEST: u64 = 253_402_300_799;

/// An instant as an HTTP date.
pub(crate) fn http_date(since_epoch: Duration) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(since_epoch.as_secs().min(LATEST)))
}

/// An instant as ISO 8601 with milliseconds and an offset, as Spring writes it into its error bodies.
pub(crate) fn spring_timestamp(since_epoch: Duration) -> String {
    let Civil { year, month, day, hour, minute, second } = Civil::at(since_epoch);
    let milliseconds = since_epoch.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}+00:00")
}

/// An instant as ISO 8601 to the second.
pub(crate) fn iso8601(since_epoch: Duration) -> String {
    let Civil { year, month, day, hour, minute, second } = Civil::at(since_epoch);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// An instant as ISO 8601 without seconds, rounded up, so that it is never earlier than what was meant.
pub(crate) fn iso8601_minutes(since_epoch: Duration) -> String {
    let minutes = since_epoch.as_secs().min(LATEST).div_ceil(60);
    let Civil { year, month, day, hour, minute, .. } = Civil::at(Duration::from_secs(minutes * 60));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z")
}

/// The `date` header, made once a second and handed out again until the second has passed.
#[derive(Clone, Debug, Default)]
pub(crate) struct DateHeader {
    made: Option<(u64, HeaderValue)>,
}

impl DateHeader {
    /// The header's value for an instant.
    pub(crate) fn at(&mut self, since_epoch: Duration) -> HeaderValue {
        let second = since_epoch.as_secs();
        if let Some((made, value)) = &self.made
            && *made == second
        {
            return value.clone();
        }
        let value = HeaderValue::from_str(&http_date(since_epoch))
            .unwrap_or_else(|_| HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"));
        self.made = Some((second, value.clone()));
        value
    }
}

/// A date and time of day in UTC.
struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Civil {
    /// Counts in years that begin in March, so that a leap day is the last day of its year.
    fn at(since_epoch: Duration) -> Self {
        let seconds = since_epoch.as_secs().min(LATEST);
        let days = seconds / 86_400 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self {
            year: year_of_era + era * 400 + u64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: seconds / 3_600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_instants_are_written_as_others_write_them() {
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
    fn the_far_future_is_written_as_the_last_second_of_the_last_year() {
        assert_eq!(iso8601(Duration::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(iso8601_minutes(Duration::MAX), "9999-12-31T23:59Z");
        assert_eq!(http_date(Duration::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    proptest! {
        #[test]
        fn both_calendars_agree_on_the_day(seconds in 0..=LATEST) {
            let Civil { year, day, .. } = Civil::at(Duration::from_secs(seconds));
            let date = http_date(Duration::from_secs(seconds));
            prop_assert_eq!(&date[5..7], format!("{day:02}"));
            prop_assert_eq!(&date[12..16], format!("{year:04}"));
        }
    }
}
