//! What the world does to an exchange: answers, failures, time and chance.

use std::time::Duration;

use contacts_proto::Cause;

use super::{dice::Dice, hints::Hint};

/// What happens at one step.
#[derive(Debug, Clone)]
pub(crate) struct Beat {
    pub(crate) outcome: Outcome,
    /// Whether a source of credentials has some.
    pub(crate) granted: bool,
    pub(crate) slept: Slept,
    /// How long it takes.
    pub(crate) takes: Duration,
    /// An event is reported that does not follow from the last action: this one of them.
    pub(crate) unfit: Option<u64>,
    pub(crate) random: u64,
}

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The answer that the operation hopes for, in one of its variants.
    Good(u64),
    /// 200, and a body that no operation can use.
    Useless(&'static [u8], Hint),
    Status(u16, Hint),
    /// The head of an answer, and a body that breaks off.
    Cut(u16, Hint, Cause),
    NotSent(Cause),
    MaybeSent(Cause),
}

/// How a wait goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slept {
    Exactly,
    /// It is cut short: this many quarters of it pass.
    Quarters(u32),
    Longer,
}

const BODIES: [&[u8]; 4] = [b"<html>Log in</html>", br#"{"values":[{"id""#, b"\xff\xfe", b"null and void"];

const STATUSES: [u16; 32] = [
    429, 503, 500, 401, 429, 503, 502, 504, 408, 425, 421, 401, 404, 400, 403, 404, 405, 409, 410, 413, 415,
    422, 422, 501, 505, 301, 302, 307, 304, 103, 599, 700,
];

const CAUSES: [Cause; 8] = [
    Cause::Closed,
    Cause::TimedOut,
    Cause::Connect,
    Cause::Resolve,
    Cause::Certificate,
    Cause::Tls,
    Cause::TooLarge,
    Cause::Other,
];

/// Milliseconds that an answer takes.
const TAKES: [u64; 16] =
    [0, 0, 0, 1, 20, 50, 50, 200, 200, 1_000, 1_000, 3_000, 10_000, 29_999, 31_000, 130_000];

impl Beat {
    /// `kindness` of 16 outcomes are good.
    pub(crate) fn read(number: u64, kindness: u64) -> Self {
        let mut dice = Dice::new(number);
        let outcome = Outcome::read(&mut dice, kindness);
        Self {
            outcome,
            granted: dice.pick(4) != 3,
            slept: match dice.pick(8) {
                5 => Slept::Quarters(1),
                6 => Slept::Quarters(3),
                7 => Slept::Longer,
                _ => Slept::Exactly,
            },
            takes: dice.millis(&TAKES),
            unfit: Some(dice.pick(16)).filter(|unfit| *unfit > 12),
            random: match dice.pick(4) {
                0 => 0,
                1 => u64::MAX,
                _ => number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            },
        }
    }
}

impl Outcome {
    fn read(dice: &mut Dice, kindness: u64) -> Self {
        let (kind, variant) = (dice.pick(16), dice.pick(16));
        if kind < kindness {
            return Self::Good(variant);
        }
        match variant {
            0..=6 => Self::Status(dice.one_of(&STATUSES), Hint::read(dice)),
            7 | 8 => Self::MaybeSent(dice.one_of(&CAUSES)),
            9 | 10 => Self::NotSent(dice.one_of(&CAUSES)),
            11 => Self::Cut(200, Hint::read(dice), Cause::Closed),
            12 => Self::Cut(dice.one_of(&STATUSES), Hint::read(dice), dice.one_of(&CAUSES)),
            13 => Self::Useless(dice.one_of(&BODIES), Hint::read(dice)),
            14 => Self::Status(503, Hint::read(dice)),
            _ => Self::Status(429, Hint::read(dice)),
        }
    }
}
