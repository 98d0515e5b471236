//! CSV: a header, and a line for each contact.

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

/// The columns that are written.
const COLUMNS: [&str; 4] = ["id", "method", "to", "enabled"];
/// Written by `contacts list`, and read too.
const LISTED: [&str; 2] = ["disabledReason", "applyOrder"];

/// A column by its name.
#[derive(PartialEq)]
enum Column {
    Read(&'static str),
    /// Its name is a diagnostic, which was told.
    Unknown,
    /// Spreadsheets add such columns at the end.
    Unnamed,
}

pub(super) fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut rows = Rows::new(text);
    let Some(Row { cells, diagnostics, .. }) = rows.next() else {
        return Document::broken(Position::START, "there is nothing in it");
    };
    document.diagnostics.extend(diagnostics);
    let header = header(&cells, &mut document.diagnostics);
    if !["method", "to"].iter().all(|column| header.contains(&Column::Read(column))) {
        return document;
    }
    for Row { cells, diagnostics, .. } in rows {
        // Quotes that do not end have swallowed what is behind them.
        let is_broken = !diagnostics.is_empty();
        document.diagnostics.extend(diagnostics);
        let Some(position) = cells.first().map(|cell| cell.position) else { continue };
        let mut members = Vec::new();
        for (number, Cell { position, text, .. }) in cells.into_iter().enumerate() {
            let text = spreadsheet::read(&text);
            match header.get(number) {
                Some(Column::Read(column)) => {
                    let value = if text.is_empty() { Value::Null } else { Value::Text(text.into()) };
                    members.push(Member { position, key: (*column).into(), node: Node { position, value } });
                }
                Some(Column::Unknown) => {}
                _ if text.is_empty() => {}
                _ => document
                    .diagnostics
                    .push(Diagnostic::new(position, "the header has no name for the column of this cell")),
            }
        }
        if !is_broken {
            document.entries.push(Node { position, value: Value::Map(members) });
        }
    }
    document
}

/// Returns `true` if the first row of a text names the columns of contacts.
pub(super) fn has_header(text: &str) -> bool {
    let cells = Rows::new(text).next().map_or_else(Vec::new, |row| row.cells);
    ["method", "to"].iter().all(|column| cells.iter().any(|cell| cell.text.eq_ignore_ascii_case(column)))
}

fn header(cells: &[Cell], diagnostics: &mut Vec<Diagnostic>) -> Vec<Column> {
    let (mut columns, mut seen) = (Vec::new(), BTreeSet::new());
    for Cell { position, text, .. } in cells {
        let known = COLUMNS.into_iter().chain(LISTED).find(|column| column.eq_ignore_ascii_case(text));
        if known.is_none() && !text.is_empty() {
            let message =
                format!("the column `{}` is not known: {} are", escape_controls(text), COLUMNS.join(", "));
            diagnostics.push(Diagnostic::new(*position, message));
        }
        if known.is_some_and(|column| !seen.insert(column)) {
            diagnostics.push(Diagnostic::new(
                *position,
                format!("the column `{}` is here twice", escape_controls(text)),
            ));
        }
        columns.push(match known {
            Some(column) => Column::Read(column),
            None if text.is_empty() => Column::Unnamed,
            None => Column::Unknown,
        });
    }
    for column in ["method", "to"] {
        if !seen.contains(column) {
            diagnostics.push(Diagnostic::new(Position::START, format!("there is no column `{column}`")));
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
    let plain = !text.contains([',', '"', ';', '\t', '\n', '\r']) && text.trim().len() == text.len();
    if plain { text.into_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}
