//! The settings of a client.

use std::{fmt, sync::Arc, time::Duration};

use contacts_proto::{
    Credentials, Endpoint, Environment, Error, ProxyChoice, ProxyVariables, RetryPolicy, Site,
    exchange::Session, transport::Timeouts,
};
use http::HeaderValue;
use rustls::{
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer},
    sign::CertifiedKey,
};
use ureq::{
    Proxy, ProxyProtocol,
    tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem},
};

use crate::{
    client::Client,
    credentials::{CredentialsProvider, SharedProvider},
    send::Agents,
    tls::{self, TlsProviderError},
};

/// Settings of a client. The defaults suit most programs.
///
/// ```
/// use std::time::Duration;
/// use contacts_ureq::{Client, Credentials, RetryPolicy, Site};
///
/// let client = Client::builder(Site::new("acme")?)
///     .credentials(Credentials::basic("ann@example.com", "token")?)
///     .retry(RetryPolicy::default().max_attempts(2).deadline(Duration::from_secs(10)))
///     .build();
/// # Ok::<(), contacts_ureq::Error>(())
/// ```
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    credentials: Option<Credentials>,
    provider: Option<Arc<SharedProvider>>,
    retry: RetryPolicy,
    user_agent: Option<HeaderValue>,
    timeouts: Timeouts,
    proxy: Option<Proxy>,
    tls_provider: Result<Arc<CryptoProvider>, TlsProviderError>,
    /// Replace Mozilla's list.
    roots: Option<Vec<Certificate<'static>>>,
    extra_roots: Vec<Certificate<'static>>,
    #[cfg(feature = "platform-verifier")]
    platform_roots: bool,
    client_certificate: Option<ClientCert>,
}

impl Client {
    /// Creates a client from environment variables, which
    /// [`Environment`](contacts_proto::Environment) lists.
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which names the variable, if a value is missing or invalid, or if
    /// the CA file cannot be read.
    pub fn from_env() -> Result<Self, Error> {
        let environment = Environment::read(variable)?;
        let builder = ClientBuilder::of(&environment)?;
        Ok(builder.credentials(environment.credentials()?.clone()).build())
    }

    /// Creates a client of a site, such as `acme` or `acme.atlassian.net`.
    ///
    /// This sends nothing. The first call looks up the site's cloud id and keeps it for all clones.
    /// The base URL follows from the cloud id and the kind of credentials.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if [`Site::new`] rejects the name.
    pub fn for_site(site: &str, credentials: Credentials) -> Result<Self, Error> {
        Ok(Self::new(Site::new(site)?, credentials))
    }

    /// Creates a client of a [`BaseUrl`](contacts_proto::BaseUrl) or a [`Site`], with the defaults
    /// of [`ClientBuilder`].
    pub fn new(endpoint: impl Into<Endpoint>, credentials: Credentials) -> Self {
        Self::builder(endpoint).credentials(credentials).build()
    }

    /// Returns a builder for a client of a [`BaseUrl`](contacts_proto::BaseUrl) or a [`Site`].
    pub fn builder(endpoint: impl Into<Endpoint>) -> ClientBuilder {
        ClientBuilder::new(endpoint.into())
    }
}

