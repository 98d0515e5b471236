//! The shape of a JSON value: names of members and kinds of values.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::words::{self, Kinds};

/// Values deeper than this are not described.
const MAX_DEPTH: usize = 6;

/// Longer lists count as this long.
const MAX_COUNT: usize = 1000;

/// A member that other objects of the same list have.
const ABSENT: &str = "absent";

/// The shape of a value, or of all values of a list together.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    kinds: Kinds,
    list: Option<List>,
    members: Option<BTreeMap<&'static str, Self>>,
}

#[derive(Debug, Serialize)]
struct List {
    /// Number of items: the least and the most.
    array: Count,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Box<Shape>>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    least: usize,
    most: usize,
}

impl Shape {
    pub(crate) fn of(value: &Value) -> Self {
        Self::of_member("", value, 0)
    }

    /// Adds a kind of value.
    pub(crate) fn add(&mut self, kind: &'static str) {
        self.kinds.insert(kind);
    }

    fn of_member(name: &str, value: &Value, depth: usize) -> Self {
        let kind = |kind| Self { kinds: Kinds::from([kind]), ..Self::default() };
        match value {
            Value::Null => kind("null"),
            Value::Bool(true) if name == "enabled" => kind("true"),
            Value::Bool(false) if name == "enabled" => kind("false"),
            Value::Bool(_) => kind("boolean"),
            Value::Number(number) => kind(words::member_number(name, number)),
            Value::String(text) => kind(words::member_text(name, text)),
            Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => {
                kind("not described: too deep")
            }
            Value::Array(items) => {
                let count = items.len().min(MAX_COUNT);
                let array = Count { least: count, most: count };
                let of = items.iter().map(|item| Self::of_member(name, item, depth + 1));
                let of = of.reduce(Self::merged).map(Box::new);
                Self { list: Some(List { array, of }), ..Self::default() }
            }
            Value::Object(members) => {
                let mut shapes = BTreeMap::new();
                for (name, value) in members {
                    insert(&mut shapes, name, Self::of_member(name, value, depth + 1));
                }
                Self { members: Some(shapes), ..Self::default() }
            }
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.list = match (self.list, other.list) {
            (Some(one), Some(other)) => Some(one.merged(other)),
            (one, other) => one.or(other),
        };
        self.members = match (self.members, other.members) {
            (Some(one), Some(other)) => Some(merged_members(one, other)),
            (one, other) => one.or(other),
        };
        self
    }
}

fn insert(shapes: &mut BTreeMap<&'static str, Shape>, name: &str, shape: Shape) {
    let name = words::member_name(name);
    let shape = match shapes.remove(name) {
        Some(before) => before.merged(shape),
        None => shape,
    };
    shapes.insert(name, shape);
}

fn merged_members(
    mut one: BTreeMap<&'static str, Shape>,
    mut other: BTreeMap<&'static str, Shape>,
) -> BTreeMap<&'static str, Shape> {
    for (name, shape) in &mut one {
        match other.remove(name) {
            Some(another) => *shape = std::mem::take(shape).merged(another),
            None => shape.add(ABSENT),
        }
    }
    for (name, mut shape) in other {
        shape.add(ABSENT);
        one.insert(name, shape);
    }
    one
}

impl List {
    fn merged(self, other: Self) -> Self {
        let array = Count {
            least: self.array.least.min(other.array.least),
            most: self.array.most.max(other.array.most),
        };
        let of = match (self.of, other.of) {
            (Some(one), Some(other)) => Some(Box::new(one.merged(*other))),
            (one, other) => one.or(other),
        };
        Self { array, of }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.least == self.most {
            self.least.serialize(serializer)
        } else {
            [self.least, self.most].serialize(serializer)
        }
    }
}

/// One of the forms that a value has.
#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Kind(&'static str),
    List(&'a List),
    Members(&'a BTreeMap<&'static str, Shape>),
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kinds = self.kinds.iter().copied().map(Part::Kind);
        let list = self.list.iter().map(Part::List);
        let members = self.members.iter().map(Part::Members);
        let parts: Vec<_> = kinds.chain(list).chain(members).collect();
        match parts.as_slice() {
            [part] => part.serialize(serializer),
            parts => parts.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_is_shown_by_its_members_and_the_kinds_of_their_values() {
        let page = json!({
            "values": [
                {"id": "299003c3-8221-4a9f-b63d-2370c4caaaaa", "method": "email",
                 "to": "ann@example.com", "status": {"enabled": true}, "applyOrder": 0},
                {"id": "c3", "method": "pager", "to": "90-555", "nickname": "Ann",
                 "status": {"enabled": false, "disabledReason": "not verified yet"}},
            ],
            "links": {"next": null},
            "_expands": [],
        });
        let expected = json!({
            "values": {"array": 2, "of": {
                "id": ["UUID", "string, up to 8 characters"],
                "method": ["email", "string, up to 8 characters"],
                "to": ["digits, dash, digits", "e-mail address"],
                "status": {
                    "enabled": ["false", "true"],
                    "disabledReason": ["absent", "string, 9 to 32 characters"],
                },
                "applyOrder": ["absent", "number"],
                "(other name, up to 8 characters)": ["absent", "string, up to 8 characters"],
            }},
            "links": {"next": "null"},
            "_expands": {"array": 0},
        });
        assert_eq!(serde_json::to_value(Shape::of(&page)).unwrap(), expected);
    }

    #[test]
    fn a_number_is_shown_only_if_it_is_a_known_code() {
        let shape = |value| serde_json::to_value(Shape::of(&value)).unwrap();
        assert_eq!(
            shape(json!({"code": 40301, "status": 404})),
            json!({"code": "40301", "status": "404"})
        );
        assert_eq!(
            shape(json!({"code": 905_555, "took": 404})),
            json!({"code": "number", "took": "number"})
        );
    }

    #[test]
    fn values_below_the_greatest_depth_are_not_described() {
        let mut value = json!("s3cret");
        for _ in 0..100 {
            value = json!({ "data": [value] });
        }
        let text = serde_json::to_string(&Shape::of(&value)).unwrap();
        assert!(text.contains("too deep") && text.len() < 200, "{text}");
    }
}
