//! Results on standard output, in the form that was asked for.

mod audit;
mod contacts;
mod csv;
mod grid;
mod json;
mod outcome;
mod plan;

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use serde::Serialize;

pub(crate) use self::{
    contacts::Change,
    outcome::made,
    plan::{Diff, Warnings, counted},
};
use crate::{
    args::{Color, Form},
    failure::Failure,
};

/// Writes results.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    form: Form,
    colored: bool,
    /// What a terminal would act upon is escaped wherever a terminal may be.
    terminal: bool,
}

/// Whoever reads the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Reader {
    There,
    /// It has read enough: what else would be asked for would be asked for nobody.
    Gone,
}

impl Output {
    /// Settles the colour for standard error too.
    pub(crate) fn new(form: Form, color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        Self::onto(form, &io::stdout())
    }

    fn onto(form: Form, stream: &(impl RawStream + IsTerminal)) -> Self {
        let colored = AutoStream::choice(stream) != ColorChoice::Never;
        Self { form, colored, terminal: IsTerminal::is_terminal(stream) }
    }

    /// Whether contacts can be written while more are on their way.
    pub(crate) fn streams(self) -> bool {
        self.form == Form::Ndjson
    }

    /// Whatever else: for people a line of text each, which may be styled.
    pub(crate) fn records<T: Serialize>(
        self,
        records: &[T],
        names: &[&str],
        line: impl Fn(&T) -> String,
    ) -> Result<(), Failure> {
        self.write(|out| match self.form {
            Form::Json => json::line(out, &records),
            Form::Ndjson => records.iter().try_for_each(|record| json::line(out, record)),
            Form::Csv => self.csv(out, records, names),
            Form::Table => {
                records.iter().map(line).try_for_each(|line| self.styled_text(out, &format_args!("{line}\n")))
            }
        })
    }

    /// Any text.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        self.write(|out| out.write_all(text.as_bytes()))
    }

    /// Text with styles, or without.
    fn styled_text(self, out: &mut dyn Write, text: &impl fmt::Display) -> io::Result<()> {
        match self.colored {
            true => write!(out, "{text}"),
            false => write!(out, "{}", anstream::adapter::strip_str(&text.to_string())),
        }
    }

    /// The last of the results: that nobody reads it is no failure.
    fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        self.stream(write).map(drop)
    }

    /// Results that may be followed by others.
    fn stream(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Reader, Failure> {
        match at_once(io::stdout().lock(), write) {
            Ok(()) => Ok(Reader::There),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(Failure::local(format!("the result cannot be written: {error}"))),
        }
    }

    /// What was changed must not get lost: it is told on standard error if it cannot be told on standard output.
    fn write_by_all_means(
        self,
        write: impl Fn(Self, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let written = self.stream(|out| write(self, out));
        if !matches!(written, Ok(Reader::There)) {
            let there = Self::onto(self.form, &io::stderr());
            // Where that is closed as well there is nobody to tell.
            let _ = at_once(io::stderr().lock(), |out| write(there, out));
        }
        written.map(drop)
    }

    /// The names are written even where there is nothing else to write.
    fn csv<T: Serialize>(
        self,
        out: &mut dyn Write,
        rows: impl IntoIterator<Item = T>,
        names: &[&str],
    ) -> io::Result<()> {
        csv::table(out, rows, names, self.terminal)
    }
}

/// What would be written.
fn rendered(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
    let mut text = Vec::new();
    // Memory takes everything.
    let _ = write(&mut text);
    text
}

/// However many pieces it is written in.
fn at_once(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    write(&mut out)?;
    out.flush()
}
