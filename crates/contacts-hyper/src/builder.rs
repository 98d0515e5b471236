//! The settings of a client.

use std::{fmt, sync::Arc, time::Duration};

use contacts_proto::{
    Credentials, Endpoint, Environment, Error, ProxyChoice, ProxyVariables, RetryPolicy, Site,
    exchange::Session, transport::Timeouts,
};
use http::HeaderValue;
use rustls::{
    ClientConfig, ConfigBuilder, RootCertStore,
    client::WantsClientCert,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};
use tower_layer::Layer;

use crate::{
    client::Client,
    connector::Connector,
    credentials::{CredentialsProvider, SharedProvider},
    proxy::Proxy,
    service::{HttpService, Transport},
    tls::{self, TlsConfig, TlsProviderError},
};

/// Settings of a client. The defaults suit most programs.
///
/// ```
/// use std::time::Duration;
/// use contacts_hyper::{Client, Credentials, RetryPolicy, Site};
///
/// let client = Client::builder(Site::new("acme")?)
///     .credentials(Credentials::basic("ann@example.com", "token")?)
///     .retry(RetryPolicy::default().max_attempts(2).deadline(Duration::from_secs(10)))
///     .build();
/// # Ok::<(), contacts_hyper::Error>(())
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
    tls: Result<TlsConfig, TlsProviderError>,
    roots: RootCertStore,
    extra_roots: RootCertStore,
    #[cfg(feature = "platform-verifier")]
    platform_roots: bool,
    client_certificate: Option<Arc<SingleCertAndKey>>,
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
            tls: tls::config(),
            roots: webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            extra_roots: RootCertStore::empty(),
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
        Ok(Self { proxy: Some(Proxy::parse(url).ok_or_else(invalid)?), ..self })
    }

    /// Trusts these certificate authorities, in DER, instead of Mozilla's list.
    ///
    /// Unreadable certificates are ignored, because the stores of operating systems contain some.
    pub fn roots_der(self, roots: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(
            roots.into_iter().map(|root| CertificateDer::from(root.as_ref().to_vec())),
        );
        Self { roots: store, ..self }
    }

    /// Trusts the certificate authorities of the operating system instead of Mozilla's list.
    ///
    /// [`root_certificates_pem`](Self::root_certificates_pem) and [`roots_der`](Self::roots_der)
    /// have no effect then. Needs the feature `platform-verifier`.
    #[cfg(feature = "platform-verifier")]
    pub fn platform_roots(self) -> Self {
        Self { platform_roots: true, ..self }
    }

    /// Trusts these certificate authorities, in PEM, in addition to Mozilla's list or to
    /// [`roots_der`](Self::roots_der).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the text contains no certificate, or an unreadable one.
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        for certificate in certificates("CA file", pem)? {
            self.extra_roots
                .add(certificate)
                .map_err(|_| Error::invalid("CA file", "contains an unreadable certificate"))?;
        }
        Ok(self)
    }

    /// Sets a client certificate for the server: the certificate chain and its private key, in PEM.
    /// The key is not sent, and a proxy does not get the certificate.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if one of them is missing or unreadable, if they do not belong
    /// together, or if there is no TLS provider.
    pub fn client_certificate_pem(self, chain: &[u8], key: &[u8]) -> Result<Self, Error> {
        let chain = certificates("client certificate", chain)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
            Error::invalid("key of the client certificate", "cannot be read as PEM")
        })?;
        let tls = self.tls.as_ref().map_err(|error| {
            Error::invalid("client certificate", format!("cannot be used: {error}"))
        })?;
        let certified =
            CertifiedKey::from_der(chain, key, tls.crypto_provider()).map_err(|_| {
                Error::invalid("client certificate", "and its key cannot be used together")
            })?;
        Ok(Self { client_certificate: Some(Arc::new(certified.into())), ..self })
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

    /// Builds the client. It opens no connection before the first request.
    pub fn build(self) -> Client {
        let transport = self.transport();
        Client::from_parts(self.session(), self.provider, transport)
    }

    /// Builds the client with a `tower` layer around its transport, such as a limit of concurrency
    /// or rate.
    ///
    /// The timeout of a request includes the time until the layer is ready. If a layer rejects a
    /// create request after the layer has taken the body, the outcome of the create counts as
    /// unknown.
    pub fn build_with<L>(self, layer: &L) -> Client<L::Service>
    where
        L: Layer<Transport, Service: HttpService>,
    {
        let transport = self.transport();
        Client::from_parts(self.session(), self.provider, layer.layer(transport))
    }

    /// Builds the client with your own HTTP service as transport. It must follow the rules of
    /// [`Action::Send`](contacts_proto::exchange::Action::Send). The settings of connections, proxy
    /// and certificates have no effect then.
    pub fn build_on<S: HttpService>(self, service: S) -> Client<S> {
        Client::from_parts(self.session(), self.provider, service)
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

    fn transport(&self) -> Transport {
        // A proxy must not see the client certificate.
        let proxy = self.proxy.clone().map(|proxy| (proxy, self.tls(None)));
        let tls = self.tls(self.client_certificate.clone());
        Transport::new(&Connector::new(tls, proxy, self.timeouts.connect), self.timeouts.idle)
    }

    fn tls(
        &self,
        client_certificate: Option<Arc<SingleCertAndKey>>,
    ) -> Result<ClientConfig, TlsProviderError> {
        let config = self.with_roots(self.tls.clone()?);
        Ok(match client_certificate {
            None => config.with_no_client_auth(),
            Some(certificate) => config.with_client_cert_resolver(certificate),
        })
    }

    fn with_roots(&self, config: TlsConfig) -> ConfigBuilder<ClientConfig, WantsClientCert> {
        #[cfg(feature = "platform-verifier")]
        if self.platform_roots {
            return platform_roots(config);
        }
        let mut roots = self.roots.clone();
        roots.extend(self.extra_roots.roots.iter().cloned());
        config.with_root_certificates(roots)
    }
}

#[cfg(feature = "platform-verifier")]
fn platform_roots(config: TlsConfig) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(config.crypto_provider())) {
        Ok(verifier) => config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)),
        // A system without a store trusts no authority.
        Err(_) => config.with_root_certificates(RootCertStore::empty()),
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::invalid(what, "contains a part that is not valid PEM"))?;
    if certificates.is_empty() {
        return Err(Error::invalid(what, "contains no certificate in PEM"));
    }
    Ok(certificates)
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
