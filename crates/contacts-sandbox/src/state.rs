//! All that a service knows, as JSON.

use std::collections::BTreeSet;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::behaviour::Behaviour;
use crate::contact::StoredContact;
use crate::error::Error;
use crate::user::User;

/// The users of a [`Service`](crate::Service) with their tokens and contacts, its behaviour and its counters.
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
    /// How many contacts there have ever been: the next id follows from it.
    #[serde(default)]
    pub(crate) created: u64,
    /// How many requests there have been: the next trace id follows from it.
    #[serde(default)]
    pub(crate) requests: u64,
}

/// A user and the contacts of that user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) user: User,
    #[serde(default)]
    pub(crate) contacts: Vec<StoredContact>,
}

impl State {
    /// The state as JSON, with every token in it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads what [`State::to_json`] wrote, or somebody by hand: all but a user's `account_id`, `email` and `token`,
    /// and a contact's `id`, `method`, `to`, `enabled` and `verified`, may be left out.
    ///
    /// # Errors
    /// [`Error::Malformed`] with line and column if it is not JSON, has a member that is not known, or two users with
    /// one account id.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(Error::malformed("the state"))
    }

    /// The state as JSON without anything that lets somebody in.
    pub(crate) fn without_secrets(&self) -> serde_json::Value {
        let mut state = serde_json::to_value(self).unwrap_or_default();
        let accounts = state.get_mut("accounts").and_then(serde_json::Value::as_array_mut);
        for user in
            accounts.into_iter().flatten().filter_map(|account| account.get_mut("user")?.as_object_mut())
        {
            for secret in ["token", "oauth_token", "expired_tokens"] {
                user.remove(secret);
            }
        }
        state
    }
}

/// Two users with one account id would share their contacts by accident.
fn distinct<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Account>, D::Error> {
    let accounts = Vec::<Account>::deserialize(deserializer)?;
    let mut seen = BTreeSet::new();
    for account in &accounts {
        if !seen.insert(&account.user.account_id) {
            return Err(D::Error::custom(format_args!(
                "two users with the account id `{}`",
                account.user.account_id
            )));
        }
    }
    Ok(accounts)
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
    fn two_users_with_one_account_id_are_refused() {
        let user = r#"{"user":{"account_id":"a","email":"e","token":"t"}}"#;
        let error = State::from_json(&format!(r#"{{"accounts":[{user},{user}]}}"#)).unwrap_err().to_string();
        assert!(error.contains("`a`") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn what_is_shown_to_others_has_no_token() {
        let shown = Service::demo().state().without_secrets().to_string();
        assert!(shown.contains("demo@example.com") && !shown.contains("sandbox-"), "{shown}");
    }
}
