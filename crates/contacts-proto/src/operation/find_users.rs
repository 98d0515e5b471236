//! `GET /rest/api/3/user/search?query=&maxResults=` of the Jira platform
//!
//! Finds users by their e-mail address.
//!
//! [Vendor's reference](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-search-get)

use http::{Method, Request, Response};

use super::{Api, READ_JIRA_USER, Sealed};
use crate::{
    Address, BaseUrl, ContactMethod, Credentials, Error, Idempotency, JiraUser, Operation,
    error::Subject,
    operation::answer::Answer,
    operation::request::{self, escaped},
};

/// Finds users by their e-mail address.
///
/// The service searches for a prefix of a name or an address. The output has only the users with
/// exactly this address. It may be empty although the user exists: the user's address is hidden, or
/// this account lacks the permission *Browse users and groups*.
///
/// Request: `GET /rest/api/3/user/search` of the Jira platform, see the [vendor's reference]. It
/// goes to [`BaseUrl::jira`].
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-search-get
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindUsers {
    email: String,
}

impl FindUsers {
    /// Finds the users with this e-mail address. Case is ignored.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the text is not an e-mail address. See [`Address::check`].
    pub fn by_email(address: impl Into<String>) -> Result<Self, Error> {
        let email = address.into();
        Address::new(&ContactMethod::Email, &email).check()?;
        Ok(Self { email })
    }
}

impl Sealed for FindUsers {}

impl Operation for FindUsers {
    type Output = Vec<JiraUser>;

    const NAME: &'static str = "find the user";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ_JIRA_USER;

    const IS_PAGED: bool = true;

    const API: Api = Api::Jira;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        // 1000 is the service's maximum: the user must not be behind others with the same prefix.
        let uri = site.uri(&["/user/search?maxResults=1000&query=", &escaped(&self.email)]);
        request::without_body(Method::GET, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Vec<JiraUser>, Error> {
        let mut users: Vec<JiraUser> = Answer::to::<Self>(&response, Subject::JiraUser).array()?;
        users.retain(|user| {
            user.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(&self.email))
        });
        Ok(users)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::golden::{answer, get, request};

    fn operation() -> FindUsers {
        FindUsers::by_email("Ann+x@example.com").unwrap()
    }

    #[test]
    fn the_request_escapes_the_address() {
        assert_eq!(
            request(&operation()),
            get("https://api.atlassian.com/ex/jira/cloud/rest/api/3/user/search\
                 ?maxResults=1000&query=Ann%2Bx%40example.com")
        );
    }

    #[test]
    fn only_a_user_with_exactly_this_address_is_found() {
        let body = r#"[{"accountId":"a","emailAddress":"ann+x@example.com.au"},
            {"accountId":"b","emailAddress":"ANN+X@Example.com"},
            {"accountId":"c","displayName":"Ann+x@example.com"},
            {"accountId":"d","emailAddress":null}]"#;
        let users = operation().response(answer(200, body)).unwrap();
        assert_eq!(users.iter().map(|user| user.account_id.as_str()).collect::<Vec<_>>(), ["b"]);
        assert!(operation().response(answer(200, "[]")).unwrap().is_empty());
    }

    #[test]
    fn only_an_array_of_users_is_a_success() {
        for body in ["", "{}", "null", "[7]", "[[]]", "[{}]", r#"{"values":[]}"#] {
            assert!(operation().response(answer(200, body)).is_err(), "{body}");
        }
    }

    #[test]
    fn a_text_that_is_not_an_address_is_rejected() {
        for text in ["", " ", "ann", "ann@example.com\n"] {
            assert!(FindUsers::by_email(text).is_err(), "{text}");
        }
    }
}
