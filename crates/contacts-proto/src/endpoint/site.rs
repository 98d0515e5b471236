//! A site, as Atlassian calls it, and the base URLs that follow from it.

use std::fmt;

use crate::{BaseUrl, CloudId, Credentials, Error};

/// Domain of a site that is given by its name alone.
const COMMERCIAL_DOMAIN: &str = ".atlassian.net";

/// An Atlassian site: its host name (`acme.atlassian.net`) or cloud id, and its cloud.
///
/// The base URL follows from the site and the kind of credentials, so it always fits the token. A
/// cloud id alone means the commercial cloud. A site of another cloud is given by its host.
///
/// ```
/// use contacts_proto::{CloudId, Credentials, Site};
///
/// let site = Site::new("acme")?;
/// assert_eq!(site.host(), Some("acme.atlassian.net"));
/// let lookup = site.lookup().expect("the cloud id is unknown"); // for `FindCloudId`, without credentials
/// assert_eq!(lookup.to_string(), "https://acme.atlassian.net");
///
/// let site = site.with_cloud_id(CloudId::new("35273b54")?);
/// let api_token = site.base_url(&Credentials::basic("ann@example.com", "token")?)?;
/// assert_eq!(api_token.to_string(), "https://api.atlassian.com/jsm/ops/api/35273b54");
/// let oauth = site.base_url(&Credentials::bearer("token")?)?;
/// assert_eq!(oauth.to_string(), "https://api.atlassian.com/ex/jira/35273b54/jsm/ops/api");
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Site {
    cloud: Cloud,
    /// URL of the site itself, if its name is known.
    own: Option<BaseUrl>,
    cloud_id: Option<CloudId>,
}

/// A cloud with a known API host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cloud {
    Commercial,
    /// Atlassian Government Cloud, at the level "moderate".
    GovernmentModerate,
}

impl Cloud {
    /// The cloud of a site's host.
    ///
    /// # Errors
    /// The domain belongs to Atlassian, but to neither of these clouds: its API host is unknown,
    /// and its credentials must not go to another cloud. Any other domain is a custom domain of a
    /// commercial site.
    fn of(host: &str) -> Result<Self, Error> {
        let domain = host.rsplit('.').nth(1).unwrap_or_default();
        match (domain, host) {
            (_, host) if host.ends_with(".atlassian-us-gov-mod.net") => {
                Ok(Self::GovernmentModerate)
            }
            ("atlassian", host) if host.ends_with(COMMERCIAL_DOMAIN) => Ok(Self::Commercial),
            (domain, _) if domain == "atlassian" || domain.starts_with("atlassian-") => {
                Err(Error::invalid(
                    "site",
                    "is in a cloud whose API host is unknown; use the whole base URL instead",
                ))
            }
            _ => Ok(Self::Commercial),
        }
    }

    fn api_host(self) -> &'static str {
        match self {
            Self::Commercial => "api.atlassian.com",
            Self::GovernmentModerate => "api.atlassian-us-gov-mod.com",
        }
    }
}

impl Site {
    /// Creates a site from its name: `acme`, `acme.atlassian.net`, a custom domain, or a URL of one
    /// of them.
    ///
    /// The path of a URL is ignored. Plain `http` is accepted for loopback addresses only.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for any other text, and for a site in a cloud whose API host is
    /// unknown.
    pub fn new(name: &str) -> Result<Self, Error> {
        let (scheme, authority) = match name.split_once("://") {
            Some((scheme, rest)) => (scheme, rest.split(['/', '?', '#']).next().unwrap_or(rest)),
            None => ("https", name.trim_end_matches('/')),
        };
        let authority = authority.trim_end_matches('.').to_ascii_lowercase();
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let refuse = || {
            Error::invalid(
                "site",
                "is not a name such as `acme`, a host such as `acme.atlassian.net`, or its https URL",
            )
        };
        // Only a test server on this machine has a port.
        let host = if name.contains("://") {
            authority.rsplit_once(':').map_or(&*authority, |it| it.0)
        } else {
            &*authority
        };
        if !host.split('.').all(is_label) {
            return Err(refuse());
        }
        let suffix = if host.contains('.') || host != authority { "" } else { COMMERCIAL_DOMAIN };
        let cloud = Cloud::of(&format!("{host}{suffix}"))?;
        let own = BaseUrl::new(&format!("{scheme}://{authority}{suffix}")).map_err(|_| refuse())?;
        Ok(Self { cloud, own: Some(own), cloud_id: None })
    }

    /// Creates a site of the commercial cloud from its cloud id.
    pub fn from_cloud_id(cloud_id: CloudId) -> Self {
        Self { cloud: Cloud::Commercial, own: None, cloud_id: Some(cloud_id) }
    }

    /// Adds the cloud id.
    #[must_use]
    pub fn with_cloud_id(self, cloud_id: CloudId) -> Self {
        Self { cloud_id: Some(cloud_id), ..self }
    }

