//! CSV: a header row, and a row for each contact.

use std::collections::BTreeSet;

use contacts_proto::escape_controls;

use super::{
    node::{Document, Member, Node, Value},
    spreadsheet,
};
use crate::{
    Desired, Diagnostic, Position,
    csv::{Cell, Row, Rows},
};

/// Message for a file without a header row.
pub(super) const EMPTY: &str =
    "this file is empty; write the header row `method,to` for no contacts";

/// Columns that `write` writes.
const COLUMNS: [&str; 4] = ["id", "method", "to", "enabled"];
/// More columns that `contacts list` writes. Accepted when reading.
const LISTED: [&str; 2] = ["disabledReason", "applyOrder"];

/// A column of the header row.
#[derive(PartialEq)]
enum Column {
    Known(&'static str),
    /// Its name has a diagnostic.
    Unknown,
    /// Spreadsheets add such columns at the end.
    Unnamed,
}

pub(super) fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut rows = Rows::new(text);
    let Some(Row { cells, diagnostics, .. }) = rows.next() else {
        return Document::invalid(Position::START, EMPTY);
    };
    document.diagnostics.extend(diagnostics);
    let header = header(&cells, &mut document.diagnostics);
    if !["method", "to"].iter().all(|column| header.contains(&Column::Known(column))) {
        return document;
    }
    for Row { cells, diagnostics, .. } in rows {
        // A missing closing quote makes the rest of the row part of one cell.
        let is_invalid = !diagnostics.is_empty();
        document.diagnostics.extend(diagnostics);
        let Some(position) = cells.first().map(|cell| cell.position) else { continue };
        let mut members = Vec::new();
        for (number, Cell { position, text, .. }) in cells.into_iter().enumerate() {
            let text = spreadsheet::read(&text);
            match header.get(number) {
                Some(Column::Known(column)) => {
                    let value =
                        if text.is_empty() { Value::Null } else { Value::Text(text.into()) };
                    members.push(Member {
                        position,
                        key: (*column).into(),
                        node: Node { position, value },
                    });
                }
                Some(Column::Unknown) => {}
                _ if text.is_empty() => {}
                _ => document.diagnostics.push(Diagnostic::new(
                    position,
                    "the header row has no name for this column; add one, or empty this cell",
                )),
            }
        }
        if !is_invalid {
            document.entries.push(Node { position, value: Value::Map(members) });
        }
    }
    document
}

/// Returns `true` if the first row of a text has the columns of contacts.
pub(super) fn has_header(text: &str) -> bool {
    let cells = Rows::new(text).next().map_or_else(Vec::new, |row| row.cells);
    ["method", "to"]
        .iter()
        .all(|column| cells.iter().any(|cell| cell.text.eq_ignore_ascii_case(column)))
}

fn header(cells: &[Cell], diagnostics: &mut Vec<Diagnostic>) -> Vec<Column> {
    let (mut columns, mut seen) = (Vec::new(), BTreeSet::new());
    for Cell { position, text, .. } in cells {
        let known =
            COLUMNS.into_iter().chain(LISTED).find(|column| column.eq_ignore_ascii_case(text));
        if known.is_none() && !text.is_empty() {
            let message = format!(
                "unknown column `{}`; known columns: {}",
                escape_controls(text),
                COLUMNS.join(", ")
            );
            diagnostics.push(Diagnostic::new(*position, message));
        }
        if known.is_some_and(|column| !seen.insert(column)) {
            diagnostics.push(Diagnostic::new(
                *position,
                format!("duplicate column `{}`; keep one", escape_controls(text)),
            ));
        }
        columns.push(match known {
            Some(column) => Column::Known(column),
            None if text.is_empty() => Column::Unnamed,
            None => Column::Unknown,
        });
    }
    for column in ["method", "to"] {
        if !seen.contains(column) {
            diagnostics.push(Diagnostic::new(
                Position::START,
                format!("the header row has no column `{column}`; add it"),
            ));
        }
    }
    columns
}

pub(super) fn write(contacts: &[Desired]) -> String {
    let mut text = COLUMNS.join(",");
    text.push('\n');
    for Desired { id, method, to, enabled, .. } in contacts {
        let id = id.as_ref().map_or("", |id| id.as_str());
        let enabled = match enabled {
            Some(true) => "true",
            Some(false) => "false",
            None => "",
        };
        text.push_str(&[id, method.as_str(), to, enabled].map(cell).join(","));
        text.push('\n');
    }
    text
}

fn cell(text: &str) -> String {
    let text = spreadsheet::spreadsheet_cell(text);
    let plain =
        !text.contains([',', '"', ';', '\t', '\n', '\r']) && text.trim().len() == text.len();
    if plain { text.into_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
