//! A limit on the retries of all exchanges of a client.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

const FULL: u32 = 500;
const RETRY: u32 = 14;
const RETRY_AFTER_THROTTLE: u32 = 5;
const SUCCESS: u32 = 1;

/// Limits the retries of all exchanges of a client. Clones share one budget.
///
/// A full budget has 500 tokens. A retry costs 14, after a 429 only 5. A success at the first
/// attempt gives 1 back. With too few tokens, the client does not retry, so that a service in
/// trouble does not get four times as many requests.
#[derive(Debug, Clone)]
pub struct RetryBudget(Arc<AtomicU32>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Arc::new(AtomicU32::new(FULL)))
    }
}

impl RetryBudget {
    /// Returns the number of tokens left, 0 to 500.
    pub fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the number of tokens left.
    pub(crate) fn set(&self, tokens: u32) {
        self.0.store(tokens, Ordering::Relaxed);
    }

    /// Takes the tokens for a retry. Returns `false` if there are too few.
    pub(crate) fn take(&self, throttled: bool) -> bool {
        let cost = if throttled { RETRY_AFTER_THROTTLE } else { RETRY };
        self.update(|left| left.checked_sub(cost))
    }

    /// Gives back a token for a success. A full budget, the common case, is not written to.
    pub(crate) fn give(&self) {
        self.update(|left| (left < FULL).then(|| left.saturating_add(SUCCESS)));
    }

    /// Changes the number of tokens. Returns `false`, and changes nothing, for `None`.
    fn update(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let mut left = self.left();
        // `AtomicU32::fetch_update` does the same, but the newest Rust deprecates it.
        while let Some(new) = change(left) {
            match self.0.compare_exchange_weak(left, new, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(current) => left = current,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_budget_allows_no_retry_and_a_full_one_does_not_overflow() {
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
