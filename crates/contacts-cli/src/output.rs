//! Results on standard output, in the form that was asked for.

mod audit;
mod csv;
mod json;
mod outcome;
mod plan;

use std::{
    borrow::Cow,
    fmt,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use comfy_table::{Attribute, Cell, Color as CellColor, ContentArrangement, Table};
use contacts_ureq::{Contact, ContactId, printable};
use serde::Serialize;

pub(crate) use self::plan::{Diff, Warnings, counted};
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

const HEADER: [&str; 5] = ["ID", "METHOD", "TO", "ENABLED", "ORDER"];

/// On a terminal of fewer columns an id would be broken.
const NARROW: u16 = 80;

/// A change that was made: what the service says of it, or what is said in its place.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) id: ContactId,
    pub(crate) message: String,
}

/// A contact as a line of CSV.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    id: &'a str,
    method: &'a str,
    to: &'a str,
    enabled: Option<bool>,
    disabled_reason: Option<&'a str>,
    apply_order: Option<i32>,
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
        Self { form, colored: is_colored(&io::stdout()) }
    }

    /// Whether contacts can be written while more are on their way.
    pub(crate) fn streams(self) -> bool {
        self.form == Form::Ndjson
    }

    /// Several contacts.
    pub(crate) fn contacts(self, contacts: &[Contact]) -> Result<(), Failure> {
        self.write(|out| match self.form {
            Form::Json => json::line(out, &contacts),
            Form::Ndjson => contacts.iter().try_for_each(|contact| json::line(out, contact)),
            Form::Csv => self.csv(out, contacts.iter().map(Row::new), &Row::NAMES),
            Form::Table => self.table(out, contacts),
        })
    }

    /// One contact.
    pub(crate) fn contact(self, contact: &Contact) -> Result<(), Failure> {
        match self.form {
            Form::Json => self.write(|out| json::line(out, contact)),
            _ => self.contacts(std::slice::from_ref(contact)),
        }
    }

    /// Changes; an array only if several were asked for.
    pub(crate) fn changes(self, changes: &[Change], several: bool) -> Result<(), Failure> {
        self.write(|out| match (self.form, changes) {
            (Form::Json, [change]) if !several => json::line(out, change),
            (Form::Json, changes) => json::line(out, &changes),
            (Form::Ndjson, changes) => changes.iter().try_for_each(|change| json::line(out, change)),
            (Form::Csv, changes) => self.csv(out, changes, &["id", "message"]),
            (Form::Table, changes) => changes
                .iter()
                .try_for_each(|Change { id, message }| writeln!(out, "{} {id}", printable(message))),
        })
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

    fn table(self, out: &mut dyn Write, contacts: &[Contact]) -> io::Result<()> {
        if contacts.is_empty() {
            return writeln!(out, "no contacts");
        }
        self.grid(out, &HEADER, contacts.iter().map(|contact| self.row(contact)))
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

    fn row(self, contact: &Contact) -> [Cell; 5] {
        let reason = contact.status.as_ref().and_then(|status| status.disabled_reason.as_deref());
        let enabled = match (contact.is_enabled(), reason) {
            (true, _) => self.styled(Cell::new("yes"), |cell| cell.fg(CellColor::Green)),
            (false, reason) => {
                let text =
                    reason.map_or(Cow::Borrowed("no"), |reason| format!("no: {}", printable(reason)).into());
                self.styled(Cell::new(text), |cell| cell.fg(CellColor::Yellow))
            }
        };
        let order = contact.apply_order.map(|order| order.to_string()).unwrap_or_default();
        [
            Cell::new(contact.id.as_str()),
            Cell::new(printable(contact.method.as_str())),
            Cell::new(printable(&contact.to)),
            enabled,
            Cell::new(order),
        ]
    }

    fn styled(self, cell: Cell, style: impl FnOnce(Cell) -> Cell) -> Cell {
        if self.colored { style(cell) } else { cell }
    }
}

impl<'a> Row<'a> {
    const NAMES: [&'static str; 6] = ["id", "method", "to", "enabled", "disabledReason", "applyOrder"];

    fn new(contact: &'a Contact) -> Self {
        let status = contact.status.as_ref();
        Self {
            id: contact.id.as_str(),
            method: contact.method.as_str(),
            to: &contact.to,
            enabled: status.and_then(|status| status.enabled),
            disabled_reason: status.and_then(|status| status.disabled_reason.as_deref()),
            apply_order: contact.apply_order,
        }
    }
}

fn is_colored(stream: &(impl RawStream + IsTerminal)) -> bool {
    AutoStream::choice(stream) != ColorChoice::Never
}
