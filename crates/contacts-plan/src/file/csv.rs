//! CSV: a header, and a line for each contact.

use std::collections::BTreeSet;

use contacts_proto::printable;
use csv_core::{ReadFieldResult, Reader};

use super::{
    node::{Document, Member, Node, Value},
    spreadsheet,
};
use crate::{Desired, Mistake, Place, place::Locator};

const COLUMNS: [&str; 4] = ["id", "method", "to", "enabled"];
/// Written by `contacts list`, and passed over.
const PASSED_OVER: [&str; 2] = ["disabledReason", "applyOrder"];

/// A cell as it stands in the text.
struct Cell {
    place: Place,
    text: String,
    /// It ends its line.
    last: bool,
}

pub(super) fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut cells = cells(text, &mut document.mistakes).into_iter();
    let mut line = || {
        let mut line = Vec::new();
        for cell in cells.by_ref() {
            let last = cell.last;
            line.push(cell);
            if last {
                break;
            }
        }
        line
    };
    let header = header(&line(), &mut document.mistakes);
    if !["method", "to"].iter().all(|column| header.contains(&Some(*column))) {
        return document;
    }
    loop {
        let line = line();
        let Some(place) = line.first().map(|cell| cell.place) else { return document };
        // Spreadsheets leave lines like that at the end.
        if line.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        if let Some(excess) = line.get(header.len()) {
            let message = format!("there are {} cells here and {} columns", line.len(), header.len());
            document.mistakes.push(Mistake::new(excess.place, message));
            continue;
        }
        let members = line.into_iter().zip(&header).filter_map(|(cell, column)| {
            let text = spreadsheet::read(&cell.text);
            let value = if text.is_empty() { Value::Null } else { Value::Text(text.into()) };
            let node = Node { place: cell.place, value };
            Some(Member { place: cell.place, key: (*column)?.into(), node })
        });
        let value = Value::Map(members.collect());
        document.entries.push(Node { place, value });
    }
}

/// The columns; nothing for those that are passed over.
fn header(cells: &[Cell], mistakes: &mut Vec<Mistake>) -> Vec<Option<&'static str>> {
    let (mut columns, mut seen) = (Vec::new(), BTreeSet::new());
    for Cell { place, text, .. } in cells {
        let known = COLUMNS.into_iter().find(|column| column.eq_ignore_ascii_case(text));
        let passed_over = PASSED_OVER.iter().any(|column| column.eq_ignore_ascii_case(text));
        if known.is_none() && !passed_over {
            let text = printable(text);
            let message = format!(
                "the column `{text}` is not known: {} are, with commas between them",
                COLUMNS.join(", ")
            );
            mistakes.push(Mistake::new(*place, message));
        }
        if known.is_some_and(|column| !seen.insert(column)) {
            mistakes.push(Mistake::new(*place, format!("the column `{}` is here twice", printable(text))));
        }
        columns.push(known);
    }
    for column in ["method", "to"] {
        if !seen.contains(column) {
            mistakes.push(Mistake::new(Place::START, format!("there is no column `{column}`")));
        }
    }
    columns
}

/// All cells, and what is wrong with their quotes.
fn cells(text: &str, mistakes: &mut Vec<Mistake>) -> Vec<Cell> {
    let (mut cells, mut reader, mut locator) = (Vec::new(), Reader::new(), Locator::new(text));
    // No cell is longer than the text.
    let mut buffer = vec![0; text.len().saturating_add(1)];
    let (mut from, mut at, mut written) = (0_usize, 0_usize, 0_usize);
    loop {
        let input = text.as_bytes().get(at..).unwrap_or_default();
        let (result, read, more) = reader.read_field(input, buffer.get_mut(written..).unwrap_or_default());
        at = at.saturating_add(read);
        written = written.saturating_add(more);
        match result {
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
            ReadFieldResult::End => return cells,
            ReadFieldResult::Field { record_end } => {
                let raw = text.get(from..at).unwrap_or_default();
                // Ends of lines before the first cell of a line belong to the line before; so does what ends the cell itself.
                let raw = if cells.last().is_none_or(|cell: &Cell| cell.last) {
                    raw.trim_start_matches(['\r', '\n'])
                } else {
                    raw
                };
                let raw = raw.strip_suffix([',', '\n', '\r']).unwrap_or(raw);
                let place = locator.of(raw);
                let inner = buffer.get(..written).unwrap_or_default();
                let inner = String::from_utf8_lossy(inner);
                let text = if raw.starts_with('"') {
                    check_quotes(raw, place, mistakes);
                    inner.into_owned()
                } else {
                    inner.trim().to_owned()
                };
                cells.push(Cell { place, text, last: record_end });
                (from, written) = (at, 0);
            }
        }
    }
}

fn check_quotes(raw: &str, place: Place, mistakes: &mut Vec<Mistake>) {
    if raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        mistakes.push(Mistake::new(place, "the quotes that begin here do not end"));
    } else if !raw.ends_with('"') {
        mistakes.push(Mistake::new(place, "there is something after the end of the quotes"));
    }
}

pub(super) fn write(contacts: &[Desired]) -> String {
    let mut text = COLUMNS.join(",");
    text.push('\n');
    for Desired { id, method, to, enabled, .. } in contacts {
        let id = id.as_ref().map_or("", |id| id.as_str());
        let cells = [id, method.as_str(), to, if *enabled { "true" } else { "false" }].map(cell);
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

fn cell(text: &str) -> String {
    let text = spreadsheet::spreadsheet_cell(text);
    let plain = !text.contains([',', '"', ';', '\n', '\r']) && text.trim().len() == text.len();
    if plain { text.into_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
