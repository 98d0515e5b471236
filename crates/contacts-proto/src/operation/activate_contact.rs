//! `PATCH /v1/users/contacts/{id}/activate`

use http::{Method, Request, Response};

use super::{CONTACTS, READ_WRITE, Sealed};
use crate::{
    BaseUrl, Confirmation, ContactId, Credentials, Error, Hint, Idempotency, Operation,
    error::Subject,
    operation::{answer::Answer, request},
};

/// Lets a contact be used again. A number that was never verified is not activated.
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
    fn the_documented_answer_is_read() {
        let body = r#"{"message":"Activated","data":{"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa"}}"#;
        let confirmation = operation().response(answer(200, body)).unwrap();
        assert_eq!((confirmation.id.as_str(), confirmation.message.as_str()), (ID, "Activated"));
    }

    #[test]
    fn an_answer_without_members_confirms_the_id_that_was_asked_for() {
        for body in ["", "{}", r#"{"data":null}"#, r#"{"data":{"id":null,"name":"x"},"message":null}"#] {
            let confirmation = operation().response(answer(200, body)).unwrap();
            assert_eq!(
                (confirmation.id.as_str(), confirmation.message.as_str()),
                (ID, "Activated"),
                "{body}"
            );
        }
    }

    #[test]
    fn a_page_of_a_captive_portal_confirms_nothing() {
        let error = operation().response(answer(200, "<html>Log in</html>")).unwrap_err();
        assert_eq!(error.hint(), Some(Hint::NotTheService));
        assert_eq!(error.effect(), crate::Effect::Possible);
    }
}
