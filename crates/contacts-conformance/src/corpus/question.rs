//! What is asked of a client in a case.

use contacts_sandbox::Operation;
use serde::Deserialize;

/// What is asked: the name of its table in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// A page of the list.
    List,
    /// The creation of a contact.
    Create,
    /// One contact.
    Get,
    /// Another address for one.
    Update,
    /// The deletion of one.
    Delete,
    /// The activation of one.
    Activate,
    /// The deactivation of one.
    Deactivate,
    /// The site's cloud id.
    TenantInfo,
    /// All pages of the list. The case's answer is that to the first request; what is asked further is the last page.
    WholeList,
    /// All pages of the list, and the deletion of each contact in it, which the server grants.
    DeleteEach,
}

impl Question {
    /// The eight that are one operation.
    pub const EIGHT: [Self; 8] = [
        Self::List,
        Self::Create,
        Self::Get,
        Self::Update,
        Self::Delete,
        Self::Activate,
        Self::Deactivate,
        Self::TenantInfo,
    ];

    /// The operation, if it is one alone.
    pub(super) fn operation(self) -> Option<Operation> {
        Some(match self {
            Self::List => Operation::List,
            Self::Create => Operation::Create,
            Self::Get => Operation::Get,
            Self::Update => Operation::Update,
            Self::Delete => Operation::Delete,
            Self::Activate => Operation::Activate,
            Self::Deactivate => Operation::Deactivate,
            Self::TenantInfo => Operation::TenantInfo,
            Self::WholeList | Self::DeleteEach => return None,
        })
    }

    /// The name of its table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Create => "create",
            Self::Get => "get",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::TenantInfo => "tenant_info",
            Self::WholeList => "whole_list",
            Self::DeleteEach => "delete_each",
        }
    }
}
