//! Operations: names, routes and scopes.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::user::Scopes;

/// An operation of the Contacts API, of the schedules, of the Jira platform, or the lookup of a
/// site's cloud id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `GET /v1/users/contacts`
    List,
    /// `POST /v1/users/contacts`
    Create,
    /// `GET /v1/users/contacts/{id}`
    Get,
    /// `PATCH /v1/users/contacts/{id}`
    Update,
    /// `DELETE /v1/users/contacts/{id}`
    Delete,
    /// `PATCH /v1/users/contacts/{id}/activate`
    Activate,
    /// `PATCH /v1/users/contacts/{id}/deactivate`
    Deactivate,
    /// `GET /_edge/tenant_info`
    TenantInfo,
    /// `GET /v1/schedules`
    ListSchedules,
    /// `GET /v1/schedules/{id}`
    GetSchedule,
    /// `GET /v1/schedules/{id}/on-calls`
    GetOnCalls,
    /// `GET /v1/schedules/{id}/next-on-calls`
    GetNextOnCalls,
    /// `GET /v1/schedules/{id}/rotations`
    ListRotations,
    /// `GET /rest/api/3/user/bulk` of the Jira platform
    BulkGetUsers,
    /// `GET /rest/api/3/user/search` of the Jira platform
    FindUsers,
}

impl Operation {
    /// Returns the operation of this method on the contact list, or the allowed methods.
    pub(crate) fn on_contacts(method: &Method) -> Result<Self, &'static str> {
        match *method {
            Method::GET => Ok(Self::List),
            Method::POST => Ok(Self::Create),
            _ => Err("GET, POST"),
        }
    }

    /// Returns the operation of this method on one contact, or the allowed methods. `None`: unknown
    /// action.
    pub(crate) fn on_contact(
        method: &Method,
        action: Option<&str>,
    ) -> Option<Result<Self, &'static str>> {
        Some(match (action, method.clone()) {
            (None, Method::GET) => Ok(Self::Get),
            (None, Method::PATCH) => Ok(Self::Update),
            (None, Method::DELETE) => Ok(Self::Delete),
            (None, _) => Err("GET, PATCH, DELETE"),
            (Some("activate"), Method::PATCH) => Ok(Self::Activate),
            (Some("deactivate"), Method::PATCH) => Ok(Self::Deactivate),
            (Some("activate" | "deactivate"), _) => Err("PATCH"),
            (Some(_), _) => return None,
        })
    }

    /// Returns the operation on one schedule with this last segment. Only `GET` is allowed.
    pub(crate) fn on_schedule(part: Option<&str>) -> Option<Self> {
        Some(match part {
            None => Self::GetSchedule,
            Some("on-calls") => Self::GetOnCalls,
            Some("next-on-calls") => Self::GetNextOnCalls,
            Some("rotations") => Self::ListRotations,
            Some(_) => return None,
        })
    }

    /// Returns the operation with this path below the base of the Jira platform. Only `GET` is
    /// allowed.
    pub(crate) fn on_jira(path: &str) -> Option<Self> {
        match path {
            "/user/bulk" => Some(Self::BulkGetUsers),
            "/user/search" => Some(Self::FindUsers),
            _ => None,
        }
    }

    /// Returns `true` for an operation of the Jira platform.
    pub(crate) fn is_jira(self) -> bool {
        matches!(self, Self::BulkGetUsers | Self::FindUsers)
    }

    /// Returns the scopes that a token needs.
    pub(crate) fn scopes(self) -> Scopes {
        match self {
            Self::TenantInfo => Scopes::NONE,
            Self::List
            | Self::Get
            | Self::ListSchedules
            | Self::GetSchedule
            | Self::GetOnCalls
            | Self::GetNextOnCalls
            | Self::ListRotations => Scopes::READ,
            Self::Create | Self::Update | Self::Activate | Self::Deactivate => Scopes::READ_WRITE,
            Self::Delete => Scopes { delete: true, ..Scopes::READ },
            Self::BulkGetUsers | Self::FindUsers => Scopes { jira_user: true, ..Scopes::NONE },
        }
    }
}
