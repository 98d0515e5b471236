//! The state of a service as JSON.

use std::collections::BTreeSet;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::behaviour::Behaviour;
use crate::contact::StoredContact;
use crate::error::Error;
use crate::schedule::{Escalation, Forwarding, Schedule, Team};
use crate::user::User;

/// The state of a [`Service`](crate::Service): behaviour, counters, schedules, and users with
/// tokens and contacts.
///
/// ```
/// use contacts_sandbox::{Service, State};
///
/// let state = Service::demo().state();
/// assert_eq!(State::from_json(&state.to_json())?, state);
///
/// let error = State::from_json("{\n  \"acounts\": []\n}").unwrap_err();
/// assert!(error.to_string().contains("line 2 column 11"), "{error}");
/// # Ok::<(), contacts_sandbox::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    #[serde(default)]
    pub(crate) behaviour: Behaviour,
    #[serde(default, deserialize_with = "distinct")]
    pub(crate) accounts: Vec<Account>,
    #[serde(default, deserialize_with = "distinct")]
    pub(crate) schedules: Vec<Schedule>,
    #[serde(default, deserialize_with = "distinct")]
    pub(crate) teams: Vec<Team>,
    #[serde(default, deserialize_with = "distinct")]
    pub(crate) escalations: Vec<Escalation>,
    #[serde(default)]
    pub(crate) forwardings: Vec<Forwarding>,
    /// Number of contacts ever created. Determines the next id.
    #[serde(default)]
    pub(crate) created: u64,
    /// Number of requests. Determines the next trace id.
    #[serde(default)]
    pub(crate) requests: u64,
}

/// A user and the user's contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) user: User,
    #[serde(default)]
    pub(crate) contacts: Vec<StoredContact>,
}

impl State {
    /// Serializes the state as JSON, including every token.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Parses the output of [`State::to_json`], or a file that you wrote. Required members:
    /// - of a user: `account_id`, `email` and `token`
    /// - of a contact: `id`, `method`, `to`, `enabled` and `verified`
    /// - of a schedule, a team and an escalation: `id` and `name`
    /// - of a rotation: `id`, `type` and `start_date`
    /// - of a forwarding: `from`, `to`, `start_date` and `end_date`
    ///
    /// # Errors
    /// [`Error::Malformed`] with line and column, if the text is not JSON, has an unknown member,
    /// or has two users (schedules, teams, escalations) with the same id.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(Error::malformed("state"))
    }

    /// Serializes the state as JSON without any token.
    pub(crate) fn without_secrets(&self) -> serde_json::Value {
        let mut state = serde_json::to_value(self).unwrap_or_default();
        let accounts = state.get_mut("accounts").and_then(serde_json::Value::as_array_mut);
        for user in accounts
            .into_iter()
            .flatten()
            .filter_map(|account| account.get_mut("user")?.as_object_mut())
        {
            for secret in ["token", "oauth_token", "expired_tokens"] {
                user.remove(secret);
            }
        }
        state
    }
}

/// A part of the state with an id that no other part of its kind has.
trait Identified {
    const TAKEN: &'static str;

    fn id(&self) -> &str;
}

impl Identified for Account {
    const TAKEN: &'static str = "two users have the account id";

    fn id(&self) -> &str {
        &self.user.account_id
    }
}

impl Identified for Schedule {
    const TAKEN: &'static str = "two schedules have the id";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Team {
    const TAKEN: &'static str = "two teams have the id";

    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Escalation {
    const TAKEN: &'static str = "two escalations have the id";

    fn id(&self) -> &str {
        &self.id
    }
}

/// Rejects two parts with the same id.
fn distinct<'de, D: Deserializer<'de>, T: Identified + Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let parts = Vec::<T>::deserialize(deserializer)?;
    let mut seen = BTreeSet::new();
    for part in &parts {
        if !seen.insert(part.id()) {
            return Err(D::Error::custom(format_args!("{} `{}`", T::TAKEN, part.id())));
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Service;

    #[test]
    fn an_empty_object_is_an_empty_service() {
        assert_eq!(State::from_json("{}").unwrap(), Service::new(Behaviour::default()).state());
    }

    #[test]
    fn two_users_with_the_same_account_id_are_rejected() {
        let user = r#"{"user":{"account_id":"a","email":"e","token":"t"}}"#;
        let error = State::from_json(&format!(r#"{{"accounts":[{user},{user}]}}"#))
            .unwrap_err()
            .to_string();
        assert!(error.contains("`a`") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn two_schedules_with_the_same_id_are_rejected() {
        for kind in ["schedules", "teams", "escalations"] {
            let part = r#"{"id":"a","name":"n"}"#;
            let error = State::from_json(&format!(r#"{{"{kind}":[{part},{part}]}}"#)).unwrap_err();
            assert!(error.to_string().contains(&format!("two {kind} have the id `a`")), "{error}");
        }
    }

    #[test]
    fn the_public_state_contains_no_token() {
        let shown = Service::demo().state().without_secrets().to_string();
        assert!(shown.contains("demo@example.com") && !shown.contains("sandbox-"), "{shown}");
    }
}
