//! The client: one loop that carries out what an exchange asks for.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
    vec,
};

use contacts_proto::{
    Confirmation, Contact, ContactId, ContactMethod, CreateContact, Credentials, Ensured, Error,
    ListContacts, Receipt, Reconciled, UpdateContact,
    exchange::{
        Action, Create, Ensure, Event, Exchange, Now, Observer, Pages, Reconcile, Session, Spans, ToExchange,
        Update,
    },
    transport::RefreshError,
};
use futures_util::{Stream, stream};
use http::Response;
use tokio::time::Instant;

use crate::{
    credentials::{CredentialsProvider, SharedProvider},
    send::send,
    service::{HttpService, Transport},
};

/// A client of one site, as one user. Cloning is cheap; clones share their connections, and so do the clients of
/// [`with_credentials`](Self::with_credentials).
#[derive(Clone)]
pub struct Client<S = Transport> {
    session: Session,
    provider: Option<Arc<SharedProvider>>,
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    service: S,
    /// All monotonic time is reckoned from here.
    origin: Instant,
}

impl<S: HttpService> Client<S> {
    pub(crate) fn from_parts(session: Session, service: S) -> Self {
        let shared = Shared { service, origin: Instant::now() };
        Self { session, provider: None, shared: Arc::new(shared) }
    }

    /// Another user of the same site, over the same connections.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        let session = self.session.with_credentials(credentials);
        Self { session, provider: None, shared: Arc::clone(&self.shared) }
    }

    /// A user of the same site whose credentials expire, over the same connections. The source is asked when the first request
    /// is made, and once a call when the service refuses what it gave; tasks that are refused the same credentials cause one
    /// refresh. What the source takes counts to the deadline of a call, which drops it at its end.
    #[must_use]
    pub fn with_credentials_provider(&self, source: impl CredentialsProvider + 'static) -> Self {
        let provider = Some(Arc::new(SharedProvider::new(source)));
        Self { session: self.session.with_refreshable(None), provider, shared: Arc::clone(&self.shared) }
    }

    /// The same client, for what must have ended by this moment of tokio's clock (`tokio::time::Instant::now()` and some time),
    /// however many exchanges it takes.
    #[must_use]
    pub fn with_deadline(&self, moment: Instant) -> Self {
        let moment = moment.saturating_duration_since(self.shared.origin);
        Self {
            session: self.session.clone().with_deadline(moment),
            provider: self.provider.clone(),
            shared: Arc::clone(&self.shared),
        }
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
    pub async fn send<O: ToExchange>(&self, operation: &O) -> Result<O::Output, Error> {
        self.run(operation.exchange(self.session.clone())).await
    }

    /// Creates a contact: see [`Create`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an address that [`CreateContact`] rejects, [`Error::OutcomeUnknown`] if it is not known whether the
    /// contact was created, and those of [`send`](Self::send).
    pub async fn create(&self, method: ContactMethod, to: impl Into<String>) -> Result<Confirmation, Error> {
        self.run(Create::new(self.session.clone(), CreateContact::new(method, to)?)).await
    }

    /// Changes the address of an e-mail contact: see [`Update`].
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an address that [`UpdateContact`] rejects, and those of [`send`](Self::send).
    pub async fn update(&self, id: &ContactId, to: impl Into<String>) -> Result<Confirmation, Error> {
        self.run(Update::new(self.session.clone(), UpdateContact::new(id.clone(), to)?)).await
    }

    /// The contacts of a list, from this page on to its end. Nothing is sent before the first is asked for, and no page before
    /// it is needed. The first error ends it: those of [`send`](Self::send), and [`Error::Paging`] if the pages do not lead through
    /// the list.
    pub fn contacts(
        &self,
        first: ListContacts,
    ) -> impl Stream<Item = Result<Contact, Error>> + Send + use<'_, S> {
        let pages = Pages::new(first, self.session.policy().limits);
        stream::unfold(Some((pages, Vec::new().into_iter())), |state| self.next_contact(state))
    }

    /// Sees to it that a contact exists exactly once: see [`Ensure`]. It may be run again after any end, also of the program: nothing has
    /// to be kept.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for what [`CreateContact`] refuses; [`Error::OutcomeUnknown`] if it is not known whether it was created,
    /// [`Error::Duplicate`] if it was created twice, and what the requests end with.
    pub async fn ensure(&self, method: ContactMethod, to: impl Into<String>) -> Result<Ensured, Error> {
        let create = CreateContact::new(method, to)?;
        self.run(Ensure::new(self.session.clone(), create)).await
    }

    /// Finds out what became of a creation that was left in doubt: see [`Reconcile`]. The receipt is one word, which can be kept until
    /// then: [`Error::receipt`] has it, and [`CreateContact::receipt`] beforehand.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the receipt is of another site or user, [`Error::Duplicate`] if the contact is there twice, and what the
    /// requests end with; the receipt is then as good as before.
    pub async fn reconcile(&self, receipt: &Receipt) -> Result<Reconciled, Error> {
        self.run(Reconcile::new(self.session.clone(), receipt.clone())).await
    }

    /// Carries out an exchange: the primitive under all the others.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub async fn run<E: Exchange>(&self, exchange: E) -> Result<E::Output, Error> {
        self.run_observed(exchange, &mut ()).await
    }

    /// Carries out an exchange while an observer watches.
    ///
    /// # Errors
    /// The error that the exchange ends with.
    pub async fn run_observed<E: Exchange, O: Observer>(
        &self,
        mut exchange: E,
        observer: &mut O,
    ) -> Result<E::Output, Error> {
        let mut observer = (Spans::new(exchange.name()), observer);
        let mut action = exchange.observed_step(&mut observer, Event::Start, self.now(), fastrand::u64(..));
        loop {
            let read;
            let event = match action {
                Action::Done(result) => return result,
                Action::Wait(duration) => {
                    tokio::time::sleep(duration).await;
                    Event::Waited
                }
                Action::Refresh { refused, timeout } => {
                    Event::Refreshed(self.refresh(refused.as_ref(), timeout).await)
                }
                Action::Send { request, timeout, fresh_connection, body } => {
                    match send(&self.shared.service, request, timeout, fresh_connection, body).await {
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

    async fn next_contact(&self, state: Option<Place>) -> Option<(Result<Contact, Error>, Option<Place>)> {
        let (mut pages, mut page) = state?;
        loop {
            if let Some(contact) = page.next() {
                return Some((Ok(contact), Some((pages, page))));
            }
            let asked = match pages.next_page()? {
                Ok(list) => self.send(&list).await,
                Err(error) => Err(error),
            };
            match asked {
                Ok(asked) => page = pages.accept(asked).into_iter(),
                Err(error) => return Some((Err(error), None)),
            }
        }
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
            None => Err(Arc::new(Error::invalid("credentials", "of this client cannot be refreshed"))),
        }
    }

    fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { monotonic: self.shared.origin.elapsed(), unix }
    }
}

/// A place in a list: the pages to come, and what is left of the last.
type Place = (Pages, vec::IntoIter<Contact>);

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.session).finish_non_exhaustive()
    }
}
