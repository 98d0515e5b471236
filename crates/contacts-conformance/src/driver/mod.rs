//! The two clients behind one face.

mod asynchronous;
mod blocking;

use std::time::Duration;

use contacts_proto::{
    Contact, ContactMethod, Credentials, Ensured, Error, RetryPolicy,
    exchange::{Exchange, Session, ToExchange},
};

pub use self::{asynchronous::Hyper, blocking::Ureq};

/// Who asks, in all scenarios.
pub const USER: &str = "ann@example.com";

/// The secret of all scenarios.
pub const TOKEN: &str = "a-token-that-nobody-else-may-see";

/// A client of either kind, for one thread.
pub trait Driver: Sized {
    /// Its crate.
    const NAME: &'static str;

    /// A client with these settings.
    ///
    /// # Errors
    /// If they cannot be used.
    fn new(setup: &Setup) -> Result<Self, Error>;

    /// Carries out one operation.
    ///
    /// # Errors
    /// What the client's `send` ends with.
    fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error>;

    /// Does something with each contact of a list, as it comes.
    ///
    /// # Errors
    /// The first that the client's `contacts` gives.
    fn each_contact(&self, page_size: u32, act: impl FnMut(Contact)) -> Result<(), Error>;

    /// All contacts of a list.
    ///
    /// # Errors
    /// The first that the client's `contacts` gives.
    fn contacts(&self, page_size: u32) -> Result<Vec<Contact>, Error> {
        let mut contacts = Vec::new();
        self.each_contact(page_size, |contact| contacts.push(contact))?;
        Ok(contacts)
    }

    /// Runs an exchange in the session of the client.
    ///
    /// # Errors
    /// The error that the exchange ends with.
    fn run<E: Exchange>(&self, exchange: impl FnOnce(Session) -> E) -> Result<E::Output, Error>;

    /// Sees to it that a contact exists once.
    ///
    /// # Errors
    /// What the client's `ensure` ends with.
    fn ensure(&self, method: ContactMethod, to: &str) -> Result<Ensured, Error>;

    /// Lets time pass, in which the client may look after its connections.
    fn rest(&self, time: Duration);
}

/// The settings of a client.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The base URL.
    pub base: String,
    /// Who asks.
    pub credentials: Credentials,
    /// The numbers.
    pub policy: RetryPolicy,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// Another authority to trust, in PEM.
    pub authority: Option<&'static str>,
    /// The proxy.
    pub proxy: Option<String>,
}

impl Setup {
    /// One attempt, with more time than anything on loopback needs.
    pub fn new(base: impl Into<String>) -> Self {
        let mut policy = RetryPolicy::default();
        policy.max_attempts = 1;
        policy.backoff = Duration::from_millis(1);
        policy.throttled_backoff = Duration::from_millis(1);
        policy.deadline = Duration::from_secs(8);
        policy.attempt_timeout = Duration::from_secs(6);
        policy.consistency_delay = Duration::from_millis(20);
        Self {
            base: base.into(),
            credentials: Credentials::basic(USER, TOKEN).expect("these are credentials"),
            policy,
            connect_timeout: Duration::from_secs(4),
            authority: None,
            proxy: None,
        }
    }
}

/// Both builders have the same methods, and no trait in common.
macro_rules! client {
    ($library:ident, $setup:expr) => {{
        let setup: &Setup = $setup;
        let site = contacts_proto::BaseUrl::new(&setup.base)?;
        let mut builder = $library::Client::builder(site)
            .credentials(setup.credentials.clone())
            .retry(setup.policy.clone())
            .connect_timeout(setup.connect_timeout);
        if let Some(pem) = setup.authority {
            builder = builder.root_certificates_pem(pem.as_bytes())?;
        }
        if let Some(proxy) = &setup.proxy {
            builder = builder.proxy(proxy)?;
        }
        builder.build()
    }};
}
use client;
