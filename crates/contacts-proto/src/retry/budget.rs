//! A limit on retries over all exchanges of a client.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

const FULL: u32 = 500;
const RETRY: u32 = 14;
const RETRY_AFTER_THROTTLE: u32 = 5;
const SUCCESS: u32 = 1;

/// A bucket of 500 tokens that all exchanges of a client share: a retry takes 14 out of it, after a throttle 5, and a success at
/// the first attempt puts 1 back. While it is empty nothing is repeated: a service in trouble gets the requests that people
/// make, and not four times as many.
#[derive(Debug, Clone)]
pub struct RetryBudget(Arc<AtomicU32>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(FULL)))
    }
}

impl RetryBudget {
    /// Tokens left: 0 to 500.
    pub fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes what a retry costs; false if there is not enough.
    pub(crate) fn take(&self, throttled: bool) -> bool {
        let cost = if throttled { RETRY_AFTER_THROTTLE } else { RETRY };
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost)).is_ok()
    }

    /// Puts back what a success gives. A full bucket, the common case, is not written to.
    pub(crate) fn give(&self) {
        let more = |left: u32| (left < FULL).then(|| left.saturating_add(SUCCESS));
        // An error is a full bucket.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_gives_nothing_and_never_overflows() {
        let budget = RetryBudget::default();
        let retries = (0..1000).filter(|_| budget.take(false)).count();
        assert_eq!(retries, 35);
        assert_eq!(budget.left(), 10);
        assert!(budget.take(true) && budget.take(true) && !budget.take(true));
        for _ in 0..2 * FULL {
            budget.give();
        }
        assert_eq!(budget.left(), FULL);
    }
}
