//! What can be chosen about a client.

use std::{fmt, sync::Arc, time::Duration};

use contacts_proto::{
    BaseUrl, Credentials, Error, ProxyChoice, ProxyVariables, RetryPolicy, exchange::Session,
    transport::Timeouts,
};
use http::HeaderValue;
use rustls::{
    ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier,
    client::WantsClientCert,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::{CertifiedKey, SingleCertAndKey},
};
use tower_layer::Layer;

use crate::{
    client::Client,
    connector::Connector,
    proxy::Proxy,
    service::{HttpService, Transport},
};

/// What can be chosen about a client. The defaults, which are named here, are meant to be left alone.
pub struct ClientBuilder {
    session: Session,
    timeouts: Timeouts,
    proxy: Option<Proxy>,
    roots: RootCertStore,
    extra_roots: RootCertStore,
    #[cfg(feature = "platform-verifier")]
    platform_roots: bool,
    client_certificate: Option<Arc<SingleCertAndKey>>,
}

impl Client {
    /// With the defaults of the [`ClientBuilder`].
    pub fn new(site: BaseUrl, credentials: Credentials) -> Self {
        Self::builder(site, credentials).build()
    }

    /// To choose policy, time limits, proxy, roots of trust, user agent, and the service below.
    pub fn builder(site: BaseUrl, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(site, credentials)
    }
}

impl ClientBuilder {
    fn new(site: BaseUrl, credentials: Credentials) -> Self {
        Self {
            session: Session::new(site.with_host_header(), credentials),
            timeouts: Timeouts::default(),
            proxy: None,
            roots: webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            extra_roots: RootCertStore::empty(),
            #[cfg(feature = "platform-verifier")]
            platform_roots: false,
            client_certificate: None,
        }
    }

    /// The numbers of retries, waiting, deadlines and sizes.
    #[must_use]
    pub fn policy(self, policy: RetryPolicy) -> Self {
        Self { session: self.session.with_policy(policy), ..self }
    }

    /// How long a connection may take, with the look-up of the address and TLS: 5 s.
    #[must_use]
    pub fn connect_timeout(mut self, connect_timeout: Duration) -> Self {
        self.timeouts.connect = connect_timeout;
        self
    }

    /// Goes through an HTTP proxy by CONNECT: `http://[user:password@]host:port`, or `https://…`. Without a scheme it is `http`.
    /// None is taken from the environment, unless [`proxy_from_env`](Self::proxy_from_env) is called.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is no such URL; the text is not repeated, since it may hold a password.
    pub fn proxy(self, url: &str) -> Result<Self, Error> {
        self.proxy_named("proxy", url)
    }

    /// Goes through the proxy that the environment names for the base URL, if it names one: see [`ProxyVariables`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`], which names the variable, if its value is not the URL of an HTTP proxy.
    pub fn proxy_from_env(self) -> Result<Self, Error> {
        let variables = ProxyVariables::read(|name| std::env::var(name).ok());
        match variables.proxy_for(self.session.site()) {
            ProxyChoice::Through { url, from } => self.proxy_named(from, url),
            _ => Ok(self),
        }
    }

    fn proxy_named(self, name: &'static str, url: &str) -> Result<Self, Error> {
        let refuse = || Error::invalid(name, "is not a URL such as `http://host:port`");
        Ok(Self { proxy: Some(Proxy::parse(url).ok_or_else(refuse)?), ..self })
    }

    /// Trusts these certificate authorities, in DER, instead of Mozilla's list. Ignores those that cannot be read, since the stores
    /// of operating systems have such.
    #[must_use]
    pub fn roots_der(self, roots: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(
            roots.into_iter().map(|root| CertificateDer::from(root.as_ref().to_vec())),
        );
        Self { roots: store, ..self }
    }

    /// Trusts what the operating system trusts, instead of Mozilla's list and of what
    /// [`root_certificates_pem`](Self::root_certificates_pem) adds to it. It is there with the feature `platform-verifier`.
    #[cfg(feature = "platform-verifier")]
    #[must_use]
    pub fn platform_roots(self) -> Self {
        Self { platform_roots: true, ..self }
    }

