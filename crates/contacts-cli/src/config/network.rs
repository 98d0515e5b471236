//! Network settings: time limit, attempts, proxy and trusted certificate authorities.

use std::{
    env,
    ffi::OsString,
    fs::File,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use contacts_ureq::{BaseUrl, Client, Credentials, ProxyChoice, ProxyVariables, RetryPolicy};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::key::{self, Sourced, Variables};
use crate::{error::Failure, io, redact};

/// The network settings.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) timeout: Option<Sourced<Duration>>,
    pub(crate) attempts: Option<Sourced<u32>>,
    pub(crate) ca_file: Option<Sourced<PathBuf>>,
    pub(crate) proxy: Option<Sourced<String>>,
    pub(crate) no_proxy: bool,
    /// Empty with `--no-proxy`.
    pub(crate) proxy_variables: ProxyVariables,
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, which replace the store of the system.
    ssl_cert_file: Option<PathBuf>,
    ssl_cert_dir: Option<OsString>,
    /// Cached, because one command can build several clients.
    roots: OnceLock<Vec<CertificateDer<'static>>>,
}

/// Maximum length of a CA file, in bytes. The roots that browsers trust take a quarter of it.
const MAX_CA_FILE: u64 = 1024 * 1024;

pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

impl Network {
    /// The defaults, with the standard proxy and certificate variables.
    pub(super) fn new(no_proxy: bool, environment: Variables<'_>) -> Self {
        let variable =
            |name: &str| environment(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            timeout: None,
            attempts: None,
            ca_file: None,
            proxy: None,
            no_proxy,
            proxy_variables: if no_proxy {
                ProxyVariables::default()
            } else {
                ProxyVariables::read(variable)
            },
            ssl_cert_file: key::path(environment, "SSL_CERT_FILE"),
            ssl_cert_dir: key::path(environment, "SSL_CERT_DIR").map(PathBuf::into_os_string),
            roots: OnceLock::new(),
        }
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.as_ref().map_or(DEFAULT_TIMEOUT, |timeout| timeout.value)
    }

    /// The retry policy.
    pub(crate) fn policy(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        policy.deadline = self.timeout();
        if let Some(attempts) = &self.attempts {
            policy.max_attempts = attempts.value;
        }
        policy
    }

    /// The deadline of a command that starts now.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.timeout())
    }

    /// The proxy for requests to a base URL.
    pub(crate) fn proxy_for(&self, base_url: &BaseUrl) -> ProxyChoice<'_> {
        match &self.proxy {
            Some(Sourced { value, from, .. }) => ProxyChoice::Through { url: value, from },
            None => self.proxy_variables.proxy_for(base_url),
        }
    }

    /// The error for an invalid proxy URL. It does not repeat the URL, which may contain a
    /// password.
    pub(crate) fn not_a_proxy(&self, from: &str) -> Failure {
        // Names the profile that the user must change.
        let from = self.proxy.as_ref().map_or(from, |proxy| &proxy.full_from);
        Failure::usage(format!("{from} is not a URL such as `http://host:port`"))
            .with_hint("set an HTTP proxy with --proxy, or use --no-proxy")
    }

    /// Rejects an invalid proxy URL. The error does not repeat it.
    pub(crate) fn check_proxy(url: &str) -> Result<(), Failure> {
        let unused = BaseUrl::new("https://localhost")?;
        Ok(Client::builder(unused).credentials(Credentials::none()).proxy(url).map(drop)?)
    }

    /// The trusted authorities: those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, otherwise those of the
    /// system, otherwise those of Mozilla. The CA file adds to them.
    pub(crate) fn roots(&self) -> Result<&[CertificateDer<'static>], Failure> {
        if let Some(roots) = self.roots.get() {
            return Ok(roots);
        }
        let roots = self.read_roots()?;
        Ok(self.roots.get_or_init(|| roots))
    }

    fn read_roots(&self) -> Result<Vec<CertificateDer<'static>>, Failure> {
        let mut roots = Vec::new();
        if let Some(path) = &self.ssl_cert_file {
            roots.extend(certificates("SSL_CERT_FILE: the CA file", path)?);
        }
        for folder in self.ssl_cert_dir.iter().flat_map(env::split_paths) {
            roots.extend(rustls_native_certs::load_certs_from_paths(None, Some(&folder)).certs);
        }
        if self.ssl_cert_file.is_none() && self.ssl_cert_dir.is_none() {
            // Ignores unreadable certificates in the store: the user did not choose them.
            roots = rustls_native_certs::load_native_certs().certs;
        } else if roots.is_empty() {
            return Err(Failure::usage("SSL_CERT_DIR: no folder in it contains a PEM certificate"));
        }
        if roots.is_empty() {
            roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
        }
        if let Some(Sourced { value, full_from, .. }) = &self.ca_file {
            roots.extend(certificates(&format!("{full_from}: the CA file"), value)?);
        }
        Ok(roots)
    }
}

/// The certificates in a file: several in PEM, or one in DER.
fn certificates(what: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    /// The first byte of a certificate in DER: the tag of a sequence.
    const SEQUENCE: u8 = 0x30;

    let invalid = |why: &str| {
        let path = redact::path(path).map(|path| format!(" {path}")).unwrap_or_default();
        Failure::usage(format!("{what}{path} {why}"))
    };
    let read = File::open(path).and_then(|file| io::read_at_most(file, MAX_CA_FILE));
    let bytes = read.map_err(|error| invalid(&format!("is not readable: {error}")))?;
    let is_pem = bytes.windows(BEGIN.len()).any(|here| here == BEGIN);
    let mut certificates = if !is_pem && bytes.first() == Some(&SEQUENCE) {
        vec![CertificateDer::from(bytes)]
    } else {
        CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|_| invalid("contains invalid PEM"))?
    };
    certificates.retain(|certificate| webpki::anchor_from_trusted_cert(certificate).is_ok());
    if certificates.is_empty() {
        return Err(invalid("contains no certificate in PEM or DER"));
    }
    Ok(certificates)
}
