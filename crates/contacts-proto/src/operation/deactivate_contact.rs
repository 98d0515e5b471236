//! `PATCH /v1/users/contacts/{id}/deactivate`
//!
//! Deactivates a contact without deleting it.
//!
//! [Vendor's
//! reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-deactivate-patch)

use http::{Method, Request, Response};

use super::{CONTACTS, READ_WRITE, Sealed};
use crate::{
    BaseUrl, Confirmation, ContactId, Credentials, Error, Idempotency, Operation,
    error::Subject,
    operation::{answer::Answer, request},
};

/// Deactivates a contact: it stays, but is not notified until it is activated again.
///
/// Request: `PATCH /v1/users/contacts/{id}/deactivate`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-deactivate-patch
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeactivateContact {
    id: ContactId,
}

impl DeactivateContact {
    /// Deactivates the contact with this id.
    pub fn new(id: ContactId) -> Self {
        Self { id }
    }
}

impl Sealed for DeactivateContact {}

impl Operation for DeactivateContact {
    type Output = Confirmation;

    const NAME: &'static str = "deactivate the contact";

    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;

    const SCOPES: &'static [&'static str] = READ_WRITE;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let uri = site.uri(&[CONTACTS, "/", self.id.as_str(), "/deactivate"]);
        request::without_body(Method::PATCH, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Confirmation, Error> {
        Answer::to::<Self>(&response, Subject::Contact).confirmation(&self.id, "Deactivated")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{ID, answer, request};

    fn operation() -> DeactivateContact {
        DeactivateContact::new(ContactId::new(ID).unwrap())
    }

    #[test]
    fn the_request_has_a_length_and_no_body() {
        assert_eq!(
            request(&operation()),
            format!(
                "PATCH https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts/{ID}/deactivate\n\
                 accept: application/json\n\
                 authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\n\
                 content-length: 0\n\
                 user-agent: {}\n",
                crate::USER_AGENT
            )
        );
    }

    #[test]
    fn the_documented_response_is_read() {
        let body =
            r#"{"message":"Deactivated","data":{"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa"}}"#;
        let confirmation = operation().response(answer(200, body)).unwrap();
        assert_eq!((confirmation.id.as_str(), confirmation.message.as_str()), (ID, "Deactivated"));
    }

    #[test]
    fn a_response_without_members_confirms_the_requested_id() {
        for body in
            ["", "{}", r#"{"data":null}"#, r#"{"data":{"id":null,"name":"x"},"message":null}"#]
        {
            let confirmation = operation().response(answer(200, body)).unwrap();
            assert_eq!(
                (confirmation.id.as_str(), confirmation.message.as_str()),
                (ID, "Deactivated"),
                "{body}"
            );
        }
    }

    #[test]
    fn a_captive_portals_page_confirms_nothing() {
        let error = operation().response(answer(200, "<html>Log in</html>")).unwrap_err();
        assert_eq!(error.hint(), Some(crate::Hint::NotTheService));
        assert_eq!(error.effect(), crate::Effect::Possible);
    }
}
