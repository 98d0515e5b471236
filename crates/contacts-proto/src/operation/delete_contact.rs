//! `DELETE /v1/users/contacts/{id}`

use http::{Method, Request, Response};
use serde_json::Value;

use super::{CONTACTS, READ_DELETE, Sealed};
use crate::{
    BaseUrl, ContactId, Credentials, Error, Idempotency, Operation, error::Subject, model::json::without_bom,
    operation::answer::Answer, operation::request,
};

/// Deletes a contact for good.
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
        request::without_body(Method::DELETE, site, site.uri(&[CONTACTS, "/", self.id.as_str()]), credentials)
    }

    /// The service documents 204; others have met 200. A body, if there is one, must be JSON: the page of a captive portal has
    /// deleted nothing.
    fn response(&self, response: Response<&[u8]>) -> Result<(), Error> {
        let answer = Answer::to::<Self>(&response, Subject::Contact);
        answer.success()?;
        let body = without_bom(response.body());
        if body.is_empty() {
            return Ok(());
        }
        answer.any_json()?;
        // Of a body nothing is promised: only one that names another contact is wrong.
        let json = serde_json::from_slice::<Value>(body).unwrap_or_default();
        if json.pointer("/data/id").is_none() {
            return Ok(());
        }
        answer.confirmation(&self.id, "Deleted").map(drop)
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
    fn an_empty_or_a_json_body_is_a_deletion() {
        for (status, body) in [(204, ""), (200, ""), (200, r#"{"message":"Deleted"}"#)] {
            operation().response(answer(status, body)).unwrap();
        }
    }

    #[test]
    fn a_page_of_a_captive_portal_deletes_nothing() {
        let error = operation().response(answer(200, "<!doctype html><p>Log in")).unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert_eq!(error.hint(), Some(crate::Hint::NotTheService));
    }

    #[test]
    fn a_contact_that_is_not_there_is_not_found() {
        let error = operation()
            .response(answer(404, r#"{"errors":[{"title":"Contact not found","code":"404"}]}"#))
            .unwrap_err();
        assert!(error.is_no_such_contact());
        assert_eq!(error.hint(), Some(crate::Hint::NoSuchContact));
    }
}
