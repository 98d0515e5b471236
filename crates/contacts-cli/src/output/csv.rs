//! CSV for spreadsheets, which must not run what the service says.

use std::io::{self, Write};

use contacts_plan::spreadsheet_cell;
use contacts_ureq::printable;
use serde::Serialize;
use serde_json::{Map, Value};

/// A line of names, and one for each row, with what it has under these names. To a terminal, it is escaped what one would act
/// upon.
pub(super) fn table<T: Serialize>(
    out: &mut dyn Write,
    rows: impl IntoIterator<Item = T>,
    names: &[&str],
    terminal: bool,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(names).map_err(unwrapped)?;
    for row in rows {
        let row: Map<_, _> = serde_json::from_value(serde_json::to_value(row)?)?;
        let cells = names.iter().map(|name| cell(row.get(*name), terminal));
        writer.write_record(cells).map_err(unwrapped)?;
    }
    writer.flush()
}

/// The error behind that of the library, which has a kind.
fn unwrapped(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn cell(value: Option<&Value>, terminal: bool) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            let text = spreadsheet_cell(text);
            if terminal { printable(&text).into_owned() } else { text.into_owned() }
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, terminal: bool) -> String {
        let row = serde_json::json!({"text": text, "number": -1, "none": null});
        let mut out = Vec::new();
        table(&mut out, [row], &["text", "number", "none", "missing"], terminal).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text_to_it_and_a_number_is_a_number() {
        assert_eq!(written("=1+1", false), "text,number,none,missing\n'=1+1,-1,,\n");
        assert_eq!(written("\u{1b}[2J", false), "text,number,none,missing\n'\u{1b}[2J,-1,,\n");
    }

    #[test]
    fn a_terminal_is_not_told_what_to_do() {
        assert_eq!(
            written("\u{1b}[2J\u{202e}", true),
            "text,number,none,missing\n'\\u{1b}[2J\\u{202e},-1,,\n"
        );
    }
}
