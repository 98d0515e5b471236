//! Threads that read users, and the circuit breaker that stops them.

use std::{
    mem::{Discriminant, discriminant},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
    thread, vec,
};

use contacts_ureq::{ConcurrencyLimit, ConcurrencyPermit, Error, ErrorKind, Hint};

/// Threads that read items. After a drop they start no other item. Drop does not wait for items in
/// flight: each may take a minute.
#[derive(Debug)]
pub(crate) struct Workers<T>(Arc<Queue<T>>);

/// Items that no thread has started, with their places.
#[derive(Debug)]
struct Queue<T>(Mutex<std::iter::Enumerate<vec::IntoIter<T>>>);

/// State that all threads share.
struct Crew<T, E, F> {
    limit: ConcurrencyLimit,
    queue: Arc<Queue<T>>,
    read: F,
    events: SyncSender<E>,
}

impl<T: Send + 'static> Workers<T> {
    /// Starts as many threads as the limit allows, and sends the results. Each item comes with its
    /// place.
    ///
    /// # Panics
    /// If no thread can be started, or other workers hold all permits.
    pub(crate) fn start<E: Send + 'static>(
        limit: &ConcurrencyLimit,
        items: Vec<T>,
        read: impl Fn(usize, T, &mut ConcurrencyPermit) -> E + Send + Sync + 'static,
        events: SyncSender<E>,
    ) -> Self {
        let queue = Arc::new(Queue(Mutex::new(items.into_iter().enumerate())));
        let crew = Crew { limit: limit.clone(), queue: Arc::clone(&queue), read, events };
        assert!(Arc::new(crew).grow(), "no thread could be started");
        Self(queue)
    }

    /// Empties the queue and returns the number of items in it. All others still send their result.
    pub(crate) fn stop(&self) -> usize {
        self.0.clear()
    }
}

impl<T> Drop for Workers<T> {
    fn drop(&mut self) {
        self.0.clear();
    }
}

impl<T, E, F> Crew<T, E, F>
where
    T: Send + 'static,
    E: Send + 'static,
    F: Fn(usize, T, &mut ConcurrencyPermit) -> E + Send + Sync + 'static,
{
    /// Starts a thread if the limit allows it. Returns `true` if it started one.
    fn grow(self: &Arc<Self>) -> bool {
        let Some(permit) = self.limit.try_acquire() else { return false };
        let crew = Arc::clone(self);
        thread::Builder::new().spawn(move || crew.work(permit)).is_ok()
    }

    /// Reads items, until the queue is empty or the limit has fallen.
    fn work(self: &Arc<Self>, permit: ConcurrencyPermit) {
        let mut permit = Some(permit);
        while let Some(mut held) = permit {
            let Some((place, item)) = self.queue.next() else { break };
            // If the system starts no other thread, the present ones continue.
            self.grow();
            // The permit lasts until the main thread has the result, so that few results wait.
            if self.events.send((self.read)(place, item, &mut held)).is_err() {
                break;
            }
            permit = held.renew();
        }
    }
}

impl<T> Queue<T> {
    fn next(&self) -> Option<(usize, T)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    fn clear(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_ref().count()
    }
}

/// Applies a function to all items, as many at the same time as the limit allows. Returns the
/// results in the same order.
///
/// # Errors
/// The failure that opens the circuit breaker.
pub(crate) fn in_parallel<T: Send + 'static, R: Send + 'static>(
    limit: &ConcurrencyLimit,
    items: Vec<T>,
    read: impl Fn(T, &mut ConcurrencyPermit) -> Result<R, Error> + Send + Sync + 'static,
) -> Result<Vec<Result<R, Error>>, Error> {
    let (events, received) = sync_channel(0);
    let mut results: Vec<_> = items.iter().map(|_| None).collect();
    let read = move |place, item, permit: &mut ConcurrencyPermit| (place, read(item, permit));
    let workers = Workers::start(limit, items, read, events);
    let (mut breaker, mut stopped) = (CircuitBreaker::default(), None);
    // Ends when all threads have ended, so that all permits are free again.
    for (place, result) in received {
        match &result {
            Ok(_) => breaker.succeed(),
            Err(error) if breaker.fail(error) => {
                workers.stop();
                stopped.get_or_insert_with(|| error.clone());
            }
            Err(_) => {}
        }
        results[place] = Some(result);
    }
    stopped.map_or_else(|| Ok(results.into_iter().flatten().collect()), Err)
}

/// Number of equal failures in a row that open the circuit breaker.
const MAX_FAILURES: usize = 32;

/// Stops the audit when all users are likely to fail: counts equal failures in a row.
#[derive(Debug, Default)]
pub(crate) struct CircuitBreaker {
    kind: Option<Discriminant<ErrorKind>>,
    failures: usize,
    /// At least one user was read.
    has_succeeded: bool,
}

impl CircuitBreaker {
    /// Counts a user that was read.
    pub(crate) fn succeed(&mut self) {
        *self = Self { has_succeeded: true, ..Self::default() };
    }

    /// Counts a user that could not be read. Returns `true` if the audit must stop.
    pub(crate) fn fail(&mut self, error: &Error) -> bool {
        if error.is_unauthorized() {
            return true;
        }
        let kind = self.is_for_all(error).then(|| discriminant(&error.kind()));
        self.failures = match kind {
            None => 0,
            Some(_) if kind == self.kind => self.failures + 1,
            Some(_) => 1,
        };
        self.kind = kind;
        self.failures >= MAX_FAILURES
    }

    /// Returns `true` if other users are likely to fail for the same reason.
    fn is_for_all(&self, error: &Error) -> bool {
        match error.kind() {
            ErrorKind::RateLimited
            | ErrorKind::Unavailable
            | ErrorKind::TimedOut
            | ErrorKind::Certificate
            | ErrorKind::InvalidResponse => true,
            // After the first success, these errors concern single users.
            ErrorKind::Forbidden => !self.has_succeeded,
            ErrorKind::Rejected => !self.has_succeeded && error.hint() == Some(Hint::WrongSite),
            _ => false,
        }
    }
}
