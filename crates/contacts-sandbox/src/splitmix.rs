//! A pseudo-random number generator, so that results depend only on a seed.

/// The `SplitMix64` generator.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix {
    state: u64,
}

impl SplitMix {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Creates one of several independent generators with the same seed.
    pub(crate) fn stream(seed: u64, stream: u64) -> Self {
        Self::new(Self::new(seed).next().wrapping_add(Self::new(stream).next()))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns `true` with this probability: never for 0, always for 1.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        // A double holds 53 bits, so the quotient is exact and below 1.
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
        let drawn = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_match_the_reference_implementation() {
        let mut generator = SplitMix::new(1_234_567);
        assert_eq!(generator.next(), 6_457_827_717_110_365_317);
        assert_eq!(generator.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn probabilities_0_and_1_are_exact() {
        let mut generator = SplitMix::new(7);
        assert!((0..1_000).all(|_| generator.chance(1.0)));
        assert!((0..1_000).all(|_| !generator.chance(0.0)));
    }

    #[test]
    fn a_probability_of_a_quarter_hits_about_a_quarter() {
        let mut generator = SplitMix::new(7);
        let hits = (0..10_000).filter(|_| generator.chance(0.25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
    }

    #[test]
    fn streams_with_one_seed_differ() {
        assert_ne!(SplitMix::stream(1, 0).next(), SplitMix::stream(1, 1).next());
        assert_eq!(SplitMix::stream(1, 5).next(), SplitMix::stream(1, 5).next());
    }
}
