//! The client of the service that the settings name, or of an embedded sandbox.

use std::time::{Duration, Instant};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use contacts_ureq::{
    AccountId, AllContacts, BaseUrl, Builder, Call, Carry, Client, Contact, CreateContact, Credentials,
    Error, Exchange, FindCloudId, Hint, ListContacts, Observer, ProxyChoice, Session, Site,
};

use crate::{
    failure::Failure,
    hint,
    settings::{Person, Place, Settings, Transport},
    tell::{Trace, Verbosity},
};

/// A client that tells what it does. All of it ends within the time of the settings.
pub(crate) struct Service {
    client: Client,
    /// The same client, with all the time there is.
    timeless: Client,
    timeout: Duration,
    verbosity: Verbosity,
    /// Ends with the service.
    _sandbox: Option<Sandbox>,
}

impl Service {
    /// Reads token and certificates, and asks for the cloud id where only a site's name is known.
    pub(crate) fn connect(settings: &Settings, verbosity: Verbosity) -> Result<Self, Failure> {
        let (place, Settings { person, transport, .. }) = (settings.place()?, settings);
        let ends = transport.ends();
        let mut sandbox = None;
        let (site, credentials) = match place {
            Place::Sandbox => demo(sandbox.insert(Sandbox::start()?))?,
            Place::Base(base_url) => {
                (base_url.clone(), Person::credentials_of(person.as_ref(), transport.timeout)?)
            }
            Place::Site(site) => {
                let credentials = Person::credentials_of(person.as_ref(), transport.timeout)?;
                let site = Self::located(site, transport, ends, verbosity)?;
                (site.base_url(&credentials)?, credentials)
            }
        };
        let client = transport.client(site, credentials)?;
        let client = match person {
            Some(person) if person.token.is_renewable() => renewable(&client, person, transport.timeout),
            _ => client,
        };
        let service = Self::new(client, transport, ends, verbosity);
        Ok(Self { _sandbox: sandbox, ..service })
    }

    /// The site with its cloud id, which is looked up, without credentials, where it is not known.
    pub(crate) fn located(
        site: &Site,
        transport: &Transport,
        ends: Option<Instant>,
        verbosity: Verbosity,
    ) -> Result<Site, Failure> {
        let Some(lookup) = site.lookup() else { return Ok(site.clone()) };
        let client = transport.client(lookup.clone(), Credentials::none())?;
        let found = Self::new(client, transport, ends, verbosity).send(&FindCloudId);
        let cloud_id = found.map_err(|error| match error.hint() {
            Some(Hint::SiteRenamed(host)) => {
                Failure::from(error).with_hint(hint::renamed(&site.to_string(), &host))
            }
            _ => error.into(),
        })?;
        Ok(site.clone().with_cloud_id(cloud_id))
    }

    fn new(timeless: Client, transport: &Transport, ends: Option<Instant>, verbosity: Verbosity) -> Self {
        let client = until(&timeless, ends);
        Self { client, timeless, timeout: transport.timeout, verbosity, _sandbox: None }
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
        let base_url = self.session().site().for_other_credentials()?;
        let session = self.session().clone().with_base_url(base_url.clone());
        let first = ListContacts::all().size(1).ok()?;
        let ended = self.run(Call::new(session, first)).map(drop);
        Some((base_url, ended))
    }

    /// Carries out an operation with the policy.
    pub(crate) fn send<O: Carry>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.in_session(self.session().clone()))
    }

    /// All contacts of the user.
    pub(crate) fn contacts(&self) -> Result<Vec<Contact>, Error> {
        self.run(AllContacts::new(self.session().clone(), ListContacts::all()))
    }

    /// All contacts of another user, as an administrator; for that one user there is as much time as at the beginning.
    pub(crate) fn contacts_of(&self, account: &AccountId) -> Result<Vec<Contact>, Error> {
        let list = ListContacts::all().of_account(account.clone());
        let exchange = AllContacts::new(self.timeless.session().clone(), list);
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

    /// Carries out an exchange that creates a contact: an interrupt in the middle of it leaves a ticket.
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
fn until(client: &Client, ends: Option<Instant>) -> Client {
    ends.map_or_else(|| client.clone(), |ends| client.until(ends))
}

/// The site and the user of a sandbox.
pub(crate) fn demo(sandbox: &Sandbox) -> Result<(BaseUrl, Credentials), Failure> {
    Ok((BaseUrl::new(&sandbox.base_url())?, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?))
}

/// The token was read once: it is given as it is, and the command asked again only when it is refused.
fn renewable(client: &Client, person: &Person, within: Duration) -> Client {
    let known = std::sync::Mutex::new(Some(client.session().credentials().clone()));
    let person = person.clone();
    client.with_source(move || {
        let known = known.lock().ok().and_then(|mut known| known.take());
        match known {
            Some(credentials) => Ok(credentials),
            None => person.credentials(within).map_err(Into::into),
        }
    })
}

impl Transport {
    fn client(&self, site: BaseUrl, credentials: Credentials) -> Result<Client, Failure> {
        Ok(self.builder(site, credentials)?.build())
    }

    fn builder(&self, site: BaseUrl, credentials: Credentials) -> Result<Builder, Failure> {
        // What is not encrypted needs no roots, but a CA file that cannot be read is a mistake anyway.
        let roots = if site.is_https() || self.ca_file.is_some() { self.roots()? } else { &[] };
        let proxy = self.proxy_for(&site);
        let builder = Client::builder(site, credentials).policy(self.policy()).user_agent(USER_AGENT)?;
        let builder = builder.roots_der(roots);
        match proxy {
            ProxyChoice::Through { url, from } => builder.proxy(url).map_err(|_| self.not_a_proxy(from)),
            _ => Ok(builder),
        }
    }

    /// The value may have a password.
    pub(crate) fn not_a_proxy(&self, from: &str) -> Failure {
        // Of several profiles, the one is named that is to be changed.
        let from = if self.proxy.is_some() { &self.proxy_label } else { from };
        Failure::usage(format!("{from} is not a URL such as `http://host:port`"))
            .with_hint("name an HTTP proxy by --proxy, or use none: --no-proxy")
    }
}

/// How the command introduces itself to the service.
pub(crate) const USER_AGENT: &str = concat!("contacts-cli/", env!("CARGO_PKG_VERSION"));
