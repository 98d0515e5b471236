//! The client: one loop that carries out the actions of an exchange.

use std::{
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use contacts_proto::{
    ActivateContact, Confirmation, Contact, ContactId, ContactMethod, CreateContact, Credentials,
    DeactivateContact, DeleteContact, Ensured, Error, GetContact, Receipt, Reconciled,
    UpdateContact,
    exchange::{
        Action, Ensure, Event, Exchange, Now, Observer, Reconcile, Session, Spans, ToExchange,
    },
    transport::RefreshError,
};
use http::Response;

use crate::{
    credentials::{CredentialsProvider, SharedProvider},
    send::{Agents, send},
};

/// A client of one endpoint, as one user.
///
/// Cloning is cheap. Clones share connections and retry budget, and so do the clients that
/// [`with_credentials`](Self::with_credentials) returns.
#[derive(Clone)]
pub struct Client {
    pub(crate) session: Session,
    provider: Option<Arc<SharedProvider>>,
    shared: Arc<Shared>,
}

struct Shared {
    agents: Agents,
    /// Zero of the monotonic clock.
    origin: Instant,
}

impl Client {
    pub(crate) fn from_parts(
        session: Session,
        provider: Option<Arc<SharedProvider>>,
        agents: Agents,
    ) -> Self {
        Self { session, provider, shared: Arc::new(Shared { agents, origin: Instant::now() }) }
    }

    /// Gets a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send). [`Error::is_no_such_contact`] returns `true` if the contact does
    /// not exist.
    pub fn get(&self, id: &ContactId) -> Result<Contact, Error> {
        self.send(&GetContact::new(id.clone()))
    }

    /// Creates a contact. Never repeats a request that may have taken effect.
    ///
    /// If you only need the contact to exist once, use [`ensure`](Self::ensure).
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if the contact may have been created. Keep the error's
    /// [`receipt`](Error::receipt), and do not create the contact again before you
    /// [`reconcile`](Self::reconcile) it. [`Error::InvalidInput`] if [`CreateContact::new`] rejects
    /// the address. See [`send`](Self::send) for the others.
    pub fn create(
        &self,
        method: ContactMethod,
        to: impl Into<String>,
    ) -> Result<Confirmation, Error> {
        self.send(&CreateContact::new(method, to)?)
    }

    /// Changes the address of an e-mail contact. The service changes no other kind of contact.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if [`UpdateContact::new`] rejects the address. See
    /// [`send`](Self::send) for the others.
    pub fn update(&self, id: &ContactId, to: impl Into<String>) -> Result<Confirmation, Error> {
        self.send(&UpdateContact::new(id.clone(), to)?)
    }

    /// Deletes a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub fn delete(&self, id: &ContactId) -> Result<(), Error> {
        self.send(&DeleteContact::new(id.clone()))
    }

    /// Activates a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub fn activate(&self, id: &ContactId) -> Result<Confirmation, Error> {
        self.send(&ActivateContact::new(id.clone()))
    }

    /// Deactivates a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    pub fn deactivate(&self, id: &ContactId) -> Result<Confirmation, Error> {
        self.send(&DeactivateContact::new(id.clone()))
    }

    /// Ensures that a contact exists exactly once. Safe to repeat, even after a crash. See
    /// [`Ensure`].
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if the contact may have been created, [`Error::Duplicate`] if it
    /// exists several times, [`Error::InvalidInput`] if [`CreateContact::new`] rejects the address.
    /// See [`send`](Self::send) for the others.
    pub fn ensure(&self, method: ContactMethod, to: impl Into<String>) -> Result<Ensured, Error> {
        self.run(Ensure::new(self.session.clone(), CreateContact::new(method, to)?))
    }

    /// Returns a receipt for a create request that has not been sent yet.
    ///
    /// Store it before you send the request: write a temporary file, sync it, and rename it to its
    /// final name. After a crash, an incomplete receipt means that the request was not sent. If an
    /// error has a receipt, store that one instead. If the program crashes, [`reconcile`](Self::reconcile)
    /// tells later whether the contact was created:
    ///
    /// ```
    /// use contacts_ureq::{BaseUrl, Client, ContactMethod, CreateContact, Credentials, Receipt, Reconciled};
    /// # use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Sandbox, When};
    /// # let sandbox = Sandbox::start()?;
    /// # sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create));
    /// # let (base_url, token) = (sandbox.base_url(), DEMO_TOKEN);
    /// # let file = std::env::temp_dir().join(format!("{}.receipt", std::process::id()));
    /// let client = Client::new(BaseUrl::new(&base_url)?, Credentials::basic("demo@example.com", token)?);
    /// let create = CreateContact::new(ContactMethod::Voice, "90-5555559999")?;
    ///
    /// std::fs::write(&file, client.receipt(&create).to_string())?;
    /// match client.send(&create) {
    ///     // The outcome is unknown. Keep the receipt, and do not create the contact again.
    ///     Err(error) if error.receipt().is_some() => {}
    ///     // The outcome is known.
    ///     _ => std::fs::remove_file(&file)?,
    /// }
    ///
    /// // Later, or when the program starts again:
    /// if let Ok(receipt) = std::fs::read_to_string(&file) {
    ///     match client.reconcile(&receipt.parse::<Receipt>()?)? {
    ///         Reconciled::Found(contact) => println!("created: {}", contact.id),
    ///         Reconciled::NotFound => println!("not created; you can create it now"),
    ///     }
    /// }
    /// # assert_eq!(sandbox.contacts(DEMO_EMAIL).len(), 3);
    /// # std::fs::remove_file(&file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn receipt(&self, create: &CreateContact) -> Receipt {
        create.receipt(self.now().unix).of(&self.session)
    }

    /// Checks whether a create request with an unknown outcome succeeded. Changes nothing. See
    /// [`Reconcile`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the receipt is of another site or user, [`Error::Duplicate`] if
    /// the contact exists several times. See [`send`](Self::send) for the others. After an error,
    /// the receipt can be used again.
    pub fn reconcile(&self, receipt: &Receipt) -> Result<Reconciled, Error> {
        self.run(Reconcile::new(self.session.clone(), receipt.clone()))
    }

    /// Sends an operation, and repeats it as the retry policy allows.
    ///
    /// # Errors
    /// Any [`Error`] except [`Error::Paging`] and [`Error::Duplicate`]. [`Error::effect`] tells
    /// whether the operation may have taken effect.
    pub fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.exchange(self.session.clone()))
    }

    /// Runs an exchange. All other methods use this one.
    ///
    /// # Errors
    /// The error of the exchange.
    pub fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.run_observed(exchange, &mut ())
    }

    /// Runs an exchange while an observer watches.
    ///
    /// # Errors
    /// The error of the exchange.
    pub fn run_observed<E: Exchange>(
        &self,
        mut exchange: E,
        observer: &mut impl Observer,
    ) -> Result<E::Output, Error> {
        let mut observer = (Spans::new(exchange.name()), observer);
        let mut action =
            exchange.observed_step(&mut observer, Event::Start, self.now(), fastrand::u64(..));
        loop {
            let body;
            let event = match action {
                Action::Done(result) => return result,
                Action::Wait(duration) => {
                    thread::sleep(duration);
                    Event::Waited
                }
                Action::Refresh { refused, timeout } => {
                    Event::Refreshed(self.refresh(refused, timeout))
                }
                Action::Send { request, timeout, fresh_connection, body: limits } => {
                    match send(&self.shared.agents, request, timeout, fresh_connection, limits) {
                        Ok(response) => {
                            let (head, read) = response.into_parts();
                            body = read;
                            Event::Answered(Response::from_parts(head, body.as_slice()))
                        }
                        Err(error) => Event::Failed(error),
                    }
                }
            };
            action = exchange.observed_step(&mut observer, event, self.now(), fastrand::u64(..));
        }
    }

    /// Returns a client of another user at the same endpoint, over the same connections.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        Self { session: self.session.with_credentials(credentials), provider: None, ..self.clone() }
    }

    /// Returns a client of a user whose credentials expire, at the same endpoint, over the same
    /// connections.
    ///
    /// The first call asks the provider for credentials. After a 401, a call asks it again and
    /// retries. Concurrent calls share one refresh. The time of a refresh counts towards the
    /// deadline of the call.
    #[must_use]
    pub fn with_credentials_provider(&self, provider: impl CredentialsProvider + 'static) -> Self {
        self.with_provider(None, provider)
    }

    /// Like [`with_credentials_provider`](Self::with_credentials_provider), but starts with these
    /// credentials.
    ///
    /// The provider is asked after the first 401.
    #[must_use]
    pub fn with_seeded_credentials_provider(
        &self,
        credentials: Credentials,
        provider: impl CredentialsProvider + 'static,
    ) -> Self {
        self.with_provider(Some(credentials), provider)
    }

    fn with_provider(
        &self,
        known: Option<Credentials>,
        provider: impl CredentialsProvider + 'static,
    ) -> Self {
        let provider = Some(Arc::new(SharedProvider::new(provider)));
        Self { session: self.session.with_refreshable(known), provider, ..self.clone() }
    }

    /// Returns a client whose calls all end by this instant.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        let deadline = deadline.saturating_duration_since(self.shared.origin);
        Self { session: self.session.clone().with_deadline(deadline), ..self.clone() }
    }

    /// Returns a client whose calls each take at most this time, with all retries. Default: 120 s.
    /// A list is one call per page; [`with_deadline`](Self::with_deadline) limits all pages
    /// together.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { session: self.session.clone().with_timeout(timeout), ..self.clone() }
    }

    /// Returns the endpoint, user and retry policy. Use them to create an exchange for
    /// [`run`](Self::run).
    pub fn session(&self) -> &Session {
        &self.session
    }

    fn refresh(
        &self,
        refused: Option<Credentials>,
        timeout: Duration,
    ) -> Result<Credentials, RefreshError> {
        match &self.provider {
            Some(provider) => provider.within(timeout, refused),
            None => Err(Arc::new(Error::invalid("credentials", "of this client have no provider"))),
        }
    }

    fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { monotonic: self.shared.origin.elapsed(), unix }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.session).finish_non_exhaustive()
    }
}
