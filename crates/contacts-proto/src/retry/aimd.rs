//! The number of exchanges at the same time, found from the answers.

use std::{mem, time::Duration};

/// Limit at the start. Slow answers never decrease the limit below it.
const START: usize = 4;

/// Least number of answers for a decision: with fewer, a few slow answers would decide.
const MIN_ANSWERS: usize = 16;

/// Finds the number of exchanges at the same time: additive increase, multiplicative decrease.
///
/// The limit doubles until the first sign of overload, and later rises by an eighth. Overload, or a
/// queue in the service, halves it. A gradient of the latency, as in TCP Vegas, is steadier, but
/// its least latency becomes stale without extra probes. Here each decrease is such a probe.
#[derive(Debug)]
pub(crate) struct Aimd {
    limit: usize,
    min: usize,
    max: usize,
    in_flight: usize,
    /// Number of times that the limit changed. Only requests of the present limit count: others
    /// waited in another queue.
    generation: u64,
    is_slow_start: bool,
    /// `true` if the limit was reached since the last decision.
    is_reached: bool,
    latencies: Vec<Duration>,
    /// `true` if the last decision found a queue. Only a second one counts: a short stall of the
    /// service or of the network is over by then.
    is_slow: bool,
    /// Least median of latencies: the one without a queue.
    least: Option<Duration>,
    /// Median that caused the last decrease.
    before_decrease: Option<Duration>,
}

impl Aimd {
    /// Stays between these limits. `max` must be at least `min`, and `min` at least 1.
    pub(crate) fn between(min: usize, max: usize) -> Self {
        Self {
            limit: START.clamp(min, max),
            min,
            max,
            in_flight: 0,
            generation: 0,
            is_slow_start: true,
            is_reached: false,
            latencies: Vec::new(),
            is_slow: false,
            least: None,
            before_decrease: None,
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Counts one more exchange, if the limit allows it.
    pub(crate) fn try_begin(&mut self) -> bool {
        let is_allowed = self.in_flight < self.limit;
        if is_allowed {
            self.in_flight = self.in_flight.saturating_add(1);
        }
        self.is_reached |= self.in_flight >= self.limit;
        is_allowed
    }

    /// Returns `true` if another exchange can follow one that has ended, in its place.
    pub(crate) fn try_continue(&mut self) -> bool {
        self.is_reached |= self.in_flight >= self.limit;
        self.in_flight <= self.limit
    }

    pub(crate) fn end(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Takes the latency of an answer to a request that was sent at this generation.
    pub(crate) fn answered(&mut self, generation: u64, latency: Duration) {
        if generation != self.generation {
            return;
        }
        self.latencies.push(latency);
        if self.latencies.len() < self.limit.max(MIN_ANSWERS) {
            return;
        }
        let middle = self.latencies.len().saturating_sub(1) / 2;
        let median = *self.latencies.select_nth_unstable(middle).1;
        // If half the requests are as slow as all of them were, they are not the cause. The least
        // rises in steps, because a queue can still grow.
        let is_no_queue = |before: Duration| median > quarters(before, 3);
        let least = match (self.least, self.before_decrease.take()) {
            (None, _) => median,
            (Some(least), Some(before)) if is_no_queue(before) => median.min(quarters(least, 6)),
            (Some(least), _) => median.min(least),
        };
        self.least = Some(least);
        let was_slow = mem::replace(&mut self.is_slow, median > quarters(least, 7));
        match (was_slow, self.is_slow) {
            (_, false) => self.increase(),
            (true, true) => {
                self.decrease((self.limit / 2).max(START.min(self.limit)), Some(median));
            }
            (false, true) => self.latencies.clear(),
        }
    }

    /// Takes an answer that means overload, or none in time. A burst of them counts once.
    pub(crate) fn overloaded(&mut self, generation: u64) {
        if generation == self.generation {
            self.decrease(self.limit / 2, None);
        }
    }

    /// Increases the limit if it was reached.
    fn increase(&mut self) {
        let step = match self.is_reached {
            true if self.is_slow_start => self.limit,
            true => (self.limit / 8).max(1),
            false => 0,
        };
        self.set(self.limit.saturating_add(step));
    }

    /// Decreases the limit because of this median, or because of overload.
    fn decrease(&mut self, limit: usize, median: Option<Duration>) {
        self.is_slow_start = false;
        self.is_slow = false;
        self.before_decrease = median;
        self.set(limit);
    }

    fn set(&mut self, limit: usize) {
        let limit = limit.clamp(self.min, self.max);
        if limit != self.limit {
            self.limit = limit;
            self.generation = self.generation.wrapping_add(1);
        }
        self.is_reached = self.in_flight >= self.limit;
        self.latencies.clear();
    }
}

fn quarters(duration: Duration, count: u32) -> Duration {
    duration.saturating_mul(count).checked_div(4).unwrap_or_default()
}
