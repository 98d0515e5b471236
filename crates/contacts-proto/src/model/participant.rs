//! Participants of rotations, and of who is on call.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{AccountId, escape_controls, model::json};

/// A user, a team or an escalation in a rotation, or on call.
///
/// The service opens a team or an escalation that is on call: its users are in
/// [`participants`](Self::participants).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WireParticipant", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Participant {
    /// Kind of the participant.
    #[serde(rename = "type")]
    pub kind: ParticipantKind,
    /// Id in the service's words. The id of a user is its account id: see
    /// [`account_id`](Self::account_id).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Participant that handed the duty on to this one. It is not notified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<Box<Self>>,
    /// Participants below this one.
    #[serde(rename = "onCallParticipants", skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Self>,
}

impl Participant {
    /// Creates a participant without others below it.
    pub fn new(kind: ParticipantKind, id: Option<String>) -> Self {
        Self { kind, id, forwarded_from: None, participants: Vec::new() }
    }

    /// Returns the account id of a user. `None` if it is not a user, or its id cannot be used.
    pub fn account_id(&self) -> Option<AccountId> {
        let id = self.id.as_ref().filter(|_| self.kind == ParticipantKind::User)?;
        AccountId::new(id.as_str()).ok()
    }
}

/// Shows kind and id, without control characters: `team 4d5e6f70`.
impl fmt::Display for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.as_str() {
            "" => f.write_str("participant without a type")?,
            kind => f.write_str(&escape_controls(kind))?,
        }
        self.id.as_ref().map_or(Ok(()), |id| write!(f, " {}", escape_controls(id)))
    }
}

/// A participant on the wire. The vendor's schema and example name its children differently.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireParticipant {
    #[serde(default, rename = "type", deserialize_with = "json::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "json::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "json::optional")]
    forwarded_from: Option<ForwardedFrom>,
    #[serde(default, deserialize_with = "json::all_or_null")]
    on_call_participants: Vec<Participant>,
    #[serde(default, deserialize_with = "json::all_or_null")]
    next_on_call_participants: Vec<Participant>,
}

/// The participant that handed the duty on, without others below it.
#[derive(Deserialize)]
struct ForwardedFrom {
    #[serde(default, rename = "type", deserialize_with = "json::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "json::text")]
    id: Option<String>,
}

impl TryFrom<WireParticipant> for Participant {
    type Error = &'static str;

    fn try_from(wire: WireParticipant) -> Result<Self, Self::Error> {
        if wire.kind.is_none() && wire.id.is_none() {
            return Err("a participant has neither a type nor an id");
        }
        let mut participants = wire.on_call_participants;
        participants.extend(wire.next_on_call_participants);
        let forwarded_from = wire
            .forwarded_from
            .filter(|from| from.kind.is_some() || from.id.is_some())
            .map(|from| Box::new(Self::new(from.kind.into(), from.id)));
        Ok(Self { kind: wire.kind.into(), id: wire.id, forwarded_from, participants })
    }
}

/// Kind of a participant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ParticipantKind {
    /// A user.
    User,
    /// A team.
    Team,
    /// An escalation: it notifies users, teams and schedules in turn.
    Escalation,
    /// No one, on purpose.
    NoOne,
    /// A kind that this version does not know, as the service writes it. Empty if the service
    /// omits it.
    Other(Box<str>),
}

impl ParticipantKind {
    /// Returns the kind as the service writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User => "user",
            Self::Team => "team",
            Self::Escalation => "escalation",
            Self::NoOne => "noone",
            Self::Other(other) => other,
        }
    }
}

/// Reads the service's word. Case is ignored, and `none` means the same as `noone`.
impl From<&str> for ParticipantKind {
    fn from(text: &str) -> Self {
        let known = [
            ("user", Self::User),
            ("team", Self::Team),
            ("escalation", Self::Escalation),
            ("noone", Self::NoOne),
            ("none", Self::NoOne),
        ];
        let kind = known.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        kind.map_or_else(|| Self::Other(text.into()), |(_, kind)| kind)
    }
}

impl From<Option<String>> for ParticipantKind {
    fn from(text: Option<String>) -> Self {
        text.as_deref().unwrap_or_default().into()
    }
}

impl fmt::Display for ParticipantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ParticipantKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ParticipantKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::text(deserializer).map(Self::from)
    }
}
