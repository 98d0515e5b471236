//! When the connections of a client were made.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// When the connections of a client were made. Which request goes over which is told of writes alone: a read is taken to be sent
/// no earlier than when the latest connection was made, since it may have waited for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<Made>>);

#[derive(Debug, Default)]
struct Made {
    under_way: usize,
    last: Option<Instant>,
}

impl Connections {
    /// A connection that is begun now. It is made, or has failed, when this is dropped.
    pub(crate) fn begin(&self) -> UnderWay {
        self.change(|made| made.under_way = made.under_way.saturating_add(1));
        UnderWay(self.clone())
    }

    /// When the latest was made. While one is under way that is not before the next look, which is worth taking after some time.
    pub(crate) fn latest(&self, now: Instant) -> Option<Instant> {
        const NEXT_LOOK: Duration = Duration::from_millis(10);
        self.change(|made| if made.under_way > 0 { now.checked_add(NEXT_LOOK) } else { made.last })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Made) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A connection that is being made.
pub(crate) struct UnderWay(Connections);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.change(|made| {
            made.under_way = made.under_way.saturating_sub(1);
            made.last = Some(Instant::now());
        });
    }
}
