//! The time, as exchanges take it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use contacts_proto::exchange::Now;

/// A clock for one exchange. (Sessions that end at a moment need one that is common to all.)
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { monotonic: self.0.elapsed(), unix }
    }
}
