//! Credentials that expire.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use contacts_proto::{
    Credentials,
    transport::{Refresh, RefreshError},
};

/// A source of credentials that expire, such as OAuth access tokens. Any function without arguments
/// is one:
///
/// ```
/// use contacts_ureq::{BaseUrl, Client, Credentials};
///
/// let client = Client::new(BaseUrl::new("https://api.example.com/cloud")?, Credentials::none())
///     .with_credentials_provider(|| Ok(Credentials::bearer(std::env::var("ACCESS_TOKEN")?)?));
/// # Ok::<(), contacts_ureq::Error>(())
/// ```
pub trait CredentialsProvider: Send + Sync {
    /// Returns new credentials.
    ///
    /// Only one thread at a time calls it. A client's call waits until its deadline, and then ends
    /// with an error. The provider is not interrupted: the next call uses its late result.
    ///
    /// # Errors
    /// Any error. It becomes the source of
    /// [`Error::Credentials`](contacts_proto::Error::Credentials), so it must not show a secret.
    fn credentials(&self) -> Result<Credentials, Box<dyn std::error::Error + Send + Sync>>;
}

impl<F> CredentialsProvider for F
where
    F: Fn() -> Result<Credentials, Box<dyn std::error::Error + Send + Sync>> + Send + Sync,
{
    fn credentials(&self) -> Result<Credentials, Box<dyn std::error::Error + Send + Sync>> {
        self()
    }
}

/// A provider and its last refresh. Concurrent threads share one refresh.
pub(crate) struct SharedProvider {
    provider: Box<dyn CredentialsProvider>,
    refresh: Refresh,
    /// Held by the thread that calls the provider.
    turn: Mutex<()>,
}

impl SharedProvider {
    pub(crate) fn new(provider: impl CredentialsProvider + 'static) -> Self {
        Self { provider: Box::new(provider), refresh: Refresh::default(), turn: Mutex::new(()) }
    }

    /// Like [`other_than`](Self::other_than), within a timeout. A slow provider continues on its
    /// thread, for the next call.
    pub(crate) fn within(
        self: &Arc<Self>,
        time: Duration,
        refused: Option<Credentials>,
    ) -> Result<Credentials, RefreshError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let provider = Arc::clone(self);
        // If sending fails, the caller has timed out.
        let refresh = move || drop(sender.send(provider.other_than(refused.as_ref())));
        thread::Builder::new()
            .name("contacts-credentials".into())
            .spawn(refresh)
            .map_err(|error| -> RefreshError { Arc::new(error) })?;
        receiver.recv_timeout(time).unwrap_or_else(|error| {
            Err(Arc::new(io::Error::new(
                io::ErrorKind::TimedOut,
                match error {
                    RecvTimeoutError::Timeout => "the credentials provider took too long",
                    RecvTimeoutError::Disconnected => "the credentials provider panicked",
                },
            )))
        })
    }

    /// Returns credentials other than the rejected ones: the present ones, or new ones.
    fn other_than(&self, refused: Option<&Credentials>) -> Result<Credentials, RefreshError> {
        let ended_before = self.refresh.ended();
        // After a panic of the provider, the earlier result is still valid.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        match self.refresh.settled(ended_before, refused) {
            Some(settled) => settled,
            None => self.refresh.end(self.provider.credentials().map_err(Arc::from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Returns the number of refreshes and of threads with credentials. The provider waits until
    /// all threads have asked.
    fn asked_by_64_threads(gives: impl Fn(u32) -> bool + Send + Sync + 'static) -> (u32, usize) {
        let (asked, begun) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (counted, seen) = (Arc::clone(&asked), Arc::clone(&begun));
        let provider = SharedProvider::new(move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            while number > 0 && seen.load(Ordering::SeqCst) < 64 {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(100));
            if gives(number) {
                Ok(Credentials::bearer(format!("token-{number}"))?)
            } else {
                Err("none".into())
            }
        });
        let refused = provider.other_than(None).ok();
        let ask = || {
            begun.fetch_add(1, Ordering::SeqCst);
            provider.other_than(refused.as_ref()).is_ok()
        };
        let given = thread::scope(|scope| {
            let threads: Vec<_> = (0..64).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|given| *given).count()
        });
        (asked.load(Ordering::SeqCst), given)
    }

    #[test]
    fn threads_that_were_refused_the_same_credentials_cause_one_renewal() {
        assert_eq!(asked_by_64_threads(|_| true), (2, 64));
    }

    #[test]
    fn threads_that_wait_for_a_renewal_share_its_failure() {
        assert_eq!(asked_by_64_threads(|number| number == 0), (2, 0));
    }
}
