//! The current time for exchanges.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use contacts_proto::exchange::Now;

/// A clock for one exchange. (Sessions with a common deadline need a common clock.)
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
