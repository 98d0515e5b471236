//! Schedules: the model, and who is on call at a time. Reads no clock.

mod roster;

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use self::roster::{Node, Roster};
use crate::clock;

/// An on-call schedule. It has no time restrictions and no overrides.
///
/// ```
/// use std::time::Duration;
/// use contacts_sandbox::{Participant, Rotation, RotationType, Schedule, Service, User};
///
/// let mut service = Service::demo();
/// let eve = service.add_user(User::new("eve@example.com", "eves-token"));
/// let start = Duration::from_secs(1_577_865_600);
/// let rotation = Rotation::new("r-1", RotationType::Weekly, start)
///     .with_participants([Participant::user(eve), Participant::NoOne]);
/// service.add_schedule(Schedule::new("s-1", "Payments secondary").with_rotation(rotation));
/// assert_eq!(service.schedules().last().expect("there is one").name, "Payments secondary");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Schedule id. Unique.
    pub id: String,
    /// Name. Several schedules can have the same one.
    pub name: String,
    /// Description. Default: empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Time zone that the API shows. It has no effect on the turns. Default: `UTC`.
    #[serde(default = "utc")]
    pub timezone: String,
    /// State that the API shows. A disabled schedule still answers who is on call. Default: `true`.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Id of the team that owns the schedule. `None`: a global schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// Rotations. Each has one participant on call at a time.
    #[serde(default)]
    pub rotations: Vec<Rotation>,
}

impl Schedule {
    /// Creates an enabled global schedule without rotations.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            description: String::new(),
            timezone: utc(),
            enabled: true,
            team_id: None,
            rotations: Vec::new(),
        }
    }

    /// Sets the team that owns the schedule. Its members can see the schedule.
    #[must_use]
    pub fn with_team(mut self, team_id: impl Into<String>) -> Self {
        self.team_id = Some(team_id.into());
        self
    }

    /// Adds a rotation.
    #[must_use]
    pub fn with_rotation(mut self, rotation: Rotation) -> Self {
        self.rotations.push(rotation);
        self
    }
}

/// A rotation: its participants take turns of the same length.
///
/// The turn at a time is `floor((time - start) / (length * unit))`, and its participant is the turn
/// modulo the number of participants. A day has 24 hours and a week 7 days, whatever the time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Rotation id.
    pub id: String,
    /// Name. Default: empty.
    #[serde(default)]
    pub name: String,
    /// Start of the first turn, since the Unix epoch. In JSON: ISO 8601.
    #[serde(with = "clock::date")]
    pub start_date: Duration,
    /// End of the last turn, since the Unix epoch. `None`: no end.
    #[serde(default, with = "clock::optional_date", skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Duration>,
    /// Unit of `length`.
    #[serde(rename = "type")]
    pub rotation_type: RotationType,
    /// Length of a turn in units. Default: 1.
    #[serde(default = "one")]
    pub length: NonZeroU32,
    /// Participants, in the order of their turns.
    #[serde(default)]
    pub participants: Vec<Participant>,
}

impl Rotation {
    /// Creates a rotation without participants and without an end. A turn lasts one unit. `start`
    /// is the time since the Unix epoch.
    pub fn new(id: impl Into<String>, rotation_type: RotationType, start: Duration) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            start_date: start,
            end_date: None,
            rotation_type,
            length: NonZeroU32::MIN,
            participants: Vec::new(),
        }
    }

    /// Sets the name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the end, since the Unix epoch.
    #[must_use]
    pub fn with_end(mut self, end: Duration) -> Self {
        self.end_date = Some(end);
        self
    }

    /// Sets the length of a turn in units.
    #[must_use]
    pub fn with_length(mut self, length: NonZeroU32) -> Self {
        self.length = length;
        self
    }

    /// Adds participants after the existing ones.
    #[must_use]
    pub fn with_participants(
        mut self,
        participants: impl IntoIterator<Item = Participant>,
    ) -> Self {
        self.participants.extend(participants);
        self
    }

    /// Returns the participant on call at a time. `None` before the start and from the end on.
    pub(crate) fn on_call(&self, at: Duration) -> Option<&Participant> {
        if self.ends_by(at) {
            return None;
        }
        self.participant(self.turn(at)?)
    }

    /// Returns the participant of the next turn after a time, and the start of this turn. Before
    /// the start, this is the first turn. `None` if the rotation ends earlier.
    pub(crate) fn next_on_call(&self, at: Duration) -> Option<(&Participant, Duration)> {
        let turn = self.turn(at).map_or(0, |turn| turn.saturating_add(1));
        let begins = self
            .start_date
            .checked_add(Duration::from_secs(self.turn_seconds().checked_mul(turn)?))?;
        if self.ends_by(begins) {
            return None;
        }
        self.participant(turn).map(|participant| (participant, begins))
    }

    /// Returns the number of the turn at a time, starting at 0. `None` before the start.
    fn turn(&self, at: Duration) -> Option<u64> {
        Some(at.checked_sub(self.start_date)?.as_secs() / self.turn_seconds())
    }

    fn turn_seconds(&self) -> u64 {
        self.rotation_type.seconds() * u64::from(self.length.get())
    }

    fn ends_by(&self, at: Duration) -> bool {
        self.end_date.is_some_and(|end| end <= at)
    }

    fn participant(&self, turn: u64) -> Option<&Participant> {
        let index = turn.checked_rem(self.participants.len() as u64)?;
        self.participants.get(usize::try_from(index).ok()?)
    }
}

