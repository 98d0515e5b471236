//! The environment variables that configure a client.

use std::fmt;

use crate::{BaseUrl, CloudId, Credentials, Endpoint, Error, ProxyChoice, ProxyVariables, Site};

/// Endpoint, credentials, proxy and CA file, read from environment variables.
///
/// | setting | variables, in order of precedence |
/// | --- | --- |
/// | base URL | `CONTACTS_BASE_URL` |
/// | cloud id | `CONTACTS_CLOUD_ID`, `ATLASSIAN_OPS_CLOUD_ID`, `JSM_CLOUD_ID` |
/// | site | `CONTACTS_SITE`, `ATLASSIAN_OPS_DOMAIN_NAME`, `JSM_SITE_URL` |
/// | e-mail address | `CONTACTS_EMAIL`, `ATLASSIAN_OPS_API_EMAIL_ADDRESS`, `ATLASSIAN_OPS_API_USERNAME`, `JSM_EMAIL` |
/// | API token | `CONTACTS_TOKEN`, `ATLASSIAN_OPS_API_TOKEN`, `JSM_API_TOKEN` |
/// | OAuth token | `CONTACTS_OAUTH_TOKEN`, `JSM_OAUTH_TOKEN` |
/// | proxy | `CONTACTS_PROXY`, and those of [`ProxyVariables`] |
/// | CA file | `CONTACTS_CA_FILE` |
///
/// The endpoint is one of base URL, cloud id and site. `CONTACTS_…` variables win over all others.
/// Among equals, a base URL wins, then a cloud id. The token is chosen likewise: among equals, an
/// API token wins. Empty variables are ignored.
///
/// ```
/// use contacts_proto::{Endpoint, Environment};
///
/// let environment = Environment::read(|name| match name {
///     "CONTACTS_SITE" => Some("acme".to_owned()),
///     "CONTACTS_EMAIL" => Some("ann@example.com".to_owned()),
///     "CONTACTS_TOKEN" => Some("token".to_owned()),
///     _ => None,
/// })?;
/// assert!(matches!(environment.endpoint()?, Endpoint::Site(site) if site.host() == Some("acme.atlassian.net")));
/// assert!(!environment.credentials()?.is_bearer());
/// # Ok::<(), contacts_proto::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    endpoint: Option<Endpoint>,
    credentials: Option<Credentials>,
    proxy: Option<String>,
    proxy_variables: ProxyVariables,
    ca_file: Option<String>,
}

impl Environment {
    /// Variables with a base URL.
    pub const BASE_URL: &[&str] = &["CONTACTS_BASE_URL"];
    /// Variables with a cloud id.
    pub const CLOUD_ID: &[&str] = &["CONTACTS_CLOUD_ID", "ATLASSIAN_OPS_CLOUD_ID", "JSM_CLOUD_ID"];
    /// Variables with the name of a site.
    pub const SITE: &[&str] = &["CONTACTS_SITE", "ATLASSIAN_OPS_DOMAIN_NAME", "JSM_SITE_URL"];
    /// Variables with the e-mail address of the user of an API token.
    pub const EMAIL: &[&str] = &[
        "CONTACTS_EMAIL",
        "ATLASSIAN_OPS_API_EMAIL_ADDRESS",
        "ATLASSIAN_OPS_API_USERNAME",
        "JSM_EMAIL",
    ];
    /// Variables with an API token.
    pub const API_TOKEN: &[&str] = &["CONTACTS_TOKEN", "ATLASSIAN_OPS_API_TOKEN", "JSM_API_TOKEN"];
    /// Variables with an OAuth token.
    pub const OAUTH_TOKEN: &[&str] = &["CONTACTS_OAUTH_TOKEN", "JSM_OAUTH_TOKEN"];
    /// Variables with the URL of a proxy, besides those of [`ProxyVariables`].
    pub const PROXY: &[&str] = &["CONTACTS_PROXY"];
    /// Variables with the path of a file of certificate authorities.
    pub const CA_FILE: &[&str] = &["CONTACTS_CA_FILE"];

