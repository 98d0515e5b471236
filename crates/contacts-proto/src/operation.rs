//! The shape that all operations share: a value that makes a request and reads its answer.

mod activate_contact;
pub(crate) mod answer;
mod create_contact;
mod deactivate_contact;
mod delete_contact;
mod find_cloud_id;
mod get_contact;
mod list_contacts;
mod request;
mod update_contact;

pub use self::{
    activate_contact::ActivateContact, create_contact::CreateContact, deactivate_contact::DeactivateContact,
    delete_contact::DeleteContact, find_cloud_id::FindCloudId, get_contact::GetContact,
    list_contacts::ListContacts, update_contact::UpdateContact,
};
pub use request::USER_AGENT;

use http::{Request, Response};

use crate::{BaseUrl, Credentials, Error};

/// One operation of the service: it makes its request and reads its answer, and does no IO.
///
/// This is enough for someone who brings their own HTTP client, retries and timing:
///
/// ```
/// use contacts_proto::{BaseUrl, ContactId, Credentials, GetContact, Operation};
///
/// let site = BaseUrl::new("https://api.example.com/jsm/ops/api/cloud")?;
/// let credentials = Credentials::basic("ann@example.com", "token")?;
/// let get = GetContact::new(ContactId::new("735a619b")?);
///
/// let request = get.request(&site, &credentials);
/// assert_eq!(request.uri(), "https://api.example.com/jsm/ops/api/cloud/v1/users/contacts/735a619b");
///
/// let body = br#"{"id":"735a619b","method":"sms","to":"90-555-555-5555","status":{"enabled":true}}"#;
/// let contact = get.response(http::Response::new(&body[..]))?;
/// assert_eq!(contact.to, "90-555-555-5555");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
///
/// [`Call`](crate::exchange::Call) carries one out with retries and deadlines.
pub trait Operation: Sealed {
    /// The value returned on success.
    type Output;

    /// Name as a verb phrase: it stands in `could not {NAME}: …`.
    const NAME: &'static str;

    /// Effect of a repeated request. Retries and the choice of the connection follow from it.
    const IDEMPOTENCY: Idempotency;

    /// OAuth scopes that the operation needs.
    const SCOPES: &'static [&'static str];

    /// `true` if a success is a page of many contacts, for which [`Limits::page_body`](crate::Limits::page_body) holds.
    const IS_PAGED: bool = false;

    /// Builds the whole request: absolute URL, headers, body. Deterministic: equal arguments produce equal requests.
    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>>;

    /// Reads a whole response. Whatever its status and its bytes, the result is a value or a typed error.
    ///
    /// # Errors
    /// [`Error::Api`] for a status other than 2xx, [`Error::InvalidResponse`] for a success that the operation cannot use.
    fn response(&self, response: Response<&[u8]>) -> Result<Self::Output, Error>;

    /// Returns the output if this error response to a repeated request shows that an earlier attempt took effect.
    fn took_effect(&self, _error: &Error) -> Option<Self::Output> {
        None
    }
}

pub(crate) use sealed::Sealed;

mod sealed {
    /// All operations are in this crate: an exchange relies on what they say of themselves.
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
