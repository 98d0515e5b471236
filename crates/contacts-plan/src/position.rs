//! Line and column in a text.

use std::fmt;

use serde::Serialize;

/// A line and a column in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line number, starting at 1.
    pub line: usize,
    /// Column number in characters, starting at 1.
    pub column: usize,
}

impl Position {
    /// The start of any text, even an empty one.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Converts byte offsets into positions. Ascending offsets take one pass through the text.
#[derive(Debug)]
pub(crate) struct Locator<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl<'a> Locator<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, position: Position::START }
    }

    /// Position of a byte offset. An offset beyond the end gives the end.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        let last = offset.min(self.text.len());
        let offset = (0..=last).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let mut chars = self.text.get(self.offset..offset).unwrap_or_default().chars();
        let rest = self.text.get(offset..).unwrap_or_default();
        while let Some(c) = chars.next() {
            let next = chars.clone().next().or_else(|| rest.chars().next());
            let ends_line = c == '\n' || c == '\r' && next != Some('\n');
            let Position { line, column } = self.position;
            self.position = if ends_line {
                Position { line: line.saturating_add(1), column: 1 }
            } else {
                Position { line, column: column.saturating_add(1) }
            };
        }
        self.offset = offset;
        self.position
    }

    /// Position of a slice of the same text.
    pub(crate) fn of(&mut self, part: &str) -> Position {
        self.at(self.offset_of(part))
    }

    fn offset_of(&self, part: &str) -> usize {
        part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }
}

/// Lengths of a text's lines, in characters. Corrects positions that another parser reports.
#[derive(Debug)]
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let mut lines = vec![0_usize];
        let mut before = None;
        for c in text.chars() {
            match (c, lines.last_mut()) {
                ('\n', _) if before == Some('\r') => {}
                ('\n' | '\r', _) | (_, None) => lines.push(0),
                (_, Some(line)) => *line = line.saturating_add(1),
            }
            before = Some(c);
        }
        Self(lines)
    }

    /// Returns the position itself, or the nearest one before it that exists.
    pub(crate) fn nearest(&self, line: usize, column: usize) -> Position {
        let count = self.0.len();
        let length =
            self.0.get(line.clamp(1, count).saturating_sub(1)).copied().unwrap_or_default();
        let end = length.saturating_add(1);
        if line > count {
            Position { line: count, column: end }
        } else {
            Position { line: line.max(1), column: column.clamp(1, end) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_beyond_the_text_moves_to_the_nearest_one_in_it() {
        let nearest = |line, column| {
            let Position { line, column } = Lines::of("ab\r\nc\n").nearest(line, column);
            (line, column)
        };
        assert_eq!([nearest(1, 2), nearest(2, 2), nearest(0, 0)], [(1, 2), (2, 2), (1, 1)]);
        assert_eq!([nearest(1, 9), nearest(3, 1), nearest(9, 9)], [(1, 3), (3, 1), (3, 1)]);
    }

    #[test]
    fn lines_end_at_cr_lf_or_both_and_columns_count_characters() {
        let mut locator = Locator::new("é1\r\n2\r3\n4");
        let mut at = |offset| {
            let Position { line, column } = locator.at(offset);
            (line, column)
        };
        assert_eq!([at(0), at(2), at(5), at(7)], [(1, 1), (1, 2), (2, 1), (3, 1)]);
        assert_eq!(
            [at(9), at(99), at(1)],
            [(4, 1), (4, 2), (1, 1)],
            "an offset beyond the end, then an earlier one"
        );
    }
}