    /// Returns the cloud id, if it is known.
    pub fn cloud_id(&self) -> Option<&CloudId> {
        self.cloud_id.as_ref()
    }

    /// Returns the site's host, if its name is known.
    pub fn host(&self) -> Option<&str> {
        self.own.as_ref().map(BaseUrl::authority)
    }

    /// Returns the base URL for [`FindCloudId`](crate::FindCloudId), or `None` if the cloud id is
    /// known.
    pub fn lookup(&self) -> Option<&BaseUrl> {
        self.own.as_ref().filter(|_| self.cloud_id.is_none())
    }

    /// Returns the base URL for these credentials: OAuth tokens go to the gateway under
    /// `/ex/jira/`, API tokens to the API itself.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the cloud id is unknown: see [`lookup`](Self::lookup).
    pub fn base_url(&self, credentials: &Credentials) -> Result<BaseUrl, Error> {
        let unknown = || Error::invalid("site", "has no known cloud id yet");
        let (api_token, oauth) = self.base_urls().ok_or_else(unknown)?;
        Ok(if credentials.is_bearer() { oauth } else { api_token })
    }

    /// Returns the base URLs for API tokens and for OAuth tokens, if the cloud id is known.
    pub(crate) fn base_urls(&self) -> Option<(BaseUrl, BaseUrl)> {
        let (host, cloud_id) = (self.cloud.api_host(), self.cloud_id.as_ref()?);
        Some((BaseUrl::for_api_tokens(host, cloud_id), BaseUrl::for_oauth(host, cloud_id)))
    }

    pub(super) fn api_url(&self) -> BaseUrl {
        BaseUrl::at(self.cloud.api_host(), "")
    }

    /// Returns the URL of the site itself, if its name is known.
    pub(crate) fn own(&self) -> Option<&BaseUrl> {
        self.own.as_ref()
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host(), &self.cloud_id) {
            (Some(host), _) => f.write_str(host),
            (None, Some(cloud_id)) => cloud_id.fmt(f),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Site({self})")
    }
}

impl std::str::FromStr for Site {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(site: Site) -> [String; 2] {
        let site = site.with_cloud_id(CloudId::new("c").unwrap());
        let credentials = [Credentials::basic("ann@example.com", "t"), Credentials::bearer("t")];
        credentials.map(|credentials| site.base_url(&credentials.unwrap()).unwrap().to_string())
    }

    #[test]
    fn a_site_is_a_name_a_host_or_a_url() {
        for text in [
            "acme",
            "ACME",
            "acme.atlassian.net",
            "acme.atlassian.net.",
            "Acme.Atlassian.NET/",
            "https://acme.atlassian.net",
            "https://acme.atlassian.net/jira/people?x#y",
        ] {
            assert_eq!(Site::new(text).unwrap().host(), Some("acme.atlassian.net"), "{text}");
        }
        for text in [
            "",
            ".",
            "a b",
            "acme/..",
            "https://u:p@acme.atlassian.net/",
            "acme:8443",
            "http://acme.atlassian.net",
            "acme?x",
            "acme..net",
            "-acme",
        ] {
            assert!(Site::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_base_url_follows_from_the_cloud_and_the_kind_of_credentials() {
        let commercial = [
            "https://api.atlassian.com/jsm/ops/api/c",
            "https://api.atlassian.com/ex/jira/c/jsm/ops/api",
        ];
        for name in ["acme", "acme.atlassian.net", "jira.acme.example"] {
            assert_eq!(bases(Site::new(name).unwrap()), commercial, "{name}");
        }
        assert_eq!(bases(Site::from_cloud_id(CloudId::new("c").unwrap())), commercial);
        assert_eq!(
            bases(Site::new("acme.atlassian-us-gov-mod.net").unwrap()),
            [
                "https://api.atlassian-us-gov-mod.com/jsm/ops/api/c",
                "https://api.atlassian-us-gov-mod.com/ex/jira/c/jsm/ops/api"
            ]
        );
    }

    #[test]
    fn a_site_of_a_cloud_with_an_unknown_api_host_is_rejected() {
        for name in [
            "acme.atlassian-us-gov.net",
            "https://acme.ATLASSIAN-us-gov.net/",
            "acme.atlassian-fex.net",
            "acme.atlassian-isolated.net",
            "a.acme.atlassian-isolated.net",
            "acme.atlassian-us-gov-mod.com",
            "atlassian-us-gov-mod.net",
            "api.atlassian.com",
            "atlassian.net",
        ] {
            let error = Site::new(name).expect_err(name);
            assert!(error.to_string().contains("base URL"), "{name}: {error}");
        }
    }

    #[test]
    fn there_is_no_base_url_before_the_cloud_id_is_known() {
        assert!(Site::new("acme").unwrap().base_url(&Credentials::none()).is_err());
    }
}
