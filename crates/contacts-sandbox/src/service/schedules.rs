//! Performs the operations on schedules.

use std::collections::BTreeSet;
use std::time::Duration;

use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::error_response::ErrorResponse;
use super::input::{ListQuery, value, values};
use super::page::List;
use super::response::ApiResponse;
use super::route::SCHEDULES;
use super::{Outcome, Service};
use crate::behaviour::{NextChildren, NoOneNode, NoValue};
use crate::clock::{iso8601, parse_iso8601};
use crate::schedule::{Node, Participant, Rotation, Schedule};

const NO_SUCH_SCHEDULE: ErrorResponse = ErrorResponse::Operation {
    status: StatusCode::NOT_FOUND,
    field: "id",
    title: "No such schedule",
    code: "SCHEDULE_NOT_FOUND",
};

const NOT_SHOWN: ErrorResponse =
    ErrorResponse::Forbidden { code: 403, message: "You have no permission to see this schedule" };

/// Members that `expand` can add to a schedule.
const EXPANDS: Option<&[&str]> = Some(&["rotation"]);

impl Service {
    pub(super) fn list_schedules(&self, account: usize, parts: &Parts) -> Outcome {
        let query = parts.uri.query().unwrap_or_default();
        let list = List::schedules(&self.behaviour, SCHEDULES, EXPANDS);
        let window = list.window(&ListQuery::read(query)?)?;
        let expand = values(query, "expand").any(|value| value.split(',').any(|v| v == "rotation"));
        let name = value(query, "query");
        let is_shown = self.view(account);
        let named = |schedule: &Schedule| {
            name.as_ref().is_none_or(|name| matches_name(&schedule.name, name))
        };
        let all = self.roster.schedules().iter();
        let shown: Vec<_> = all.filter(|schedule| named(schedule) && is_shown(schedule)).collect();
        let total = shown.len();
        let page = shown.get(window.range(total)).unwrap_or_default();
        let page: Vec<_> =
            page.iter().map(|schedule| self.schedule_body(schedule, expand)).collect();
        Ok(ApiResponse::json(StatusCode::OK, &list.page(page, window, total)))
    }

    pub(super) fn get_schedule(&self, account: usize, id: &str) -> Outcome {
        let schedule = self.visible_schedule(account, id)?;
        let body = self.schedule_body(schedule, self.behaviour.rotations_in_schedule);
        Ok(ApiResponse::json(StatusCode::OK, &body))
    }

    pub(super) fn list_rotations(&self, account: usize, id: &str, parts: &Parts) -> Outcome {
        let schedule = self.visible_schedule(account, id)?;
        let path = format!("{SCHEDULES}/{id}/rotations");
        let list = List::schedules(&self.behaviour, &path, None);
        let window = list.window(&ListQuery::read(parts.uri.query().unwrap_or_default())?)?;
        let total = schedule.rotations.len();
        let page = schedule.rotations.get(window.range(total)).unwrap_or_default();
        let page: Vec<_> = page.iter().map(RotationBody::new).collect();
        Ok(ApiResponse::json(StatusCode::OK, &list.page(page, window, total)))
    }

    pub(super) fn on_calls(
        &self,
        account: usize,
        id: &str,
        parts: &Parts,
        now: Duration,
    ) -> Outcome {
        let schedule = self.visible_schedule(account, id)?;
        let Question { flat, at } = Question::read(parts.uri.query().unwrap_or_default(), now)?;
        let nodes = self.roster.on_call(schedule, at, self.behaviour.open_teams);
        let names = Names {
            users: "onCallUsers",
            participants: "onCallParticipants",
            children: "onCallParticipants",
        };
        Ok(self.participants(&nodes, names, flat))
    }

    pub(super) fn next_on_calls(
        &self,
        account: usize,
        id: &str,
        parts: &Parts,
        now: Duration,
    ) -> Outcome {
        let schedule = self.visible_schedule(account, id)?;
        let Question { flat, at } = Question::read(parts.uri.query().unwrap_or_default(), now)?;
        let nodes = self.roster.next_on_call(schedule, at, self.behaviour.open_teams);
        let names = Names {
            users: "nextOnCallUsers",
            participants: "nextOnCallParticipants",
            children: match self.behaviour.next_children {
                NextChildren::NextOnCallParticipants => "nextOnCallParticipants",
                NextChildren::OnCallParticipants => "onCallParticipants",
            },
        };
        Ok(self.participants(&nodes, names, flat))
    }

    fn participants(&self, nodes: &[Node<'_>], names: Names, flat: bool) -> ApiResponse {
        let Names { users, participants, children } = names;
        let no_one = self.behaviour.no_one;
        let tree = Tree { nodes, children, no_one };
        let body = OnCallsBody {
            name: if flat { users } else { participants },
            list: if flat {
                OnCallsList::Flat(Node::users(nodes))
            } else {
                OnCallsList::Tree(tree)
            },
            empty: self.behaviour.empty_on_calls,
        };
        ApiResponse::json(StatusCode::OK, &body)
    }

    /// Returns a schedule that the user may see.
    fn visible_schedule(&self, account: usize, id: &str) -> Result<&Schedule, ErrorResponse> {
        let schedule = self.roster.schedule(id).ok_or(NO_SUCH_SCHEDULE)?;
        if self.view(account)(schedule) { Ok(schedule) } else { Err(NOT_SHOWN) }
    }

    /// Returns a function that says whether the user may see a schedule.
    fn view(&self, account: usize) -> impl Fn(&Schedule) -> bool {
        let user = self.users.get(account);
        let people = match user {
            Some(user) if !user.administrator => self.roster.replaced_by(&user.account_id),
            _ => BTreeSet::new(),
        };
        move |schedule| {
            user.is_some_and(|user| {
                user.administrator || self.roster.shows(schedule, &user.account_id, &people)
            })
        }
    }

    fn schedule_body<'a>(&self, schedule: &'a Schedule, with_rotations: bool) -> ScheduleBody<'a> {
        let Schedule { id, name, description, timezone, enabled, team_id, rotations } = schedule;
        let team_id = match (team_id, self.behaviour.no_team) {
            (Some(team_id), _) => Some(Some(team_id.as_str())),
            (None, NoValue::Absent) => None,
            (None, NoValue::Null) => Some(None),
            (None, NoValue::Empty) => Some(Some("")),
        };
        let rotations = with_rotations.then(|| rotations.iter().map(RotationBody::new).collect());
        ScheduleBody { id, name, description, timezone, enabled: *enabled, team_id, rotations }
    }
}

