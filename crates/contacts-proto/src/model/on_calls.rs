//! Who is on call in a schedule.

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use crate::{AccountId, Participant, ParticipantKind, model::json};

/// Maximum number of levels of the tree.
const MAX_LEVELS: usize = 32;

/// Maximum number of participants and users together.
const MAX_PARTICIPANTS: usize = 10_000;

/// People on call in a schedule: now, at another time, or next.
///
/// The service sends a tree of participants or, for [`flat`](crate::GetOnCalls::flat), a list of
/// users. Both are read. An object without members means that no one is on call.
///
/// ```
/// use contacts_proto::OnCalls;
///
/// let json = r#"{"onCallParticipants":[
///     {"type":"user","id":"712020:0a1b2c3d"},
///     {"type":"team","id":"4d5e6f70"}]}"#;
/// let on_calls: OnCalls = serde_json::from_str(json)?;
/// assert_eq!(on_calls.account_ids()[0].as_str(), "712020:0a1b2c3d");
/// let unopened = on_calls.unopened();
/// assert_eq!(unopened[0].to_string(), "team 4d5e6f70: the service does not show its users");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OnCalls {
    /// Tree of participants. It also has each entry of the list of users that is not an account id.
    #[serde(rename = "onCallParticipants")]
    pub participants: Vec<Participant>,
    /// List of users, if the request asked for it.
    #[serde(rename = "onCallUsers")]
    pub users: Vec<AccountId>,
}

impl OnCalls {
    /// Creates the answer of a service, for tests of code that uses a client.
    pub fn new(participants: Vec<Participant>, users: Vec<AccountId>) -> Self {
        Self { participants, users }
    }

    /// Returns the users of the tree and of the list, each once.
    ///
    /// A user that handed the duty on is not on call.
    pub fn account_ids(&self) -> Vec<AccountId> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let mut waiting: Vec<_> = self.participants.iter().rev().collect();
        while let Some(participant) = waiting.pop() {
            all.extend(participant.account_id());
            waiting.extend(participant.participants.iter().rev());
        }
        all.extend(self.users.iter().cloned());
        all.retain(|id| seen.insert(id.clone()));
        all
    }

    /// Returns the participants whose users are not known, each once. Somebody may be on call there.
    pub fn unopened(&self) -> Vec<Unopened> {
        let mut unopened = Vec::new();
        for participant in &self.participants {
            visit(participant, &mut Vec::new(), &mut unopened);
        }
        let mut seen = BTreeSet::new();
        unopened.retain(|one| seen.insert(one.clone()));
        unopened
    }

    /// Checks that the answer is not larger than any real one.
    fn check(&self) -> Result<(), String> {
        let mut count = self.users.len();
        let mut level: Vec<_> = self.participants.iter().collect();
        for _ in 0..MAX_LEVELS {
            count = count.saturating_add(level.len());
            level = level.into_iter().flat_map(|one| &one.participants).collect();
        }
        if !level.is_empty() {
            return Err(format!("the tree of participants has more than {MAX_LEVELS} levels"));
        }
        if count > MAX_PARTICIPANTS {
            return Err(format!("there are more than {MAX_PARTICIPANTS} participants"));
        }
        Ok(())
    }
}

/// Collects the unopened participants of a tree. Returns `true` if it shows a user, or that
/// no one is on call on purpose.
fn visit<'a>(
    participant: &'a Participant,
    above: &mut Vec<&'a Participant>,
    unopened: &mut Vec<Unopened>,
) -> bool {
    let is_loop = participant.id.is_some()
        && above.iter().any(|one| one.kind == participant.kind && one.id == participant.id);
    above.push(participant);
    let mut shows_users = false;
    for one in &participant.participants {
        shows_users |= visit(one, above, unopened);
    }
    above.pop();

    let reason = match participant.kind {
        ParticipantKind::NoOne => return true,
        ParticipantKind::User => {
            shows_users = true;
            participant.account_id().is_none().then_some(UnopenedReason::InvalidAccountId)
        }
        _ if is_loop => Some(UnopenedReason::Loop),
        _ if shows_users => None,
        ParticipantKind::Team | ParticipantKind::Escalation => Some(UnopenedReason::NoUsers),
        ParticipantKind::Other(_) => Some(UnopenedReason::UnknownKind),
    };
    unopened.extend(reason.map(|reason| Unopened {
        kind: participant.kind.clone(),
        id: participant.id.clone(),
        reason,
    }));
    shows_users
}

impl<'de> Deserialize<'de> for OnCalls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Participants(#[serde(deserialize_with = "json::all_or_null")] Vec<Participant>);

        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = OnCalls;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<OnCalls, A::Error> {
                let mut on_calls = OnCalls::default();
                let (mut known, mut unknown) = (false, false);
                while let Some(name) = members.next_key::<String>()? {
                    match name.as_str() {
                        "onCallParticipants" | "nextOnCallParticipants" => {
                            let Participants(all) = members.next_value()?;
                            on_calls.participants.extend(all);
                            known = true;
                        }
                        "onCallUsers" | "nextOnCallUsers" => {
                            let all = members.next_value::<Option<Vec<String>>>()?;
                            all.into_iter().flatten().for_each(|id| on_calls.add_user(id));
                            known = true;
                        }
                        _ => {
                            members.next_value::<IgnoredAny>()?;
                            unknown |= !name.starts_with('_');
                        }
                    }
                }
                // Such a body is an error, or has another shape. It must not mean that no one
                // is on call.
                if unknown && !known {
                    return Err(A::Error::custom("the body does not say who is on call"));
                }
                on_calls.check().map_err(A::Error::custom)?;
                Ok(on_calls)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl OnCalls {
    fn add_user(&mut self, id: String) {
        match AccountId::new(id.as_str()) {
            Ok(id) => self.users.push(id),
            Err(_) => self.participants.push(Participant::new(ParticipantKind::User, Some(id))),
        }
    }
}

/// A participant whose users are not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Unopened {
    /// Kind of the participant.
    pub kind: ParticipantKind,
    /// Id of the participant, if the service sends one.
    pub id: Option<String>,
    /// Reason why its users are not known.
    pub reason: UnopenedReason,
}

/// Shows participant and reason, without control characters.
impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let participant = Participant::new(self.kind.clone(), self.id.clone());
        write!(f, "{participant}: {}", self.reason)
    }
}

/// Reason why the users of a participant are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum UnopenedReason {
    /// The service shows no user of the team or escalation.
    NoUsers,
    /// The participant contains itself.
    Loop,
    /// This version does not know this kind of participant.
    UnknownKind,
    /// The id of the user is missing, or is not an account id.
    InvalidAccountId,
}

impl fmt::Display for UnopenedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoUsers => "the service does not show its users",
            Self::Loop => "it contains itself",
            Self::UnknownKind => "its kind is unknown, and the service does not show its users",
            Self::InvalidAccountId => "the service sends no valid account id",
        })
    }
}
