//! Who may ask, and for what.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::splitmix::SplitMix;

/// Someone whose requests are answered, with the credentials that prove it.
///
/// `Debug` shows no token; `Serialize` writes them all, because a sandbox's state is nothing without them. So give a
/// sandbox tokens made up for it, never real ones.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What `targetAccountId` names; no two users share one.
    pub account_id: String,
    /// The name in Basic credentials.
    pub email: String,
    /// The secret in Basic credentials.
    pub token: String,
    /// A bearer token that is good as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_token: Option<String>,
    /// Tokens, of either kind, that were good once: they are answered with a 401 that says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired_tokens: Vec<String>,
    /// Whether other users' contacts may be listed.
    #[serde(default)]
    pub administrator: bool,
    /// What the tokens are good for.
    #[serde(default)]
    pub scopes: Scopes,
    /// What the user's site pays for.
    #[serde(default)]
    pub plan: Plan,
}

impl User {
    /// An ordinary user with every scope, and an account id that follows from the address.
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
        }
    }

    /// Sets the account id.
    #[must_use]
    pub fn with_account_id(mut self, account_id: impl Into<String>) -> Self {
        self.account_id = account_id.into();
        self
    }

    /// Adds a bearer token.
    #[must_use]
    pub fn with_oauth_token(mut self, token: impl Into<String>) -> Self {
        self.oauth_token = Some(token.into());
        self
    }

    /// Adds a token that has expired.
    #[must_use]
    pub fn with_expired_token(mut self, token: impl Into<String>) -> Self {
        self.expired_tokens.push(token.into());
        self
    }

    /// Lets the user list the contacts of others.
    #[must_use]
    pub fn as_administrator(mut self) -> Self {
        self.administrator = true;
        self
    }

    /// Narrows what the tokens are good for.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// Sets what the user's site pays for.
    #[must_use]
    pub fn on_plan(mut self, plan: Plan) -> Self {
        self.plan = plan;
        self
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

/// What a token is good for. Reading needs `read`, changing `read` and `write`, deleting `read` and `delete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scopes {
    /// `read:ops-config:jira-service-management`
    pub read: bool,
    /// `write:ops-config:jira-service-management`
    pub write: bool,
    /// `delete:ops-config:jira-service-management`
    pub delete: bool,
}

impl Scopes {
    /// Good for everything.
    pub const ALL: Self = Self { read: true, write: true, delete: true };
    /// Good for list and get alone.
    pub const READ: Self = Self { read: true, write: false, delete: false };
    /// Good for all but delete.
    pub const READ_WRITE: Self = Self { read: true, write: true, delete: false };
    /// Good for nothing here.
    pub const NONE: Self = Self { read: false, write: false, delete: false };

    /// Whether every scope in `needed` is among these.
    pub(crate) fn cover(self, needed: Self) -> bool {
        (self.read || !needed.read) && (self.write || !needed.write) && (self.delete || !needed.delete)
    }
}

impl Default for Scopes {
    fn default() -> Self {
        Self::ALL
    }
}

/// What a user's site pays for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// All of it.
    #[default]
    Full,
    /// Operations without calls: a `voice` contact is refused like one beyond the limit.
    WithoutVoice,
    /// No operations at all: every request is answered with 403.
    WithoutOperations,
}

/// Twenty-four hexadecimal digits, as older accounts have, that depend on the address alone.
fn account_id_for(email: &str) -> String {
    let folded = email.bytes().fold(0_u64, |folded, byte| SplitMix::new(folded ^ u64::from(byte)).next());
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
    fn account_ids_follow_from_the_address() {
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
    fn scopes_cover_what_they_contain() {
        assert!(Scopes::ALL.cover(Scopes::READ_WRITE));
        assert!(Scopes::READ.cover(Scopes::READ));
        assert!(!Scopes::READ_WRITE.cover(Scopes { read: true, write: false, delete: true }));
        assert!(!Scopes::NONE.cover(Scopes::READ));
    }
}
