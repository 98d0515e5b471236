//! Credentials that expire.

use std::{error::Error as StdError, pin::Pin, sync::Arc};

use contacts_proto::{
    Credentials,
    transport::{Refresh, RefreshError},
};
use tokio::sync::Mutex;

type NewCredentials<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// A source of credentials that expire, such as OAuth access tokens. Any async function without
/// arguments is one, and any closure that returns a `'static` future:
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
///         // The future must not borrow from the closure.
///         let vault = Arc::clone(&vault);
///         async move { Ok(Credentials::bearer(vault.access_token().await?)?) }
///     });
/// # Ok::<(), contacts_hyper::Error>(())
/// ```
pub trait CredentialsProvider: Send + Sync {
    /// Returns new credentials.
    ///
    /// Only one task at a time calls it. At the deadline of a client's call the future is dropped.
    /// If a refresh must not be interrupted, as with refresh tokens for one use, spawn it.
    ///
    /// # Errors
    /// Any error. It becomes the source of
    /// [`Error::Credentials`](contacts_proto::Error::Credentials), so it must not show a secret.
    fn credentials(&self) -> NewCredentials<'_>;
}

impl<F, R> CredentialsProvider for F
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn credentials(&self) -> NewCredentials<'_> {
        Box::pin(self())
    }
}

/// A provider and its last refresh. Concurrent tasks share one refresh.
pub(crate) struct SharedProvider {
    provider: Box<dyn CredentialsProvider>,
    refresh: Refresh,
    /// Held by the task that calls the provider.
    turn: Mutex<()>,
}

impl SharedProvider {
    pub(crate) fn new(provider: impl CredentialsProvider + 'static) -> Self {
        Self { provider: Box::new(provider), refresh: Refresh::default(), turn: Mutex::new(()) }
    }

    /// Returns credentials other than the rejected ones: the present ones, or new ones.
    pub(crate) async fn other_than(
        &self,
        refused: Option<&Credentials>,
    ) -> Result<Credentials, RefreshError> {
        let ended_before = self.refresh.ended();
        let _turn = self.turn.lock().await;
        match self.refresh.settled(ended_before, refused) {
            Some(settled) => settled,
            None => self.refresh.end(self.provider.credentials().await.map_err(Arc::from)),
        }
    }
}
