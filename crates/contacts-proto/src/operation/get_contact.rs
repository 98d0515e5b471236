//! `GET /v1/users/contacts/{id}`
//!
//! Gets one contact.
//!
//! [Vendor's
//! reference](https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-get)

use http::{Method, Request, Response};

use super::{CONTACTS, READ, Sealed};
use crate::{
    BaseUrl, Contact, ContactId, Credentials, Error, Idempotency, Operation, error::Subject,
    operation::answer::Answer, operation::request,
};

/// Gets one contact, without its place in the order of notification. Only a list has that.
///
/// Request: `GET /v1/users/contacts/{id}`, see the [vendor's reference].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-contacts/#api-v1-users-contacts-id-get
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetContact {
    id: ContactId,
}

impl GetContact {
    /// Gets the contact with this id.
    pub fn new(id: ContactId) -> Self {
        Self { id }
    }

    /// Reads the response for the operation `O`, which errors name.
    pub(crate) fn read_for<O: Operation>(
        &self,
        response: &Response<&[u8]>,
    ) -> Result<Contact, Error> {
        let answer = Answer::to::<O>(response, Subject::Contact);
        let contact: Contact = answer.object()?;
        answer.same_id(&self.id, &contact.id)?;
        Ok(contact)
    }
}

impl Sealed for GetContact {}

impl Operation for GetContact {
    type Output = Contact;

    const NAME: &'static str = "get the contact";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        request::without_body(
            Method::GET,
            site,
            site.uri(&[CONTACTS, "/", self.id.as_str()]),
            credentials,
        )
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Contact, Error> {
        self.read_for::<Self>(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ContactMethod,
        operation::golden::{ID, answer, request},
    };

    fn operation() -> GetContact {
        GetContact::new(ContactId::new(ID).unwrap())
    }

    #[test]
    fn the_request_has_neither_body_nor_length() {
        assert_eq!(
            request(&operation()),
            format!(
                "GET https://api.atlassian.com/jsm/ops/api/cloud/v1/users/contacts/{ID}\n\
                 accept: application/json\n\
                 authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu\n\
                 user-agent: {}\n",
                crate::USER_AGENT
            )
        );
    }

    #[test]
    fn the_documented_response_is_read() {
        let body = format!(
            r#"{{"id":"{ID}","method":"email","to":"test@example.com","status":{{"enabled":true}}}}"#
        );
        let contact = operation().response(answer(200, &body)).unwrap();
        assert_eq!((contact.id.as_str(), contact.method.clone()), (ID, ContactMethod::Email));
        assert!(contact.is_enabled());
        assert_eq!(contact.apply_order, None);
    }

    #[test]
    fn a_contact_needs_an_id_and_a_method() {
        for (body, place) in [
            (r#"{"method":"sms","to":"1"}"#, "id"),
            (r#"{"id":"a","to":"1"}"#, "method"),
            (r#"{"id":"a/b","method":"sms","to":"1"}"#, "contact id"),
            ("", "the body is empty"),
        ] {
            let error = operation().response(answer(200, body)).unwrap_err();
            assert!(error.to_string().contains(place), "{body}: {error}");
        }
    }

    #[test]
    fn an_html_page_is_not_from_the_service_and_not_about_a_contact() {
        for status in [200, 403, 404, 405, 409, 410, 422, 500, 503] {
            let error = operation().response(answer(status, "<html>Blocked")).unwrap_err();
            assert_eq!(error.hint(), Some(crate::Hint::NotTheService), "{status}");
            assert!(!error.is_no_such_contact(), "{status}");
        }
        let own = r#"{"errors":[{"title":"Contact not found","code":"E1"}]}"#;
        assert!(operation().response(answer(404, own)).unwrap_err().is_no_such_contact());
    }

    #[test]
    fn a_response_about_another_contact_is_rejected() {
        let error = operation()
            .response(answer(200, r#"{"id":"other","method":"sms","to":"1"}"#))
            .unwrap_err();
        assert!(
            error.to_string().contains("the response is about another contact (id other)"),
            "{error}"
        );
        let shouted = format!(r#"{{"id":"{}","method":"sms","to":"1"}}"#, ID.to_ascii_uppercase());
        assert!(operation().response(answer(200, &shouted)).is_ok());
    }

    #[test]
    fn an_unusual_address_or_order_does_not_hide_a_contact() {
        for (odd, to, order) in [
            (r#""to":null"#, "", None),
            (r#""status":null"#, "", None),
            (r#""to":"1","applyOrder":1.0"#, "1", Some(1)),
            (r#""to":"1","applyOrder":-2"#, "1", Some(-2)),
            (r#""to":"1","applyOrder":1.5"#, "1", None),
            (r#""to":"1","applyOrder":99999999999"#, "1", None),
            (r#""to":"1","applyOrder":"first""#, "1", None),
            (r#""to":"1","applyOrder":null"#, "1", None),
            (r#""to":"1","applyOrder":{"of":[1]}"#, "1", None),
        ] {
            let body = format!(r#"{{"id":"{ID}","method":"mobile",{odd}}}"#);
            let contact = operation().response(answer(200, &body)).unwrap();
            assert_eq!((contact.to.as_str(), contact.apply_order), (to, order), "{odd}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_a_compressed_body_is_named() {
        let body = format!("\u{feff}{{\"id\":\"{ID}\",\"method\":\"sms\",\"to\":\"1\"}}");
        assert!(operation().response(answer(200, &body)).is_ok());
        let own = "\u{feff}{\"errors\":[{\"title\":\"Contact not found\"}]}";
        assert!(operation().response(answer(404, own)).unwrap_err().is_no_such_contact());
        for status in [200, 403, 422, 503] {
            let mut response = Response::new(&b"\x1f\x8b\x08\x00\xff\xff"[..]);
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            let error = operation().response(response).unwrap_err().to_string();
            assert!(
                error.contains("the body is compressed (gzip), but compression was not requested"),
                "{error}"
            );
            assert!(!error.contains('\u{fffd}'), "{error}");
        }
    }

    #[test]
    fn a_status_without_a_reason_phrase_is_shown_as_a_number() {
        let error = operation().response(answer(299, "hello")).unwrap_err();
        assert!(
            error.to_string().starts_with("could not get the contact: unexpected response (299): "),
            "{error}"
        );
        let error = operation().response(answer(599, "hello")).unwrap_err();
        assert_eq!(error.to_string(), "could not get the contact: 599: hello");
    }

    #[test]
    fn an_error_response_is_never_read_as_a_contact() {
        let body = format!(r#"{{"id":"{ID}","method":"email","to":"test@example.com"}}"#);
        assert!(operation().response(answer(401, &body)).unwrap_err().is_unauthorized());
    }
}
