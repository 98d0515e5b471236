//! Pseudo-random numbers that follow from a seed: the one source of all that a test draws.

use std::time::Duration;

use fastrand::Rng;

/// Pseudo-random numbers. Equal seeds give equal numbers, in one build.
#[derive(Debug, Clone)]
pub struct Random(Rng);

impl Random {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Makes all further numbers depend on this one too.
    pub fn mix(&mut self, number: u64) {
        *self = Self::new(self.draw() ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93));
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.u64(..end) }
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.usize(..of.len())]
    }

    /// A time below `end`, to the microsecond.
    pub fn time_below(&mut self, end: Duration) -> Duration {
        let micros = u64::try_from(end.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.below(micros))
    }
}
