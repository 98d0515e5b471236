//! Users of the Jira platform.

use serde::{Deserialize, Serialize};

use crate::{AccountId, model::json};

/// A user as the Jira platform shows it.
///
/// Only the account id is always present. The user's privacy settings can hide the e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JiraUser {
    /// Account id of the user.
    pub account_id: AccountId,
    /// Name to show.
    #[serde(default, deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// E-mail address. `None` if it is hidden.
    #[serde(
        default,
        rename = "emailAddress",
        deserialize_with = "json::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub email: Option<String>,
    /// `Some(false)` if the account is deactivated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Type of the account: `atlassian` for a person, `app`, `customer`, or another word.
    #[serde(default, deserialize_with = "json::text", skip_serializing_if = "Option::is_none")]
    pub account_type: Option<String>,
}

impl JiraUser {
    /// Creates a user with an account id alone.
    pub fn new(account_id: AccountId) -> Self {
        Self { account_id, display_name: None, email: None, active: None, account_type: None }
    }
}
