//! The client of the service that the settings name, or of an embedded sandbox.

use std::{fs, time::Instant};

use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Sandbox};
use contacts_ureq::{
    Builder, Call, Client, CloudId, CreateContact, Credentials, Error, Exchange, FindCloudId, Operation,
    Policy, Session, Site,
};

use crate::{
    failure::Failure,
    settings::{Person, Place, Settings, Transport},
    tell::{Told, Verbosity},
};

/// A client that tells what it does. All of it ends within the time of the settings.
pub(crate) struct Service {
    client: Client,
    verbosity: Verbosity,
    /// Ends with the service.
    _sandbox: Option<Sandbox>,
}

impl Service {
    /// Reads token and certificates, and asks for the cloud id where only a site's name is known.
    pub(crate) fn connect(settings: &Settings, verbosity: Verbosity) -> Result<Self, Failure> {
        let Settings { place, person, transport, .. } = settings;
        let ends = transport.ends();
        let (site, credentials) = match place {
            Place::Sandbox => {
                let sandbox = Sandbox::start()?;
                let (site, credentials) = demo(&sandbox)?;
                let client = transport.client(site, credentials, ends)?;
                return Ok(Self { client, verbosity, _sandbox: Some(sandbox) });
            }
            Place::Base(site) => (site.clone(), Person::credentials_of(person.as_ref())?),
            Place::Tenant(tenant) => {
                let credentials = Person::credentials_of(person.as_ref())?;
                let cloud_id = find_cloud_id(tenant, transport, ends, verbosity)?;
                (Site::from_cloud_id(&cloud_id), credentials)
            }
        };
        let client = transport.client(site, credentials, ends)?;
        let client = match person {
            Some(person) if person.token.is_renewable() => renewable(&client, person),
            _ => client,
        };
        Ok(Self { client, verbosity, _sandbox: None })
    }

    /// Where requests go, as whom, and by which policy.
    pub(crate) fn session(&self) -> &Session {
        self.client.session()
    }

    /// Carries out an operation with the policy.
    pub(crate) fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(Call::new(self.session().clone(), operation))
    }

    /// Carries out an exchange.
    pub(crate) fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.client.run(Told::new(exchange, self.verbosity))
    }

    /// Carries out an exchange that creates a contact: an interrupt in the middle of it leaves a ticket.
    pub(crate) fn run_creating<E: Exchange>(
        &self,
        exchange: E,
        create: &CreateContact,
    ) -> Result<E::Output, Error> {
        self.client.run(Told::new(exchange, self.verbosity).creating(create))
    }
}

/// Asks a site for its cloud id, which everybody may.
pub(crate) fn find_cloud_id(
    tenant: &Site,
    transport: &Transport,
    ends: Option<Instant>,
    verbosity: Verbosity,
) -> Result<CloudId, Failure> {
    let client = transport.client(tenant.clone(), Credentials::none(), ends)?;
    Ok(Service { client, verbosity, _sandbox: None }.send(&FindCloudId)?)
}

/// The site and the user of a sandbox.
pub(crate) fn demo(sandbox: &Sandbox) -> Result<(Site, Credentials), Failure> {
    Ok((Site::new(&sandbox.base_url())?, Credentials::basic(DEMO_EMAIL, DEMO_TOKEN)?))
}

/// The token was read once: it is given as it is, and the command asked again only when it is refused.
fn renewable(client: &Client, person: &Person) -> Client {
    let known = std::sync::Mutex::new(Some(client.session().credentials().clone()));
    let person = person.clone();
    client.with_source(move || {
        let known = known.lock().ok().and_then(|mut known| known.take());
        match known {
            Some(credentials) => Ok(credentials),
            None => person.credentials().map_err(|failure| failure.to_string().into()),
        }
    })
}

impl Person {
    fn credentials_of(person: Option<&Self>) -> Result<Credentials, Failure> {
        let missing =
            "there is no token: give --token-file or --token-command, or set ATLASSIAN_OPS_API_TOKEN";
        let hint = "an API token is created in the security settings of one's Atlassian account";
        person.ok_or_else(|| Failure::usage(missing).with_hint(hint))?.credentials()
    }

    fn credentials(&self) -> Result<Credentials, Failure> {
        let token = self.token.read()?;
        Ok(match &self.email {
            Some(email) => Credentials::basic(email, token)?,
            None => Credentials::bearer(token)?,
        })
    }
}

impl Transport {
    /// When all must have ended that begins now.
    pub(crate) fn ends(&self) -> Option<Instant> {
        Instant::now().checked_add(self.timeout)
    }

    fn client(&self, site: Site, credentials: Credentials, ends: Option<Instant>) -> Result<Client, Failure> {
        let client = self.builder(site, credentials)?.build();
        Ok(match ends {
            Some(ends) => client.until(ends),
            None => client,
        })
    }

    fn builder(&self, site: Site, credentials: Credentials) -> Result<Builder, Failure> {
        let mut policy = Policy::default();
        policy.deadline = self.timeout;
        if let Some(attempts) = self.attempts {
            policy.attempts = attempts;
        }
        let mut builder = Client::builder(site, credentials).policy(policy).user_agent(USER_AGENT)?;
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy)?;
        }
        if let Some(path) = &self.ca_file {
            let pem = fs::read(path).map_err(|error| {
                Failure::usage(format!("the CA file {} cannot be read: {error}", path.display()))
            })?;
            builder = builder.root_certificates_pem(&pem)?;
        }
        Ok(builder)
    }
}

/// How the command introduces itself to the service.
pub(crate) const USER_AGENT: &str = concat!("contacts-cli/", env!("CARGO_PKG_VERSION"));
