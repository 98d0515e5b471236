//! Writes results to standard output in the chosen format.

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
    /// Escape control characters, because the stream is a terminal.
    terminal: bool,
}

/// A finished change, with the message of the service or its replacement.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) id: ContactId,
    pub(crate) message: String,
}

/// The state of the reader of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Reader {
    There,
    /// It has closed the pipe, so further results are useless.
    Gone,
}

impl Output {
    /// Also sets the color mode of standard error.
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

    /// Returns `true` if the format can be written page by page.
    pub(crate) fn streams(self) -> bool {
        self.form == OutputFormat::Ndjson
    }

    /// Writes records. The table format has one line for each, which may be styled.
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
            OutputFormat::Table => records
                .iter()
                .map(line)
                .try_for_each(|line| self.styled_text(out, &format_args!("{line}\n"))),
        })
    }

    /// Writes text.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        self.write(|out| out.write_all(text.as_bytes()))
    }

    /// Writes a table.
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

    /// Writes text, without styles if color is off.
    pub(crate) fn styled_text(
        self,
        out: &mut dyn Write,
        text: &impl fmt::Display,
    ) -> io::Result<()> {
        match self.colored {
            true => write!(out, "{text}"),
            false => write!(out, "{}", anstream::adapter::strip_str(&text.to_string())),
        }
    }

    /// Writes the last result. A closed pipe is not a failure.
    pub(crate) fn write(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        self.stream(write).map(drop)
    }

    /// Writes a result that others may follow.
    pub(crate) fn stream(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Reader, Failure> {
        match at_once(io::stdout().lock(), write) {
            Ok(()) => Ok(Reader::There),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
            Err(error) => Err(Failure::local(format!("could not write the result: {error}"))),
        }
    }

    /// Writes a result that must not get lost. If standard output fails, it goes to standard error.
    pub(crate) fn write_by_all_means(
        self,
        write: impl Fn(Self, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let written = self.stream(|out| write(self, out));
        if !matches!(written, Ok(Reader::There)) {
            let stderr = Self::onto(self.form, &io::stderr());
            // If standard error is closed too, no one can read the result.
            let _ = at_once(io::stderr().lock(), |out| write(stderr, out));
        }
        written.map(drop)
    }

    /// Writes CSV, with a header row even without other rows.
    pub(crate) fn csv<T: Serialize>(
        self,
        out: &mut dyn Write,
        rows: impl IntoIterator<Item = T>,
        names: &[&str],
    ) -> io::Result<()> {
        records::csv(out, rows, names, self.terminal)
    }
}

/// Writes to memory.
pub(crate) fn rendered(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<u8> {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = write(&mut text);
    text
}

/// Buffers the output, so that other threads cannot write between its parts.
fn at_once(
    out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    write(&mut out)?;
    out.flush()
}
