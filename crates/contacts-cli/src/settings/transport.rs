//! How requests go out.

use std::{
    env,
    ffi::OsString,
    fs::File,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use contacts_ureq::{BaseUrl, Client, Credentials, Policy, ProxyChoice, ProxyVariables};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::Sources;
use crate::{
    args::HowArgs,
    environment,
    failure::Failure,
    origins::{Origins, without_person},
    secret, text_file,
};

/// How requests go out.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) timeout: Duration,
    pub(crate) attempts: Option<u32>,
    pub(crate) ca_file: Option<PathBuf>,
    /// The setting that names the CA file.
    ca_file_from: String,
    pub(crate) proxy: Option<String>,
    /// What names the proxy.
    proxy_from: &'static str,
    /// The same, with the profile's name and file.
    pub(crate) proxy_label: String,
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

impl Transport {
    /// What is set, or holds by default.
    ///
    /// # Errors
    /// A token stands where the proxy belongs.
    pub(super) fn new(how: &HowArgs, sources: &Sources<'_>, origins: &mut Origins) -> Result<Self, Failure> {
        let HowArgs { timeout, attempts, ca_file, proxy, no_proxy, .. } = how.clone();
        let profile = sources.profile.clone();
        let parse = |text: &str| crate::args::duration(text).map_err(str::to_owned);
        let profiles = ("timeout of the profile", profile.timeout);
        let timeout = sources.ranked(("--timeout", timeout), "CONTACTS_TIMEOUT", parse, profiles)?;
        let parse = |text: &str| crate::args::attempts(text).map_err(str::to_owned);
        let profiles = ("attempts of the profile", profile.attempts);
        let attempts = sources.ranked(("--attempts", attempts), "CONTACTS_ATTEMPTS", parse, profiles)?;
        let profiles = ("ca_file of the profile", profile.ca_file);
        let ca_file =
            sources.ranked(("--ca-file", ca_file), "CONTACTS_CA_FILE", |text| Ok(text.into()), profiles)?;
        const OF_THE_PROFILE: &str = "proxy of the profile";
        let profiles = (OF_THE_PROFILE, profile.proxy);
        let proxy = sources.ranked(("--proxy", proxy), "CONTACTS_PROXY", |text| Ok(text.into()), profiles)?;
        let environment = sources.environment;
        let variable = |name: &str| environment(name).map(|value| value.to_string_lossy().into_owned());
        let proxy_variables =
            if no_proxy { ProxyVariables::default() } else { ProxyVariables::read(variable) };
        // The environment beats the profile `default`, whichever of its variables names a proxy.
        let is_beaten =
            |from: &str| from == OF_THE_PROFILE && !sources.named && proxy_variables.proxy().is_some();
        let proxy = proxy.filter(|(from, _)| !no_proxy && !is_beaten(from));
        let named = proxy.as_ref().map(|(from, proxy)| (*from, proxy.as_str()));
        for (from, proxy) in named.into_iter().chain(proxy_variables.proxy()) {
            sources.checked(from, &without_person(proxy))?;
        }
        (origins.timeout, origins.attempts) = (timeout.map(|it| it.0), attempts.map(|it| it.0));
        (origins.ca_file, origins.proxy) = (ca_file.as_ref().map(|it| it.0), proxy.as_ref().map(|it| it.0));
        if no_proxy {
            origins.proxy = Some("--no-proxy");
        }
        Ok(Self {
            timeout: timeout.map_or(DEFAULT_TIMEOUT, |it| it.1),
            attempts: attempts.map(|it| it.1),
            ca_file_from: ca_file.as_ref().map(|it| sources.label(it.0)).unwrap_or_default(),
            ca_file: ca_file.map(|it| text_file::trimmed(it.1)),
            proxy_from: proxy.as_ref().map_or("--proxy", |it| it.0),
            proxy_label: proxy.as_ref().map(|it| sources.label(it.0)).unwrap_or_default(),
            proxy: proxy.map(|it| it.1.trim().to_owned()),
            proxy_variables,
            ssl_cert_file: environment::path(environment, "SSL_CERT_FILE"),
            ssl_cert_dir: environment::path(environment, "SSL_CERT_DIR").map(PathBuf::into_os_string),
            roots: OnceLock::new(),
        })
    }

    /// The numbers of retries and waiting.
    pub(crate) fn policy(&self) -> Policy {
        let mut policy = Policy::default();
        policy.deadline = self.timeout;
        if let Some(attempts) = self.attempts {
            policy.attempts = attempts;
        }
        policy
    }

    /// When all must have ended that begins now.
    pub(crate) fn ends(&self) -> Option<Instant> {
        Instant::now().checked_add(self.timeout)
    }

    /// How requests to a base URL go.
    pub(crate) fn proxy_for(&self, base_url: &BaseUrl) -> ProxyChoice<'_> {
        match &self.proxy {
            Some(url) => ProxyChoice::Through { url, from: self.proxy_from },
            None => self.proxy_variables.proxy_for(base_url),
        }
    }

    /// Refuses what is no URL of a proxy, without repeating it.
    pub(crate) fn check_proxy(url: &str) -> Result<(), Failure> {
        let nowhere = BaseUrl::new("https://localhost")?;
        Ok(Client::builder(nowhere, Credentials::none()).proxy(url).map(drop)?)
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
        if let Some(path) = &self.ca_file {
            roots.extend(certificates(&format!("{}: the CA file", self.ca_file_from), path)?);
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
        let path = secret::path(path).map(|path| format!(" {path}")).unwrap_or_default();
        Failure::usage(format!("{what}{path} {why}"))
    };
    let read = File::open(path).and_then(|file| text_file::bytes(file, LONGEST_CA_FILE));
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
