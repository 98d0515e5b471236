//! Choices out of one number, so that proptest shrinks them all by shrinking the number: 0 is the plainest choice of each.

use std::time::Duration;

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(number: u64) -> Self {
        Self(number)
    }

    /// 0 … sides - 1.
    pub(crate) fn pick(&mut self, sides: u64) -> u64 {
        let picked = self.0 % sides;
        self.0 /= sides;
        picked
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let sides = u64::try_from(choices.len()).unwrap();
        choices[usize::try_from(self.pick(sides)).unwrap()]
    }

    pub(crate) fn millis(&mut self, choices: &[u64]) -> Duration {
        Duration::from_millis(self.one_of(choices))
    }
}
