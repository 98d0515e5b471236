//! `PATCH /v1/users/contacts/{id}`
//!
//! Changes the address of an e-mail contact.
//!
//! [Vendor's
//! reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-patch)

use http::{Method, Request, Response};
use serde::Serialize;

use super::{CONTACTS, READ_WRITE, Sealed};
use crate::{
    BaseUrl, Confirmation, ContactId, Credentials, Error, Hint, Idempotency, Operation,
    error::Subject,
    model::check_address,
    operation::{answer::Answer, request},
};

/// Changes the address of an e-mail contact.
///
/// The vendor documents this for e-mail contacts only. To change a number, create a contact and
/// delete the old one.
///
/// Request: `PATCH /v1/users/contacts/{id}`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-patch
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateContact {
    id: ContactId,
    to: String,
}

/// Message that the vendor documents.
const UPDATED: &str = "Updated";

#[derive(Serialize)]
struct Body<'a> {
    to: &'a str,
}

impl UpdateContact {
    /// Changes the address of the contact with this id to `to`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if `to` is empty, starts or ends with whitespace, has an invisible
    /// character or more than 1024 characters, or is a number that a spreadsheet shortened.
    pub fn new(id: ContactId, to: impl Into<String>) -> Result<Self, Error> {
        let to = to.into();
        check_address(&to)?;
        Ok(Self { id, to })
    }

    /// Returns the id of the contact.
    pub fn id(&self) -> &ContactId {
        &self.id
    }

    /// Returns the new address.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Returns the confirmation of an update that took effect although its response was lost.
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
    fn the_documented_response_is_read() {
        let body = r#"{"message":"Updated","data":{"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa"}}"#;
        let confirmation = operation().response(answer(200, body)).unwrap();
        assert_eq!((confirmation.id.as_str(), confirmation.message.as_str()), (ID, "Updated"));
    }

    #[test]
    fn an_address_that_no_contact_can_have_is_rejected_before_sending() {
        for to in ["", "ann@example.com\u{200b}", "a@b ", "4.95E+11"] {
            let error = UpdateContact::new(ContactId::new(ID).unwrap(), to).unwrap_err();
            assert!(error.is_invalid_input(), "{to:?}");
        }
    }

    #[test]
    fn a_rejection_hints_that_only_e_mail_contacts_can_be_updated() {
        let error = operation()
            .response(answer(422, r#"{"errors":[{"title":"Not an email","code":"E1"}]}"#))
            .unwrap_err();
        assert_eq!(error.hint(), Some(Hint::OnlyEmailCanBeUpdated));
        assert_eq!(error.code(), Some("E1"));
    }
}
