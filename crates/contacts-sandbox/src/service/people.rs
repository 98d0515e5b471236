//! Performs the operations of the Jira platform: names and e-mail addresses of users.

use std::collections::BTreeSet;

use http::StatusCode;
use http::request::Parts;
use serde::Serialize;

use super::error_response::ErrorResponse;
use super::input::{value, values};
use super::response::ApiResponse;
use super::{Outcome, Service};
use crate::behaviour::NoValue;
use crate::user::User;

impl Service {
    /// Returns the users with these account ids, in the order of the ids. Leaves unknown ids out.
    pub(super) fn bulk_get_users(&self, parts: &Parts) -> Outcome {
        let query = parts.uri.query().unwrap_or_default();
        let ids: Vec<_> = values(query, "accountId").filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            return Err(ErrorResponse::Jira { message: "The query has no accountId" });
        }
        let Window { start, size } = Window::read(query, 10)?;
        let mut seen = BTreeSet::new();
        let found: Vec<_> = ids
            .iter()
            .filter_map(|id| self.indexes.get(id.as_ref()).filter(|index| seen.insert(**index)))
            .filter_map(|index| self.users.get(*index))
            .map(|user| self.user_body(user))
            .collect();
        let total = found.len();
        let values: Vec<_> = found.into_iter().skip(start).take(size).collect();
        let is_last = start.saturating_add(values.len()) >= total;
        let body = BulkBody { max_results: size, start_at: start, total, is_last, values };
        Ok(ApiResponse::json(StatusCode::OK, &body))
    }

    /// Returns the active users whose name or e-mail address begins with the query.
    pub(super) fn find_users(&self, parts: &Parts) -> Outcome {
        let query = parts.uri.query().unwrap_or_default();
        let Window { start, size } = Window::read(query, 50)?;
        let Some(prefix) = value(query, "query").filter(|prefix| !prefix.is_empty()) else {
            return Err(ErrorResponse::Jira { message: "The query parameter query is missing" });
        };
        let prefix = prefix.to_lowercase();
        let begins = |text: &str| text.to_lowercase().starts_with(&prefix);
        let with_hidden = self.behaviour.search_finds_hidden_email;
        let matches = |user: &&User| {
            let by_email = with_hidden || !user.email_hidden;
            user.active && (begins(user.display_name()) || (by_email && begins(&user.email)))
        };
        let found = self.users().filter(matches).take(MAX_FOUND);
        let page: Vec<_> = found.skip(start).take(size).map(|user| self.user_body(user)).collect();
        Ok(ApiResponse::json(StatusCode::OK, &page))
    }

    fn user_body<'a>(&self, user: &'a User) -> UserBody<'a> {
        let email_address = match (user.email_hidden, self.behaviour.hidden_email) {
            (false, _) => Some(Some(user.email.as_str())),
            (true, NoValue::Absent) => None,
            (true, NoValue::Null) => Some(None),
            (true, NoValue::Empty) => Some(Some("")),
        };
        UserBody {
            account_id: &user.account_id,
            account_type: "atlassian",
            active: user.active,
            display_name: user.display_name(),
            email_address,
            time_zone: "UTC",
        }
    }
}

/// Maximum number of users that a search can reach.
const MAX_FOUND: usize = 1000;

/// Query parameters for a part of the users.
struct Window {
    start: usize,
    size: usize,
}

impl Window {
    fn read(query: &str, default_size: usize) -> Result<Self, ErrorResponse> {
        let number = |name, default, message| match value(query, name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| ErrorResponse::Jira { message }),
        };
        Ok(Self {
            start: number("startAt", 0, "startAt is not a number")?,
            size: number("maxResults", default_size, "maxResults is not a number")?,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BulkBody<'a> {
    max_results: usize,
    start_at: usize,
    total: usize,
    is_last: bool,
    values: Vec<UserBody<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserBody<'a> {
    account_id: &'a str,
    account_type: &'static str,
    active: bool,
    display_name: &'a str,
    /// Absent, null, or a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<Option<&'a str>>,
    time_zone: &'static str,
}
