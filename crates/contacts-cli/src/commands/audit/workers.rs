//! A fixed number of threads that read users, and the circuit breaker that stops them.

use std::{
    mem::{Discriminant, discriminant},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::SyncSender,
    },
    thread, vec,
};

use contacts_ureq::{AccountId, Contact, Error, ErrorKind, Hint};

/// A message to the main thread.
#[derive(Debug)]
pub(crate) enum Event {
    /// The result for the user at this place.
    Read { place: usize, reading: Result<Vec<Contact>, Error> },
    /// SIGINT, SIGTERM or SIGHUP.
    Interrupted,
}

/// Threads that read users. After a drop they start no other user. Drop does not wait for users in
/// flight: each may take a minute.
#[derive(Debug)]
pub(crate) struct Workers(Arc<Queue>);

/// Users that no thread has started.
#[derive(Debug)]
struct Queue(Mutex<vec::IntoIter<(usize, AccountId)>>);

impl Workers {
    /// Starts up to `size` threads. Each user comes with its place.
    pub(crate) fn start(
        size: usize,
        users: Vec<(usize, AccountId)>,
        read: impl Fn(&AccountId) -> Result<Vec<Contact>, Error> + Send + Sync + 'static,
        events: &SyncSender<Event>,
    ) -> Self {
        let size = size.min(users.len());
        let queue = Arc::new(Queue(Mutex::new(users.into_iter())));
        let read = Arc::new(read);
        for _ in 0..size {
            let (queue, read, events) = (Arc::clone(&queue), Arc::clone(&read), events.clone());
            thread::spawn(move || {
                while let Some((place, account)) = queue.next() {
                    let event = Event::Read { place, reading: read(&account) };
                    // The main thread has stopped.
                    if events.send(event).is_err() {
                        break;
                    }
                }
            });
        }
        Self(queue)
    }

    /// Empties the queue and returns the number of users in it. All others still send their result.
    pub(crate) fn stop(&self) -> usize {
        self.0.clear()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Queue {
    fn next(&self) -> Option<(usize, AccountId)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    fn clear(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_ref().count()
    }
}

/// Applies a function to all items, on up to `size` threads. Returns the results in the same order.
///
/// # Errors
/// The failure that opens the circuit breaker.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    size: usize,
    items: &[T],
    read: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<Result<R, Error>>, Error> {
    let (next, breaker) = (AtomicUsize::new(0), Mutex::new(CircuitBreaker::default()));
    let work = || {
        let mut results = Vec::new();
        while let Some((place, item)) = next_of(items, &next) {
            let result = read(item);
            let mut breaker = breaker.lock().unwrap_or_else(PoisonError::into_inner);
            match &result {
                Ok(_) => breaker.succeed(),
                Err(error) if breaker.fail(error) => {
                    // The other threads take no further item.
                    next.store(items.len(), Ordering::Relaxed);
                    return Err(error.clone());
                }
                Err(_) => {}
            }
            results.push((place, result));
        }
        Ok(results)
    };
    let parts = thread::scope(|scope| {
        let threads: Vec<_> = (0..size.min(items.len())).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect::<Result<Vec<_>, _>>()
    })?;
    let mut results: Vec<_> = parts.into_iter().flatten().collect();
    results.sort_by_key(|(place, _)| *place);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

fn next_of<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    items.get(place).map(|item| (place, item))
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
