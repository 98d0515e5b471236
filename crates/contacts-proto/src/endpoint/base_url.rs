//! The base URL of all requests.

use std::fmt;

use bytes::Bytes;
use http::{
    HeaderValue,
    uri::{Authority, PathAndQuery, Scheme, Uri},
};
use url::{Host, Url};

use crate::{CloudId, Error, model::segment};

/// Path of the API. The cloud id follows it for API tokens and precedes it for OAuth tokens.
const API_PATH: &str = "/jsm/ops/api";

/// Path of the gateway for OAuth tokens.
const OAUTH_PATH: &str = "/ex/jira";

/// Path of the Jira platform, below the gateway and the cloud id.
const JIRA_PATH: &str = "/rest/api/3";

/// Maximum length of a base URL, in bytes.
const MAX_LEN: usize = 2048;

/// Base URL of all requests of a client.
///
/// No argument and no response can change its scheme, host, port or path.
///
/// ```
/// use contacts_proto::BaseUrl;
///
/// assert!(BaseUrl::new("http://127.0.0.1:8080/jsm/ops/api/sandbox").is_ok());
/// assert!(BaseUrl::new("http://api.example.com/jsm").is_err(), "http is for loopback only");
/// assert!(BaseUrl::new("https://me:secret@api.example.com").is_err());
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Clone)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or starts with a slash. It never ends with one.
    prefix: std::sync::Arc<str>,
    host: Option<HeaderValue>,
}

/// Form of a base URL's path: it depends on the kind of credentials.
enum Form {
    ApiToken,
    OAuth,
}

impl BaseUrl {
    /// Creates the base URL for API tokens.
    pub(crate) fn for_api_tokens(api_host: &'static str, cloud_id: &CloudId) -> Self {
        Self::at(api_host, &format!("{API_PATH}/{cloud_id}"))
    }

    /// Creates the base URL for OAuth tokens.
    pub(crate) fn for_oauth(api_host: &'static str, cloud_id: &CloudId) -> Self {
        Self::at(api_host, &format!("{OAUTH_PATH}/{cloud_id}{API_PATH}"))
    }

    pub(super) fn at(api_host: &'static str, prefix: &str) -> Self {
        let authority = Authority::from_static(api_host);
        Self { scheme: Scheme::HTTPS, authority, prefix: prefix.into(), host: None }
    }

    /// Returns the base URL of the same site for the other kind of token: OAuth or API token.
    ///
    /// `None` if the path has neither form. At the wrong one of the two, the service responds with
    /// 401.
    ///
    /// ```
    /// use contacts_proto::BaseUrl;
    ///
    /// let direct = BaseUrl::new("https://api.atlassian.com/jsm/ops/api/35273b54")?;
    /// let oauth = direct.for_other_credentials().unwrap();
    /// assert_eq!(oauth.to_string(), "https://api.atlassian.com/ex/jira/35273b54/jsm/ops/api");
    /// assert_eq!(oauth.for_other_credentials().as_ref(), Some(&direct));
    /// # Ok::<(), contacts_proto::Error>(())
    /// ```
    #[must_use]
    pub fn for_other_credentials(&self) -> Option<Self> {
        let (form, id) = self.form()?;
        let prefix = match form {
            Form::ApiToken => format!("{OAUTH_PATH}/{id}{API_PATH}"),
            Form::OAuth => format!("{API_PATH}/{id}"),
        };
        Some(Self { prefix: prefix.into(), ..self.clone() })
    }

    /// Returns the base URL of the Jira platform of the same site, at the same host. It is the same
    /// for all kinds of credentials.
    ///
    /// `None` if the path does not show the cloud id: it has neither of the forms
    /// `/jsm/ops/api/{cloudId}` and `/ex/jira/{cloudId}/jsm/ops/api`.
    ///
    /// ```
    /// use contacts_proto::BaseUrl;
    ///
    /// let operations = BaseUrl::new("https://api.atlassian.com/jsm/ops/api/35273b54")?;
    /// let jira = operations.jira().unwrap();
    /// assert_eq!(jira.to_string(), "https://api.atlassian.com/ex/jira/35273b54/rest/api/3");
    /// # Ok::<(), contacts_proto::Error>(())
    /// ```
    #[must_use]
    pub fn jira(&self) -> Option<Self> {
        let (_, id) = self.form()?;
        Some(Self { prefix: format!("{OAUTH_PATH}/{id}{JIRA_PATH}").into(), ..self.clone() })
    }

    /// Returns the form of the path, and the cloud id in it.
    fn form(&self) -> Option<(Form, &str)> {
        let below = |path| self.prefix.strip_prefix(path)?.strip_prefix('/');
        let api_token = below(API_PATH).map(|id| (Form::ApiToken, id));
        let oauth = below(OAUTH_PATH)
            .and_then(|rest| rest.strip_suffix(API_PATH))
            .map(|id| (Form::OAuth, id));
        let one_segment = |id: &str| !id.is_empty() && !id.contains('/');
        [api_token, oauth].into_iter().flatten().find(|(_, id)| one_segment(id))
    }

    /// Parses a complete base URL, such as that of a gateway, a staging host or the sandbox.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the URL is not `https` (or `http` to a loopback host), or has
    /// user info, a query or a fragment. Path segments must not be empty and must have only the
    /// characters `A-Z a-z 0-9 . _ ~ : -`. The message does not repeat the URL.
    pub fn new(base_url: &str) -> Result<Self, Error> {
        Self::parse(base_url, false)
    }