    const VARIABLES: &[&[&str]] = &[
        Self::BASE_URL,
        Self::CLOUD_ID,
        Self::SITE,
        Self::EMAIL,
        Self::API_TOKEN,
        Self::OAUTH_TOKEN,
        Self::PROXY,
        Self::CA_FILE,
    ];

    /// Reads the variables through this function, for example
    /// `|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned())`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which names the variable, if a value is invalid, or if there is an
    /// API token without an e-mail address.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = |name: &str| {
            let value = variable(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        for name in Self::VARIABLES.iter().flat_map(|names| names.iter()) {
            // The replacement character: the value was not UTF-8, and was converted with losses.
            if value(name).is_some_and(|value| value.contains(char::REPLACEMENT_CHARACTER)) {
                return Err(Error::invalid(format!("value of {name}"), "is not UTF-8 text"));
            }
        }
        Ok(Self {
            endpoint: endpoint(&value)?,
            credentials: credentials(&value)?,
            proxy: first(&[Self::PROXY], &value).map(|(_, _, value)| value),
            proxy_variables: ProxyVariables::read(&variable),
            ca_file: first(&[Self::CA_FILE], &value).map(|(_, _, value)| value),
        })
    }

    /// Returns the base URL or the site.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if no variable has one.
    pub fn endpoint(&self) -> Result<&Endpoint, Error> {
        let missing = || {
            Error::invalid(
                "environment",
                "has no site; set CONTACTS_SITE, CONTACTS_CLOUD_ID or CONTACTS_BASE_URL",
            )
        };
        self.endpoint.as_ref().ok_or_else(missing)
    }

    /// Returns the credentials.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if no variable has a token.
    pub fn credentials(&self) -> Result<&Credentials, Error> {
        let missing = || {
            Error::invalid(
                "environment",
                "has no token; set CONTACTS_EMAIL and CONTACTS_TOKEN, or CONTACTS_OAUTH_TOKEN",
            )
        };
        self.credentials.as_ref().ok_or_else(missing)
    }

    /// Returns the proxy for the endpoint. `CONTACTS_PROXY` applies to every host, and to plain
    /// `http` too.
    pub fn proxy(&self) -> ProxyChoice<'_> {
        match (&self.proxy, &self.endpoint) {
            (Some(url), _) => ProxyChoice::Through { url, from: "CONTACTS_PROXY" },
            (None, Some(endpoint)) => self.proxy_variables.proxy_for(&endpoint.api_url()),
            (None, None) => ProxyChoice::Direct,
        }
    }

    /// Returns the path of a PEM file of certificate authorities to trust in addition.
    pub fn ca_file(&self) -> Option<&str> {
        self.ca_file.as_deref()
    }
}

/// The first variable that is set: those of this project before those of other tools, then in the
/// order of the lists. Returns the index of its list, its name and its value.
fn first(
    lists: &[&'static [&'static str]],
    value: &impl Fn(&str) -> Option<String>,
) -> Option<(usize, &'static str, String)> {
    let names = || {
        lists
            .iter()
            .enumerate()
            .flat_map(|(index, names)| names.iter().map(move |name| (index, *name)))
    };
    let own = names().filter(|(_, name)| name.starts_with("CONTACTS_"));
    let others = names().filter(|(_, name)| !name.starts_with("CONTACTS_"));
    own.chain(others).find_map(|(index, name)| Some((index, name, value(name)?)))
}

fn endpoint(value: &impl Fn(&str) -> Option<String>) -> Result<Option<Endpoint>, Error> {
    let lists = [Environment::BASE_URL, Environment::CLOUD_ID, Environment::SITE];
    let Some((index, name, text)) = first(&lists, value) else { return Ok(None) };
    let endpoint = match index {
        0 => BaseUrl::new(&text).map(Endpoint::from),
        1 => CloudId::new(&*text).map(|cloud_id| Site::from_cloud_id(cloud_id).into()),
        _ => Site::new(&text).map(Endpoint::from),
    };
    endpoint.map(Some).map_err(|error| error.in_variable(name))
}

