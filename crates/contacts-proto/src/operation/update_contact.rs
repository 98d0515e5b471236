//! `PATCH /v1/users/contacts/{id}`

use http::{Method, Request, Response};
use serde::Serialize;

use super::{CONTACTS, READ_WRITE, Sealed};
use crate::{
    BaseUrl, Confirmation, ContactId, Credentials, Error, Hint, Idempotency, Operation,
    error::Subject,
    model::check_address,
    operation::{answer::Answer, request},
};

/// Gives an e-mail contact another address. The service documents it for e-mail contacts only: a number is changed by creating
/// a contact and deleting the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateContact {
    id: ContactId,
    to: String,
}

/// The service's documented word.
const UPDATED: &str = "Updated";

#[derive(Serialize)]
struct Body<'a> {
    to: &'a str,
}

impl UpdateContact {
    /// Gives the contact with this id this address.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if `to` is empty, has a blank at an end, an invisible character, or more than 1024 characters,
    /// or if a spreadsheet has shortened it.
    pub fn new(id: ContactId, to: impl Into<String>) -> Result<Self, Error> {
        let to = to.into();
        check_address(&to)?;
        Ok(Self { id, to })
    }

    /// The id of the contact.
    pub fn id(&self) -> &ContactId {
        &self.id
    }

    /// The address that the contact gets.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The confirmation of an update that was found to be done.
    pub(crate) fn done(&self) -> Confirmation {
        Confirmation::new(self.id.clone(), UPDATED)
    }
}

impl Sealed for UpdateContact {}

impl Operation for UpdateContact {
    type Output = Confirmation;

    const NAME: &'static str = "update the contact";

    const IDEMPOTENCY: Idempotency = Idempotency::NotIdempotent;

    const SCOPES: &'static [&'static str] = READ_WRITE;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let uri = site.uri(&[CONTACTS, "/", self.id.as_str()]);
        request::with_json(Method::PATCH, site, uri, credentials, &Body { to: &self.to })
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Confirmation, Error> {
        Answer::to::<Self>(&response, Subject::Contact)
            .rejected_as(Hint::OnlyEmailCanBeUpdated)
            .confirmation(&self.id, UPDATED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{ID, answer, request};

    fn operation() -> UpdateContact {
        UpdateContact::new(ContactId::new(ID).unwrap(), "test@example.com").unwrap()
    }

    #[test]
    fn the_request_has_to_alone_as_json() {
        assert_eq!(
            request(&operation()),
            format!(
                "PATCH https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts/{ID}\n\
                 accept: application/json\n\
                 authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\n\
                 content-length: 25\n\
                 content-type: application/json\n\
                 user-agent: {}\n\
                 {{\"to\":\"test@example.com\"}}",
                crate::USER_AGENT
            )
        );
    }

    #[test]
    fn the_documented_answer_is_read() {
        let body = r#"{"message":"Updated","data":{"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa"}}"#;
        let confirmation = operation().response(answer(200, body)).unwrap();
        assert_eq!((confirmation.id.as_str(), confirmation.message.as_str()), (ID, "Updated"));
    }

    #[test]
    fn an_address_that_nobody_can_have_is_refused_before_anything_is_sent() {
        for to in ["", "ann@example.com\u{200b}", "a@b ", "4.95E+11"] {
            let error = UpdateContact::new(ContactId::new(ID).unwrap(), to).unwrap_err();
            assert!(error.is_invalid_input(), "{to:?}");
        }
    }

    #[test]
    fn a_refusal_says_that_only_addresses_can_be_updated() {
        let error = operation()
            .response(answer(422, r#"{"errors":[{"title":"Not an email","code":"E1"}]}"#))
            .unwrap_err();
        assert_eq!(error.hint(), Some(Hint::OnlyEmailCanBeUpdated));
        assert_eq!(error.code(), Some("E1"));
    }
}
