//! The names of the operations.

use serde::{Deserialize, Serialize};

use crate::user::Scopes;

/// One of the seven operations, or the look-up of a site's cloud id.
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
}

impl Operation {
    /// What a token must be good for.
    pub(crate) fn scopes(self) -> Scopes {
        match self {
            Self::TenantInfo => Scopes::NONE,
            Self::List | Self::Get => Scopes::READ,
            Self::Create | Self::Update | Self::Activate | Self::Deactivate => Scopes::READ_WRITE,
            Self::Delete => Scopes { read: true, write: false, delete: true },
        }
    }
}