    /// Trusts these certificate authorities too, in PEM. They are added to Mozilla's list, which is built in, or to
    /// [`roots_der`](Self::roots_der).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is no certificate in it, or one that cannot be read.
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        for certificate in certificates("CA file", pem)? {
            self.extra_roots
                .add(certificate)
                .map_err(|_| Error::invalid("CA file", "has a certificate that cannot be read"))?;
        }
        Ok(self)
    }

    /// Shows a certificate to the server: the certificate with those that lead to its authority, and its private key, in PEM.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if one of them is not there, or cannot be read.
    pub fn client_certificate_pem(self, chain: &[u8], key: &[u8]) -> Result<Self, Error> {
        let chain = certificates("client certificate", chain)?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_| Error::invalid("key of the client certificate", "cannot be read as PEM"))?;
        let certified = CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider())
            .map_err(|_| Error::invalid("client certificate", "and its key cannot be used together"))?;
        Ok(Self { client_certificate: Some(Arc::new(certified.into())), ..self })
    }

    /// Another `user-agent` than [`USER_AGENT`](crate::USER_AGENT).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it cannot stand in a header.
    pub fn user_agent(self, user_agent: &str) -> Result<Self, Error> {
        let value = HeaderValue::from_str(user_agent)
            .map_err(|_| Error::invalid("user agent", "has a character that a header may not have"))?;
        Ok(Self { session: self.session.with_user_agent(value), ..self })
    }

    /// The client. Nothing is connected before the first request.
    pub fn build(self) -> Client {
        let transport = self.transport();
        Client::from_parts(self.session, transport)
    }

    /// The client with a `tower` layer around the usual transport, such as a limit of concurrency or of rate. The time that a
    /// request waits for the layer to be ready is part of its own.
    ///
    /// If a layer refuses a create after it has taken its body, the outcome of the create counts as unknown.
    pub fn build_with<L>(self, layer: &L) -> Client<L::Service>
    where
        L: Layer<Transport, Service: HttpService>,
    {
        let transport = self.transport();
        Client::from_parts(self.session, layer.layer(transport))
    }

    /// The client on another service. What was chosen of connections, proxy and certificates is then that service's own affair.
    pub fn build_on<S: HttpService>(self, service: S) -> Client<S> {
        Client::from_parts(self.session, service)
    }

    fn transport(&self) -> Transport {
        // The client's certificate is for the service: a proxy learns nothing of it.
        let proxy = self.proxy.clone().map(|proxy| (proxy, self.tls(None)));
        let tls = self.tls(self.client_certificate.clone());
        Transport::new(&Connector::new(tls, proxy, self.timeouts.connect), self.timeouts.idle)
    }

    #[expect(
        clippy::expect_used,
        reason = "ring has what the default versions of TLS need: every test builds a client"
    )]
    fn tls(&self, client_certificate: Option<Arc<SingleCertAndKey>>) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has what the default versions of TLS need");
        let config = self.with_roots(config);
        match client_certificate {
            None => config.with_no_client_auth(),
            Some(certificate) => config.with_client_cert_resolver(certificate),
        }
    }

    fn with_roots(
        &self,
        config: ConfigBuilder<ClientConfig, WantsVerifier>,
    ) -> ConfigBuilder<ClientConfig, WantsClientCert> {
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
fn platform_roots(
    config: ConfigBuilder<ClientConfig, WantsVerifier>,
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(config.crypto_provider())) {
        Ok(verifier) => config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)),
        // A system that has no store trusts nobody.
        Err(_) => config.with_root_certificates(RootCertStore::empty()),
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| Error::invalid(what, "has a part that cannot be read as PEM"))?;
    if certificates.is_empty() {
        return Err(Error::invalid(what, "has no certificate in PEM"));
    }
    Ok(certificates)
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("session", &self.session).finish_non_exhaustive()
    }
}
