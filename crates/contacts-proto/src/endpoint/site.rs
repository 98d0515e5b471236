//! A site, as Atlassian calls it, and the base URLs that follow from it.

use std::fmt;

use crate::{BaseUrl, CloudId, Credentials, Error};

/// What follows a site's name where no domain is given.
const COMMERCIAL_DOMAIN: &str = ".atlassian.net";

/// A site, by its name (`acme.atlassian.net`) or its cloud id, and the cloud that it is in.
///
/// The base URL follows from the site and the kind of credentials, so that the two cannot be mismatched. A cloud id alone is one of
/// the commercial cloud; a site of another cloud is named by its host.
///
/// ```
/// use contacts_proto::{CloudId, Credentials, Site};
///
/// let site = Site::new("acme")?;
/// assert_eq!(site.host(), Some("acme.atlassian.net"));
/// let lookup = site.lookup().expect("only the name is known"); // for `FindCloudId`, without credentials
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
    /// Where the site itself is, if its name is known.
    own: Option<BaseUrl>,
    cloud_id: Option<CloudId>,
}

/// A cloud whose API host is known.
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
    /// A domain of the vendor's that is not one of the two: its API host is not known, and a credential of such a site must not go to
    /// another cloud. A domain that is not the vendor's is a custom domain of a commercial site.
    fn of(host: &str) -> Result<Self, Error> {
        let domain = host.rsplit('.').nth(1).unwrap_or_default();
        match (domain, host) {
            (_, host) if host.ends_with(".atlassian-us-gov-mod.net") => Ok(Self::GovernmentModerate),
            ("atlassian", host) if host.ends_with(COMMERCIAL_DOMAIN) => Ok(Self::Commercial),
            (domain, _) if domain == "atlassian" || domain.starts_with("atlassian-") => Err(Error::invalid(
                "site",
                "is in a cloud whose API host is not known: give the whole base URL in place of the site",
            )),
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
    /// A site by its name: `acme`, `acme.atlassian.net`, a custom domain, or a URL of one of them, whose path is ignored. Plain `http`
    /// is for loopback alone.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for any other text, and for a site of a cloud whose API host is not known.
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
        // A port is for a stand-in on this machine.
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

    /// A site of the commercial cloud by its cloud id.
    pub fn from_cloud_id(cloud_id: CloudId) -> Self {
        Self { cloud: Cloud::Commercial, own: None, cloud_id: Some(cloud_id) }
    }

    /// The same site, of which the cloud id is known.
    #[must_use]
    pub fn with_cloud_id(self, cloud_id: CloudId) -> Self {
        Self { cloud_id: Some(cloud_id), ..self }
    }

    /// The cloud id, if it is known.
    pub fn cloud_id(&self) -> Option<&CloudId> {
        self.cloud_id.as_ref()
    }

    /// The site's host, if its name is known.
    pub fn host(&self) -> Option<&str> {
        self.own.as_ref().map(BaseUrl::authority)
    }

    /// Where [`FindCloudId`](crate::FindCloudId) asks for the cloud id; `None` if it is known already.
    pub fn lookup(&self) -> Option<&BaseUrl> {
        self.own.as_ref().filter(|_| self.cloud_id.is_none())
    }

    /// The base URL for credentials of this kind: an OAuth token goes to the gateway under `/ex/jira/`, all else to the API itself.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the cloud id is not known: see [`lookup`](Self::lookup).
    pub fn base_url(&self, credentials: &Credentials) -> Result<BaseUrl, Error> {
        let Some(cloud_id) = &self.cloud_id else {
            return Err(Error::invalid("site", "has a cloud id that was not looked up yet"));
        };
        let make = if credentials.is_bearer() { BaseUrl::for_oauth } else { BaseUrl::for_api_tokens };
        Ok(make(self.cloud.api_host(), cloud_id))
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
        let commercial =
            ["https://api.atlassian.com/jsm/ops/api/c", "https://api.atlassian.com/ex/jira/c/jsm/ops/api"];
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
    fn a_site_of_a_cloud_whose_api_host_is_not_known_is_refused() {
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
    fn no_base_url_is_made_before_the_cloud_id_is_known() {
        assert!(Site::new("acme").unwrap().base_url(&Credentials::none()).is_err());
    }
}
