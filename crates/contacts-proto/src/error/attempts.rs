//! How an operation came to its end.

use std::{fmt, time::Duration};

/// Effect of an operation that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The operation had no effect.
    None,
    /// The operation may have taken effect.
    Possible,
}

/// Reason why the client did not try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// All attempts that the policy allows were made.
    MaxAttempts,
    /// Too many recent requests failed: more retries would only add load.
    RetryBudget,
    /// The service requested a longer wait than the policy allows.
    RetryAfterTooLong {
        /// Wait that the service requested.
        wait: Duration,
        /// Longest wait that the policy allows.
        limit: Duration,
    },
    /// The next attempt would start after the deadline.
    Deadline,
}

/// Number of attempts, their effect, and why they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attempts {
    /// Number of attempts: 1 without a retry, 0 if the deadline passed before the first attempt.
    pub count: u32,
    /// Effect of all attempts together.
    pub effect: Effect,
    /// Reason why the retries stopped. `None` if a retry would be useless.
    pub stop_reason: Option<StopReason>,
}

impl Attempts {
    pub(crate) fn first(effect: Effect) -> Self {
        Self { count: 1, effect, stop_reason: None }
    }
}

/// Suffix of an error message: it follows the text about the last attempt.
impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 1 {
            write!(f, "; gave up after {} attempts", self.count)?;
        }
        match self.stop_reason {
            Some(StopReason::RetryAfterTooLong { wait, limit }) => {
                let (wait, limit) = (in_seconds(wait), in_seconds(limit));
                write!(
                    f,
                    "; the service asked to wait {wait}, but the client never waits more than {limit}"
                )?;
            }
            Some(StopReason::Deadline) if self.count == 0 => {
                f.write_str("; no time left to send the request")?;
            }
            Some(StopReason::Deadline) => f.write_str("; no time left for another attempt")?,
            Some(StopReason::RetryBudget) => {
                f.write_str("; not retried because too many recent requests failed")?;
            }
            Some(StopReason::MaxAttempts) | None => {}
        }
        match self.effect {
            Effect::None => Ok(()),
            Effect::Possible => f.write_str("; the request may have taken effect"),
        }
    }
}

const YEAR: u64 = 365 * 24 * 60 * 60;

/// Returns the seconds, rounded up. A service can request any wait: if it is longer than a year,
/// the text has no number.
fn in_seconds(duration: Duration) -> String {
    match duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0)) {
        seconds @ ..=YEAR => format!("{seconds} s"),
        _ => "more than a year".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_shown_in_seconds_up_to_a_year() {
        for (wait, expected) in [
            (Duration::from_millis(1_001), "2 s"),
            (Duration::from_secs(YEAR), "31536000 s"),
            (Duration::from_secs(YEAR + 1), "more than a year"),
            (Duration::MAX, "more than a year"),
        ] {
            assert_eq!(in_seconds(wait), expected);
        }
    }

    #[test]
    fn the_suffix_names_the_attempts_the_reason_and_a_possible_effect() {
        let suffix =
            |count, effect, stop_reason| Attempts { count, effect, stop_reason }.to_string();
        let too_long = StopReason::RetryAfterTooLong {
            wait: Duration::from_secs(90),
            limit: Duration::from_secs(60),
        };
        for (suffix, expected) in [
            (suffix(1, Effect::None, None), ""),
            (suffix(4, Effect::None, Some(StopReason::MaxAttempts)), "; gave up after 4 attempts"),
            (
                suffix(1, Effect::None, Some(too_long)),
                "; the service asked to wait 90 s, but the client never waits more than 60 s",
            ),
            (
                suffix(0, Effect::None, Some(StopReason::Deadline)),
                "; no time left to send the request",
            ),
            (
                suffix(1, Effect::None, Some(StopReason::Deadline)),
                "; no time left for another attempt",
            ),
            (
                suffix(1, Effect::None, Some(StopReason::RetryBudget)),
                "; not retried because too many recent requests failed",
            ),
            (
                suffix(2, Effect::Possible, Some(StopReason::MaxAttempts)),
                "; gave up after 2 attempts; the request may have taken effect",
            ),
        ] {
            assert_eq!(suffix, expected);
        }
    }
}
