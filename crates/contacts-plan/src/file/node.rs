//! The common form of all formats: entries with members, each with its position.

use crate::{Diagnostic, Position, position::Locator};

/// Content of a file.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) entries: Vec<Node>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A value and its position.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) position: Position,
    pub(super) value: Value,
}

/// A value of any format.
#[derive(Debug)]
pub(super) enum Value {
    /// No value.
    Null,
    /// Text, exactly as written.
    Text(String),
    /// Members in order.
    Map(Vec<Member>),
    /// A list, or a map that is too deep. No key accepts one.
    List,
    /// A value that already has a diagnostic.
    Invalid,
}

/// A member of a map.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) position: Position,
    pub(super) key: String,
    pub(super) node: Node,
}

impl Document {
    /// A document with one diagnostic and no entries.
    pub(super) fn invalid(position: Position, message: &str) -> Self {
        Self { entries: Vec::new(), diagnostics: vec![Diagnostic::new(position, message)] }
    }
}

/// Reports the first NUL in a text. Some parsers would take it for the end.
pub(super) fn contains_nul(text: &str) -> Document {
    let offset = text.find('\0').unwrap_or_default();
    Document::invalid(
        Locator::new(text).at(offset),
        "this file contains a NUL character; if it is UTF-16, save it as UTF-8",
    )
}
