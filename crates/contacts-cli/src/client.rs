//! The context of a command: settings, output, and a client of the service or of an embedded
//! sandbox.

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
    AccountId, BaseUrl, Contact, CreateContact, Credentials, Error, FindCloudId, Hint,
    ListContacts, ProxyChoice, Site,
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

/// The context that all commands share.
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

    /// Resolves the settings. With `--verbose`, the first call prints the profile.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let settings = Settings::resolve(self.args, &key::process_environment)?;
        let traced = settings.profile.as_ref().filter(|_| self.verbosity().requests);
        if let Some(Sourced { value, from, .. }) = traced {
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

    /// Reads a file, or standard input. `what` names the content in errors.
    ///
    /// # Errors
    /// The file is unreadable, not UTF-8, or longer than `longest` bytes; or standard input has the
    /// token.
    pub(crate) fn read(&self, file: &Path, what: &str, longest: u64) -> Result<String, Failure> {
        let bytes = if file == Path::new(STANDARD) {
            let identity = self.settings()?.identity;
            if identity.is_some_and(|identity| identity.token.value == TokenSource::StandardInput) {
                let both = format!("standard input cannot provide both the token and the {what}");
                return Err(Failure::usage(both));
            }
            io::read_at_most(std::io::stdin().lock(), longest)
        } else {
            File::open(file).and_then(|file| io::read_at_most(file, longest))
        };
        let name = shown_path(file);
        let bytes =
            bytes.map_err(|error| Failure::usage(format!("could not read {name}: {error}")))?;
        String::from_utf8(bytes).map_err(|error| non_utf8(&name, error.as_bytes()))
    }
}

fn non_utf8(name: &str, bytes: &[u8]) -> Failure {
    let before = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16, not UTF-8",
        _ => "the file is not valid UTF-8",
    };
    Failure::usage(format!("{name}:{line}:{column}: {what}")).with_hint(
        "save the file as UTF-8; in a spreadsheet, choose CSV UTF-8 or the character set UTF-8",
    )
}

/// A client that prints its requests with `--verbose`, and stops when the time limit is over.
pub(crate) struct Client {
    client: contacts_ureq::Client,
    /// The same client without the deadline.
    without_deadline: contacts_ureq::Client,
    timeout: Duration,
    verbosity: Verbosity,
    /// Stops when this client is dropped.
    _sandbox: Option<Sandbox>,
}

impl Client {
    /// Reads token and certificates. Looks up the cloud id if only the name of the site is known.
    pub(crate) fn connect(settings: &Settings, verbosity: Verbosity) -> Result<Self, Failure> {
        let (target, Settings { identity, network, .. }) = (settings.target()?, settings);
        let deadline = network.deadline();
        let mut sandbox = None;
        let (site, credentials) = match target {
            Target::Sandbox => demo(sandbox.insert(Sandbox::start()?))?,
            Target::Base(base_url) => {
                (base_url.clone(), token::credentials(identity.as_ref(), network.timeout())?)
            }
            Target::Site(site) => {
                let credentials = token::credentials(identity.as_ref(), network.timeout())?;
                let site = Self::located(site, network, deadline, verbosity)?;
                (site.base_url(&credentials)?, credentials)
            }
        };
        let client = client(network, site, credentials)?;
        let client = match identity {
            Some(identity) if identity.token.value.is_refreshable() => {
                refreshable(&client, identity, network.timeout())
            }
            _ => client,
        };
        let service = Self::new(client, network, deadline, verbosity);
        Ok(Self { _sandbox: sandbox, ..service })
    }

    /// The site with its cloud id. Looks up an unknown cloud id, without credentials.
    pub(crate) fn located(
        site: &Site,
        network: &Network,
        deadline: Option<Instant>,
        verbosity: Verbosity,
    ) -> Result<Site, Failure> {
        Self::located_observed(site, network, deadline, verbosity, &mut ())
    }

    /// Like [`located`](Self::located), with an observer of the look-up.
    pub(crate) fn located_observed(
        site: &Site,
        network: &Network,
        deadline: Option<Instant>,
        verbosity: Verbosity,
        observer: &mut impl Observer,
    ) -> Result<Site, Failure> {
        let Some(lookup) = site.lookup() else { return Ok(site.clone()) };
        let client = Self::new(
            client(network, lookup.clone(), Credentials::none())?,
            network,
            deadline,
            verbosity,
        );
        let look_up = FindCloudId.exchange(client.session().clone());
        let cloud_id = client.run_observed(look_up, observer);
        let cloud_id = cloud_id.map_err(|error| match error.hint() {
            Some(Hint::SiteRenamed(host)) => {
                Failure::from(error).with_hint(renamed(&site.to_string(), &host))
            }
            _ => error.into(),
        })?;
        Ok(site.clone().with_cloud_id(cloud_id))
    }

