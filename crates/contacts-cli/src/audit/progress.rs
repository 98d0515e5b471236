//! How far it is, on standard error, to a person at a terminal.

use std::{fmt::Write, time::Duration};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::{Standing, row::Tally};
use crate::tell;

/// A bar with rate and estimate, and what was found so far. It goes away at its end.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

const TEMPLATE: &str = "{wide_bar} {human_pos}/{human_len} users, {rate}, {eta} left{msg}{prefix}";

/// What is worth a look, the worst first.
const SHOWN: [Standing; 4] =
    [Standing::Unreachable, Standing::Lacking, Standing::Single, Standing::Unreadable];

impl Progress {
    /// Of so many users, of whom some are known already. Where nobody looks, nothing is shown.
    pub(crate) fn new(users: usize, known: usize, is_shown: bool) -> Self {
        if !is_shown || users == known {
            return Self(None);
        }
        let [users, known] = [users, known].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // Writing to a line of text cannot fail.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        let style = style.with_key("rate", rate).progress_chars("=> ");
        let bar = ProgressBar::new(users).with_style(style).with_position(known);
        bar.reset_eta();
        // While all users wait, time passes visibly.
        bar.enable_steady_tick(Duration::from_millis(500));
        tell::beside(Some(bar.clone()));
        Self(Some(bar))
    }

    /// One user more.
    pub(crate) fn step(&self, tally: &Tally) {
        let Self(Some(bar)) = self else { return };
        let counts = SHOWN.map(|standing| (tally.count(standing), standing.word()));
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: String = counts.map(|(count, word)| format!(", {count} {word}")).collect();
        bar.set_message(counts);
        bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self(Some(bar)) = self {
            bar.finish_and_clear();
            tell::beside(None);
        }
    }
}
