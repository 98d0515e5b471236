//! Credentials that expire.

use std::{
    error::Error as StdError,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use contacts_proto::Credentials;
use tokio::sync::Mutex;

pub(crate) type Error = Arc<dyn StdError + Send + Sync>;

type Renewal<'a> =
    Pin<Box<dyn Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Where credentials come from that expire, such as OAuth access tokens. Any async function without arguments is one, and any
/// closure that returns a future of its own:
///
/// ```
/// use std::sync::Arc;
/// use contacts_hyper::{Client, Credentials, BaseUrl};
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
///     .with_source(move || {
///         // The future goes on without the closure.
///         let vault = Arc::clone(&vault);
///         async move { Ok(Credentials::bearer(vault.access_token().await?)?) }
///     });
/// # Ok::<(), contacts_hyper::Error>(())
/// ```
pub trait CredentialsSource: Send + Sync {
    /// New credentials. Two tasks never ask at once. At the deadline of a call the future is dropped: a source whose refresh must not
    /// be lost half-way, as with refresh tokens for one use, spawns it.
    ///
    /// # Errors
    /// Whatever it is: it becomes the source of [`Error::Renewal`](contacts_proto::Error::Renewal), and must show no secret.
    fn credentials(&self) -> Renewal<'_>;
}

impl<F, R> CredentialsSource for F
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Credentials, Box<dyn StdError + Send + Sync>>> + Send + 'static,
{
    fn credentials(&self) -> Renewal<'_> {
        Box::pin(self())
    }
}

/// A source, and what it gave last. Tasks that want other credentials at the same time share one renewal, its failure too.
pub(crate) struct Renewals {
    source: Box<dyn CredentialsSource>,
    count: AtomicU64,
    last: Mutex<Option<Result<Credentials, Error>>>,
}

impl Renewals {
    pub(crate) fn new(source: impl CredentialsSource + 'static) -> Self {
        Self { source: Box::new(source), count: AtomicU64::new(0), last: Mutex::new(None) }
    }

    /// Other credentials than those that were refused: those that are there, or new ones.
    pub(crate) async fn other_than(&self, refused: Option<&Credentials>) -> Result<Credentials, Error> {
        let begun = self.count.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        match &*last {
            Some(Ok(known)) if refused.is_none_or(|refused| !known.is_same(refused)) => {
                return Ok(known.clone());
            }
            // Somebody else has asked while this task waited for its turn.
            Some(Err(error)) if self.count.load(Ordering::Acquire) != begun => return Err(Arc::clone(error)),
            _ => {}
        }
        let renewed = self.source.credentials().await.map_err(Arc::from);
        *last = Some(renewed.clone());
        self.count.fetch_add(1, Ordering::Release);
        renewed
    }
}
