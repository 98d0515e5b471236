//! What is common to the formats: entries with members, each with its position.

use crate::{Diagnostic, Position, position::Locator};

/// What stands in a file.
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

/// A value.
#[derive(Debug)]
pub(super) enum Value {
    /// Nothing.
    Null,
    /// A text, just as it is written.
    Text(String),
    /// Members, in their order.
    Map(Vec<Member>),
    /// A list: no value is one.
    List,
    /// One whose mistake was told already.
    Broken,
}

/// A member of a map.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) position: Position,
    pub(super) key: String,
    pub(super) node: Node,
}

impl Document {
    /// One diagnostic, and nothing else.
    pub(super) fn broken(position: Position, message: &str) -> Self {
        Self { entries: Vec::new(), diagnostics: vec![Diagnostic::new(position, message)] }
    }
}

/// A text with a NUL in it, which some readers would take for the end.
pub(super) fn binary(text: &str) -> Document {
    let offset = text.find('\0').unwrap_or_default();
    Document::broken(
        Locator::new(text).at(offset),
        "a NUL has no place in a text: a file in UTF-16 is to be saved as UTF-8",
    )
}
