//! CSV as people's programs write it: one reader for every table that people bring.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::{Diagnostic, Position, position::Locator};

/// What may stand between cells.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The rows of a CSV text. Rows without a text in any cell are passed over.
///
/// The separator is a comma, a semicolon or a tab: the one that the first row has most of, or the one that a first line such
/// as `sep=;` says. A byte order mark is skipped.
///
/// ```
/// use contacts_plan::csv::Rows;
///
/// let rows: Vec<_> = Rows::new("method;to;;\r\nsms; 90-555;;\r\n;;;\r\n").collect();
/// assert_eq!(rows.len(), 2);
/// assert_eq!(rows[1].cells[1].text, "90-555");
/// assert_eq!(rows[1].cells[1].position.to_string(), "line 2, column 5");
/// ```
#[derive(Debug)]
pub struct Rows<'a> {
    text: &'a str,
    reader: Reader,
    locator: Locator<'a>,
    separator: char,
    comments: bool,
    /// How much of the text is read.
    at: usize,
    /// Where the text of a cell is made.
    buffer: Vec<u8>,
}

/// A row.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// At least one of them has a text.
    pub cells: Vec<Cell>,
    /// What is wrong with its quotes.
    pub diagnostics: Vec<Diagnostic>,
}

/// A cell.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cell {
    /// Where it begins.
    pub position: Position,
    /// Without quotes as they mark it, and without blanks around it where there are no quotes.
    pub text: String,
    is_quoted: bool,
}

impl<'a> Rows<'a> {
    /// The rows of this text.
    pub fn new(text: &'a str) -> Self {
        Self::start(text, false)
    }

    /// The rows of this text, without those that begin with `#`.
    pub fn with_comments(text: &'a str) -> Self {
        Self::start(text, true)
    }

    fn start(text: &'a str, comments: bool) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.split(['\r', '\n']).next().unwrap_or_default();
        let said = said(first);
        let at = said.map_or(0, |_| first.len());
        let rest = text.get(at..).unwrap_or_default();
        let separator = said.unwrap_or_else(|| most_of(rest, comments));
        let mut reader = ReaderBuilder::new();
        reader.delimiter(u8::try_from(separator).unwrap_or(b','));
        reader.comment(comments.then_some(b'#'));
        Self {
            text,
            reader: reader.build(),
            locator: Locator::new(text),
            separator,
            comments,
            at,
            // No cell is longer than the text.
            buffer: vec![0; text.len().saturating_add(1)],
        }
    }

    /// The next row, whatever is in it.
    fn row(&mut self) -> Option<Row> {
        let mut row = Row { cells: Vec::new(), diagnostics: Vec::new() };
        let (mut from, mut written) = (self.at, 0_usize);
        loop {
            let input = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let output = self.buffer.get_mut(written..).unwrap_or_default();
            let (result, read, more) = self.reader.read_field(input, output);
            self.at = self.at.saturating_add(read);
            written = written.saturating_add(more);
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => return None,
                ReadFieldResult::Field { record_end } => {
                    let raw = self.text.get(from..self.at).unwrap_or_default();
                    let raw = if row.cells.is_empty() { self.beginning(raw) } else { raw };
                    let raw = raw.strip_suffix([self.separator, '\n', '\r']).unwrap_or(raw);
                    let position = self.locator.of(raw);
                    let inner = String::from_utf8_lossy(self.buffer.get(..written).unwrap_or_default());
                    row.diagnostics
                        .extend(wrong_quotes(raw).map(|message| Diagnostic::new(position, message)));
                    let is_quoted = raw.starts_with('"');
                    let text = if is_quoted { inner.into_owned() } else { inner.trim().into() };
                    row.cells.push(Cell { position, text, is_quoted });
                    if record_end {
                        return Some(row);
                    }
                    (from, written) = (self.at, 0);
                }
            }
        }
    }

    /// The first cell of a row, without the line ends and comments that the reader has passed over before it.
    fn beginning(&self, raw: &'a str) -> &'a str {
        let mut raw = raw.trim_start_matches(['\r', '\n']);
        while self.comments && raw.starts_with('#') {
            raw = raw.split_once('\n').map_or("", |(_, rest)| rest).trim_start_matches(['\r', '\n']);
        }
        raw
    }
}

impl Iterator for Rows<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let row = self.row()?;
            let begins_comment = |cell: &Cell| cell.text.starts_with('#') && !cell.is_quoted;
            let is_comment = self.comments && row.cells.first().is_some_and(begins_comment);
            if !is_comment && row.cells.iter().any(|cell| !cell.text.is_empty())
                || !row.diagnostics.is_empty()
            {
                return Some(row);
            }
        }
    }
}