/// Compares the whole name without regard to case. With a `*` at its end, the pattern is a prefix.
fn matches_name(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.to_lowercase(), pattern.to_lowercase());
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

/// Query parameters of on-calls and next-on-calls.
struct Question {
    flat: bool,
    at: Duration,
}

impl Question {
    fn read(query: &str, now: Duration) -> Result<Self, ErrorResponse> {
        let flat = match value(query, "flat").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                let title = "flat is not true or false";
                return Err(ErrorResponse::unprocessable("flat", title, "FLAT_INVALID"));
            }
        };
        let at = match value(query, "date") {
            None => now,
            Some(date) => parse_iso8601(&date).ok_or_else(|| {
                ErrorResponse::unprocessable(
                    "date",
                    "The date is not ISO 8601 with an offset",
                    "DATE_INVALID",
                )
            })?,
        };
        Ok(Self { flat, at })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ScheduleBody<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    timezone: &'a str,
    enabled: bool,
    /// Absent, null, or a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotations: Option<Vec<RotationBody<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RotationBody<'a> {
    id: &'a str,
    name: &'a str,
    start_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<String>,
    #[serde(rename = "type")]
    rotation_type: crate::schedule::RotationType,
    length: u32,
    participants: &'a [Participant],
}

impl<'a> RotationBody<'a> {
    fn new(rotation: &'a Rotation) -> Self {
        Self {
            id: &rotation.id,
            name: &rotation.name,
            start_date: iso8601(rotation.start_date),
            end_date: rotation.end_date.map(iso8601),
            rotation_type: rotation.rotation_type,
            length: rotation.length.get(),
            participants: &rotation.participants,
        }
    }
}

/// Names of members.
#[derive(Clone, Copy)]
struct Names {
    users: &'static str,
    participants: &'static str,
    children: &'static str,
}

/// Body of on-calls and next-on-calls.
struct OnCallsBody<'a> {
    name: &'static str,
    list: OnCallsList<'a>,
    /// Form of an empty list.
    empty: NoValue,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OnCallsList<'a> {
    Flat(Vec<&'a str>),
    Tree(Tree<'a>),
}

impl Serialize for OnCallsBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_empty = match &self.list {
            OnCallsList::Flat(users) => users.is_empty(),
            OnCallsList::Tree(tree) => tree.shown().next().is_none(),
        };
        let mut map = serializer.serialize_map(None)?;
        match self.empty {
            NoValue::Absent if is_empty => {}
            NoValue::Null if is_empty => map.serialize_entry(self.name, &())?,
            _ => map.serialize_entry(self.name, &self.list)?,
        }
        map.end()
    }
}

/// Participants with their children.
#[derive(Clone, Copy)]
struct Tree<'a> {
    nodes: &'a [Node<'a>],
    children: &'static str,
    no_one: NoOneNode,
}

impl<'a> Tree<'a> {
    fn shown(self) -> impl Iterator<Item = &'a Node<'a>> {
        let hides = self.no_one == NoOneNode::LeftOut;
        self.nodes.iter().filter(move |node| !(hides && **node == Node::NoOne))
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for node in self.shown() {
            sequence.serialize_element(&NodeBody { node, tree: *self })?;
        }
        sequence.end()
    }
}

/// A participant. `tree` has the settings for its children.
struct NodeBody<'a> {
    node: &'a Node<'a>,
    tree: Tree<'a>,
}

impl Serialize for NodeBody<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.node {
            Node::User { id, forwarded_from } => {
                map.serialize_entry("id", id)?;
                map.serialize_entry("type", "user")?;
                if let Some(id) = forwarded_from {
                    map.serialize_entry("forwardedFrom", &UserBody { id, kind: "user" })?;
                }
            }
            Node::Group { kind, id, children } => {
                map.serialize_entry("id", id)?;
                map.serialize_entry("type", kind)?;
                if let Some(nodes) = children {
                    map.serialize_entry(self.tree.children, &Tree { nodes, ..self.tree })?;
                }
            }
            Node::NoOne => {
                let is_none = self.tree.no_one == NoOneNode::None;
                map.serialize_entry("type", if is_none { "none" } else { "noone" })?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct UserBody<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_matches_as_a_whole_or_by_its_prefix() {
        for (name, pattern, expected) in [
            ("Payments primary", "payments PRIMARY", true),
            ("Payments primary", "payments", false),
            ("Payments primary", "payments*", true),
            ("Payments primary", "primary*", false),
            ("Payments primary", "*", true),
            ("Payments primary", "", false),
            ("Zürich", "ZÜR*", true),
            ("a*b", "a*b", true),
        ] {
            assert_eq!(matches_name(name, pattern), expected, "{name} {pattern}");
        }
    }
}
