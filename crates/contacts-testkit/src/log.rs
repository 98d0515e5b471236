//! What happened, line by line.

use std::{fmt, time::Duration};

/// A record of what happens, or nothing where nobody reads it.
#[derive(Debug, Default)]
pub struct Log {
    lines: Option<String>,
    paused: bool,
}

impl Log {
    /// Records all that happens.
    pub fn on() -> Self {
        Self { lines: Some(String::new()), paused: false }
    }

    /// Lets lines pass unrecorded, or no more.
    pub fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Adds a line. Its parts are only put together if somebody reads them.
    pub fn line(&mut self, now: Duration, what: fmt::Arguments<'_>) {
        if self.paused {
            return;
        }
        if let Some(lines) = &mut self.lines {
            // Writing to a string cannot fail.
            let _ = fmt::write(lines, format_args!("{:>12.6} s  {what}\n", now.as_secs_f64()));
        }
    }

    /// Takes the lines since the last time.
    pub fn take(&mut self) -> String {
        self.lines.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
