//! How an operation came to its end.

use std::{fmt, time::Duration};

/// What is known about the effect of an operation that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It had none.
    None,
    /// It may have been carried out.
    Possible,
}

/// Why an operation was not tried once more, though it could have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// All attempts are used.
    MaxAttempts,
    /// So many requests have failed lately that repeating them would only add to the load.
    RetryBudget,
    /// The service asks for a longer wait than the policy allows.
    RetryAfterTooLong {
        /// What it asks for.
        wait: Duration,
        /// What the policy allows.
        limit: Duration,
    },
    /// The next attempt would begin after the deadline.
    Deadline,
}

/// How many attempts were made, and what they came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempts {
    /// Requests that were made for it: 1 where nothing was repeated, 0 where there was no time for the first.
    pub count: u32,
    /// What is known about the effect of all of them together.
    pub effect: Effect,
    /// Why there was no further one, where one was possible.
    pub stop_reason: Option<StopReason>,
}

impl Attempts {
    pub(crate) fn first(effect: Effect) -> Self {
        Self { count: 1, effect, stop_reason: None }
    }
}

/// What follows the description of the last attempt.
impl fmt::Display for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count > 1 {
            write!(f, "; gave up after {} attempts", self.count)?;
        }
        match self.stop_reason {
            Some(StopReason::RetryAfterTooLong { wait, limit }) => {
                let (wait, limit) = (shown(wait), shown(limit));
                write!(f, "; the service asks for {wait} of waiting, the limit is {limit}")?;
            }
            Some(StopReason::Deadline) if self.count == 0 => {
                f.write_str("; no time was left to send anything")?;
            }
            Some(StopReason::Deadline) => f.write_str("; there is no time left for another attempt")?,
            Some(StopReason::RetryBudget) => {
                f.write_str("; too many requests have failed lately for a retry")?
            }
            Some(StopReason::MaxAttempts) | None => {}
        }
        match self.effect {
            Effect::None => Ok(()),
            Effect::Possible => f.write_str("; it may have been carried out all the same"),
        }
    }
}

const YEAR: u64 = 365 * 24 * 60 * 60;

/// The seconds, rounded up. Nobody reads as many as a service can ask for.
fn shown(duration: Duration) -> String {
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
            assert_eq!(shown(wait), expected);
        }
    }
}
