//! Checks where requests go, with another URL parser than the one under test.

use base64::{Engine, engine::general_purpose::STANDARD};
use contacts_proto::{
    AccountId, Api, BaseUrl, ContactId, Credentials, ListContacts, Operation, Paged, Site,
    exchange::Session,
};
use http::Request;
use url::Url;

use contacts_testkit::operations::{Any, CONTACTS, SCHEDULES};

/// The input of a request.
#[derive(Debug, Clone)]
pub struct Input {
    pub site: BaseUrl,
    /// The base URL as given.
    pub base: Url,
    pub id: ContactId,
    pub account: AccountId,
    pub credentials: Credentials,
    /// Expected decoded `authorization` header.
    pub secret: String,
}

impl Default for Input {
    fn default() -> Self {
        let base = "https://api.example.com/cloud";
        Self {
            site: BaseUrl::new(base).expect("a site"),
            base: Url::parse(base).expect("a URL"),
            id: ContactId::new("a1").expect("an id"),
            account: AccountId::new("712020:a1").expect("an account id"),
            credentials: Credentials::bearer("token").expect("a token"),
            secret: "Bearer token".into(),
        }
    }
}

impl Input {
    /// Returns an input for each parameter that accepts this text.
    pub fn all(text: &str) -> Vec<Self> {
        let plain = Self::default;
        let (email, token) = text.split_once(' ').unwrap_or((text, text));
        let url = |base: &str| Url::parse(base).expect("a site that is accepted is a URL");
        let inputs = [
            ContactId::new(text).ok().map(|id| Self { id, ..plain() }),
            AccountId::new(text).ok().map(|account| Self { account, ..plain() }),
            contacts_proto::CloudId::new(text).ok().map(|id| Self {
                site: Site::from_cloud_id(id)
                    .base_url(&Credentials::none())
                    .expect("the cloud id is known"),
                base: url(&format!("https://api.atlassian.com/jsm/ops/api/{text}")),
                ..plain()
            }),
            BaseUrl::new(text).ok().map(|site| Self { site, base: url(text), ..plain() }),
            BaseUrl::new_allowing_plain_http(text).ok().map(|site| Self {
                site,
                base: url(text),
                ..plain()
            }),
            Site::new(text).ok().map(|site| Self {
                site: site.lookup().expect("the cloud id is not known").clone(),
                // A test server on this machine may use plain HTTP.
                base: url(&format!(
                    "{}://{}",
                    if site.lookup().is_some_and(BaseUrl::is_https) { "https" } else { "http" },
                    site.host().expect("it has a name")
                )),
                ..plain()
            }),
            Credentials::bearer(text).ok().map(|credentials| Self {
                credentials,
                secret: format!("Bearer {text}"),
                ..plain()
            }),
            Credentials::basic(email, token).ok().map(|credentials| Self {
                credentials,
                secret: format!("Basic {email}:{token}"),
                ..plain()
            }),
        ];
        inputs.into_iter().flatten().collect()
    }

    /// Builds and checks the request of each operation.
    ///
    /// # Panics
    /// If a request has another target, id, account or credentials.
    pub fn assert_requests_are_right(&self) {
        for operation in Any::all(&self.id, &self.account, "90-555-555-5555") {
            let request = operation.request(&self.site, &self.credentials);
            let url = self.assert_goes_below_the_site(&request);
            assert_eq!(url.path(), format!("{}{}", self.prefix(), operation.path(&self.id)));
            let mut segments = url.path()[self.prefix().len()..].split('/');
            for (list, place) in [(CONTACTS, 4), (SCHEDULES, 3)] {
                if operation.path(&self.id).starts_with(&format!("{list}/")) {
                    assert_eq!(segments.nth(place), Some(self.id.as_str()), "{url}");
                }
            }
            assert!(!url.path().contains('%'), "{url}");
            let name = match operation {
                Any::List(_) => Some("targetAccountId"),
                Any::BulkGetUsers(_) => Some("accountId"),
                _ => None,
            };
            let accounts = url.query_pairs().filter(|(key, _)| Some(key.as_ref()) == name);
            assert!(name.is_none() || url.query_pairs().any(|(key, _)| Some(key.as_ref()) == name));
            accounts.for_each(|(_, account)| assert_eq!(account, self.account.as_str()));
            self.assert_session_keeps_the_host(&operation);
            if let Any::FindCloudId(_) = operation {
                assert!(!request.headers().contains_key("authorization"));
            } else {
                self.assert_authorized(&request);
            }
        }
    }

    /// Builds and checks the request for a page.
    ///
    /// # Panics
    /// If it has another target or account, or other query parameters.
    pub fn assert_list_is_right(&self, list: &ListContacts) {
        let url = self.assert_goes_below_the_site(&list.request(&self.site, &self.credentials));
        assert_eq!(url.path(), format!("{}{}", self.prefix(), CONTACTS));
        let query: Vec<_> = url.query_pairs().collect();
        let [(_, offset), (_, size), (_, account)] = &query[..] else { panic!("{url}") };
        let names: Vec<_> = query.iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["offset", "size", "targetAccountId"]);
        assert_eq!(offset.parse(), Ok(list.start_offset()));
        assert!(size.parse().is_ok_and(|size: u32| (1..=100).contains(&size)), "{url}");
        assert_eq!(account, self.account.as_str());
    }

    /// Checks that a session sends the request to the same host. Only a base URL without a cloud id
    /// has none for Jira.
    fn assert_session_keeps_the_host(&self, operation: &Any) {
        let session = Session::new(self.site.clone(), self.credentials.clone());
        match operation.request_in(&session) {
            Ok(request) => {
                let url = Url::parse(&request.uri().to_string()).expect("a request has a URL");
                assert_eq!(url.origin(), self.base.origin());
            }
            Err(_) => {
                assert_eq!((operation.api(), self.site.jira()), (Api::Jira, None));
            }
        }
    }

    fn assert_goes_below_the_site(&self, request: &Request<Vec<u8>>) -> Url {
        let url = Url::parse(&request.uri().to_string()).expect("a request has a URL");
        assert_eq!(url.scheme(), self.base.scheme());
        assert_eq!(url.authority(), self.base.authority());
        assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None), "{url}");
        assert!(url.path().starts_with(self.prefix()), "{url}");
        url
    }

    fn assert_authorized(&self, request: &Request<Vec<u8>>) {
        let value = &request.headers()["authorization"];
        let (scheme, word) =
            value.to_str().expect("it is ASCII").split_once(' ').expect("a scheme and a word");
        assert!(value.is_sensitive() && word.bytes().all(|byte| byte.is_ascii_graphic()));
        let word = match scheme {
            "Basic" => {
                String::from_utf8(STANDARD.decode(word).expect("base64")).expect("it was text")
            }
            _ => word.to_owned(),
        };
        assert_eq!(format!("{scheme} {word}"), self.secret);
    }

    fn prefix(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }
}
