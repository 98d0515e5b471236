//! Results on standard output, in the form that was asked for.

mod contacts;
mod records;

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use comfy_table::Cell;
use contacts_ureq::ContactId;
use serde::Serialize;

use self::records::Tables;
pub(crate) use self::records::json_line;
use crate::{
    config::flags::{Color, OutputFormat},
    error::Failure,
};

/// Writes results.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) form: OutputFormat,
    colored: bool,
    /// What a terminal would act upon is escaped wherever a terminal may be.
    terminal: bool,
}

/// A change that was made: what the service says of it, or what is said in its place.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) id: ContactId,
    pub(crate) message: String,
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
    pub(crate) fn new(form: OutputFormat, color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        Self::onto(form, &io::stdout())
    }

    fn onto(form: OutputFormat, stream: &(impl RawStream + IsTerminal)) -> Self {
        let colored = AutoStream::choice(stream) != ColorChoice::Never;
        Self { form, colored, terminal: IsTerminal::is_terminal(stream) }
    }

    /// Whether contacts can be written while more are on their way.
    pub(crate) fn streams(self) -> bool {
        self.form == OutputFormat::Ndjson
    }

    /// Whatever else: for people a line of text each, which may be styled.
    pub(crate) fn records<T: Serialize>(
        self,
        records: &[T],
        names: &[&str],
        line: impl Fn(&T) -> String,
    ) -> Result<(), Failure> {
        self.write(|out| match self.form {
            OutputFormat::Json => json_line(out, &records),
            OutputFormat::Ndjson => records.iter().try_for_each(|record| json_line(out, record)),
            OutputFormat::Csv => self.csv(out, records, names),
            OutputFormat::Table => {
                records.iter().map(line).try_for_each(|line| self.styled_text(out, &format_args!("{line}\n")))
            }
        })
    }

    /// Any text.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        self.write(|out| out.write_all(text.as_bytes()))
    }

    /// A table for people.
    pub(crate) fn table<const N: usize>(
        self,
        out: &mut dyn Write,
        names: &[&str; N],
        rows: impl Iterator<Item = [Cell; N]>,
    ) -> io::Result<()> {
        Tables { colored: self.colored }.write(out, names, rows)
    }

    pub(crate) fn styled(self, cell: Cell, style: impl FnOnce(Cell) -> Cell) -> Cell {
        Tables { colored: self.colored }.styled(cell, style)
    }

    /// Text with styles, or without.
    pub(crate) fn styled_text(self, out: &mut dyn Write, text: &impl fmt::Display) -> io::Result<()> {
        match self.colored {
            true => write!(out, "{text}"),
            false => write!(out, "{}", anstream::adapter::strip_str(&text.to_string())),
        }
    }

    /// The last of the results: that nobody reads it is no failure.
    pub(crate) fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        self.stream(write).map(drop)
    }

    /// Results that may be followed by others.
    pub(crate) fn stream(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Failure> {
        match at_once(io::stdout().lock(), write) {
            Ok(()) => Ok(Reader::There),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(Failure::local(format!("the result cannot be written: {error}"))),
        }
    }

    /// What was changed must not get lost: it is told on standard error if it cannot be told on standard output.
    pub(crate) fn write_by_all_means(
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
    pub(crate) fn csv<T: Serialize>(
        self,
        out: &mut dyn Write,
        rows: impl IntoIterator<Item = T>,
        names: &[&str],
    ) -> io::Result<()> {
        records::csv(out, rows, names, self.terminal)
    }
}

/// What would be written.
pub(crate) fn rendered(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
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
