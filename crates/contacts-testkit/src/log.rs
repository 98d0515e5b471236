//! A log of all events, line by line.

use std::{fmt, time::Duration};

/// A log. It is off by default.
#[derive(Debug, Clone, Default)]
pub struct Log {
    lines: Option<String>,
    paused: bool,
}

impl Log {
    /// A log that records.
    pub fn on() -> Self {
        Self { lines: Some(String::new()), paused: false }
    }

    /// Pauses or resumes recording.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Adds a line. Formats it only if the log is on.
    pub fn line(&mut self, now: Duration, what: fmt::Arguments<'_>) {
        if self.paused {
            return;
        }
        if let Some(lines) = &mut self.lines {
            // Writing to a string cannot fail.
            let _ = fmt::write(lines, format_args!("{:>12.6} s  {what}\n", now.as_secs_f64()));
        }
    }

    /// Takes the lines since the last call.
    pub fn take(&mut self) -> String {
        self.lines.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
