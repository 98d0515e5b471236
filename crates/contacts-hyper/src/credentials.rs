//! Credentials that expire.

use std::{error::Error as StdError, pin::Pin, sync::Arc};

use contacts_proto::{
    Credentials,
    transport::{Refresh, RefreshError},
};
use tokio::sync::Mutex;

type Renewal<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Where credentials come from that expire, such as OAuth access tokens. Any async function without arguments is one, and any
/// closure that returns a future of its own:
///
/// ```
/// use std::sync::Arc;
/// use contacts_hyper::{BaseUrl, Client, Credentials};
///
/// struct Vault;
///
/// impl Vault {
///     async fn access_token(&self) -> Result<String, std::io::Error> {
///         # Ok(String::new())
///         // …
///     }
/// }
///
/// let vault = Arc::new(Vault);
/// let client = Client::new(BaseUrl::new("https://api.example.com/cloud")?, Credentials::none())
///     .with_credentials_provider(move || {
///         // The future goes on without the closure.
///         let vault = Arc::clone(&vault);
///         async move { Ok(Credentials::bearer(vault.access_token().await?)?) }
///     });
/// # Ok::<(), contacts_hyper::Error>(())
/// ```
pub trait CredentialsProvider: Send + Sync {
    /// New credentials. Two tasks never ask at once. At the deadline of a call the future is dropped: a source whose refresh must not
    /// be lost half-way, as with refresh tokens for one use, spawns it.
    ///
    /// # Errors
    /// Whatever it is: it becomes the source of [`Error::Credentials`](contacts_proto::Error::Credentials), and must show no secret.
    fn credentials(&self) -> Renewal<'_>;
}

impl<F, R> CredentialsProvider for F
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn credentials(&self) -> Renewal<'_> {
        Box::pin(self())
    }
}

/// A source, and the last refresh. Tasks that need other credentials at the same time share one refresh.
pub(crate) struct SharedProvider {
    source: Box<dyn CredentialsProvider>,
    refresh: Refresh,
    /// Held by the task that asks the source.
    turn: Mutex<()>,
}

impl SharedProvider {
    pub(crate) fn new(source: impl CredentialsProvider + 'static) -> Self {
        Self { source: Box::new(source), refresh: Refresh::default(), turn: Mutex::new(()) }
    }

    /// Other credentials than those that were refused: those at hand, or new ones.
    pub(crate) async fn other_than(
        &self,
        refused: Option<&Credentials>,
    ) -> Result<Credentials, RefreshError> {
        let ended_before = self.refresh.ended();
        let _turn = self.turn.lock().await;
        match self.refresh.settled(ended_before, refused) {
            Some(settled) => settled,
            None => self.refresh.end(self.source.credentials().await.map_err(Arc::from)),
        }
    }
}
