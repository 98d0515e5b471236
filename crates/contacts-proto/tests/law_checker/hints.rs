//! How a server may ask for patience, in each form that there is, and what it then asks for.

use std::time::Duration;

use super::dice::Dice;

/// The answer's own date: 1,795,514,400 seconds of the Unix epoch.
const DATE: &str = "Tue, 24 Nov 2026 10:00:00 GMT";
const EPOCH: u64 = 1_795_514_400;

const SECONDS: [u64; 12] = [0, 1, 2, 3, 5, 10, 30, 59, 60, 61, 90, 3599];

#[derive(Debug, Clone, Default)]
pub(crate) struct Hint {
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What it comes to, by the rules and not by the code under test.
    pub(crate) asks_for: Option<Duration>,
}

impl Hint {
    pub(crate) fn read(dice: &mut Dice) -> Self {
        let (form, seconds, other) = (dice.pick(12), dice.one_of(&SECONDS), dice.one_of(&SECONDS));
        let date = ("date", DATE.to_owned());
        let (minutes, rest) = (seconds / 60, seconds % 60);
        let clock = format!("10:{minutes:02}:{rest:02}");
        let retry_after = |value: String| ("retry-after", value);
        let reset = |value: String| ("x-ratelimit-reset", value);
        let (headers, asks_for) = match form {
            3 => (vec![retry_after(seconds.to_string())], Some(seconds)),
            4 => (vec![date, retry_after(format!("Tue, 24 Nov 2026 {clock} GMT"))], Some(seconds)),
            5 => (vec![reset(seconds.to_string())], Some(seconds)),
            6 => (vec![date, reset(format!("2026-11-24T{clock}Z"))], Some(seconds)),
            7 => (vec![date, reset(format!("2026-11-24T10:{minutes:02}Z"))], Some(minutes * 60)),
            8 => (vec![date, reset((EPOCH + seconds).to_string())], Some(seconds)),
            9 => (
                vec![retry_after(other.to_string()), date, reset(format!("2026-11-24T{clock}Z"))],
                Some(seconds.max(other)),
            ),
            10 => (vec![date, retry_after("soon".into()), reset("2026-11-24".into())], None),
            11 => (vec![retry_after(DATE.into()), reset(format!("2026-11-24T{clock}Z"))], None),
            _ => (Vec::new(), None),
        };
        Self { headers, asks_for: asks_for.map(Duration::from_secs) }
    }
}
