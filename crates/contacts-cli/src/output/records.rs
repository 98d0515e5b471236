//! Writes records as JSON, CSV and tables. The output contains no control characters for a terminal
//! and no formulas for a spreadsheet. A table never breaks an id, a number or an address.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, Table, Width, presets};
use contacts_plan::spreadsheet_cell;
use contacts_ureq::escape_controls;
use serde::Serialize;
use serde_json::{
    Map, Value,
    ser::{CompactFormatter, Formatter, Serializer},
};

/// Writes a line of JSON, as `serde_json` does, but with all control characters escaped.
pub(crate) fn json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Showable(CompactFormatter)))?;
    writeln!(out)
}

struct Showable(CompactFormatter);

impl Formatter for Showable {
    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if let Cow::Borrowed(shown) = escape_controls(fragment) {
            return self.0.write_string_fragment(out, shown);
        }
        for c in fragment.chars() {
            let mut buffer = [0; 4];
            match escape_controls(c.encode_utf8(&mut buffer)) {
                Cow::Borrowed(shown) => out.write_all(shown.as_bytes())?,
                Cow::Owned(_) => write!(out, "\\u{:04x}", u32::from(c))?,
            }
        }
        Ok(())
    }
}

/// Writes CSV: a header row, then the named members of each row. `terminal` escapes control
/// characters.
pub(super) fn csv<T: Serialize>(
    out: &mut dyn Write,
    rows: impl IntoIterator<Item = T>,
    names: &[&str],
    terminal: bool,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(names).map_err(unwrapped)?;
    for row in rows {
        let row: Map<_, _> = serde_json::from_value(serde_json::to_value(row)?)?;
        let cells = names.iter().map(|name| csv_cell(row.get(*name), terminal));
        writer.write_record(cells).map_err(unwrapped)?;
    }
    writer.flush()
}

/// The IO error inside the error of the library.
fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn csv_cell(value: Option<&Value>, terminal: bool) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            let text = spreadsheet_cell(text);
            if terminal { escape_controls(&text).into_owned() } else { text.into_owned() }
        }
        Some(other) => other.to_string(),
    }
}

/// Width of the space between two columns.
const GAP: u16 = 2;

/// Writes tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables {
    pub(super) colored: bool,
}

impl Tables {
    /// Writes one line for each row. A terminal too narrow for the longest words gets a line for
    /// each cell.
    pub(super) fn write<const N: usize>(
        self,
        out: &mut dyn Write,
        names: &[&str; N],
        rows: impl Iterator<Item = [Cell; N]>,
    ) -> io::Result<()> {
        let rows: Vec<_> = rows.collect();
        let header = names
            .map(|name| self.styled(Cell::new(name), |cell| cell.add_attribute(Attribute::Bold)));
        let words =
            std::array::from_fn(|index| {
                let cells = rows.iter().chain([&header]).map(|row| row[index].content());
                widest(cells.flat_map(|text| {
                    text.split([' ', '\n']).map(str::to_owned).collect::<Vec<_>>()
                }))
            });
        let least = words.iter().map(|word| word.saturating_add(GAP)).fold(0, u16::saturating_add);
        let table = self.empty_table();
        match table.width() {
            Some(width) if width < least.saturating_sub(GAP) => self.cells(out, &header, rows),
            _ => rows_of(table, header, rows, &words, out),
        }
    }

    fn empty_table(self) -> Table {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        if self.colored {
            table.enforce_styling();
        }
        table
    }

    /// Writes a line for each cell, after its name.
    fn cells<const N: usize>(
        self,
        out: &mut dyn Write,
        header: &[Cell; N],
        rows: Vec<[Cell; N]>,
    ) -> io::Result<()> {
        let names = widest(header.iter().map(Cell::content));
        for (number, row) in rows.into_iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            for (name, cell) in header.iter().zip(row) {
                let mut table = self.empty_table();
                // The terminal wraps a long word itself, so that a copy of it has no line break.
                if !cell.content().contains(' ') {
                    table.set_content_arrangement(ContentArrangement::Disabled);
                }
                table.add_row([name.clone(), cell]);
                let mut columns = table.column_iter_mut();
                if let (Some(name), Some(cell)) = (columns.next(), columns.next()) {
                    name.set_padding((0, GAP));
                    name.set_constraint(ColumnConstraint::Absolute(Width::Fixed(names + GAP)));
                    cell.set_padding((0, 0));
                }
                writeln!(out, "{}", table.trim_fmt())?;
            }
        }
        Ok(())
    }

    pub(super) fn styled(self, cell: Cell, style: impl FnOnce(Cell) -> Cell) -> Cell {
        if self.colored { style(cell) } else { cell }
    }
}

/// Writes a line for each row. No column is narrower than its longest word.
fn rows_of<const N: usize>(
    mut table: Table,
    header: [Cell; N],
    rows: Vec<[Cell; N]>,
    words: &[u16; N],
    out: &mut dyn Write,
) -> io::Result<()> {
    table.set_header(header).add_rows(rows);
    for (number, (column, word)) in (1..).zip(table.column_iter_mut().zip(words)) {
        let gap = if number < N { GAP } else { 0 };
        column.set_padding((0, gap));
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
            word.saturating_add(gap),
        )));
    }
    writeln!(out, "{}", table.trim_fmt())
}

/// The display width of the widest word.
fn widest(words: impl Iterator<Item = String>) -> u16 {
    let mut table = Table::new();
    table.add_rows(words.map(|word| [word]));
    table.column_max_content_widths().into_iter().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_in_json_are_escaped_and_parse_to_the_same_text() {
        let text = "a\u{1b}[2J\u{9b}31m\u{202e}b\u{feff}\"é\n😀";
        let mut out = Vec::new();
        json_line(&mut out, &[text]).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, "[\"a\\u001b[2J\\u009b31m\\u202eb\\ufeff\\\"é\\n😀\"]\n");
        assert_eq!(serde_json::from_str::<[String; 1]>(&written).unwrap(), [text]);
    }

    fn written(text: &str, terminal: bool) -> String {
        let row = serde_json::json!({"text": text, "number": -1, "none": null});
        let mut out = Vec::new();
        csv(&mut out, [row], &["text", "number", "none", "missing"], terminal).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_formula_in_csv_becomes_text_and_a_number_stays_a_number() {
        assert_eq!(written("=1+1", false), "text,number,none,missing\n'=1+1,-1,,\n");
        assert_eq!(written("\u{1b}[2J", false), "text,number,none,missing\n'\u{1b}[2J,-1,,\n");
    }

    #[test]
    fn control_characters_in_csv_are_escaped_for_a_terminal() {
        assert_eq!(
            written("\u{1b}[2J\u{202e}", true),
            "text,number,none,missing\n'\\u{1b}[2J\\u{202e},-1,,\n"
        );
    }
}
