//! The destination of a request, and its credentials.

mod base_url;
mod cloud_id;
mod credentials;
mod environment;
mod proxy;
mod site;

pub use self::{
    base_url::BaseUrl,
    cloud_id::CloudId,
    credentials::Credentials,
    environment::Environment,
    proxy::{ProxyChoice, ProxyVariables},
    site::Site,
};

/// The place that requests go to.
///
/// The clients accept a [`BaseUrl`] or a [`Site`] wherever they take an endpoint.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Endpoint {
    /// A whole base URL, such as that of a sandbox.
    BaseUrl(BaseUrl),
    /// A site of Atlassian. The base URL follows from it and from the kind of credentials.
    Site(Site),
}

impl Endpoint {
    /// Returns a URL at the API's host: the base URL itself, or one that has a site's API host
    /// alone.
    pub fn api_url(&self) -> BaseUrl {
        match self {
            Self::BaseUrl(base_url) => base_url.clone(),
            Self::Site(site) => site.api_url(),
        }
    }
}

impl From<BaseUrl> for Endpoint {
    fn from(base_url: BaseUrl) -> Self {
        Self::BaseUrl(base_url)
    }
}

impl From<Site> for Endpoint {
    fn from(site: Site) -> Self {
        Self::Site(site)
    }
}