/// The separator that a first line for spreadsheets says.
fn said(line: &str) -> Option<char> {
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (name, separator) = line.split_at_checked("sep=".len())?;
    SEPARATORS
        .into_iter()
        .find(|it| name.eq_ignore_ascii_case("sep=") && separator == it.encode_utf8(&mut [0; 4]))
}

/// The separator that the first row with a text has most of, outside of quotes.
fn most_of(text: &str, comments: bool) -> char {
    let is_row = |line: &&str| !(line.trim().is_empty() || comments && line.trim_start().starts_with('#'));
    let line = text.split(['\r', '\n']).find(is_row).unwrap_or_default();
    let count =
        |separator: &char| line.split('"').step_by(2).flat_map(str::chars).filter(|c| c == separator).count();
    // Of equally many, the last one is taken.
    SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(',')
}

fn wrong_quotes(raw: &str) -> Option<&'static str> {
    if !raw.starts_with('"') {
        return raw.trim_start().starts_with('"').then_some("there is a blank before the quotes");
    }
    if raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        Some("the quotes that begin here do not end")
    } else if !raw.ends_with('"') {
        Some("there is something after the end of the quotes")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each row with its line, and its cells.
    fn read(rows: Rows<'_>) -> Vec<(usize, Vec<String>)> {
        rows.map(|row| {
            assert!(row.diagnostics.is_empty(), "{row:?}");
            (row.cells[0].position.line, row.cells.into_iter().map(|cell| cell.text).collect())
        })
        .collect()
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn the_separator_is_the_one_that_the_first_row_has_most_of() {
        for separator in [",", ";", "\t"] {
            let text = "\n\"a,;\t\",b,,\n1;2\t3,\"4\"\n".replace(',', separator);
            assert_eq!(read(Rows::new(&text))[0].1.len(), 4, "{text}");
        }
        assert_eq!(read(Rows::new("a, b;c;d\n")), [row(1, &["a, b", "c", "d"])]);
        assert_eq!(read(Rows::new("a,b;c\n")), [row(1, &["a", "b;c"])]);
    }

    #[test]
    fn a_first_line_may_say_the_separator() {
        for (line, separator) in [("sep=;", ";"), ("SEP=,", ","), ("\"sep=;\"", ";"), ("sep=\t", "\t")] {
            let text = format!("\u{feff}{line}\r\na,b;c\td\r\n");
            let cells: Vec<_> = "a,b;c\td".split(separator).collect();
            assert_eq!(read(Rows::new(&text)), [row(2, &cells)], "{line}");
        }
        assert_eq!(read(Rows::new("sep=|\na|b\n")), [row(1, &["sep=|"]), row(2, &["a|b"])]);
    }

    #[test]
    fn comments_are_passed_over_where_there_may_be_any() {
        let text = "# \"who\r\n\r\n  # else, and\na,b\n#\n\n#x\n\"#1\",2\n#";
        assert_eq!(read(Rows::with_comments("# x\n")), []);
        assert_eq!(read(Rows::with_comments(text)), [row(4, &["a", "b"]), row(8, &["#1", "2"])]);
        assert_eq!(read(Rows::new("#a,b\n")), [row(1, &["#a", "b"])]);
    }

    #[test]
    fn quotes_that_do_not_mark_one_cell_are_diagnostics() {
        for (text, position, message) in [
            ("a,\"b", "line 1, column 3", "the quotes that begin here do not end"),
            ("a,\"b\"c", "line 1, column 3", "there is something after the end of the quotes"),
            ("a\nb, \"c\"", "line 2, column 3", "there is a blank before the quotes"),
        ] {
            let diagnostics: Vec<_> = Rows::new(text).flat_map(|row| row.diagnostics).collect();
            assert_eq!(diagnostics.len(), 1, "{text}");
            assert_eq!(
                (diagnostics[0].position.to_string().as_str(), diagnostics[0].message.as_str()),
                (position, message)
            );
        }
    }

    proptest! {
        #[test]
        fn cells_that_are_quoted_are_read_back_with_any_separator(
            table in prop::collection::vec(prop::collection::vec(any::<String>(), 2..5), 1..5),
            separator in prop::sample::select(SEPARATORS.to_vec()),
            comments: bool,
        ) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(&separator.to_string());
            let text = format!("head{separator}\n{}", table.iter().map(line).collect::<Vec<_>>().join("\r\n"));
            let rows = if comments { Rows::with_comments(&text) } else { Rows::new(&text) };
            let is_said = |row: &&Vec<String>| row.iter().any(|cell| !cell.is_empty());
            let read: Vec<Vec<_>> =
                rows.skip(1).map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect();
            prop_assert_eq!(read, table.iter().filter(is_said).cloned().collect::<Vec<_>>());
        }
    }
}
