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

use crate::{BaseUrl, ContactId, ContactMethod, Credentials, Error, Hint};

/// One operation of the service: it makes its request and reads its answer, and does no IO.
///
/// This is enough for someone who brings their own HTTP client, retries and timing:
///
/// ```
/// use contacts_proto::{ContactId, Credentials, GetContact, Operation, BaseUrl};
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
/// [`Call`](crate::Call) carries one out with retries and deadlines.
pub trait Operation {
    /// What a success gives.
    type Output;

    /// What is known of the operation beforehand.
    const ABOUT: &'static About;

    /// The whole request: absolute URL, headers, body. It differs between two calls with the same arguments in nothing.
    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>>;

    /// Reads a whole answer. Whatever its status and its bytes, the result is a value or a typed error.
    ///
    /// # Errors
    /// [`Error::Refused`] for a status that is no success, [`Error::Unexpected`] for a success that cannot be used.
    fn response(&self, response: Response<&[u8]>) -> Result<Self::Output, Error>;

    /// What may be done when an attempt may have had its effect and its answer does not tell.
    fn recovery(&self) -> Recovery<Self::Output>;
}

/// What is known of an operation beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its name as a verb: it stands in `could not {name}: …`.
    pub name: &'static str,
    /// Whether it changes anything.
    pub writes: bool,
    /// Whether it takes a connection that nothing was sent on before. A server closes idle connections, and what is sent into
    /// that closing is lost without a trace: no harm to a request that can be repeated.
    pub fresh_connection: bool,
    /// Whether its answer is a page of many contacts, which may be larger than one.
    pub pages: bool,
    /// The OAuth scopes that it needs.
    pub scopes: &'static [&'static str],
    /// Whom a 403 or a 404 can speak of.
    pub subject: Subject,
    /// What a 409 or a 422 probably means.
    pub rejection: Option<Hint>,
}

/// Whom an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A contact, whose id is in the path.
    Contact,
    /// The user whose credentials are sent.
    Caller,
    /// Another user, whose account id is in the query.
    User,
    /// The site itself.
    Site,
}

/// What may be done when an attempt may have had its effect and its answer does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery<T> {
    /// Send it again: twice is as good as once.
    Repeat,
    /// Send it again; that there is no such contact then means that the first one did it, and this is the result.
    RepeatOrGone(T),
    /// Look at the contact first.
    LookFirst {
        /// The contact.
        id: ContactId,
        /// The `to` that it has if the attempt had its effect.
        to: String,
        /// The result in that case.
        done: T,
    },
    /// Never send it again: it would be done twice. The outcome stays unknown until somebody looks.
    Never {
        /// The method of the contact that may have been created.
        method: ContactMethod,
        /// Its `to`.
        to: String,
    },
}

impl<O: Operation + ?Sized> Operation for &O {
    type Output = O::Output;

    const ABOUT: &'static About = O::ABOUT;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        (**self).request(site, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Self::Output, Error> {
        (**self).response(response)
    }

    fn recovery(&self) -> Recovery<Self::Output> {
        (**self).recovery()
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
