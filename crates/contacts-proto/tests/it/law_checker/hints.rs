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
    /// What `Retry-After` and `X-RateLimit-Reset` come to, by the rules and not by the code under test.
    retry_after: Option<u64>,
    reset: Option<u64>,
    /// Whether `X-RateLimit-Remaining` says that none are.
    used_up: bool,
}

impl Hint {
    pub(crate) fn read(dice: &mut Dice) -> Self {
        let (form, seconds, other) = (dice.pick(12), dice.one_of(&SECONDS), dice.one_of(&SECONDS));
        let date = ("date", DATE.to_owned());
        let (minutes, rest) = (seconds / 60, seconds % 60);
        let clock = format!("10:{minutes:02}:{rest:02}");
        let retry_after = |value: String| ("retry-after", value);
        let reset = |value: String| ("x-ratelimit-reset", value);
        let (mut headers, after, until) = match form {
            3 => (vec![retry_after(seconds.to_string())], Some(seconds), None),
            4 => (vec![date, retry_after(format!("Tue, 24 Nov 2026 {clock} GMT"))], Some(seconds), None),
            5 => (vec![reset(seconds.to_string())], None, Some(seconds)),
            6 => (vec![date, reset(format!("2026-11-24T{clock}Z"))], None, Some(seconds)),
            7 => (vec![date, reset(format!("2026-11-24T10:{minutes:02}Z"))], None, Some(minutes * 60)),
            8 => (vec![date, reset((EPOCH + seconds).to_string())], None, Some(seconds)),
            9 => (
                vec![retry_after(other.to_string()), date, reset(format!("2026-11-24T{clock}Z"))],
                Some(other),
                Some(seconds),
            ),
            10 => (vec![date, retry_after("soon".into()), reset("2026-11-24".into())], None, None),
            11 => (vec![retry_after(DATE.into()), reset(format!("2026-11-24T{clock}Z"))], None, None),
            2 => (vec![retry_after(format!("{seconds}.25"))], Some(seconds + 1), None),
            _ => (Vec::new(), None, None),
        };
        let used_up = dice.pick(2) == 1;
        headers.push(("x-ratelimit-remaining", if used_up { "0" } else { "97" }.into()));
        Self { headers, retry_after: after, reset: until, used_up }
    }

    /// What an answer with this status asks for.
    pub(crate) fn asks_for(&self, status: u16) -> Option<Duration> {
        let reset = self.reset.filter(|_| status == 429 || self.used_up);
        self.retry_after.max(reset).map(Duration::from_secs)
    }
}