/// Unit of the turns of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RotationType {
    /// 24 hours.
    Daily,
    /// 7 days.
    Weekly,
    /// 1 hour.
    Hourly,
}

impl RotationType {
    fn seconds(self) -> u64 {
        match self {
            Self::Hourly => 3_600,
            Self::Daily => 86_400,
            Self::Weekly => 604_800,
        }
    }
}

/// A participant of a rotation, or a recipient of an escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Participant {
    /// A user.
    User {
        /// Account id.
        id: String,
    },
    /// Every member of a team.
    Team {
        /// Team id.
        id: String,
    },
    /// Every recipient of an escalation.
    Escalation {
        /// Escalation id.
        id: String,
    },
    /// No one.
    NoOne,
}

impl Participant {
    /// Creates a participant from an account id.
    pub fn user(id: impl Into<String>) -> Self {
        Self::User { id: id.into() }
    }

    /// Creates a participant from a team id.
    pub fn team(id: impl Into<String>) -> Self {
        Self::Team { id: id.into() }
    }

    /// Creates a participant from an escalation id.
    pub fn escalation(id: impl Into<String>) -> Self {
        Self::Escalation { id: id.into() }
    }
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Team id. Unique.
    pub id: String,
    /// Name.
    pub name: String,
    /// Account ids of the members. All are on call when the team is.
    #[serde(default)]
    pub members: Vec<String>,
    /// `false`: the service shows the team, but not its members, when the team is on call. Assumed:
    /// the vendor's example has such a team. Default: `true`.
    #[serde(default = "yes")]
    pub opened: bool,
}

impl Team {
    /// Creates a team without members. The service shows its members when it is on call.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), members: Vec::new(), opened: true }
    }

    /// Adds members after the existing ones.
    #[must_use]
    pub fn with_members<T: Into<String>>(
        mut self,
        account_ids: impl IntoIterator<Item = T>,
    ) -> Self {
        self.members.extend(account_ids.into_iter().map(Into::into));
        self
    }

    /// Hides the members when the team is on call.
    #[must_use]
    pub fn unopened(mut self) -> Self {
        self.opened = false;
        self
    }
}

/// An escalation. All its recipients are on call when the escalation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Escalation id. Unique.
    pub id: String,
    /// Name.
    pub name: String,
    /// Recipients. The service does not open an escalation again inside itself.
    #[serde(default)]
    pub recipients: Vec<Participant>,
}

impl Escalation {
    /// Creates an escalation without recipients.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), recipients: Vec::new() }
    }

    /// Adds recipients after the existing ones.
    #[must_use]
    pub fn with_recipients(mut self, recipients: impl IntoIterator<Item = Participant>) -> Self {
        self.recipients.extend(recipients);
        self
    }
}

/// A user forwards every duty to another user for some time. A forwarded duty is not forwarded
/// again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forwarding {
    /// Account id of the user who is replaced.
    pub from: String,
    /// Account id of the user who is on call instead.
    pub to: String,
    /// Start, since the Unix epoch. In JSON: ISO 8601.
    #[serde(with = "clock::date")]
    pub start_date: Duration,
    /// End, since the Unix epoch. In JSON: ISO 8601.
    #[serde(with = "clock::date")]
    pub end_date: Duration,
}

impl Forwarding {
    /// Creates a forwarding. The end is not part of it.
    pub fn new(
        from: impl Into<String>,
        to: impl Into<String>,
        times: std::ops::Range<Duration>,
    ) -> Self {
        Self { from: from.into(), to: to.into(), start_date: times.start, end_date: times.end }
    }

