//! The base URL that all requests of a client go below.

use std::fmt;

use bytes::Bytes;
use http::{
    HeaderValue,
    uri::{Authority, PathAndQuery, Scheme, Uri},
};
use url::{Host, Url};

use crate::{CloudId, Error, model::segment};

/// The path of the API at a cloud's host: for an API token the cloud id follows it, for an OAuth token it precedes it.
const API_PATH: &str = "/jsm/ops/api";

/// The path of the gateway that takes OAuth tokens.
const OAUTH_PATH: &str = "/ex/jira";

/// The longest base URL that is taken, in bytes.
const MAX_LEN: usize = 2048;

/// A base URL, parsed once: all operations of a client go below it, and nothing that comes from elsewhere can change
/// its scheme, host, port or path.
///
/// ```
/// use contacts_proto::BaseUrl;
///
/// assert!(BaseUrl::new("http://127.0.0.1:8080/jsm/ops/api/sandbox").is_ok());
/// assert!(BaseUrl::new("http://api.example.com/jsm").is_err(), "plain http leaves the machine");
/// assert!(BaseUrl::new("https://me:secret@api.example.com").is_err());
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Clone)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    /// Empty, or begins with a slash; never ends with one.
    prefix: std::sync::Arc<str>,
    host: Option<HeaderValue>,
}

impl BaseUrl {
    /// The base URL for API tokens, at the API host of a cloud.
    pub(crate) fn for_api_tokens(api_host: &'static str, cloud_id: &CloudId) -> Self {
        Self::at(api_host, &format!("{API_PATH}/{cloud_id}"))
    }

    /// The base URL for OAuth tokens, at the API host of a cloud.
    pub(crate) fn for_oauth(api_host: &'static str, cloud_id: &CloudId) -> Self {
        Self::at(api_host, &format!("{OAUTH_PATH}/{cloud_id}{API_PATH}"))
    }

    pub(super) fn at(api_host: &'static str, prefix: &str) -> Self {
        let authority = Authority::from_static(api_host);
        Self { scheme: Scheme::HTTPS, authority, prefix: prefix.into(), host: None }
    }

    /// Returns the base URL for the other kind of credentials: that for OAuth tokens if this is the one for API tokens, and the
    /// reverse. `None` if the path has neither form.
    ///
    /// A service answers 401 at the wrong one of the two, whatever the credentials.
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
        let one_segment = |id: &&str| !id.is_empty() && !id.contains('/');
        let direct = self.prefix.strip_prefix(API_PATH).and_then(|rest| rest.strip_prefix('/'));
        let oauth = self.prefix.strip_prefix(OAUTH_PATH).and_then(|rest| rest.strip_prefix('/'));
        let prefix = match (direct.filter(one_segment), oauth.and_then(|rest| rest.strip_suffix(API_PATH))) {
            (Some(id), _) => format!("{OAUTH_PATH}/{id}{API_PATH}"),
            (None, Some(id)) if one_segment(&id) => format!("{API_PATH}/{id}"),
            _ => return None,
        };
        Some(Self { prefix: prefix.into(), ..self.clone() })
    }

    /// A whole base URL, for a staging host, a sister product's path, a gateway, or the sandbox.
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which never repeats the text, unless the URL is `https` (or `http` to a loopback host), without
    /// user info, query or fragment, and its path has plain segments only (`A-Z a-z 0-9 . _ ~ : -`).
    pub fn new(base_url: &str) -> Result<Self, Error> {
        Self::parse(base_url, false)
    }

    /// As [`new`](Self::new), but lets plain `http` go to any host: **credentials and contacts then cross the network
    /// readable by all who are on the way**.
    ///
    /// # Errors
    /// As for [`new`](Self::new), but for the scheme.
    pub fn new_allowing_plain_http(base_url: &str) -> Result<Self, Error> {
        Self::parse(base_url, true)
    }

    fn parse(text: &str, plain_http: bool) -> Result<Self, Error> {
        let refuse = |why| Err(Error::invalid("base URL", why));
        if text.len() > MAX_LEN {
            return refuse("is longer than 2048 bytes");
        }
        // `Url` takes blanks and controls out and turns a backslash into a slash: readings that a gateway need not share.
        if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return refuse("has a blank, a control, a backslash or a character outside ASCII");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("is not an absolute URL");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("has user info: give the address and the token as credentials");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("has a query or a fragment");
        }
        let scheme = match (url.scheme(), url.host()) {
            ("https", Some(_)) => Scheme::HTTPS,
            ("http", Some(host)) if plain_http || is_loopback(&host) => Scheme::HTTP,
            ("http", Some(_)) => return refuse("is plain http to a host that is not loopback: use https"),
            _ => return refuse("is not an https URL"),
        };
        let prefix = url.path().trim_end_matches('/');
        let plain = |segment: &str| !segment.is_empty() && segment.bytes().all(segment::is_safe);
        if !prefix.is_empty() && !prefix.split('/').skip(1).all(plain) {
            return refuse(
                "has a path with an empty segment or a character other than `A-Z a-z 0-9 . _ ~ : -`",
            );
        }
        // What `Url` writes between the scheme and the path is host and port alone: user info was refused above.
        let Ok(authority) = Authority::try_from(url.authority()) else {
            return refuse("has a host that cannot stand in a request");
        };
        Ok(Self { scheme, authority, prefix: prefix.into(), host: None })
    }

    /// The same base URL, to which each request carries a `host` header, and carries it first (RFC 9110, 7.2): for an HTTP library
    /// that leaves that to its callers, or would put it last. Most make it of the URL by themselves.
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
        // Every authority can stand in a header; what could not would be the library's to make of the URL.
        Self { host: HeaderValue::from_str(self.authority.as_str()).ok(), ..self }
    }

    pub(crate) fn host_header(&self) -> Option<&HeaderValue> {
        self.host.as_ref()
    }

    /// Whether requests to it are encrypted.
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Host and port, as they stand in a URL.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// The URL of a path below the base, given in pieces. Each piece must be safe where it stands.
    #[expect(
        clippy::expect_used,
        reason = "a prefix was checked by `parse`; pieces are literals, numbers, checked ids and escaped values: the law \
                  `no_argument_changes_where_a_request_goes` tries them"
    )]
    pub(crate) fn uri(&self, pieces: &[&str]) -> Uri {
        let len = pieces.iter().fold(self.prefix.len(), |len, piece| len.saturating_add(piece.len()));
        let mut path = String::with_capacity(len);
        path.push_str(&self.prefix);
        for piece in pieces {
            path.push_str(piece);
        }
        let path = PathAndQuery::from_maybe_shared(Bytes::from(path)).expect(
            "prefix, literals, ids and escaped values have no character that a path and query may not have",
        );
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).expect("scheme, authority and path are all there")
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
    }
}

/// Whether requests go to the same place.
impl PartialEq for BaseUrl {
    fn eq(&self, other: &Self) -> bool {
        (&self.scheme, &self.authority, &self.prefix) == (&other.scheme, &other.authority, &other.prefix)
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
    fn a_base_url_that_could_be_read_in_two_ways_is_refused() {
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
            assert!(text.is_empty() || !error.to_string().contains(text), "{error} repeats its input");
        }
    }

    #[test]
    fn loopback_may_be_plain_http_and_any_host_may_when_asked_for_by_name() {
        for text in ["http://localhost:1/x", "http://127.9.9.9", "http://[::1]:80/a/b/", "http://a.localhost"]
        {
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
