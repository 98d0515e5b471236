//! The client: one loop that carries out what an exchange asks for.

use std::{
    fmt,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use contacts_proto::{
    Confirmation, ContactId, ContactMethod, CreateContact, Credentials, Ensured, Error, Receipt, Reconciled,
    UpdateContact,
    exchange::{
        Action, Create, Ensure, Event, Exchange, Now, Observer, Reconcile, Session, Spans, ToExchange, Update,
    },
    transport::RefreshError,
};
use http::Response;

use crate::{
    credentials::{CredentialsProvider, SharedProvider},
    send::{Agents, send},
};

/// A client of one site, as one user. Cloning is cheap; clones share their connections, and so do the clients of
/// [`with_credentials`](Self::with_credentials).
#[derive(Clone)]
pub struct Client {
    session: Session,
    provider: Option<Arc<SharedProvider>>,
    shared: Arc<Shared>,
}

struct Shared {
    agents: Agents,
    /// All monotonic time is reckoned from here.
    origin: Instant,
}

impl Client {
    pub(crate) fn from_parts(session: Session, agents: Agents) -> Self {
        Self { session, provider: None, shared: Arc::new(Shared { agents, origin: Instant::now() }) }
    }

    /// Another user of the same site, over the same connections.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        let session = self.session.with_credentials(credentials);
        Self { session, provider: None, shared: Arc::clone(&self.shared) }
    }

    /// A user of the same site whose credentials expire, over the same connections. The source is asked when the first request
    /// is made, and once a call when the service refuses what it gave; threads that are refused the same credentials cause
    /// one refresh. What the source takes counts to the deadline of a call, which ends with it. A source that takes longer goes on
    /// in a thread of its own, and what it gives serves the next call.
    #[must_use]
    pub fn with_credentials_provider(&self, source: impl CredentialsProvider + 'static) -> Self {
        let provider = Some(Arc::new(SharedProvider::new(source)));
        Self { session: self.session.with_refreshable(None), provider, shared: Arc::clone(&self.shared) }
    }

    /// The same client, for what must have ended by this moment, however many exchanges it takes.
    #[must_use]
    pub fn with_deadline(&self, moment: Instant) -> Self {
        let moment = moment.saturating_duration_since(self.shared.origin);
        Self { session: self.session.clone().with_deadline(moment), ..self.clone() }
    }

    /// Where requests go, as whom, and by which policy.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Carries out one operation with the policy of the client.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Paging`] and [`Error::Duplicate`]; its [`effect`](Error::effect) tells whether the operation may have
    /// been carried out.
    pub fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.exchange(self.session.clone()))
    }

    /// Creates a contact: see [`Create`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an address that [`CreateContact`] rejects, [`Error::OutcomeUnknown`] if it is not known whether the
    /// contact was created, and those of [`send`](Self::send).
    pub fn create(&self, method: ContactMethod, to: impl Into<String>) -> Result<Confirmation, Error> {
        self.run(Create::new(self.session.clone(), CreateContact::new(method, to)?))
    }

    /// Changes the address of an e-mail contact: see [`Update`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an address that [`UpdateContact`] rejects, and those of [`send`](Self::send).
    pub fn update(&self, id: &ContactId, to: impl Into<String>) -> Result<Confirmation, Error> {
        self.run(Update::new(self.session.clone(), UpdateContact::new(id.clone(), to)?))
    }

    /// Sees to it that a contact exists exactly once: see [`Ensure`]. It may be run again after any end, also of the program: nothing has
    /// to be kept.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what [`CreateContact`] refuses; [`Error::OutcomeUnknown`] if it is not known whether it was created,
    /// [`Error::Duplicate`] if it was created twice, and what the requests end with.
    pub fn ensure(&self, method: ContactMethod, to: impl Into<String>) -> Result<Ensured, Error> {
        self.run(Ensure::new(self.session.clone(), CreateContact::new(method, to)?))
    }

    /// Finds out what became of a creation that was left in doubt: see [`Reconcile`]. The receipt is one word, which can be kept until
    /// then; also beforehand, for the case that the program itself does not live to see the answer:
    ///
    /// ```
    /// use contacts_ureq::{BaseUrl, Client, ContactMethod, CreateContact, Credentials, Receipt, Reconciled};
    /// # use contacts_sandbox::{DEMO_EMAIL, DEMO_TOKEN, Fault, FaultRule, Operation, Sandbox, When};
    /// # let sandbox = Sandbox::start()?;
    /// # sandbox.arm(FaultRule::new(Fault::Reset { when: When::After }).on(Operation::Create));
    /// # let (base_url, token) = (sandbox.base_url(), DEMO_TOKEN);
    /// # let file = std::env::temp_dir().join(format!("{}.receipt", std::process::id()));
    ///
    /// let client = Client::new(BaseUrl::new(&base_url)?, Credentials::basic("demo@example.com", token)?);
    /// let create = CreateContact::new(ContactMethod::Voice, "90-5555559999")?;
    ///
    /// let unix = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
    /// std::fs::write(&file, create.receipt(unix).of(client.session()).to_string())?;
    /// match client.send(&create) {
    ///     // It is certain what came of it.
    ///     Ok(_) => std::fs::remove_file(&file)?,
    ///     Err(error) if error.receipt().is_none() => std::fs::remove_file(&file)?,
    ///     // It is not, and must not be sent again. Its own receipt is as good as the one that is kept.
    ///     Err(_) => {}
    /// }
    ///
    /// // DeferredResolver, or when the program starts again:
    /// if let Ok(kept) = std::fs::read_to_string(&file) {
    ///     match client.reconcile(&kept.parse::<Receipt>()?)? {
    ///         Reconciled::Found(contact) => println!("{} is there", contact.id),
    ///         Reconciled::NotFound => println!("it is safe to create it now"),
    ///     }
    /// }
    /// # assert_eq!(sandbox.contacts(DEMO_EMAIL).len(), 3);
    /// # std::fs::remove_file(&file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Who wants the contact to be there, and once, has an easier way: [`ensure`](Self::ensure) may be run again after any end.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the receipt is of another site or user, [`Error::Duplicate`] if the contact is there twice, and what the
    /// requests end with; the receipt is then as good as before.
    pub fn reconcile(&self, receipt: &Receipt) -> Result<Reconciled, Error> {
        self.run(Reconcile::new(self.session.clone(), receipt.clone()))
    }

    /// Carries out an exchange: the primitive under all the others.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.run_observed(exchange, &mut ())
    }

    /// Carries out an exchange while an observer watches.
    ///
    /// # Errors
    /// The error that the exchange ends with.
    pub fn run_observed<E: Exchange>(
        &self,
        mut exchange: E,
        observer: &mut impl Observer,
    ) -> Result<E::Output, Error> {
        let mut observer = (Spans::new(exchange.name()), observer);
        let mut action = exchange.observed_step(&mut observer, Event::Start, self.now(), fastrand::u64(..));
        loop {
            let read;
            let event = match action {
                Action::Done(result) => return result,
                Action::Wait(duration) => {
                    thread::sleep(duration);
                    Event::Waited
                }
                Action::Refresh { refused, timeout } => Event::Refreshed(self.refresh(refused, timeout)),
                Action::Send { request, timeout, fresh_connection, body } => {
                    match send(&self.shared.agents, request, timeout, fresh_connection, body) {
                        Ok(response) => {
                            let (head, body) = response.into_parts();
                            read = body;
                            Event::Answered(Response::from_parts(head, read.as_slice()))
                        }
                        Err(failure) => Event::Failed(failure),
                    }
                }
            };
            action = exchange.observed_step(&mut observer, event, self.now(), fastrand::u64(..));
        }
    }

    fn refresh(&self, refused: Option<Credentials>, timeout: Duration) -> Result<Credentials, RefreshError> {
        match &self.provider {
            Some(provider) => provider.within(timeout, refused),
            None => Err(Arc::new(Error::invalid("credentials", "of this client cannot be refreshed"))),
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
