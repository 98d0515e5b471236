//! The wait before the next attempt.

use std::time::Duration;

use super::RetryPolicy;

/// Returns a random part of `most`: at least 0, less than `most`.
fn part(most: Duration, random: u64) -> Duration {
    let nanos = most.as_nanos().saturating_mul(u128::from(random)) >> 64;
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Returns a back-off with full jitter: uniform in 0 … min(max_backoff, base · 2^(retry - 1)).
pub(crate) fn backoff(policy: &RetryPolicy, retry: u32, throttled: bool, random: u64) -> Duration {
    let base = if throttled { policy.throttled_backoff } else { policy.backoff };
    let factor = 2_u32.saturating_pow(retry.saturating_sub(1));
    part(base.saturating_mul(factor).min(policy.max_backoff), random)
}

/// Returns the server-requested delay plus up to 10 %, so that clients do not all return at once.
pub(crate) fn patience(hint: Duration, random: u64) -> Duration {
    let spread = hint.checked_div(10).unwrap_or_default().max(Duration::from_millis(500));
    hint.saturating_add(part(spread, random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_its_maximum() {
        let policy = RetryPolicy::default();
        let longest =
            |retry, throttled| backoff(&policy, retry, throttled, u64::MAX).as_millis() + 1;
        assert_eq!(
            [1, 2, 3, 8, 9, 4_000_000_000].map(|n| longest(n, false)),
            [100, 200, 400, 12_800, 20_000, 20_000]
        );
        assert_eq!([1, 5, 6].map(|n| longest(n, true)), [1_000, 16_000, 20_000]);
        assert_eq!(backoff(&policy, 3, false, 0), Duration::ZERO);
    }

    #[test]
    fn the_wait_is_never_shorter_than_the_server_requested() {
        for (hint, most) in [(0, 500), (1_000, 1_500), (60_000, 66_000)] {
            let hint = Duration::from_millis(hint);
            assert_eq!(patience(hint, 0), hint);
            assert_eq!(patience(hint, u64::MAX).as_millis() + 1, most);
        }
        assert_eq!(patience(Duration::MAX, u64::MAX), Duration::MAX);
    }
}