fn credentials(value: &impl Fn(&str) -> Option<String>) -> Result<Option<Credentials>, Error> {
    let Some((index, name, token)) =
        first(&[Environment::API_TOKEN, Environment::OAUTH_TOKEN], value)
    else {
        return Ok(None);
    };
    if index == 1 {
        return Credentials::bearer(token).map(Some).map_err(|error| error.in_variable(name));
    }
    let Some((_, from, email)) = first(&[Environment::EMAIL], value) else {
        return Err(Error::invalid(
            "API token",
            format!("in {name} has no e-mail address; set CONTACTS_EMAIL"),
        ));
    };
    Credentials::basic(&email, "token").map_err(|error| error.in_variable(from))?;
    Credentials::basic(&email, token).map(Some).map_err(|error| error.in_variable(name))
}

/// Shows no value that may contain a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("endpoint", &self.endpoint)
            .field("credentials", &self.credentials)
            .field("proxy", &self.proxy())
            .field("ca_file", &self.ca_file)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Environment, Error> {
        Environment::read(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn endpoint_of(pairs: &[(&str, &str)]) -> String {
        match read(pairs).unwrap().endpoint().unwrap() {
            Endpoint::BaseUrl(base_url) => base_url.to_string(),
            Endpoint::Site(site) => site.to_string(),
        }
    }

    #[test]
    fn own_variables_come_before_those_of_other_tools() {
        let other = ("ATLASSIAN_OPS_CLOUD_ID", "c");
        assert_eq!(endpoint_of(&[other]), "c");
        assert_eq!(endpoint_of(&[other, ("CONTACTS_SITE", "acme")]), "acme.atlassian.net");
        assert_eq!(
            endpoint_of(&[("CONTACTS_CLOUD_ID", "own"), other, ("CONTACTS_SITE", "acme")]),
            "own"
        );
        let base_url = ("CONTACTS_BASE_URL", "https://a.example/b");
        assert_eq!(endpoint_of(&[base_url, ("CONTACTS_CLOUD_ID", "own")]), "https://a.example/b");
    }

    #[test]
    fn an_api_token_needs_an_address_and_an_oauth_token_does_not() {
        let address = ("JSM_EMAIL", "ann@example.com");
        let environment = read(&[("ATLASSIAN_OPS_API_TOKEN", "t"), address]).unwrap();
        assert_eq!(environment.credentials().unwrap().user(), Some("ann@example.com"));
        let error = read(&[("JSM_API_TOKEN", "s3cret")]).unwrap_err().to_string();
        assert!(
            error.contains("JSM_API_TOKEN")
                && error.contains("CONTACTS_EMAIL")
                && !error.contains("s3cret"),
            "{error}"
        );
        let environment = read(&[("CONTACTS_OAUTH_TOKEN", "o"), ("JSM_API_TOKEN", "t")]).unwrap();
        assert!(environment.credentials().unwrap().is_bearer());
    }

    #[test]
    fn an_invalid_value_is_rejected_with_the_name_of_its_variable() {
        for (name, value) in [
            ("CONTACTS_BASE_URL", "http://a.example"),
            ("JSM_CLOUD_ID", "../x"),
            ("CONTACTS_SITE", "a b"),
            ("CONTACTS_OAUTH_TOKEN", "a\u{0}b"),
        ] {
            let error = read(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn empty_variables_are_ignored() {
        let environment =
            read(&[("CONTACTS_SITE", " "), ("CONTACTS_TOKEN", ""), ("CONTACTS_CA_FILE", "")])
                .unwrap();
        assert!(environment.endpoint().is_err() && environment.credentials().is_err());
        assert_eq!((environment.ca_file(), environment.proxy()), (None, ProxyChoice::Direct));
    }
}
