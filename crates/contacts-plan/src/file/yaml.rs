//! YAML: a list of maps.

use std::fmt::Write;

use contacts_proto::escape_controls;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::{
    EMPTY,
    entry::METHOD_KEYS,
    node::{Document, Member, Node, Value},
};
use crate::{Desired, Diagnostic, Position, position::Lines};

/// Depth of maps that are parsed: an entry and its `status`.
const DEPTH: usize = 2;

pub(super) fn read(text: &str) -> Document {
    let (parser, lines) = (Parser::new_from_str(text), Lines::of(text));
    let mut reader = Reader { parser, lines, document: Document::default() };
    if let Err(error) = reader.document() {
        let position = reader.position(*error.marker());
        let message = format!("invalid YAML: {}", escape_controls(error.info()));
        reader.document.diagnostics.push(Diagnostic::new(position, message));
    }
    reader.document
}

/// Uses the parser's events: they have positions, and the text of scalars without a conversion to
/// numbers or booleans.
struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    lines: Lines,
    document: Document,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), ScanError> {
        let end = || Ok((Event::StreamEnd, Span::default()));
        self.parser.next_event().unwrap_or_else(end)
    }

    /// Position of the parser's marker. At the end of a text, the parser may report one line too
    /// many.
    fn position(&self, marker: Marker) -> Position {
        self.lines.nearest(marker.line(), marker.col().saturating_add(1))
    }

    fn wrong(&mut self, position: Position, message: &str) {
        self.document.diagnostics.push(Diagnostic::new(position, message));
    }

    fn document(&mut self) -> Result<(), ScanError> {
        let mut documents = 0_usize;
        loop {
            let (event, span) = self.next()?;
            let position = self.position(span.start);
            match event {
                Event::StreamEnd if documents == 0 => {
                    self.wrong(Position::START, EMPTY);
                    return Ok(());
                }
                Event::StreamEnd => return Ok(()),
                Event::DocumentStart(_) => documents = documents.saturating_add(1),
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                _ if documents > 1 => {
                    self.wrong(
                        position,
                        "this file has a second YAML document; write all contacts in one list",
                    );
                    return Ok(());
                }
                Event::SequenceStart(..) => self.entries()?,
                _ => {
                    self.wrong(position, "this file is not a list; begin each contact with `- `");
                    return Ok(());
                }
            }
        }
    }

    fn entries(&mut self) -> Result<(), ScanError> {
        loop {
            let (event, span) = self.next()?;
            if let Event::SequenceEnd | Event::StreamEnd = event {
                return Ok(());
            }
            let node = self.node(event, span, 0)?;
            self.document.entries.push(node);
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, ScanError> {
        let position = self.position(span.start);
        let value = match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) if is_null(&text) => Value::Null,
            Event::Scalar(text, ..) => Value::Text(text.into_owned()),
            Event::MappingStart(..) if depth < DEPTH => self.map(depth)?,
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                self.skip()?;
                Value::List
            }
            _ => {
                self.wrong(position, "YAML aliases are not supported; write the value itself");
                Value::Invalid
            }
        };
        Ok(Node { position, value })
    }

    fn map(&mut self, depth: usize) -> Result<Value, ScanError> {
        let mut members = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if let Event::MappingEnd | Event::StreamEnd = event {
                return Ok(Value::Map(members));
            }
            let key = self.node(event, span, DEPTH)?;
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth.saturating_add(1))?;
            match key.value {
                Value::Text(text) => {
                    members.push(Member { position: key.position, key: text, node });
                }
                Value::Invalid => {}
                _ => self.wrong(key.position, "this is not a key; write one such as `to`"),
            }
        }
    }

    /// Skips the rest of a map or a list.
    fn skip(&mut self) -> Result<(), ScanError> {
        let mut open = 1_usize;
        while open > 0 {
            match self.next()?.0 {
                Event::MappingStart(..) | Event::SequenceStart(..) => open = open.saturating_add(1),
                Event::MappingEnd | Event::SequenceEnd => open = open.saturating_sub(1),
                Event::StreamEnd => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

pub(super) fn write(contacts: &[Desired]) -> String {
    if contacts.is_empty() {
        return "[]\n".into();
    }
    let mut text = String::new();
    for Desired { id, method, to, enabled, disabled_reason, .. } in contacts {
        // Writing to a string cannot fail.
        let _ = if METHOD_KEYS.contains(method) {
            writeln!(text, "- {method}: {}", scalar(to))
        } else {
            writeln!(text, "- method: {}\n  to: {}", scalar(method.as_str()), scalar(to))
        };
        if let Some(id) = id {
            let _ = writeln!(text, "  id: {}", scalar(id.as_str()));
        }
        let reason = disabled_reason.as_deref().map(escape_controls);
        let _ = match (enabled, reason) {
            (Some(false), None) => writeln!(text, "  enabled: false"),
            (Some(false), Some(reason)) => writeln!(text, "  enabled: false # {reason}"),
            (None, Some(reason)) => writeln!(text, "  # not enabled: {reason}"),
            (Some(true), _) | (None, None) => Ok(()),
        };
    }
    text
}

/// Writes text without quotes only if no YAML parser can read it as another type.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+');
    let like_a_number = |c: char| {
        c.is_ascii_hexdigit() || matches!(c, '.' | '_' | '-' | '+' | 'x' | 'X' | 'o' | 'O')
    };
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_plain)
        && !(text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(like_a_number))
        && !words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if plain { text.into() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            ' '..='~' => quoted.push(c),
            c if c.is_alphanumeric() => quoted.push(c),
            c => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_another_parser_may_read_as_another_type_is_quoted() {
        for text in [
            "90",
            "0123",
            "90-555",
            "1e3",
            "0x10",
            "true",
            "No",
            "~",
            "2001-12-14",
            "a: b",
            "é",
            "+9",
        ] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
        for text in ["ann@example.com", "90@example.com", "phone-1"] {
            assert_eq!(scalar(text), text);
        }
        assert_eq!(scalar("a\n\"b\"\\\u{85}"), r#""a\U0000000a\"b\"\\\U00000085""#);
    }
}