impl ClientBuilder {
    fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            credentials: None,
            provider: None,
            retry: RetryPolicy::default(),
            user_agent: None,
            timeouts: Timeouts::default(),
            proxy: None,
            tls_provider: tls::provider(),
            roots: None,
            extra_roots: Vec::new(),
            #[cfg(feature = "platform-verifier")]
            platform_roots: false,
            client_certificate: None,
        }
    }

    /// Creates a builder with the endpoint, credentials, proxy and CA file of environment
    /// variables, which [`Environment`] lists. If they have no token, add
    /// [`credentials`](Self::credentials) or a [provider](Self::credentials_provider).
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which names the variable, if a value is missing or invalid, or if
    /// the CA file cannot be read.
    pub fn from_env() -> Result<Self, Error> {
        Self::of(&Environment::read(variable)?)
    }

    fn of(environment: &Environment) -> Result<Self, Error> {
        let builder = Self {
            credentials: environment.credentials().ok().cloned(),
            ..Self::new(environment.endpoint()?.clone())
        };
        let builder = match environment.proxy() {
            ProxyChoice::Through { url, from } => builder.proxy_named(from, url)?,
            _ => builder,
        };
        match environment.ca_file() {
            Some(path) => {
                let pem = std::fs::read(path).map_err(|error| {
                    Error::invalid(
                        "CA file in CONTACTS_CA_FILE",
                        format!("cannot be read: {error}"),
                    )
                })?;
                builder.root_certificates_pem(&pem)
            }
            None => Ok(builder),
        }
    }

    /// Sets the credentials. Default: none, so requests have no `authorization` header.
    pub fn credentials(self, credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    /// Sets the provider of credentials that expire.
    ///
    /// The client starts with the [`credentials`](Self::credentials), if there are any, and asks
    /// the provider after a 401. To take only the endpoint from the environment, use
    /// [`Environment::endpoint`].
    pub fn credentials_provider(self, provider: impl CredentialsProvider + 'static) -> Self {
        Self { provider: Some(Arc::new(SharedProvider::new(provider))), ..self }
    }

    /// Sets the retry policy.
    pub fn retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// Sets the maximum time to connect, including DNS and TLS. Default: 5 s.
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.timeouts.connect = connect_timeout;
        self
    }

    /// Sends requests through an HTTP proxy by CONNECT. Default: no proxy.
    ///
    /// The URL has the form `http://[user:password@]host:port` or `https://…`. Without a scheme it
    /// means `http`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for any other text. The error does not repeat it, because it may
    /// contain a password.
    pub fn proxy(self, url: &str) -> Result<Self, Error> {
        self.proxy_named("proxy", url)
    }

    /// Uses the proxy of the environment, if it has one for the endpoint: see [`ProxyVariables`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which names the variable, if its value is not the URL of an HTTP
    /// proxy.
    pub fn proxy_from_env(self) -> Result<Self, Error> {
        match ProxyVariables::read(variable).proxy_for(&self.endpoint.api_url()) {
            ProxyChoice::Through { url, from } => self.proxy_named(from, url),
            _ => Ok(self),
        }
    }

    fn proxy_named(self, name: &'static str, url: &str) -> Result<Self, Error> {
        let invalid = || Error::invalid(name, "is not a URL such as http://host:port");
        let proxy = Proxy::new(url).map_err(|_| invalid())?;
        match proxy.protocol() {
            ProxyProtocol::Http | ProxyProtocol::Https => Ok(Self { proxy: Some(proxy), ..self }),
            _ => Err(invalid()),
        }
    }

    /// Trusts these certificate authorities, in DER, instead of Mozilla's list.
    ///
    /// Unreadable certificates are ignored, because the stores of operating systems contain some.
    pub fn roots_der(self, roots: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let roots = roots.into_iter().map(|root| Certificate::from_der(root.as_ref()).to_owned());
        Self { roots: Some(roots.collect()), ..self }
    }

    /// Trusts these certificate authorities, in PEM, in addition to Mozilla's list or to
    /// [`roots_der`](Self::roots_der).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the text contains no certificate, or an unreadable one.
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        self.extra_roots.extend(certificates("CA file", pem)?);
        Ok(self)
    }

    /// Trusts the certificate authorities of the operating system instead of Mozilla's list.
    ///
    /// [`root_certificates_pem`](Self::root_certificates_pem) and [`roots_der`](Self::roots_der)
    /// have no effect then. Needs the feature `platform-verifier`.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_roots(self) -> Self {
        Self { platform_roots: true, ..self }
    }

    /// Sets the `user-agent`. Default: [`USER_AGENT`](crate::USER_AGENT).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the text contains a character that is not allowed in a header.
    pub fn user_agent(self, user_agent: &str) -> Result<Self, Error> {
        let value = HeaderValue::from_str(user_agent).map_err(|_| {
            Error::invalid("user agent", "contains a character that is not allowed in a header")
        })?;
        Ok(Self { user_agent: Some(value), ..self })
    }

    /// Sets a client certificate for the server: the certificate chain and its private key, in PEM.
    /// The key is not sent.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if one of them is missing or unreadable, if they do not belong
    /// together, or if there is no TLS provider.
    pub fn client_certificate_pem(self, chain: &[u8], key: &[u8]) -> Result<Self, Error> {
        let chain: Vec<_> = certificates("client certificate", chain)?;
        let key = PrivateKey::from_pem(key).map_err(|_| {
            Error::invalid("key of the client certificate", "cannot be read as PEM")
        })?;
        let tls_provider = self.tls_provider.as_ref().map_err(|error| {
            Error::invalid("client certificate", format!("cannot be used: {error}"))
        })?;
        check_pair(&chain, &key, tls_provider)?;
        Ok(Self { client_certificate: Some(ClientCert::new_with_certs(&chain, key)), ..self })
    }

    /// Builds the client. It opens no connection before the first request.
    pub fn build(self) -> Client {
        let mut tls = TlsConfig::builder()
            .root_certs(self.root_certs())
            .client_cert(self.client_certificate.clone());
        if let Ok(provider) = &self.tls_provider {
            tls = tls.unversioned_rustls_crypto_provider(Arc::clone(provider));
        }
        let tls = tls.build();
        let config =
            || ureq::Agent::config_builder().tls_config(tls.clone()).proxy(self.proxy.clone());
        let agents = Agents::new(config, self.tls_provider.as_ref().err(), self.timeouts);
        Client::from_parts(self.session(), self.provider, agents)
    }

    fn session(&self) -> Session {
        let known = self.credentials.clone();
        let session =
            Session::new(self.endpoint.clone(), known.clone().unwrap_or_else(Credentials::none));
        let session = session.with_host_header().with_policy(self.retry.clone());
        let session = match &self.user_agent {
            Some(user_agent) => session.with_user_agent(user_agent.clone()),
            None => session,
        };
        if self.provider.is_some() { session.with_refreshable(known) } else { session }
    }

    fn root_certs(&self) -> RootCerts {
        #[cfg(feature = "platform-verifier")]
        if self.platform_roots {
            return RootCerts::PlatformVerifier;
        }
        if self.roots.is_none() && self.extra_roots.is_empty() {
            return RootCerts::WebPki;
        }
        let mut roots = match &self.roots {
            Some(roots) => roots.clone(),
            None => webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .map(|certificate| Certificate::from_der(certificate))
                .collect(),
        };
        roots.extend(self.extra_roots.iter().cloned());
        RootCerts::new_with_certs(&roots)
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(Error::invalid(what, "contains a part that is not valid PEM")),
        }
    }
    if certificates.is_empty() {
        return Err(Error::invalid(what, "contains no certificate in PEM"));
    }
    Ok(certificates)
}

/// Checks that rustls accepts a certificate and its key: ureq panics otherwise.
fn check_pair(
    chain: &[Certificate<'static>],
    key: &PrivateKey<'static>,
    tls_provider: &CryptoProvider,
) -> Result<(), Error> {
    let chain =
        chain.iter().map(|certificate| CertificateDer::from(certificate.der().to_vec())).collect();
    let pair = PrivateKeyDer::try_from(key.der().to_vec())
        .ok()
        .and_then(|key| CertifiedKey::from_der(chain, key, tls_provider).ok());
    pair.map(drop)
        .ok_or_else(|| Error::invalid("client certificate", "and its key cannot be used together"))
}

/// Returns the value of an environment variable.
fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_from_the_environment_needs_an_endpoint_but_no_token() {
        let environment = |name: &'static str| {
            Environment::read(move |variable| (variable == name).then(|| "acme".to_owned()))
        };
        let builder = ClientBuilder::of(&environment("CONTACTS_SITE").unwrap()).unwrap();
        assert!(builder.credentials.is_none());
        assert!(ClientBuilder::of(&environment("CONTACTS_EMAIL").unwrap()).is_err());
    }
}