    /// Parses a base URL like [`new`](Self::new), but accepts `http` for every host.
    ///
    /// **With `http`, everyone on the network path can read credentials and contacts.**
    ///
    /// # Errors
    /// The same as for [`new`](Self::new), except for the scheme.
    pub fn new_allowing_plain_http(base_url: &str) -> Result<Self, Error> {
        Self::parse(base_url, true)
    }

    fn parse(text: &str, plain_http: bool) -> Result<Self, Error> {
        let refuse = |why| Err(Error::invalid("base URL", why));
        if text.len() > MAX_LEN {
            return refuse("is longer than 2048 bytes");
        }
        // `Url` removes whitespace and turns a backslash into a slash. A gateway may read it
        // differently.
        if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return refuse(
                "has whitespace, a control character, a backslash or a character outside ASCII",
            );
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("is not an absolute URL");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("has user info: pass the address and the token as credentials");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("has a query or a fragment");
        }
        let scheme = match (url.scheme(), url.host()) {
            ("https", Some(_)) => Scheme::HTTPS,
            ("http", Some(host)) if plain_http || is_loopback(&host) => Scheme::HTTP,
            ("http", Some(_)) => {
                return refuse("uses http for a host that is not loopback: use https");
            }
            _ => return refuse("is not an https URL"),
        };
        let prefix = url.path().trim_end_matches('/');
        let plain = |segment: &str| !segment.is_empty() && segment.bytes().all(segment::is_safe);
        if !prefix.is_empty() && !prefix.split('/').skip(1).all(plain) {
            return refuse(
                "has a path with an empty segment or a character other than `A-Z a-z 0-9 . _ ~ : -`",
            );
        }
        // The authority is only host and port: user info was rejected above.
        let Ok(authority) = Authority::try_from(url.authority()) else {
            return refuse("has an invalid host");
        };
        Ok(Self { scheme, authority, prefix: prefix.into(), host: None })
    }

    /// Adds a `host` header to each request, as the first header (RFC 9110, 7.2).
    ///
    /// Most HTTP libraries add it themselves. Use this for one that does not, or adds it last.
    ///
    /// ```
    /// use contacts_proto::{BaseUrl, Credentials, ListContacts, Operation};
    ///
    /// let site = BaseUrl::new("http://127.0.0.1:8080/jsm/ops/api/sandbox")?.with_host_header();
    /// let request = ListContacts::all().request(&site, &Credentials::none());
    /// assert_eq!(request.headers()["host"], "127.0.0.1:8080");
    /// # Ok::<(), contacts_proto::Error>(())
    /// ```
    #[must_use]
    pub fn with_host_header(self) -> Self {
        // Every authority is a valid header value. Otherwise, the HTTP library adds the header.
        Self { host: HeaderValue::from_str(self.authority.as_str()).ok(), ..self }
    }

    pub(crate) fn host_header(&self) -> Option<&HeaderValue> {
        self.host.as_ref()
    }

    /// Returns `true` if requests are encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Returns host and port.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// Returns the URL of a path below the base, from its pieces. Each piece must be safe in a URL.
    #[expect(
        clippy::expect_used,
        reason = "`parse` checked the prefix; pieces are literals, numbers, checked ids and escaped values: the law \
                  `no_argument_changes_where_a_request_goes` tests them"
    )]
    pub(crate) fn uri(&self, pieces: &[&str]) -> Uri {
        let len =
            pieces.iter().fold(self.prefix.len(), |len, piece| len.saturating_add(piece.len()));
        let mut path = String::with_capacity(len);
        path.push_str(&self.prefix);
        for piece in pieces {
            path.push_str(piece);
        }
        let path = PathAndQuery::from_maybe_shared(Bytes::from(path))
            .expect("prefix, literals, ids and escaped values have only valid characters");
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).expect("scheme, authority and path are present")
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Equal if requests go to the same place.
impl PartialEq for BaseUrl {
    fn eq(&self, other: &Self) -> bool {
        (&self.scheme, &self.authority, &self.prefix)
            == (&other.scheme, &other.authority, &other.prefix)
    }
}

impl Eq for BaseUrl {}

impl std::str::FromStr for BaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.prefix)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ambiguous_base_url_is_rejected() {
        for text in [
            "",
            "api.example.com",
            "ftp://api.example.com",
            "https://",
            "https://a b/",
            "https://api.example.com\\x",
            "https://api.example.com/a//b",
            "https://api.example.com/a%2fb",
            "https://api.example.com/?a=b",
            "https://api.example.com/#f",
            "https://api.example.com/?",
            "https://u@api.example.com/",
            "https://u:p@api.example.com/",
            "http://api.example.com/",
            "http://127.0.0.1.example.com/",
            "http://128.0.0.1/",
            "https://api.example.com/\n",
            "https://ex\u{e4}mple.com/",
            "data:text/plain,x",
        ] {
            let error = BaseUrl::new(text).expect_err(text);
            assert!(error.is_invalid_input(), "{text}");
            assert!(
                text.is_empty() || !error.to_string().contains(text),
                "{error} repeats its input"
            );
        }
    }

    #[test]
    fn http_is_for_loopback_unless_allowed_explicitly() {
        for text in [
            "http://localhost:1/x",
            "http://127.9.9.9",
            "http://[::1]:80/a/b/",
            "http://a.localhost",
        ] {
            assert!(BaseUrl::new(text).is_ok(), "{text}");
        }
        assert!(BaseUrl::new_allowing_plain_http("http://10.0.0.1/x").is_ok());
    }

    #[test]
    fn a_trailing_slash_changes_nothing() {
        assert_eq!(
            BaseUrl::new("https://a.example/b/").unwrap(),
            BaseUrl::new("https://a.example/b").unwrap()
        );
        assert_eq!(BaseUrl::new("https://a.example:443").unwrap().to_string(), "https://a.example");
    }
}
