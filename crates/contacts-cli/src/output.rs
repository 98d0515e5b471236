//! Results on standard output, in the form that was asked for.

mod audit;
mod contacts;
mod csv;
mod json;
mod outcome;
mod plan;

use std::{
    fmt,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use comfy_table::{Attribute, Cell, ContentArrangement, Table};
use serde::Serialize;

pub(crate) use self::{
    contacts::Change,
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
}

/// On a terminal of fewer columns an id would be broken.
const NARROW: u16 = 80;

impl Output {
    /// Settles the colour for standard error too.
    pub(crate) fn new(form: Form, color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        choice.write_global();
        Self { form, colored: is_colored(&io::stdout()) }
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

    fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            // Whoever reads has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::local(format!("the result cannot be written: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// The names are written even where there is nothing else to write.
    fn csv<T: Serialize>(
        self,
        out: &mut dyn Write,
        rows: impl IntoIterator<Item = T>,
        names: &[&str],
    ) -> io::Result<()> {
        csv::table(out, rows, names, io::stdout().is_terminal())
    }

    /// A row of cells a line; on a narrow terminal a line for each cell, so that what is to be copied stays whole.
    fn grid<const N: usize>(
        self,
        out: &mut dyn Write,
        names: &[&str; N],
        rows: impl Iterator<Item = [Cell; N]>,
    ) -> io::Result<()> {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if self.colored {
            table.enforce_styling();
        }
        let header = names.iter().map(|name| self.header(name));
        if table.width().is_some_and(|width| width < NARROW) {
            for (number, row) in rows.enumerate() {
                if number > 0 {
                    table.add_row([""]);
                }
                table.add_rows(header.clone().zip(row).map(|(name, cell)| [name, cell]));
            }
        } else {
            table.set_header(header);
            table.add_rows(rows);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        writeln!(out, "{}", table.trim_fmt())
    }

    fn header(self, name: &str) -> Cell {
        self.styled(Cell::new(name), |cell| cell.add_attribute(Attribute::Bold))
    }

    fn styled(self, cell: Cell, style: impl FnOnce(Cell) -> Cell) -> Cell {
        if self.colored { style(cell) } else { cell }
    }
}

fn is_colored(stream: &(impl RawStream + IsTerminal)) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}
