//! Users and their permissions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::splitmix::SplitMix;

/// A user with credentials and permissions.
///
/// Use made-up tokens only. `Debug` hides them, but `Serialize` writes them, because the state file
/// needs them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Account id, as in `targetAccountId`. Unique.
    pub account_id: String,
    /// User name of Basic credentials.
    pub email: String,
    /// API token: password of Basic credentials.
    pub token: String,
    /// OAuth token for Bearer credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_token: Option<String>,
    /// Expired tokens of either kind. They get a 401 that says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired_tokens: Vec<String>,
    /// `true` if the user may list other users' contacts and sees every schedule.
    #[serde(default)]
    pub administrator: bool,
    /// Scopes of the user's tokens.
    #[serde(default)]
    pub scopes: Scopes,
    /// Plan of the user's site.
    #[serde(default)]
    pub plan: Plan,
    /// Name that the Jira platform shows. `None`: the part of the e-mail address before the `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `false` if the account is deactivated: the Jira platform says so, and no search finds it.
    /// The account's tokens still work. Default: `true`.
    #[serde(default = "yes")]
    pub active: bool,
    /// `true` if the Jira platform does not show the e-mail address.
    #[serde(default)]
    pub email_hidden: bool,
}

fn yes() -> bool {
    true
}

impl User {
    /// Creates a user with every scope who is not an administrator. The account id is derived from
    /// the e-mail address.
    pub fn new(email: impl Into<String>, token: impl Into<String>) -> Self {
        let email = email.into();
        Self {
            account_id: account_id_for(&email),
            email,
            token: token.into(),
            oauth_token: None,
            expired_tokens: Vec::new(),
            administrator: false,
            scopes: Scopes::ALL,
            plan: Plan::Full,
            name: None,
            active: true,
            email_hidden: false,
        }
    }

    /// Sets the account id.
    #[must_use]
    pub fn with_account_id(mut self, account_id: impl Into<String>) -> Self {
        self.account_id = account_id.into();
        self
    }

    /// Sets the OAuth token.
    #[must_use]
    pub fn with_oauth_token(mut self, token: impl Into<String>) -> Self {
        self.oauth_token = Some(token.into());
        self
    }

    /// Adds an expired token.
    #[must_use]
    pub fn with_expired_token(mut self, token: impl Into<String>) -> Self {
        self.expired_tokens.push(token.into());
        self
    }

    /// Makes the user an administrator, who may list other users' contacts and sees every
    /// schedule.
    #[must_use]
    pub fn as_administrator(mut self) -> Self {
        self.administrator = true;
        self
    }

    /// Sets the scopes of the user's tokens.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Sets the plan of the user's site.
    #[must_use]
    pub fn on_plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
    }

    /// Sets the name that the Jira platform shows.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Deactivates the account.
    #[must_use]
    pub fn deactivated(mut self) -> Self {
        self.active = false;
        self
    }

    /// Hides the e-mail address on the Jira platform.
    #[must_use]
    pub fn with_hidden_email(mut self) -> Self {
        self.email_hidden = true;
        self
    }

    /// Returns the name that the Jira platform shows.
    pub(crate) fn display_name(&self) -> &str {
        let local = || self.email.split('@').next().unwrap_or_default();
        self.name.as_deref().unwrap_or_else(local)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("User")
            .field("account_id", &self.account_id)
            .field("email", &self.email)
            .field("administrator", &self.administrator)
            .field("scopes", &self.scopes)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// OAuth scopes of a token. List, get and schedules need `read`; changes need `read` and `write`;
/// delete needs `read` and `delete`; names need `jira_user`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scopes {
    /// `read:ops-config:jira-service-management`
    pub read: bool,
    /// `write:ops-config:jira-service-management`
    pub write: bool,
    /// `delete:ops-config:jira-service-management`
    pub delete: bool,
    /// `read:jira-user`
    pub jira_user: bool,
}

impl Scopes {
    /// All scopes.
    pub const ALL: Self = Self { read: true, write: true, delete: true, jira_user: true };
    /// Only `read`: list, get and schedules.
    pub const READ: Self = Self { read: true, ..Self::NONE };
    /// `read` and `write`: everything except delete and names.
    pub const READ_WRITE: Self = Self { write: true, ..Self::READ };
    /// No scope.
    pub const NONE: Self = Self { read: false, write: false, delete: false, jira_user: false };

    /// Returns `true` if these scopes contain every scope in `needed`.
    pub(crate) fn cover(self, needed: Self) -> bool {
        (self.read || !needed.read)
            && (self.write || !needed.write)
            && (self.delete || !needed.delete)
            && (self.jira_user || !needed.jira_user)
    }
}

impl Default for Scopes {
    fn default() -> Self {
        Self::ALL
    }
}

/// Plan of a user's site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// All features.
    #[default]
    Full,
    /// No calls: a `voice` contact is rejected like one beyond the limit.
    WithoutVoice,
    /// No Operations feature: every request gets 403, except those for names.
    WithoutOperations,
}

/// Derives an account id from the address: 24 hexadecimal digits, as older accounts have.
fn account_id_for(email: &str) -> String {
    let folded =
        email.bytes().fold(0_u64, |folded, byte| SplitMix::new(folded ^ u64::from(byte)).next());
    let mut digits = SplitMix::new(folded);
    format!("{:016x}{:08x}", digits.next(), digits.next() >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_token() {
        let user = User::new("a@example.com", "secret-1")
            .with_oauth_token("secret-2")
            .with_expired_token("secret-3");
        assert!(!format!("{user:?}").contains("secret"));
    }

    #[test]
    fn account_ids_are_derived_from_the_address() {
        let id = |email| User::new(email, "t").account_id;
        assert_eq!(id("a@example.com"), id("a@example.com"));
        assert_ne!(id("a@example.com"), id("b@example.com"));
        assert_eq!(id("a@example.com").len(), 24);
    }

    #[test]
    fn a_user_written_by_hand_needs_three_members() {
        let text = r#"{"account_id":"a","email":"a@example.com","token":"t"}"#;
        let user: User = serde_json::from_str(text).unwrap();
        assert_eq!(user, User::new("a@example.com", "t").with_account_id("a"));
    }

    #[test]
    fn scopes_from_an_older_state_file_include_the_names_of_users() {
        let scopes: Scopes = serde_json::from_str(r#"{"read":true,"write":false}"#).unwrap();
        assert_eq!(scopes, Scopes { write: false, ..Scopes::ALL });
    }

    #[test]
    fn scopes_cover_what_they_contain() {
        assert!(Scopes::ALL.cover(Scopes::READ_WRITE));
        assert!(Scopes::READ.cover(Scopes::READ));
        assert!(!Scopes::READ_WRITE.cover(Scopes { delete: true, ..Scopes::READ }));
        assert!(!Scopes::READ_WRITE.cover(Scopes { jira_user: true, ..Scopes::NONE }));
        assert!(!Scopes::NONE.cover(Scopes::READ));
    }
}
