//! The client: one loop that carries out the actions of an exchange.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
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
use tokio::time::Instant;

use crate::{
    credentials::{CredentialsProvider, SharedProvider},
    send::send,
    service::{HttpService, Transport},
};

/// A client of one endpoint, as one user.
///
/// Cloning is cheap. Clones share connections and retry budget, and so do the clients that
/// [`with_credentials`](Self::with_credentials) returns.
///
/// # Panics
///
/// Requests panic outside a tokio runtime, or if its IO or time is not enabled.
pub struct Client<S = Transport> {
    pub(crate) session: Session,
    provider: Option<Arc<SharedProvider>>,
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    service: S,
    /// Zero of the monotonic clock.
    origin: Instant,
}

impl<S: HttpService> Client<S> {
    pub(crate) fn from_parts(
        session: Session,
        provider: Option<Arc<SharedProvider>>,
        service: S,
    ) -> Self {
        let shared = Shared { service, origin: Instant::now() };
        Self { session, provider, shared: Arc::new(shared) }
    }

    /// Gets a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send). [`Error::is_no_such_contact`] returns `true` if the contact does
    /// not exist.
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection of the request in flight. Nothing is lost.
    pub async fn get(&self, id: &ContactId) -> Result<Contact, Error> {
        self.send(&GetContact::new(id.clone())).await
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
    ///
    /// # Cancel safety
    /// If the future is dropped, a create request may still take effect. Store a
    /// [`receipt`](Self::receipt) before you call.
    pub async fn create(
        &self,
        method: ContactMethod,
        to: impl Into<String>,
    ) -> Result<Confirmation, Error> {
        self.send(&CreateContact::new(method, to)?).await
    }

    /// Changes the address of an e-mail contact. The service changes no other kind of contact.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if [`UpdateContact::new`] rejects the address. See
    /// [`send`](Self::send) for the others.
    ///
    /// # Cancel safety
    /// If the future is dropped, the request may still take effect. Call again to be sure:
    /// repeating it is safe.
    pub async fn update(
        &self,
        id: &ContactId,
        to: impl Into<String>,
    ) -> Result<Confirmation, Error> {
        self.send(&UpdateContact::new(id.clone(), to)?).await
    }

    /// Deletes a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    ///
    /// # Cancel safety
    /// If the future is dropped, the request may still take effect. Call again to be sure. An error
    /// with [`Error::is_no_such_contact`] then means that the contact is deleted.
    pub async fn delete(&self, id: &ContactId) -> Result<(), Error> {
        self.send(&DeleteContact::new(id.clone())).await
    }

    /// Activates a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    ///
    /// # Cancel safety
    /// If the future is dropped, the request may still take effect. Call again to be sure:
    /// repeating it is safe.
    pub async fn activate(&self, id: &ContactId) -> Result<Confirmation, Error> {
        self.send(&ActivateContact::new(id.clone())).await
    }

    /// Deactivates a contact.
    ///
    /// # Errors
    /// See [`send`](Self::send).
    ///
    /// # Cancel safety
    /// If the future is dropped, the request may still take effect. Call again to be sure:
    /// repeating it is safe.
    pub async fn deactivate(&self, id: &ContactId) -> Result<Confirmation, Error> {
        self.send(&DeactivateContact::new(id.clone())).await
    }

    /// Ensures that a contact exists exactly once. Safe to repeat, even after a crash. See
    /// [`Ensure`].
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if the contact may have been created, [`Error::Duplicate`] if it
    /// exists several times, [`Error::InvalidInput`] if [`CreateContact::new`] rejects the address.
    /// See [`send`](Self::send) for the others.
    ///
    /// # Cancel safety
    /// If the future is dropped, the contact may still be created. Call again to be sure.
    pub async fn ensure(
        &self,
        method: ContactMethod,
        to: impl Into<String>,
    ) -> Result<Ensured, Error> {
        self.run(Ensure::new(self.session.clone(), CreateContact::new(method, to)?)).await
    }

    /// Returns a receipt for a create request that has not been sent yet.
    ///
    /// Store it before you send the request: write a temporary file, sync it, and rename it to its
    /// final name. After a crash, an incomplete receipt means that the request was not sent. If an
    /// error has a receipt, store that one instead. If the program crashes, [`reconcile`](Self::reconcile)
    /// tells later whether the contact was created:
    ///
    /// ```no_run
    /// use contacts_hyper::{Client, ContactMethod, CreateContact};
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::from_env()?;
    /// let create = CreateContact::new(ContactMethod::Voice, "90-5555559999")?;
    /// std::fs::write("create.receipt", client.receipt(&create).to_string())?;
    /// match client.send(&create).await {
    ///     // The outcome is unknown. Keep the receipt, and do not create the contact again.
    ///     Err(error) if error.receipt().is_some() => {}
    ///     // The outcome is known.
    ///     _ => std::fs::remove_file("create.receipt")?,
    /// }
    /// # Ok(())
    /// # }
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
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection of the request in flight. Nothing is lost.
    pub async fn reconcile(&self, receipt: &Receipt) -> Result<Reconciled, Error> {
        self.run(Reconcile::new(self.session.clone(), receipt.clone())).await
    }

    /// Sends an operation, and repeats it as the retry policy allows.
    ///
    /// # Errors
    /// Any [`Error`] except [`Error::Paging`] and [`Error::Duplicate`]. [`Error::effect`] tells
    /// whether the operation may have taken effect.
    ///
    /// # Cancel safety
    /// If the future is dropped, a create request may still take effect. Store a
    /// [`receipt`](Self::receipt) before you call.
    pub async fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.exchange(self.session.clone())).await
    }

    /// Runs an exchange. All other methods use this one.
    ///
    /// # Errors
    /// The error of the exchange.
    ///
    /// # Cancel safety
    /// If the future is dropped, a create request may still take effect. Store a
    /// [`receipt`](Self::receipt) before you call.
    pub async fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.run_observed(exchange, &mut ()).await
    }

    /// Runs an exchange while an observer watches.
    ///
    /// # Errors
    /// The error of the exchange.
    ///
    /// # Cancel safety
    /// See [`run`](Self::run).
    pub async fn run_observed<E: Exchange, O: Observer>(
        &self,
        mut exchange: E,
        observer: &mut O,
    ) -> Result<E::Output, Error> {
        let mut observer = (Spans::new(exchange.name()), observer);
        let mut action =
            exchange.observed_step(&mut observer, Event::Start, self.now(), fastrand::u64(..));
        loop {
            let body;
            let event = match action {
                Action::Done(result) => return result,
                Action::Wait(duration) => {
                    tokio::time::sleep(duration).await;
                    Event::Waited
                }
                Action::Refresh { refused, timeout } => {
                    Event::Refreshed(self.refresh(refused.as_ref(), timeout).await)
                }
                Action::Send { request, timeout, fresh_connection, body: limits } => {
                    match send(&self.shared.service, request, timeout, fresh_connection, limits)
                        .await
                    {
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

    /// Like [`with_credentials_provider`](Self::with_credentials_provider), with credentials that
    /// are known already.
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

    /// Returns a client whose calls all end by this instant of tokio's clock.
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

    async fn refresh(
        &self,
        refused: Option<&Credentials>,
        timeout: Duration,
    ) -> Result<Credentials, RefreshError> {
        match &self.provider {
            Some(provider) => tokio::time::timeout(timeout, provider.other_than(refused))
                .await
                .unwrap_or_else(|late| Err(Arc::new(late))),
            None => Err(Arc::new(Error::invalid("credentials", "of this client have no provider"))),
        }
    }

    fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { monotonic: self.shared.origin.elapsed(), unix }
    }
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        let Self { session, provider, shared } = self;
        Self { session: session.clone(), provider: provider.clone(), shared: Arc::clone(shared) }
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.session).finish_non_exhaustive()
    }
}
