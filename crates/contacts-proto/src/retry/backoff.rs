//! How long to wait before the next attempt.

use std::time::Duration;

use super::RetryPolicy;

/// A part of `most`, chosen by `random`: 0 included, `most` not.
fn part(most: Duration, random: u64) -> Duration {
    let nanos = most.as_nanos().saturating_mul(u128::from(random)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Full jitter: uniform in 0 … min(longest, base · 2^(retry - 1)).
pub(crate) fn backoff(policy: &RetryPolicy, retry: u32, throttled: bool, random: u64) -> Duration {
    let base = if throttled { policy.throttled_backoff } else { policy.backoff };
    let factor = 2_u32.saturating_pow(retry.saturating_sub(1));
    part(base.saturating_mul(factor).min(policy.max_backoff), random)
}

/// What the service asks for and up to a tenth more, so that those who were told the same moment do not all come at it.
pub(crate) fn patience(hint: Duration, random: u64) -> Duration {
    let spread = hint.checked_div(10).unwrap_or_default().max(Duration::from_millis(500));
    hint.saturating_add(part(spread, random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_longest() {
        let policy = RetryPolicy::default();
        let longest = |retry, throttled| backoff(&policy, retry, throttled, u64::MAX).as_millis() + 1;
        assert_eq!(
            [1, 2, 3, 8, 9, 4_000_000_000].map(|n| longest(n, false)),
            [100, 200, 400, 12_800, 20_000, 20_000]
        );
        assert_eq!([1, 5, 6].map(|n| longest(n, true)), [1_000, 16_000, 20_000]);
        assert_eq!(backoff(&policy, 3, false, 0), Duration::ZERO);
    }

    #[test]
    fn patience_is_never_less_than_what_was_asked_for() {
        for (hint, most) in [(0, 500), (1_000, 1_500), (60_000, 66_000)] {
            let hint = Duration::from_millis(hint);
            assert_eq!(patience(hint, 0), hint);
            assert_eq!(patience(hint, u64::MAX).as_millis() + 1, most);
        }
        assert_eq!(patience(Duration::MAX, u64::MAX), Duration::MAX);
    }
}
