//! The seven operations of the Contacts API, and the one that finds a site's cloud id; one file each.

mod activate_contact;
mod create_contact;
mod deactivate_contact;
mod delete_contact;
mod find_cloud_id;
mod get_contact;
mod list_contacts;
mod update_contact;

pub use self::{
    activate_contact::ActivateContact, create_contact::CreateContact, deactivate_contact::DeactivateContact,
    delete_contact::DeleteContact, find_cloud_id::FindCloudId, get_contact::GetContact,
    list_contacts::ListContacts, update_contact::UpdateContact,
};

/// The path of the user's contacts below the base URL.
const CONTACTS: &str = "/v1/users/contacts";

// The scopes are named in the vendor's OpenAPI description.
const READ: &[&str] = &["read:ops-config:jira-service-management"];
const READ_WRITE: &[&str] =
    &["read:ops-config:jira-service-management", "write:ops-config:jira-service-management"];
const READ_DELETE: &[&str] =
    &["read:ops-config:jira-service-management", "delete:ops-config:jira-service-management"];

/// What the golden tests of the operations share.
#[cfg(test)]
mod golden {
    use http::{Request, Response};

    use crate::{BaseUrl, Credentials, Operation};

    pub(super) const ID: &str = "299003c3-8221-4a9f-b63d-2370c4caaaaa";

    /// The request as text: request line, headers in the order of their names, body.
    pub(super) fn request(operation: &impl Operation) -> String {
        let site = BaseUrl::new("https://api.atlassian.com/jsm/ops/api/cloud").unwrap();
        shown(&operation.request(&site, &Credentials::basic("ann@example.com", "t0ken").unwrap()))
    }

    pub(super) fn shown(request: &Request<Vec<u8>>) -> String {
        let mut text = format!("{} {}\n", request.method(), request.uri());
        let mut headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
            .collect();
        headers.sort();
        text.extend(headers);
        text.push_str(std::str::from_utf8(request.body()).unwrap());
        text
    }

    pub(super) fn answer(status: u16, body: &str) -> Response<&[u8]> {
        Response::builder().status(status).body(body.as_bytes()).unwrap()
    }
}
