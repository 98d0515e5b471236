//! Schedules and their rotations.

use serde::{Deserialize, Serialize};

use super::segment::segment_type;
use crate::{Participant, model::json};

segment_type! {
    /// Id of a schedule. It is opaque: the service chooses it.
    ///
    /// The service does not find a schedule by its name here. [`ListSchedules`](crate::ListSchedules)
    /// lists the ids.
    ScheduleId, "schedule id"
}

segment_type! {
    /// Id of a rotation. It is opaque: the service chooses it.
    RotationId, "rotation id"
}

/// A schedule: it says who is on call, and when.
///
/// Only the id is always present. Other members are `None` or empty if the service omits them or
/// sends null. Unknown members are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Schedule {
    /// Id of the schedule.
    pub id: ScheduleId,
    /// Name of the schedule. Empty if the service omits it.
    #[serde(default, deserialize_with = "json::text_or_null")]
    pub name: String,
    /// `Some(false)` if the schedule is disabled. `None` if the service omits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Time zone, such as `Europe/Berlin`.
    #[serde(default, deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Id of the team that owns the schedule. A global schedule has none.
    #[serde(default, deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// Rotations of the schedule. `None` if the request did not ask for them: see
    /// [`ListSchedules::with_rotations`](crate::ListSchedules::with_rotations).
    #[serde(default, deserialize_with = "json::some", skip_serializing_if = "Option::is_none")]
    pub rotations: Option<Vec<Rotation>>,
}

impl Schedule {
    /// Creates an enabled schedule without time zone, team and rotations.
    pub fn new(id: ScheduleId, name: impl Into<String>) -> Self {
        let enabled = Some(true);
        Self { id, name: name.into(), enabled, timezone: None, team_id: None, rotations: None }
    }
}

/// A rotation of a schedule: its participants take turns.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rotation {
    /// Id of the rotation.
    pub id: RotationId,
    /// Name of the rotation.
    #[serde(default, deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Participants, in the order of their turns.
    #[serde(default, deserialize_with = "json::all_or_null")]
    pub participants: Vec<Participant>,
}

impl Rotation {
    /// Creates a rotation without a name.
    pub fn new(id: RotationId, participants: Vec<Participant>) -> Self {
        Self { id, name: None, participants }
    }
}
