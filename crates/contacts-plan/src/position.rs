//! Where in a text something stands.

use std::fmt;

use serde::Serialize;

/// Where in a text something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// The line, from 1 on.
    pub line: usize,
    /// The column, from 1 on, in characters.
    pub column: usize,
}

impl Position {
    /// The first place of any text, an empty one too.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Finds places in a text. To ask for one after the other is to go through the text once.
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

    /// The place of a byte; of the end, if there is no such byte.
    pub(crate) fn at(&mut self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
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

    /// The place of a part of the text itself.
    pub(crate) fn of(&mut self, part: &str) -> Position {
        self.at(self.offset_of(part))
    }

    fn offset_of(&self, part: &str) -> usize {
        part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr())
    }
}

/// How long the lines of a text are, in characters: for places that another reader of it has found.
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

    /// The position; where the text has no such position, the nearest before it.
    pub(crate) fn nearest(&self, line: usize, column: usize) -> Position {
        let count = self.0.len();
        let length = self.0.get(line.clamp(1, count).saturating_sub(1)).copied().unwrap_or_default();
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
    fn a_place_outside_of_the_text_is_brought_into_it() {
        let nearest = |line, column| {
            let Position { line, column } = Lines::of("ab\r\nc\n").nearest(line, column);
            (line, column)
        };
        assert_eq!([nearest(1, 2), nearest(2, 2), nearest(0, 0)], [(1, 2), (2, 2), (1, 1)]);
        assert_eq!([nearest(1, 9), nearest(3, 1), nearest(9, 9)], [(1, 3), (3, 1), (3, 1)]);
    }

    #[test]
    fn lines_end_as_editors_end_them_and_columns_are_characters() {
        let mut locator = Locator::new("é1\r\n2\r3\n4");
        let mut at = |offset| {
            let Position { line, column } = locator.at(offset);
            (line, column)
        };
        assert_eq!([at(0), at(2), at(5), at(7)], [(1, 1), (1, 2), (2, 1), (3, 1)]);
        assert_eq!([at(9), at(99), at(1)], [(4, 1), (4, 2), (1, 1)], "the end at most, and back");
    }
}
