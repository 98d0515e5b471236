//! How requests go out.

use std::{
    fs::File,
    path::PathBuf,
    time::{Duration, Instant},
};

use contacts_ureq::{BaseUrl, Client, Credentials, Policy};

use super::Sources;
use crate::{
    args::HowArgs,
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
    pub(crate) proxy: Option<String>,
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
        let HowArgs { timeout, attempts, ca_file, proxy, .. } = how.clone();
        let profile = sources.profile.clone();
        let parse = |text: &str| crate::args::duration(text).map_err(str::to_owned);
        let profiles = ("timeout of the profile", profile.timeout);
        let timeout = sources.ranked(("--timeout", timeout), "CONTACTS_TIMEOUT", parse, profiles)?;
        let parse = |text: &str| {
            let attempts = text.parse().ok().filter(|attempts| (1..=100).contains(attempts));
            attempts.ok_or_else(|| "not a number from 1 to 100".to_owned())
        };
        let profiles = ("attempts of the profile", profile.attempts);
        let attempts = sources.ranked(("--attempts", attempts), "CONTACTS_ATTEMPTS", parse, profiles)?;
        let profiles = ("ca_file of the profile", profile.ca_file);
        let ca_file =
            sources.ranked(("--ca-file", ca_file), "CONTACTS_CA_FILE", |text| Ok(text.into()), profiles)?;
        let profiles = ("proxy of the profile", profile.proxy);
        let proxy = sources.ranked(("--proxy", proxy), "CONTACTS_PROXY", |text| Ok(text.into()), profiles)?;
        if let Some((from, proxy)) = &proxy {
            sources.checked(from, &without_person(proxy))?;
        }
        (origins.timeout, origins.attempts) = (timeout.map(|it| it.0), attempts.map(|it| it.0));
        (origins.ca_file, origins.proxy) = (ca_file.as_ref().map(|it| it.0), proxy.as_ref().map(|it| it.0));
        Ok(Self {
            timeout: timeout.map_or(DEFAULT_TIMEOUT, |it| it.1),
            attempts: attempts.map(|it| it.1),
            ca_file: ca_file.map(|it| it.1),
            proxy: proxy.map(|it| it.1.trim().to_owned()),
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

    /// Refuses what is no URL of a proxy, without repeating it.
    pub(crate) fn check_proxy(url: &str) -> Result<(), Failure> {
        let nowhere = BaseUrl::new("https://localhost")?;
        Ok(Client::builder(nowhere, Credentials::none()).proxy(url).map(drop)?)
    }

    /// The authorities to trust besides the usual ones, in PEM.
    pub(crate) fn authorities(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(path) = &self.ca_file else { return Ok(None) };
        let read = File::open(path).and_then(|file| text_file::bytes(file, LONGEST_CA_FILE));
        read.map(Some).map_err(|error| {
            let path = secret::path(path).map(|path| format!(" {path}")).unwrap_or_default();
            Failure::usage(format!("the CA file{path} cannot be read: {error}"))
        })
    }
}
