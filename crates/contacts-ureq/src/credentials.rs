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

/// Where credentials come from that expire, such as OAuth access tokens. Any function without arguments is one:
///
/// ```
/// use contacts_ureq::{BaseUrl, Client, Credentials};
///
/// let client = Client::new(BaseUrl::new("https://api.example.com/cloud")?, Credentials::none())
///     .with_credentials_provider(|| Ok(Credentials::bearer(std::env::var("ACCESS_TOKEN")?)?));
/// # Ok::<(), contacts_ureq::Error>(())
/// ```
pub trait CredentialsProvider: Send + Sync {
    /// New credentials. Two threads never ask at once. A call waits until its deadline and goes on without: the source itself is not
    /// interrupted, and what it gives later serves the next call.
    ///
    /// # Errors
    /// Whatever it is: it becomes the source of [`Error::Credentials`](contacts_proto::Error::Credentials), and must show no secret.
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

/// A source, and the last refresh. Threads that need other credentials at the same time share one refresh.
pub(crate) struct SharedProvider {
    source: Box<dyn CredentialsProvider>,
    refresh: Refresh,
    /// Held by the thread that asks the source.
    turn: Mutex<()>,
}

impl SharedProvider {
    pub(crate) fn new(source: impl CredentialsProvider + 'static) -> Self {
        Self { source: Box::new(source), refresh: Refresh::default(), turn: Mutex::new(()) }
    }

    /// The same within this time. A source cannot be interrupted: one that takes longer goes on in a thread of its own, and what it
    /// gives is there for the next call.
    pub(crate) fn within(
        self: &Arc<Self>,
        time: Duration,
        refused: Option<Credentials>,
    ) -> Result<Credentials, RefreshError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let provider = Arc::clone(self);
        // Nobody waits for it any more where sending fails.
        let refresh = move || drop(sender.send(provider.other_than(refused.as_ref())));
        thread::Builder::new()
            .name("contacts-credentials".into())
            .spawn(refresh)
            .map_err(|error| -> RefreshError { Arc::new(error) })?;
        receiver.recv_timeout(time).unwrap_or_else(|error| {
            Err(Arc::new(io::Error::new(
                io::ErrorKind::TimedOut,
                match error {
                    RecvTimeoutError::Timeout => "the source of credentials gave none in time",
                    RecvTimeoutError::Disconnected => "the source of credentials panicked",
                },
            )))
        })
    }

    /// Other credentials than those that were refused: those at hand, or new ones.
    fn other_than(&self, refused: Option<&Credentials>) -> Result<Credentials, RefreshError> {
        let ended_before = self.refresh.ended();
        // A source that panicked left what was there before.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        match self.refresh.settled(ended_before, refused) {
            Some(settled) => settled,
            None => self.refresh.end(self.source.credentials().map_err(Arc::from)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// How often the source was asked, and how many threads got credentials. The source takes its time until all have asked.
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
