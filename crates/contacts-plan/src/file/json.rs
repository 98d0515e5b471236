//! JSON: a list of objects.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::node::{Document, Member, Node, Value};
use crate::{Desired, Diagnostic, position::Locator};

/// Depth of objects that are parsed: an entry and its `status`.
const DEPTH: usize = 2;

pub(super) fn read(text: &str) -> Document {
    let mut locator = Locator::new(text);
    let start = text.trim_start();
    if !start.starts_with('[') {
        return Document::invalid(
            locator.of(start),
            "this file is not a list; write the contacts in `[` and `]`",
        );
    }
    let mut values = Vec::new();
    let mut source = serde_json::Deserializer::from_str(text);
    let end = List(&mut values).deserialize(&mut source).and_then(|()| source.end());
    let mut document = Document::default();
    for value in values {
        let node = node(value, 0, &mut locator, &mut document.diagnostics);
        document.entries.push(node);
    }
    document.diagnostics.extend(end.err().map(|error| syntax_error(text, &error, &mut locator)));
    document
}

fn node<'a>(
    value: &'a RawValue,
    depth: usize,
    locator: &mut Locator<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Node {
    let text = value.get();
    let position = locator.of(text);
    let value = match text.bytes().next() {
        Some(b'{') if depth < DEPTH => match Map::deserialize(value) {
            Ok(Map(members)) => Value::Map(
                members
                    .into_iter()
                    .filter_map(|(key, value)| member(key, value, depth, locator, diagnostics))
                    .collect(),
            ),
            Err(_) => Value::List,
        },
        Some(b'{' | b'[') => Value::List,
        Some(b'"') => match serde_json::from_str(text) {
            Ok(text) => Value::Text(text),
            Err(_) => {
                diagnostics
                    .push(Diagnostic::new(position, "this string has an invalid escape sequence"));
                Value::Invalid
            }
        },
        _ if text == "null" => Value::Null,
        _ => Value::Text(text.into()),
    };
    Node { position, value }
}

fn member<'a>(
    key: &'a RawValue,
    value: &'a RawValue,
    depth: usize,
    locator: &mut Locator<'a>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Member> {
    let Node { position, value: Value::Text(key) } = node(key, DEPTH, locator, diagnostics) else {
        return None;
    };
    Some(Member { position, key, node: node(value, depth.saturating_add(1), locator, diagnostics) })
}

/// Position and reason of a syntax error.
fn syntax_error<'a>(
    text: &'a str,
    error: &serde_json::Error,
    locator: &mut Locator<'a>,
) -> Diagnostic {
    // serde_json counts only `\n` as a line end, and columns in bytes.
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines.by_ref().take(error.line().saturating_sub(1)).map(str::len).sum();
    let position = locator.at(before.saturating_add(error.column().saturating_sub(1)));
    let message = error.to_string();
    let why = message.rsplit_once(" at line ").map_or(message.as_str(), |(why, _)| why);
    Diagnostic::new(position, format!("invalid JSON: {why}"))
}

/// Collects the values of a list up to the first syntax error.
struct List<'s, 'a>(&'s mut Vec<&'a RawValue>);

impl<'a> DeserializeSeed<'a> for List<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for List<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of contacts")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut values: A) -> Result<(), A::Error> {
        while let Some(value) = values.next_element()? {
            self.0.push(value);
        }
        Ok(())
    }
}

/// The members of an object, including duplicate keys.
struct Map<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'a> Deserialize<'a> for Map<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'a> Visitor<'a> for Members {
            type Value = Map<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<Map<'a>, A::Error> {
                let mut map = Vec::new();
                while let Some(member) = members.next_entry()? {
                    map.push(member);
                }
                Ok(Map(map))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// Writes one contact on each line.
pub(super) fn write(contacts: &[Desired]) -> String {
    let lines: Vec<_> =
        contacts.iter().filter_map(|contact| serde_json::to_string(contact).ok()).collect();
    if lines.is_empty() { "[]\n".into() } else { format!("[\n  {}\n]\n", lines.join(",\n  ")) }
}
