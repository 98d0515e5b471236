//! Pseudo-random numbers from a seed: the only source of randomness in tests.

use std::time::Duration;

use fastrand::Rng;

/// Pseudo-random numbers. Equal seeds give equal numbers within one build.
#[derive(Debug, Clone)]
pub struct Random(Rng);

impl Random {
    /// Creates a generator from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Returns the next number.
    pub fn draw(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Mixes this number into all further numbers.
    pub fn mix(&mut self, number: u64) {
        *self = Self::new(self.draw() ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93));
    }

    /// Returns a number below `end`, or 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.u64(..end) }
    }

    /// Returns `true` with a chance of one in `times`.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Returns a random element.
    ///
    /// # Panics
    /// If the slice is empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.usize(..of.len())]
    }

    /// Returns a time below `end`, in whole microseconds.
    pub fn time_below(&mut self, end: Duration) -> Duration {
        let micros = u64::try_from(end.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.below(micros))
    }
}
