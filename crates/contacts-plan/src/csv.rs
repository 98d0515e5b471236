//! Reads CSV tables as spreadsheets and other programs write them.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::{Diagnostic, Position, position::Locator};

/// Characters that can separate cells.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Iterator over the rows of a CSV text. It skips rows whose cells are all empty.
///
/// The separator is a comma, a semicolon or a tab: the one that a first line such as `sep=;`
/// declares, or otherwise the most frequent one in the first row. A byte order mark is ignored.
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
    /// Number of bytes read.
    offset: usize,
    /// Holds the text of one cell.
    buffer: Vec<u8>,
}

/// A row of a CSV text.
#[derive(Debug)]
#[non_exhaustive]
pub struct Row {
    /// Cells. At least one is not empty.
    pub cells: Vec<Cell>,
    /// Errors in the row's quotes.
    pub diagnostics: Vec<Diagnostic>,
}

/// A cell of a row.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cell {
    /// Position of its first character.
    pub position: Position,
    /// Text without the enclosing quotes. Text without quotes is trimmed.
    pub text: String,
    is_quoted: bool,
}

impl<'a> Rows<'a> {
    /// Reads every row.
    pub fn new(text: &'a str) -> Self {
        Self::start(text, false)
    }

    /// Reads every row except comments, which begin with `#`.
    pub fn with_comments(text: &'a str) -> Self {
        Self::start(text, true)
    }

    fn start(text: &'a str, comments: bool) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.split(['\r', '\n']).next().unwrap_or_default();
        let declared = declared_separator(first);
        let offset = declared.map_or(0, |_| first.len());
        let rest = text.get(offset..).unwrap_or_default();
        let separator = declared.unwrap_or_else(|| most_frequent_separator(rest, comments));
        let mut reader = ReaderBuilder::new();
        reader.delimiter(u8::try_from(separator).unwrap_or(b','));
        reader.comment(comments.then_some(b'#'));
        Self {
            text,
            reader: reader.build(),
            locator: Locator::new(text),
            separator,
            comments,
            offset,
            // A cell is never longer than the text.
            buffer: vec![0; text.len().saturating_add(1)],
        }
    }

