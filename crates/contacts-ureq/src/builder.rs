//! What can be chosen about a client.

use std::{fmt, time::Duration};

use contacts_proto::{
    BaseUrl, Credentials, Error, ProxyChoice, ProxyVariables, RetryPolicy, exchange::Session,
    transport::Timeouts,
};
use http::HeaderValue;
use ureq::{
    Proxy, ProxyProtocol,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::{client::Client, send::Agents};

/// What can be chosen about a client. The defaults, which are named here, are meant to be left alone.
pub struct ClientBuilder {
    session: Session,
    timeouts: Timeouts,
    proxy: Option<Proxy>,
    /// Instead of Mozilla's list.
    roots: Option<Vec<Certificate<'static>>>,
    extra_roots: Vec<Certificate<'static>>,
    #[cfg(feature = "platform-verifier")]
    platform_roots: bool,
}

impl Client {
    /// With the defaults of the [`ClientBuilder`].
    pub fn new(site: BaseUrl, credentials: Credentials) -> Self {
        Self::builder(site, credentials).build()
    }

    /// To choose policy, time limits, proxy, roots of trust and user agent.
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
            roots: None,
            extra_roots: Vec::new(),
            #[cfg(feature = "platform-verifier")]
            platform_roots: false,
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
        let proxy = Proxy::new(url).map_err(|_| refuse())?;
        match proxy.protocol() {
            ProxyProtocol::Http | ProxyProtocol::Https => Ok(Self { proxy: Some(proxy), ..self }),
            _ => Err(refuse()),
        }
    }

    /// Trusts these certificate authorities, in DER, instead of Mozilla's list. Ignores those that cannot be read, since the stores
    /// of operating systems have such.
    #[must_use]
    pub fn roots_der(self, roots: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let roots = roots.into_iter().map(|root| Certificate::from_der(root.as_ref()).to_owned());
        Self { roots: Some(roots.collect()), ..self }
    }

    /// Trusts these certificate authorities too, in PEM. They are added to Mozilla's list, which is built in, or to
    /// [`roots_der`](Self::roots_der).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is no certificate in it, or one that cannot be read.
    pub fn root_certificates_pem(mut self, pem: &[u8]) -> Result<Self, Error> {
        let before = self.extra_roots.len();
        for item in parse_pem(pem) {
            match item {
                Ok(PemItem::Certificate(certificate)) => self.extra_roots.push(certificate),
                Ok(_) => {}
                Err(_) => return Err(Error::invalid("CA file", "has a part that cannot be read as PEM")),
            }
        }
        if self.extra_roots.len() == before {
            return Err(Error::invalid("CA file", "has no certificate in PEM"));
        }
        Ok(self)
    }

    /// Trusts what the operating system trusts, instead of Mozilla's list and of what
    /// [`root_certificates_pem`](Self::root_certificates_pem) adds to it. It is there with the feature `platform-verifier`.
    #[cfg(feature = "platform-verifier")]
    #[must_use]
    pub fn platform_roots(self) -> Self {
        Self { platform_roots: true, ..self }
    }

    /// Another `user-agent` than [`USER_AGENT`](crate::USER_AGENT).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it cannot stand in a header.
    pub fn user_agent(self, user_agent: &str) -> Result<Self, Error> {
        let value = HeaderValue::from_str(user_agent);
        let value =
            value.map_err(|_| Error::invalid("user agent", "has a character that a header may not have"))?;
        Ok(Self { session: self.session.with_user_agent(value), ..self })
    }

    /// The client. Nothing is connected before the first request.
    pub fn build(self) -> Client {
        let tls = TlsConfig::builder().root_certs(self.root_certs()).build();
        let config = || ureq::Agent::config_builder().tls_config(tls.clone()).proxy(self.proxy.clone());
        let agents = Agents::new(config, self.timeouts);
        Client::from_parts(self.session, agents)
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

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("session", &self.session).finish_non_exhaustive()
    }
}
