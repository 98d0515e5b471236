//! `POST /v1/users/contacts`
//!
//! Creates a contact.
//!
//! [Vendor's
//! reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-post)

use http::{Method, Request, Response};
use serde::Serialize;

use super::{CONTACTS, READ_WRITE, Sealed};
use crate::{
    Address, BaseUrl, Confirmation, ContactMethod, Credentials, Error, Hint, Idempotency,
    Operation, Receipt,
    error::Subject,
    operation::{answer::Answer, request},
};

/// Creates a contact.
///
/// The service chooses the id, and adds a rule for the contact to the user's notification rules. A
/// new number is not notified before its owner has entered the code that the service sends to it.
///
/// Request: `POST /v1/users/contacts`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-post
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateContact {
    method: ContactMethod,
    to: String,
}

#[derive(Serialize)]
struct Body<'a> {
    method: &'a ContactMethod,
    to: &'a str,
}

impl CreateContact {
    /// Creates a contact of this method with this address or number. A number is sent as it is
    /// written.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the address fails [`Address::check`], or if the method is empty
    /// or [`Mobile`](ContactMethod::Mobile). Only the app itself can register a phone's app.
    pub fn new(method: ContactMethod, to: impl Into<String>) -> Result<Self, Error> {
        if method == ContactMethod::Mobile {
            return Err(Error::invalid(
                "method",
                "`mobile` cannot be created: the app on the phone registers itself",
            ));
        }
        if method.as_str().is_empty() {
            return Err(Error::invalid("method", "is empty"));
        }
        let to = to.into();
        Address::new(&method, &to).check()?;
        Ok(Self { method, to })
    }

    /// Returns the method.
    pub fn method(&self) -> &ContactMethod {
        &self.method
    }

    /// Returns the address or number.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Returns a receipt to store before the request is sent, in case the program ends first.
    ///
    /// `unix` is the current time in seconds since the Unix epoch. Add site and user with
    /// [`Receipt::of`]. [`Reconcile`](crate::exchange::Reconcile) takes the receipt.
    pub fn receipt(&self, unix: u64) -> Receipt {
        Receipt::for_create(self.method.clone(), self.to.clone(), None, unix)
    }
}

impl Sealed for CreateContact {}

impl Operation for CreateContact {
    type Output = Confirmation;

    const NAME: &'static str = "create the contact";

    const IDEMPOTENCY: Idempotency = Idempotency::NotIdempotent;

    const SCOPES: &'static [&'static str] = READ_WRITE;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        let body = Body { method: &self.method, to: &self.to };
        request::with_json(Method::POST, site, site.uri(&[CONTACTS]), credentials, &body)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Confirmation, Error> {
        Answer::to::<Self>(&response, Subject::Caller)
            .rejected_as(Hint::ExistsOrTooMany)
            .new_contact("Created")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{answer, request};

    fn operation() -> CreateContact {
        CreateContact::new(ContactMethod::Sms, "90-555-555-5555").unwrap()
    }

    #[test]
    fn the_request_has_method_and_to_as_json() {
        assert_eq!(
            request(&operation()),
            format!(
                "POST https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts\n\
                 accept: application/json\n\
                 authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\n\
                 content-length: 39\n\
                 content-type: application/json\n\
                 user-agent: {}\n\
                 {{\"method\":\"sms\",\"to\":\"90-555-555-5555\"}}",
                crate::USER_AGENT
            )
        );
    }

    #[test]
    fn the_documented_response_is_read() {
        let body = r#"{"message":"Created","data":{"id":"299003c3-8221-4a9f-b63d-2370c4caaaaa"}}"#;
        let confirmation = operation().response(answer(201, body)).unwrap();
        assert_eq!(confirmation.id.as_str(), "299003c3-8221-4a9f-b63d-2370c4caaaaa");
        assert_eq!(confirmation.message, "Created");
    }

    #[test]
    fn a_success_without_an_id_may_have_taken_effect() {
        for body in [
            "",
            "{}",
            r#"{"data":{}}"#,
            r#"{"id":"at the wrong place"}"#,
            r#"{"data":{"id":"../x"}}"#,
            "<html>",
            r#"{"message":"Created","data":["a"]}"#,
        ] {
            let error = operation().response(answer(201, body)).unwrap_err();
            assert_eq!(error.effect(), crate::Effect::Possible, "{body}");
        }
    }

    #[test]
    fn an_address_that_no_contact_can_have_is_rejected_before_sending() {
        assert!(CreateContact::new(ContactMethod::Email, "a@b ").unwrap_err().is_invalid_input());
        assert!(CreateContact::new(ContactMethod::Mobile, "Phone").is_err());
        assert!(
            CreateContact::new(ContactMethod::Voice, "+1 (555) 010-9999 ext. 7").is_ok(),
            "the client accepts every form of a number"
        );
    }

    #[test]
    fn a_rejection_has_a_hint_about_its_usual_reason() {
        let error = operation()
            .response(answer(422, r#"{"message":"m","errors":{"to":"is taken"}}"#))
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "could not create the contact: 422 Unprocessable Entity: m; `to`: is taken"
        );
        assert_eq!(error.hint(), Some(Hint::ExistsOrTooMany));
        assert_eq!(error.effect(), crate::Effect::None);
    }
}