    /// Reads the next row, even an empty one.
    fn row(&mut self) -> Option<Row> {
        let mut row = Row { cells: Vec::new(), diagnostics: Vec::new() };
        let (mut from, mut written) = (self.offset, 0_usize);
        loop {
            let input = self.text.as_bytes().get(self.offset..).unwrap_or_default();
            let output = self.buffer.get_mut(written..).unwrap_or_default();
            let (result, read, more) = self.reader.read_field(input, output);
            self.offset = self.offset.saturating_add(read);
            written = written.saturating_add(more);
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::End => return None,
                ReadFieldResult::Field { record_end } => {
                    let raw = self.text.get(from..self.offset).unwrap_or_default();
                    let raw = if row.cells.is_empty() { self.first_cell(raw) } else { raw };
                    let raw = raw.strip_suffix([self.separator, '\n', '\r']).unwrap_or(raw);
                    let position = self.locator.of(raw);
                    let inner =
                        String::from_utf8_lossy(self.buffer.get(..written).unwrap_or_default());
                    row.diagnostics
                        .extend(quote_error(raw).map(|message| Diagnostic::new(position, message)));
                    let is_quoted = raw.starts_with('"');
                    let text = if is_quoted { inner.into_owned() } else { inner.trim().into() };
                    row.cells.push(Cell { position, text, is_quoted });
                    if record_end {
                        return Some(row);
                    }
                    (from, written) = (self.offset, 0);
                }
            }
        }
    }

    /// Removes the line ends and comments that the reader skipped before a row's first cell.
    fn first_cell(&self, raw: &'a str) -> &'a str {
        let mut raw = raw.trim_start_matches(['\r', '\n']);
        while self.comments && raw.starts_with('#') {
            raw =
                raw.split_once('\n').map_or("", |(_, rest)| rest).trim_start_matches(['\r', '\n']);
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

/// Separator that a `sep=` line declares. Spreadsheets write such a first line.
fn declared_separator(line: &str) -> Option<char> {
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let (name, separator) = line.split_at_checked("sep=".len())?;
    SEPARATORS
        .into_iter()
        .find(|it| name.eq_ignore_ascii_case("sep=") && separator == it.encode_utf8(&mut [0; 4]))
}

/// Most frequent separator of the first row with text, outside quotes.
fn most_frequent_separator(text: &str, comments: bool) -> char {
    let is_row =
        |line: &&str| !(line.trim().is_empty() || comments && line.trim_start().starts_with('#'));
    let line = text.split(['\r', '\n']).find(is_row).unwrap_or_default();
    let count = |separator: &char| {
        line.split('"').step_by(2).flat_map(str::chars).filter(|c| c == separator).count()
    };
    // `max_by_key` takes the last of equal ones; a comma has precedence.
    SEPARATORS.into_iter().rev().max_by_key(count).unwrap_or(',')
}

fn quote_error(raw: &str) -> Option<&'static str> {
    if !raw.starts_with('"') {
        return raw
            .trim_start()
            .starts_with('"')
            .then_some("space before the opening quote; remove it");
    }
    if raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        Some("this cell has no closing quote; add `\"`")
    } else if !raw.ends_with('"') {
        Some("text after the closing quote; write quotes inside a cell as `\"\"`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Line number and cells of each row.
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
    fn the_separator_is_the_most_frequent_one_in_the_first_row() {
        for separator in [",", ";", "\t"] {
            let text = "\n\"a,;\t\",b,,\n1;2\t3,\"4\"\n".replace(',', separator);
            assert_eq!(read(Rows::new(&text))[0].1.len(), 4, "{text}");
        }
        assert_eq!(read(Rows::new("a, b;c;d\n")), [row(1, &["a, b", "c", "d"])]);
        assert_eq!(read(Rows::new("a,b;c\n")), [row(1, &["a", "b;c"])]);
    }

    #[test]
    fn a_first_line_can_declare_the_separator() {
        for (line, separator) in
            [("sep=;", ";"), ("SEP=,", ","), ("\"sep=;\"", ";"), ("sep=\t", "\t")]
        {
            let text = format!("\u{feff}{line}\r\na,b;c\td\r\n");
            let cells: Vec<_> = "a,b;c\td".split(separator).collect();
            assert_eq!(read(Rows::new(&text)), [row(2, &cells)], "{line}");
        }
        assert_eq!(read(Rows::new("sep=|\na|b\n")), [row(1, &["sep=|"]), row(2, &["a|b"])]);
    }

    #[test]
    fn comments_are_skipped_only_if_the_caller_allows_them() {
        let text = "# \"who\r\n\r\n  # else, and\na,b\n#\n\n#x\n\"#1\",2\n#";
        assert_eq!(read(Rows::with_comments("# x\n")), []);
        assert_eq!(read(Rows::with_comments(text)), [row(4, &["a", "b"]), row(8, &["#1", "2"])]);
        assert_eq!(read(Rows::new("#a,b\n")), [row(1, &["#a", "b"])]);
    }

    #[test]
    fn quotes_that_do_not_enclose_one_cell_are_diagnostics() {
        for (text, position, message) in [
            ("a,\"b", "line 1, column 3", "this cell has no closing quote; add `\"`"),
            (
                "a,\"b\"c",
                "line 1, column 3",
                "text after the closing quote; write quotes inside a cell as `\"\"`",
            ),
            ("a\nb, \"c\"", "line 2, column 3", "space before the opening quote; remove it"),
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
        fn quoted_cells_keep_their_text_with_any_separator(
            table in prop::collection::vec(prop::collection::vec(any::<String>(), 2..5), 1..5),
            separator in prop::sample::select(SEPARATORS.to_vec()),
            comments: bool,
        ) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let line = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(&separator.to_string());
            let text = format!("head{separator}\n{}", table.iter().map(line).collect::<Vec<_>>().join("\r\n"));
            let rows = if comments { Rows::with_comments(&text) } else { Rows::new(&text) };
            let has_text = |row: &&Vec<String>| row.iter().any(|cell| !cell.is_empty());
            let read: Vec<Vec<_>> =
                rows.skip(1).map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect();
            prop_assert_eq!(read, table.iter().filter(has_text).cloned().collect::<Vec<_>>());
        }
    }
}
