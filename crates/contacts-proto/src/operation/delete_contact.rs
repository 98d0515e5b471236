//! `DELETE /v1/users/contacts/{id}`
//!
//! Deletes a contact.
//!
//! [Vendor's
//! reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-delete)

use http::{Method, Request, Response};

use super::{CONTACTS, READ_DELETE, Sealed};
use crate::{
    BaseUrl, ContactId, Credentials, Error, Idempotency, Operation, error::Subject,
    operation::answer::Answer, operation::request,
};

/// Deletes a contact permanently.
///
/// Request: `DELETE /v1/users/contacts/{id}`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-delete
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteContact {
    id: ContactId,
}

impl DeleteContact {
    /// Deletes the contact with this id.
    pub fn new(id: ContactId) -> Self {
        Self { id }
    }
}

impl Sealed for DeleteContact {}

impl Operation for DeleteContact {
    type Output = ();

    const NAME: &'static str = "delete the contact";

    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;

    const SCOPES: &'static [&'static str] = READ_DELETE;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        request::without_body(
            Method::DELETE,
            site,
            site.uri(&[CONTACTS, "/", self.id.as_str()]),
            credentials,
        )
    }

    /// The vendor documents 204; 200 was seen too.
    fn response(&self, response: Response<&[u8]>) -> Result<(), Error> {
        Answer::to::<Self>(&response, Subject::Contact).confirmation(&self.id, "Deleted").map(drop)
    }

    fn took_effect(&self, error: &Error) -> Option<()> {
        error.is_no_such_contact().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{ID, answer, request};

    fn operation() -> DeleteContact {
        DeleteContact::new(ContactId::new(ID).unwrap())
    }

    #[test]
    fn the_request_has_neither_body_nor_length() {
        assert_eq!(
            request(&operation()),
            format!(
                "DELETE https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts/{ID}\n\
                 accept: application/json\n\
                 authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\n\
                 user-agent: {}\n",
                crate::USER_AGENT
            )
        );
    }

    #[test]
    fn an_empty_or_a_json_body_confirms_the_deletion() {
        for (status, body) in [(204, ""), (200, ""), (200, r#"{"message":"Deleted"}"#)] {
            operation().response(answer(status, body)).unwrap();
        }
    }

    #[test]
    fn a_captive_portals_page_confirms_nothing() {
        let error = operation().response(answer(200, "<!doctype html><p>Log in")).unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert_eq!(error.hint(), Some(crate::Hint::NotTheService));
    }

    #[test]
    fn a_404_of_the_service_means_no_such_contact() {
        let error = operation()
            .response(answer(404, r#"{"errors":[{"title":"Contact not found","code":"404"}]}"#))
            .unwrap_err();
        assert!(error.is_no_such_contact());
        assert_eq!(error.hint(), Some(crate::Hint::NoSuchContact));
    }
}
