//! Operations: each one builds its request and reads the response.

mod activate_contact;
pub(crate) mod answer;
mod bulk_get_users;
mod create_contact;
mod deactivate_contact;
mod delete_contact;
mod find_cloud_id;
mod find_users;
mod get_contact;
mod get_next_on_calls;
mod get_on_calls;
mod list_contacts;
mod list_rotations;
mod list_schedules;
mod on_call_query;
mod paged;
mod request;
mod update_contact;

pub use self::{
    activate_contact::ActivateContact, bulk_get_users::BulkGetUsers, create_contact::CreateContact,
    deactivate_contact::DeactivateContact, delete_contact::DeleteContact,
    find_cloud_id::FindCloudId, find_users::FindUsers, get_contact::GetContact,
    get_next_on_calls::GetNextOnCalls, get_on_calls::GetOnCalls, list_contacts::ListContacts,
    list_rotations::ListRotations, list_schedules::ListSchedules, paged::Paged,
    update_contact::UpdateContact,
};
pub use request::USER_AGENT;

use http::{Request, Response};

use crate::{BaseUrl, Credentials, Error};

/// One operation of the service: builds the request and reads the response, without IO.
///
/// Use it alone if you have your own HTTP client, retries and timeouts:
///
/// ```
/// use contacts_proto::{BaseUrl, ContactId, Credentials, GetContact, Operation};
///
/// let site = BaseUrl::new("https://api.example.com/cloud")?;
/// let credentials = Credentials::basic("ann@example.com", "token")?;
/// let get = GetContact::new(ContactId::new("735a619b")?);
///
/// let request = get.request(&site, &credentials);
/// assert_eq!(request.uri(), "https://api.example.com/cloud/v1/users/contacts/735a619b");
///
/// let body = br#"{"id":"735a619b","method":"sms","to":"90-555","status":{"enabled":true}}"#;
/// let contact = get.response(http::Response::new(&body[..]))?;
/// assert_eq!(contact.to, "90-555");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
///
/// [`Call`](crate::exchange::Call) adds retries and a deadline.
pub trait Operation: Sealed {
    /// The value returned on success.
    type Output;

    /// Name as a verb phrase, for `could not {NAME}: …`.
    const NAME: &'static str;

    /// Effect of a repeated request. It decides about retries and fresh connections.
    const IDEMPOTENCY: Idempotency;

    /// OAuth scopes that the operation needs. API tokens with scopes need the same.
    const SCOPES: &'static [&'static str];

    /// `true` if the response is a list or a page of one, limited by
    /// [`Limits::page_body`](crate::Limits::page_body).
    const IS_PAGED: bool = false;

    /// API that the operation belongs to. A [`Session`](crate::exchange::Session) finds its base
    /// URL.
    const API: Api = Api::Operations;

    /// Builds the request: absolute URL, headers, body.
    ///
    /// The base URL is that of the operation's [`API`](Self::API).
    ///
    /// Deterministic: equal arguments produce equal requests.
    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>>;

    /// Reads a complete response. Any status and any bytes give a value or a typed error.
    ///
    /// # Errors
    /// [`Error::Api`] for a status other than 2xx. [`Error::InvalidResponse`] for a 2xx response
    /// that the operation cannot use.
    fn response(&self, response: Response<&[u8]>) -> Result<Self::Output, Error>;

    /// Returns the output if this error of a repeated request proves that an earlier one took
    /// effect.
    fn took_effect(&self, _error: &Error) -> Option<Self::Output> {
        None
    }
}

pub(crate) use sealed::Sealed;

mod sealed {
    /// All operations are in this crate: exchanges rely on their constants.
    pub trait Sealed {}

    impl<O: Sealed + ?Sized> Sealed for &O {}
}

/// Effect of a repeated request, in the terms of RFC 9110.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// The request changes nothing.
    Safe,
    /// Two requests have the same effect as one.
    Idempotent,
    /// A second request may have an effect of its own.
    NotIdempotent,
}

impl Idempotency {
    /// Returns `true` if the request may change something.
    pub fn writes(self) -> bool {
        self != Self::Safe
    }
}

impl<O: Operation + ?Sized> Operation for &O {
    type Output = O::Output;

    const NAME: &'static str = O::NAME;

    const IDEMPOTENCY: Idempotency = O::IDEMPOTENCY;

    const SCOPES: &'static [&'static str] = O::SCOPES;

    const IS_PAGED: bool = O::IS_PAGED;

    const API: Api = O::API;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        (**self).request(site, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Self::Output, Error> {
        (**self).response(response)
    }

    fn took_effect(&self, error: &Error) -> Option<Self::Output> {
        (**self).took_effect(error)
    }
}

/// API of a site. It decides the base URL of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Api {
    /// Operations: the base URL of the session.
    Operations,
    /// The Jira platform: [`BaseUrl::jira`].
    Jira,
}

/// Path of the user's contacts, below the base URL.
const CONTACTS: &str = "/v1/users/contacts";

/// Path of the schedules, below the base URL.
const SCHEDULES: &str = "/v1/schedules";

// Scopes from the vendor's OpenAPI description.
const READ: &[&str] = &["read:ops-config:jira-service-management"];
const READ_WRITE: &[&str] =
    &["read:ops-config:jira-service-management", "write:ops-config:jira-service-management"];
const READ_DELETE: &[&str] =
    &["read:ops-config:jira-service-management", "delete:ops-config:jira-service-management"];
/// The Jira platform has other scopes than Operations.
const READ_JIRA_USER: &[&str] = &["read:jira-user"];

/// Helpers of the golden tests.
#[cfg(test)]
mod golden {
    use http::{Request, Response};

    use crate::{Api, BaseUrl, Credentials, Operation};

    pub(super) const ID: &str = "299003c3-8221-4a9f-b63d-2370c4caaaaa";

    /// Returns the request as text: request line, headers sorted by name, body.
    pub(super) fn request<O: Operation>(operation: &O) -> String {
        let site = BaseUrl::new("https://api.atlassian.com/jsm/ops/api/cloud").unwrap();
        let site = if O::API == Api::Jira { site.jira().unwrap() } else { site };
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

    /// The text of a request without a body, with the usual headers.
    pub(super) fn get(url: &str) -> String {
        format!(
            "GET {url}\naccept: application/json\n\
             authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\nuser-agent: {}\n",
            crate::USER_AGENT
        )
    }

    pub(super) fn answer(status: u16, body: &str) -> Response<&[u8]> {
        Response::builder().status(status).body(body.as_bytes()).unwrap()
    }
}
