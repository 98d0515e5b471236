//! What every command has: the settings, the output, and the client of the service or of an embedded sandbox.

pub(crate) mod token;
pub(crate) mod trace;

use std::{
    fs::File,
    path::Path,
    sync::Once,
    time::{Duration, Instant},
};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use contacts_ureq::{
    AccountId, BaseUrl, Contact, CreateContact, Credentials, Error, FindCloudId, Hint, ListContacts,
    ProxyChoice, Site,
    exchange::{Call, Exchange, List, Observer, Session, ToExchange},
};

use self::trace::{Trace, Verbosity};
use crate::{
    config::{
        Settings, Target,
        flags::GlobalArgs,
        identity::{Identity, TokenSource},
        key::{self, Sourced},
        network::Network,
        profile,
    },
    error::{Failure, renamed},
    io::{self, STANDARD, shown_path},
    output::Output,
};

/// What the commands share.
pub(crate) struct Context<'a> {
    pub(crate) args: &'a GlobalArgs,
    pub(crate) output: Output,
    profile_traced: Once,
}

impl<'a> Context<'a> {
    pub(crate) fn new(args: &'a GlobalArgs) -> Self {
        let output = Output::new(args.output, args.color);
        Self { args, output, profile_traced: Once::new() }
    }

    /// The settings, once the profile that they are from is traced.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let settings = Settings::resolve(self.args, &key::process_environment)?;
        if let Some(Sourced { value, from, .. }) = &settings.profile
            && self.verbosity().requests
        {
            self.profile_traced.call_once(|| io::trace(format_args!("profile {value} ({from})")));
        }
        Ok(settings)
    }

    pub(crate) fn connect(&self) -> Result<Client, Failure> {
        Client::connect(&self.settings()?, self.verbosity())
    }

    pub(crate) fn verbosity(&self) -> Verbosity {
        Verbosity::new(self.args)
    }

    /// The profile that the flag or the variable names, or `default`.
    pub(crate) fn profile_name(&self) -> Result<String, Failure> {
        let named = profile::named(self.args.profile.as_deref(), &key::process_environment)?;
        Ok(named.map_or_else(|| profile::DEFAULT.to_owned(), |(name, _)| name))
    }

    /// The text of a file, or of standard input unless the token comes from there.
    pub(crate) fn read(&self, file: &Path, what: &str, longest: u64) -> Result<String, Failure> {
        let bytes = if file == Path::new(STANDARD) {
            let identity = self.settings()?.identity;
            if identity.is_some_and(|identity| identity.token.value == TokenSource::StandardInput) {
                let both = format!("standard input has either the token or the {what}, not both");
                return Err(Failure::usage(both));
            }
            io::read_at_most(std::io::stdin().lock(), longest)
        } else {
            File::open(file).and_then(|file| io::read_at_most(file, longest))
        };
        let name = shown_path(file);
        let bytes = bytes.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
        String::from_utf8(bytes).map_err(|error| non_utf8(&name, error.as_bytes()))
    }
}

fn non_utf8(name: &str, bytes: &[u8]) -> Failure {
    let before = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "this is text in UTF-16",
        _ => "this is not text in UTF-8",
    };
    Failure::usage(format!("{name}:{line}:{column}: {what}"))
        .with_hint("save the file as UTF-8; spreadsheets call it CSV UTF-8, or ask for the character set")
}

/// A client that tells what it does. All of it ends within the time of the settings.
pub(crate) struct Client {
    client: contacts_ureq::Client,
    /// The same client, with all the time there is.
    timeless: contacts_ureq::Client,
    timeout: Duration,
    verbosity: Verbosity,
    /// Ends with the service.
    _sandbox: Option<Sandbox>,
}

impl Client {
    /// Reads token and certificates, and asks for the cloud id where only a site's name is known.
    pub(crate) fn connect(settings: &Settings, verbosity: Verbosity) -> Result<Self, Failure> {
        let (target, Settings { identity, network, .. }) = (settings.target()?, settings);
        let ends = network.ends();
        let mut sandbox = None;
        let (site, credentials) = match target {
            Target::Sandbox => demo(sandbox.insert(Sandbox::start()?))?,
            Target::Base(base_url) => {
                (base_url.clone(), token::credentials(identity.as_ref(), network.timeout())?)
            }
            Target::Site(site) => {
                let credentials = token::credentials(identity.as_ref(), network.timeout())?;
                let site = Self::located(site, network, ends, verbosity)?;
                (site.base_url(&credentials)?, credentials)
            }
        };
        let client = client(network, site, credentials)?;
        let client = match identity {
            Some(identity) if identity.token.value.is_refreshable() => {
                renewable(&client, identity, network.timeout())
            }
            _ => client,
        };
        let service = Self::new(client, network, ends, verbosity);
        Ok(Self { _sandbox: sandbox, ..service })
    }

