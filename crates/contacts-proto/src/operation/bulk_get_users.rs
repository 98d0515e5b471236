//! `GET /rest/api/3/user/bulk?accountId=&maxResults=` of the Jira platform
//!
//! Gets users by their account ids.
//!
//! [Vendor's reference](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-user-bulk-get)

use http::{Method, Request, Response};
use serde::Deserialize;

use super::{Api, READ_JIRA_USER, Sealed};
use crate::{
    AccountId, BaseUrl, Credentials, Error, Idempotency, JiraUser, Operation,
    error::Subject,
    model::json,
    operation::answer::Answer,
    operation::request::{self, escaped},
};

/// Maximum length of the query, in bytes. Any 50 account ids in ASCII fit.
const MAX_QUERY: usize = 20_000;

/// Gets users by their account ids: their names and, if visible, their e-mail addresses.
///
/// The service leaves out users that it does not know.
///
/// Request: `GET /rest/api/3/user/bulk` of the Jira platform, see the [vendor's reference]. It goes
/// to [`BaseUrl::jira`].
///
/// ```
/// use contacts_proto::{
///     AccountId, BaseUrl, BulkGetUsers, Credentials, exchange::Session,
/// };
///
/// let base_url = BaseUrl::new("https://api.atlassian.com/jsm/ops/api/35273b54")?;
/// let session = Session::new(base_url, Credentials::basic("ann@example.com", "token")?);
/// let request = session.request(&BulkGetUsers::new(&[AccountId::new("712020:0a1b2c3d")?])?)?;
/// assert_eq!(
///     request.uri(),
///     "https://api.atlassian.com/ex/jira/35273b54/rest/api/3/user/bulk\
///      ?maxResults=50&accountId=712020%3A0a1b2c3d"
/// );
/// # Ok::<(), contacts_proto::Error>(())
/// ```
///
/// [vendor's reference]: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-user-bulk-get
#[must_use = "an operation does nothing until its request is sent"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkGetUsers {
    /// The ids, escaped, each with the name of its parameter.
    query: String,
}

#[derive(Deserialize)]
struct Users {
    #[serde(deserialize_with = "json::all")]
    values: Vec<JiraUser>,
}

impl BulkGetUsers {
    /// Maximum number of users in a request.
    pub const MAX_USERS: usize = 50;

    /// Gets the users with these account ids.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the number of ids is not between 1 and 50, or if they are too long
    /// for a URL: more than 20,000 bytes in their escaped form.
    pub fn new(ids: &[AccountId]) -> Result<Self, Error> {
        if !(1..=Self::MAX_USERS).contains(&ids.len()) {
            return Err(Error::invalid("number of account ids", "is not between 1 and 50"));
        }
        let query: String =
            ids.iter().map(|id| format!("&accountId={}", escaped(id.as_str()))).collect();
        if query.len() > MAX_QUERY {
            return Err(Error::invalid("list of account ids", "is too long for one request"));
        }
        Ok(Self { query })
    }
}

impl Sealed for BulkGetUsers {}

impl Operation for BulkGetUsers {
    type Output = Vec<JiraUser>;

    const NAME: &'static str = "get users";

    const IDEMPOTENCY: Idempotency = Idempotency::Safe;

