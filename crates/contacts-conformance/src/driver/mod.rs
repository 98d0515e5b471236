//! One interface for both clients.

mod asynchronous;
mod blocking;

use std::time::Duration;

use contacts_proto::{
    Contact, ContactMethod, Credentials, Ensured, Error, RetryPolicy,
    exchange::{Exchange, Session, ToExchange},
};

pub use self::{asynchronous::Hyper, blocking::Ureq};

/// The user of all scenarios.
pub const USER: &str = "ann@example.com";

/// The API token of all scenarios.
pub const TOKEN: &str = "a-token-that-nobody-else-may-see";

/// A blocking or async client, used by one thread.
pub trait Driver: Sized {
    /// Name of its crate.
    const NAME: &'static str;

    /// Creates a client with these settings.
    ///
    /// # Errors
    /// If the settings are invalid.
    fn new(setup: &Setup) -> Result<Self, Error>;

    /// Sends one operation.
    ///
    /// # Errors
    /// The error of the client's `send`.
    fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error>;

    /// Calls `act` with each contact of the list as it arrives.
    ///
    /// # Errors
    /// The first error of the client's list.
    fn each_contact(&self, page_size: u32, act: impl FnMut(Contact)) -> Result<(), Error>;

    /// Reads all contacts of the list.
    ///
    /// # Errors
    /// The first error of the client's list.
    fn contacts(&self, page_size: u32) -> Result<Vec<Contact>, Error> {
        let mut contacts = Vec::new();
        self.each_contact(page_size, |contact| contacts.push(contact))?;
        Ok(contacts)
    }

    /// Runs an exchange in the session of the client.
    ///
    /// # Errors
    /// The error of the exchange.
    fn run<E: Exchange>(&self, exchange: impl FnOnce(Session) -> E) -> Result<E::Output, Error>;

    /// Ensures that a contact exists once.
    ///
    /// # Errors
    /// The error of the client's `ensure`.
    fn ensure(&self, method: ContactMethod, to: &str) -> Result<Ensured, Error>;

    /// Waits. The client may manage its connections meanwhile.
    fn rest(&self, time: Duration);
}

/// Settings of a client.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The base URL.
    pub base: String,
    /// The credentials.
    pub credentials: Credentials,
    /// The retry policy.
    pub policy: RetryPolicy,
    /// Time limit for connecting.
    pub connect_timeout: Duration,
    /// An additional authority to trust, in PEM.
    pub authority: Option<&'static str>,
    /// The proxy.
    pub proxy: Option<String>,
}

impl Setup {
    /// One attempt, with more time than loopback needs.
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

/// Both builders have the same methods but share no trait.
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