    fn new(
        without_deadline: contacts_ureq::Client,
        network: &Network,
        deadline: Option<Instant>,
        verbosity: Verbosity,
    ) -> Self {
        let client = with_deadline(&without_deadline, deadline);
        Self { client, without_deadline, timeout: network.timeout(), verbosity, _sandbox: None }
    }

    /// Starts the time limit again. Waiting for a person does not count.
    pub(crate) fn restart(&mut self) {
        let deadline = Instant::now().checked_add(self.timeout);
        self.client = with_deadline(&self.without_deadline, deadline);
    }

    /// Base URL, credentials and retry policy.
    pub(crate) fn session(&self) -> &Session {
        self.client.session()
    }

    /// The base URL for the other kind of token, if there is one, and the result of a request there
    /// with the token of this session.
    pub(crate) fn at_other_base_url(
        &self,
        session: &Session,
        observer: &mut impl Observer,
    ) -> Option<(BaseUrl, Result<(), Error>)> {
        let base_url = session.base_url().ok()?.for_other_credentials()?;
        let session = session.clone().with_endpoint(base_url.clone());
        let first = ListContacts::all().page_size(1).ok()?;
        let result = self.run_observed(Call::new(session, first), observer).map(drop);
        Some((base_url, result))
    }

    /// Sends an operation, with retries.
    pub(crate) fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.exchange(self.session().clone()))
    }

    /// All contacts of the user.
    pub(crate) fn contacts(&self) -> Result<Vec<Contact>, Error> {
        self.run(List::new(self.session().clone(), ListContacts::all()))
    }

    /// All contacts of another user; for administrators. The time limit applies to this call alone.
    pub(crate) fn contacts_of(
        &self,
        account: &AccountId,
        observer: &mut impl Observer,
    ) -> Result<Vec<Contact>, Error> {
        let list = ListContacts::all().account(account.clone());
        self.run_alone(|session| List::new(session, list), observer)
    }

    /// Sends an operation. The time limit applies to this call alone.
    pub(crate) fn send_alone<O: ToExchange>(
        &self,
        operation: &O,
        observer: &mut impl Observer,
    ) -> Result<O::Output, Error> {
        self.run_alone(|session| operation.exchange(session), observer)
    }

    /// Runs an exchange. The time limit applies to this call alone.
    pub(crate) fn run_alone<E: Exchange>(
        &self,
        exchange: impl FnOnce(Session) -> E,
        observer: &mut impl Observer,
    ) -> Result<E::Output, Error> {
        let exchange = exchange(self.without_deadline.session().clone());
        let mut observer = (Trace::new(self.verbosity), observer);
        self.without_deadline.run_observed(exchange, &mut observer)
    }

    /// Runs an exchange.
    pub(crate) fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.client.run_observed(exchange, &mut Trace::new(self.verbosity))
    }

    /// Runs an exchange with an observer.
    pub(crate) fn run_observed<E: Exchange>(
        &self,
        exchange: E,
        observer: &mut impl Observer,
    ) -> Result<E::Output, Error> {
        self.client.run_observed(exchange, &mut (Trace::new(self.verbosity), observer))
    }

    /// Runs an exchange that creates a contact. An interrupt during the request prints a receipt.
    pub(crate) fn run_creating<E: Exchange>(
        &self,
        exchange: E,
        create: &CreateContact,
    ) -> Result<E::Output, Error> {
        let mut trace = Trace::new(self.verbosity).creating(create, self.session());
        self.client.run_observed(exchange, &mut trace)
    }
}

fn with_deadline(
    client: &contacts_ureq::Client,
    deadline: Option<Instant>,
) -> contacts_ureq::Client {
    deadline.map_or_else(|| client.clone(), |deadline| client.with_deadline(deadline))
}

/// Base URL and user of a sandbox.
pub(crate) fn demo(sandbox: &Sandbox) -> Result<(BaseUrl, Credentials), Failure> {
    Ok((BaseUrl::new(&sandbox.base_url())?, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?))
}

/// Uses the token that was read, and runs the token command again only after a 401.
fn refreshable(
    client: &contacts_ureq::Client,
    identity: &Identity,
    within: Duration,
) -> contacts_ureq::Client {
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
    // Plain HTTP needs no roots. An unreadable CA file is an error anyway.
    let roots = if site.is_https() || network.ca_file.is_some() { network.roots()? } else { &[] };
    let proxy = network.proxy_for(&site);
    let builder = contacts_ureq::Client::builder(site)
        .credentials(credentials)
        .retry(network.policy())
        .user_agent(USER_AGENT)?;
    let builder = builder.roots_der(roots);
    Ok(match proxy {
        ProxyChoice::Through { url, from } => {
            builder.proxy(url).map_err(|_| network.not_a_proxy(from))?
        }
        _ => builder,
    }
    .build())
}

/// The `User-Agent` header.
pub(crate) const USER_AGENT: &str = concat!("contacts-cli/", env!("CARGO_PKG_VERSION"));