    const SCOPES: &'static [&'static str] = READ_JIRA_USER;

    const API: Api = Api::Jira;

    fn request(&self, site: &BaseUrl, credentials: &Credentials) -> Request<Vec<u8>> {
        // The service's default is 10 users, however many ids the request has.
        let uri = site.uri(&["/user/bulk?maxResults=50", &self.query]);
        request::without_body(Method::GET, site, uri, credentials)
    }

    fn response(&self, response: Response<&[u8]>) -> Result<Vec<JiraUser>, Error> {
        Answer::to::<Self>(&response, Subject::JiraUser)
            .object::<Users>()
            .map(|Users { values }| values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Hint,
        exchange::Session,
        operation::golden::{answer, get, request},
    };

    fn ids(count: usize, id: &str) -> Vec<AccountId> {
        vec![AccountId::new(id).unwrap(); count]
    }

    fn operation() -> BulkGetUsers {
        BulkGetUsers::new(&ids(1, "a")).unwrap()
    }

    #[test]
    fn the_request_repeats_the_parameter_and_asks_for_all_users() {
        let ids = ["712020:a&b=c", "5f0c"].map(|id| AccountId::new(id).unwrap());
        assert_eq!(
            request(&BulkGetUsers::new(&ids).unwrap()),
            get("https://api.atlassian.com/ex/jira/cloud/rest/api/3/user/bulk\
                 ?maxResults=50&accountId=712020%3Aa%26b%3Dc&accountId=5f0c")
        );
    }

    #[test]
    fn one_to_fifty_ids_are_accepted() {
        assert!(BulkGetUsers::new(&[]).is_err());
        assert!(BulkGetUsers::new(&ids(50, &":".repeat(128))).is_ok());
        assert!(BulkGetUsers::new(&ids(51, "a")).is_err());
        assert!(BulkGetUsers::new(&ids(50, &"\u{1f600}".repeat(128))).is_err());
    }

    #[test]
    fn users_are_read_and_a_hidden_address_is_absent() {
        let body = r#"{"values":[{"accountId":"a","accountType":"atlassian","active":true,
            "displayName":"Kim Roe","emailAddress":"kim@example.org","timeZone":"Europe/Berlin"},
            {"accountId":"b","emailAddress":"","active":false},
            {"accountId":"c","emailAddress":null,"displayName":null,"active":null},
            {"accountId":"d"}],"startAt":0,"maxResults":50,"total":4,"isLast":true}"#;
        let users = operation().response(answer(200, body)).unwrap();
        assert_eq!(users[0].display_name.as_deref(), Some("Kim Roe"));
        assert_eq!(users[0].account_type.as_deref(), Some("atlassian"));
        let emails: Vec<_> = users.iter().map(|user| user.email.as_deref()).collect();
        assert_eq!(emails, [Some("kim@example.org"), None, None, None]);
        let active: Vec<_> = users.iter().map(|user| user.active).collect();
        assert_eq!(active, [Some(true), Some(false), None, None]);
        assert!(operation().response(answer(200, r#"{"values":[{"active":true}]}"#)).is_err());
        assert!(operation().response(answer(200, "{}")).is_err());
    }

    #[test]
    fn errors_are_about_jira() {
        let hint = |status, body| operation().response(answer(status, body)).unwrap_err().hint();
        let scope = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
        let missing = Hint::MissingJiraScope(READ_JIRA_USER);
        assert!(missing.to_string().contains("read:jira-user"), "{missing}");
        assert_eq!(hint(401, scope), Some(missing.clone()));
        assert_eq!(hint(403, scope), Some(missing));
        let messages = r#"{"errorMessages":["Forbidden"],"errors":{}}"#;
        assert_eq!(hint(403, messages), Some(Hint::NoJiraAccess(READ_JIRA_USER)));
        assert_eq!(hint(404, messages), Some(Hint::WrongSite));
    }

    #[test]
    fn a_session_finds_the_base_url_of_jira_or_says_what_it_needs() {
        let uri = |base: &str, credentials: Credentials| {
            let session = Session::new(BaseUrl::new(base).unwrap(), credentials);
            session.request(&operation()).map(|request| request.uri().to_string())
        };
        let expected =
            "https://proxy.example:8443/ex/jira/c/rest/api/3/user/bulk?maxResults=50&accountId=a";
        for base in [
            "https://proxy.example:8443/jsm/ops/api/c",
            "https://proxy.example:8443/ex/jira/c/jsm/ops/api",
        ] {
            for credentials in [
                Credentials::basic("ann@example.com", "t").unwrap(),
                Credentials::bearer("t").unwrap(),
            ] {
                assert_eq!(uri(base, credentials).unwrap(), expected);
            }
        }
        for base in [
            "https://a.example",
            "https://a.example/jsm/ops/api",
            "https://a.example/jsm/ops/api/c/d",
            "https://a.example/ex/jira/c",
            "https://a.example/compass/cloud/c/ops",
        ] {
            let error = uri(base, Credentials::none()).unwrap_err();
            assert!(error.is_invalid_input(), "{error}");
            assert!(error.to_string().contains("does not show the cloud id"), "{error}");
        }
    }
}
