//! `PATCH /v1/users/contacts/{id}/activate`
//!
//! Activates a contact, so that it is notified again.
//!
//! [Vendor's
//! reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-activate-patch)

use http::{Method, Request, Response};

use super::{CONTACTS, READ_WRITE, Sealed};
use crate::{
    BaseUrl, Confirmation, ContactId, Credentials, Error, Hint, Idempotency, Operation,
    error::Subject,
    operation::{answer::Answer, request},
};

/// Activates a contact, so that it is notified again.
///
/// The service does not activate a number that was never verified.
///
/// Request: `PATCH /v1/users/contacts/{id}/activate`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-activate-patch
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivateContact {
    id: ContactId,
}

impl ActivateContact {
    /// Activates the contact with this id.
    pub fn new(id: ContactId) -> Self {
        Self { id }
    }
}

impl Sealed for ActivateContact {}

impl Operation for ActivateContact {
    type Output = Confirmation;

    const NAME: &'static str = "activate the contact";

    const IDEMPOTENCY: Idempotency = Idempotency::Idempotent;

    const SCOPES: &'static [&'static str] = READ_WRITE;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let uri = site.uri(&[CONTACTS, "/", self.id.as_str(), "/activate"]);
        request::without_body(Method::PATCH, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Confirmation, Error> {
        Answer::to::<Self>(&response, Subject::Contact)
            .rejected_as(Hint::NotVerified)
            .confirmation(&self.id, "Activated")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{ID, answer, request};

    fn operation() -> ActivateContact {
        ActivateContact::new(ContactId::new(ID).unwrap())
    }

    #[test]
    fn the_request_has_a_length_and_no_body() {
        assert_eq!(
            request(&operation()),
            format!(
                "PATCH https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts/{ID}/activate\n\
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
            r#"{"message":"Activated","data":{"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa"}}"#;
        let confirmation = operation().response(answer(200, body)).unwrap();
        assert_eq!((confirmation.id.as_str(), confirmation.message.as_str()), (ID, "Activated"));
    }

    #[test]
    fn a_response_without_members_confirms_the_requested_id() {
        for body in
            ["", "{}", r#"{"data":null}"#, r#"{"data":{"id":null,"name":"x"},"message":null}"#]
        {
            let confirmation = operation().response(answer(200, body)).unwrap();
            assert_eq!(
                (confirmation.id.as_str(), confirmation.message.as_str()),
                (ID, "Activated"),
                "{body}"
            );
        }
    }

    #[test]
    fn a_captive_portals_page_confirms_nothing() {
        let error = operation().response(answer(200, "<html>Log in</html>")).unwrap_err();
        assert_eq!(error.hint(), Some(Hint::NotTheService));
        assert_eq!(error.effect(), crate::Effect::Possible);
    }
}