    fn applies(&self, at: Duration) -> bool {
        (self.start_date..self.end_date).contains(&at)
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn yes() -> bool {
    true
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rotation_type() -> impl Strategy<Value = RotationType> {
        use RotationType::{Daily, Hourly, Weekly};
        prop::sample::select(vec![Daily, Weekly, Hourly])
    }

    prop_compose! {
        /// A rotation with the participants `0`, `1`, and so on.
        fn rotation()(
            rotation_type in rotation_type(),
            length in 1_u32..50,
            participants in 1_usize..6,
            start in 0_u64..4_000_000_000,
        ) -> Rotation {
            let people = (0..participants).map(|number| Participant::user(number.to_string()));
            Rotation::new("r", rotation_type, Duration::from_secs(start))
                .with_length(NonZeroU32::new(length).unwrap())
                .with_participants(people)
        }
    }

    proptest! {
        #[test]
        fn participants_take_turns_of_the_same_length(
            rotation in rotation(),
            turn in 0_u64..1_000,
            within in 0.0_f64..1.0,
        ) {
            let length = Duration::from_secs(rotation.turn_seconds());
            let start = rotation.start_date + length * u32::try_from(turn).unwrap();
            let number = turn % rotation.participants.len() as u64;
            let expected = Participant::user(number.to_string());
            let last = start + length - Duration::from_nanos(1);
            for at in [start, start + length.mul_f64(within * 0.999), last] {
                prop_assert_eq!(rotation.on_call(at), Some(&expected));
            }
        }

        #[test]
        fn the_next_participant_is_on_call_when_the_turn_ends(
            rotation in rotation(),
            at in 0_u64..8_000_000_000,
        ) {
            let at = Duration::from_secs(at);
            let (next, begins) = rotation.next_on_call(at).unwrap();
            prop_assert!(begins > at || begins == rotation.start_date);
            prop_assert_eq!(rotation.on_call(begins), Some(next));
            let before = begins - Duration::from_nanos(1).min(begins);
            if at < rotation.start_date {
                prop_assert_eq!(begins, rotation.start_date);
                prop_assert_eq!(rotation.on_call(before), None);
            } else {
                prop_assert_eq!(rotation.on_call(before), rotation.on_call(at));
            }
        }

        #[test]
        fn no_one_is_on_call_before_the_start_and_after_the_end(
            rotation in rotation(),
            at in 0_u64..8_000_000_000,
            lasts in 0_u64..4_000_000_000,
        ) {
            let end = rotation.start_date + Duration::from_secs(lasts);
            let (at, rotation) = (Duration::from_secs(at), rotation.with_end(end));
            let within = rotation.start_date <= at && at < end;
            prop_assert_eq!(rotation.on_call(at).is_some(), within);
            if let Some((_, begins)) = rotation.next_on_call(at) {
                prop_assert!(begins < end);
            }
        }
    }

    #[test]
    fn a_rotation_without_participants_has_no_one_on_call() {
        let rotation = Rotation::new("r", RotationType::Daily, Duration::ZERO);
        assert_eq!(rotation.on_call(Duration::from_secs(1)), None);
        assert_eq!(rotation.next_on_call(Duration::from_secs(1)), None);
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        let longest = Rotation::new("r", RotationType::Weekly, Duration::MAX)
            .with_length(NonZeroU32::MAX)
            .with_participants([Participant::NoOne]);
        assert_eq!(longest.next_on_call(Duration::ZERO).map(|(_, at)| at), Some(Duration::MAX));
        let shortest = Rotation::new("r", RotationType::Hourly, Duration::ZERO)
            .with_participants([Participant::NoOne]);
        assert_eq!(shortest.on_call(Duration::MAX), Some(&Participant::NoOne));
        assert_eq!(shortest.next_on_call(Duration::MAX), None);
    }

    #[test]
    fn a_schedule_written_by_hand_needs_few_members() {
        let text = r#"{"id":"s","name":"Payments","rotations":[{"id":"r","type":"weekly",
            "start_date":"2025-03-03T09:00:00+01:00",
            "participants":[{"type":"user","id":"u"},{"type":"noone"}]}]}"#;
        let start = Duration::from_secs(1_740_988_800);
        let rotation = Rotation::new("r", RotationType::Weekly, start)
            .with_participants([Participant::user("u"), Participant::NoOne]);
        let schedule = Schedule::new("s", "Payments").with_rotation(rotation);
        assert_eq!(serde_json::from_str::<Schedule>(text).unwrap(), schedule);
        let written = serde_json::to_string(&schedule).unwrap();
        assert_eq!(serde_json::from_str::<Schedule>(&written).unwrap(), schedule);
        assert!(written.contains(r#""start_date":"2025-03-03T08:00:00Z""#), "{written}");
    }

    #[test]
    fn a_turn_without_length_is_rejected() {
        let text = r#"{"id":"r","type":"daily","start_date":"2025-03-03T08:00:00Z","length":0}"#;
        assert!(serde_json::from_str::<Rotation>(text).is_err());
    }
}
