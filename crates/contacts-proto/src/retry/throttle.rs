//! The pause of all exchanges of a user after a 429.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The pause of all exchanges of a user after a 429. Clones share it.
///
/// Without it, each of many concurrent exchanges would meet the limit alone, and keep it exceeded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Throttle {
    /// End of the pause on the monotonic clock, in nanoseconds.
    end: Arc<AtomicU64>,
}

impl Throttle {
    /// Pauses until this time, or longer if a longer pause is known.
    pub(crate) fn pause_until(&self, end: Duration) {
        self.end.fetch_max(nanos(end), Ordering::Relaxed);
    }

    /// Returns the end of the last pause.
    pub(crate) fn end(&self) -> Duration {
        Duration::from_nanos(self.end.load(Ordering::Relaxed))
    }

    /// Sets the end of the pause, earlier or later.
    pub(crate) fn set(&self, end: Duration) {
        self.end.store(nanos(end), Ordering::Relaxed);
    }

    /// Returns the rest of the pause, or zero.
    pub(crate) fn remaining(&self, now: Duration) -> Duration {
        self.end().saturating_sub(now)
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
