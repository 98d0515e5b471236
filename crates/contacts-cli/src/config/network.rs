//! How requests go out: time, attempts, proxy, and the authorities to trust.

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

use super::key::{self, Environment, Sourced};
use crate::{error::Failure, io, redact};

/// How requests go out.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) timeout: Option<Sourced<Duration>>,
    pub(crate) attempts: Option<Sourced<u32>>,
    pub(crate) ca_file: Option<Sourced<PathBuf>>,
    pub(crate) proxy: Option<Sourced<String>>,
    pub(crate) no_proxy: bool,
    /// Nothing with `--no-proxy`.
    pub(crate) proxy_variables: ProxyVariables,
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, which replace the system's store.
    ssl_cert_file: Option<PathBuf>,
    ssl_cert_dir: Option<OsString>,
    /// Read once, though several clients are made of it.
    roots: OnceLock<Vec<CertificateDer<'static>>>,
}

/// The longest file of authorities that is read, in bytes. All that browsers trust is a quarter of it.
const LONGEST_CA_FILE: u64 = 1024 * 1024;

pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

impl Network {
    /// The defaults, with what the variables of other tools say.
    pub(super) fn new(no_proxy: bool, environment: Environment<'_>) -> Self {
        let variable = |name: &str| environment(name).map(|value| value.to_string_lossy().into_owned());
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

    /// The numbers of retries and waiting.
    pub(crate) fn policy(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        policy.deadline = self.timeout();
        if let Some(attempts) = &self.attempts {
            policy.max_attempts = attempts.value;
        }
        policy
    }

    /// When all must have ended that begins now.
    pub(crate) fn ends(&self) -> Option<Instant> {
        Instant::now().checked_add(self.timeout())
    }

    /// How requests to a base URL go.
    pub(crate) fn proxy_for(&self, base_url: &BaseUrl) -> ProxyChoice<'_> {
        match &self.proxy {
            Some(Sourced { value, from, .. }) => ProxyChoice::Through { url: value, from },
            None => self.proxy_variables.proxy_for(base_url),
        }
    }

    /// The error for a proxy that is not one. Its value may have a password.
    pub(crate) fn not_a_proxy(&self, from: &str) -> Failure {
        // Of several profiles, the one is named that is to be changed.
        let from = self.proxy.as_ref().map_or(from, |proxy| &proxy.full_from);
        Failure::usage(format!("{from} is not a URL such as `http://host:port`"))
            .with_hint("name an HTTP proxy by --proxy, or use none: --no-proxy")
    }

    /// Refuses what is no URL of a proxy, without repeating it.
    pub(crate) fn check_proxy(url: &str) -> Result<(), Failure> {
        let nowhere = BaseUrl::new("https://localhost")?;
        Ok(Client::builder(nowhere).credentials(Credentials::none()).proxy(url).map(drop)?)
    }

    /// The authorities to trust: those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, or those of the system, or Mozilla's where it has
    /// none; and those of the CA file.
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
            // A certificate of the store that cannot be read is nobody's mistake here.
            roots = rustls_native_certs::load_native_certs().certs;
        } else if roots.is_empty() {
            return Err(Failure::usage("SSL_CERT_DIR names no folder with a certificate in PEM"));
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

/// The certificates of a file, in PEM, or a single one in DER.
fn certificates(what: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    /// Of a sequence, which a certificate in DER is.
    const SEQUENCE: u8 = 0x30;

    let refuse = |why: &str| {
        let path = redact::path(path).map(|path| format!(" {path}")).unwrap_or_default();
        Failure::usage(format!("{what}{path} {why}"))
    };
    let read = File::open(path).and_then(|file| io::read_at_most(file, LONGEST_CA_FILE));
    let bytes = read.map_err(|error| refuse(&format!("cannot be read: {error}")))?;
    let is_pem = bytes.windows(BEGIN.len()).any(|here| here == BEGIN);
    let mut certificates = if !is_pem && bytes.first() == Some(&SEQUENCE) {
        vec![CertificateDer::from(bytes)]
    } else {
        CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|_| refuse("has a part that cannot be read as PEM"))?
    };
    certificates.retain(|certificate| webpki::anchor_from_trusted_cert(certificate).is_ok());
    if certificates.is_empty() {
        return Err(refuse("has no certificate, in PEM or in DER"));
    }
    Ok(certificates)
}