    /// The site with its cloud id, which is looked up, without credentials, where it is not known.
    pub(crate) fn located(
        site: &Site,
        network: &Network,
        ends: Option<Instant>,
        verbosity: Verbosity,
    ) -> Result<Site, Failure> {
        let Some(lookup) = site.lookup() else { return Ok(site.clone()) };
        let client = client(network, lookup.clone(), Credentials::none())?;
        let cloud_id = Self::new(client, network, ends, verbosity).send(&FindCloudId);
        let cloud_id = cloud_id.map_err(|error| match error.hint() {
            Some(Hint::SiteRenamed(host)) => {
                Failure::from(error).with_hint(renamed(&site.to_string(), &host))
            }
            _ => error.into(),
        })?;
        Ok(site.clone().with_cloud_id(cloud_id))
    }

    fn new(
        timeless: contacts_ureq::Client,
        network: &Network,
        ends: Option<Instant>,
        verbosity: Verbosity,
    ) -> Self {
        let client = until(&timeless, ends);
        Self { client, timeless, timeout: network.timeout(), verbosity, _sandbox: None }
    }

    /// From now on there is as much time as at the beginning: what has passed was a person's.
    pub(crate) fn restart(&mut self) {
        self.client = until(&self.timeless, Instant::now().checked_add(self.timeout));
    }

    /// Where requests go, as whom, and by which policy.
    pub(crate) fn session(&self) -> &Session {
        self.client.session()
    }

    /// The base URL for the other kind of credentials, if there is one, and how a request with these ends there.
    pub(crate) fn at_other_base_url(&self) -> Option<(BaseUrl, Result<(), Error>)> {
        let base_url = self.session().base_url().ok()?.for_other_credentials()?;
        let session = self.session().clone().with_endpoint(base_url.clone());
        let first = ListContacts::all().page_size(1).ok()?;
        let ended = self.run(Call::new(session, first)).map(drop);
        Some((base_url, ended))
    }

    /// Carries out an operation with the policy.
    pub(crate) fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.exchange(self.session().clone()))
    }

    /// All contacts of the user.
    pub(crate) fn contacts(&self) -> Result<Vec<Contact>, Error> {
        self.run(List::new(self.session().clone(), ListContacts::all()))
    }

    /// All contacts of another user, as an administrator; for that one user there is as much time as at the beginning.
    pub(crate) fn contacts_of(&self, account: &AccountId) -> Result<Vec<Contact>, Error> {
        let list = ListContacts::all().account(account.clone());
        let exchange = List::new(self.timeless.session().clone(), list);
        self.timeless.run_observed(exchange, &mut Trace::new(self.verbosity))
    }

    /// Carries out an exchange.
    pub(crate) fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.client.run_observed(exchange, &mut Trace::new(self.verbosity))
    }

    /// Carries out an exchange while an observer watches.
    pub(crate) fn run_observed<E: Exchange>(
        &self,
        exchange: E,
        observer: &mut impl Observer,
    ) -> Result<E::Output, Error> {
        self.client.run_observed(exchange, &mut (Trace::new(self.verbosity), observer))
    }

    /// Carries out an exchange that creates a contact: an interrupt in the middle of it leaves a receipt.
    pub(crate) fn run_creating<E: Exchange>(
        &self,
        exchange: E,
        create: &CreateContact,
    ) -> Result<E::Output, Error> {
        let mut trace = Trace::new(self.verbosity).creating(create, self.session());
        self.client.run_observed(exchange, &mut trace)
    }
}

/// A client of which all must have ended by this moment, if there is one.
fn until(client: &contacts_ureq::Client, ends: Option<Instant>) -> contacts_ureq::Client {
    ends.map_or_else(|| client.clone(), |ends| client.with_deadline(ends))
}

/// The site and the user of a sandbox.
pub(crate) fn demo(sandbox: &Sandbox) -> Result<(BaseUrl, Credentials), Failure> {
    Ok((BaseUrl::new(&sandbox.base_url())?, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?))
}

/// The token was read once: it is given as it is, and the command asked again only when it is refused.
fn renewable(client: &contacts_ureq::Client, identity: &Identity, within: Duration) -> contacts_ureq::Client {
    let known = std::sync::Mutex::new(Some(client.session().credentials().clone()));
    let identity = identity.clone();
    client.with_credentials_provider(move || {
        let known = known.lock().ok().and_then(|mut known| known.take());
        match known {
            Some(credentials) => Ok(credentials),
            None => token::credentials(Some(&identity), within).map_err(Into::into),
        }
    })
}

fn client(
    network: &Network,
    site: BaseUrl,
    credentials: Credentials,
) -> Result<contacts_ureq::Client, Failure> {
    // What is not encrypted needs no roots, but a CA file that cannot be read is a mistake anyway.
    let roots = if site.is_https() || network.ca_file.is_some() { network.roots()? } else { &[] };
    let proxy = network.proxy_for(&site);
    let builder = contacts_ureq::Client::builder(site)
        .credentials(credentials)
        .retry(network.policy())
        .user_agent(USER_AGENT)?;
    let builder = builder.roots_der(roots);
    Ok(match proxy {
        ProxyChoice::Through { url, from } => builder.proxy(url).map_err(|_| network.not_a_proxy(from))?,
        _ => builder,
    }
    .build())
}

/// How the command introduces itself to the service.
pub(crate) const USER_AGENT: &str = concat!("contacts-cli/", env!("CARGO_PKG_VERSION"));
