//! Many users read at a time, by a number of threads that is fixed, until it is clear that all of them will fail.

use std::{
    mem::{Discriminant, discriminant},
    sync::{Arc, Mutex, PoisonError, mpsc::SyncSender},
    thread, vec,
};

use contacts_ureq::{AccountId, Contact, Error, ErrorKind, Hint};

/// What is told to whoever waits for the workers.
#[derive(Debug)]
pub(crate) enum Event {
    /// The user at this place among all users was read, or could not be.
    Read { place: usize, reading: Result<Vec<Contact>, Error> },
    /// A person wants it to end.
    Interrupted,
}

/// Threads that read users. When it is dropped, no user is begun any more; those that are being read are not waited for, since
/// they may wait for a minute themselves.
#[derive(Debug)]
pub(crate) struct Workers(Arc<Queue>);

/// The users who were not begun yet.
#[derive(Debug)]
struct Queue(Mutex<vec::IntoIter<(usize, AccountId)>>);

impl Workers {
    /// Begins to read the users, who come with their places.
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
                    // Nobody listens any more.
                    if events.send(event).is_err() {
                        break;
                    }
                }
            });
        }
        Self(queue)
    }

    /// No user is begun any more. How many there would have been: of all others there is something to hear.
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

/// So many users must fail alike, one after the other.
const ENOUGH: usize = 32;

/// When to stop asking: the users who failed alike last, one after the other.
#[derive(Debug, Default)]
pub(crate) struct CircuitBreaker {
    kind: Option<Discriminant<ErrorKind>>,
    length: usize,
    /// Whether anybody could be read.
    any: bool,
}

impl CircuitBreaker {
    /// A user was read.
    pub(crate) fn succeed(&mut self) {
        *self = Self { any: true, ..Self::default() };
    }

    /// A user could not be read. Whether to stop.
    pub(crate) fn fail(&mut self, error: &Error) -> bool {
        if error.is_unauthorized() {
            return true;
        }
        let kind = self.is_for_all(error).then(|| discriminant(&error.kind()));
        self.length = match kind {
            None => 0,
            Some(_) if kind == self.kind => self.length + 1,
            Some(_) => 1,
        };
        self.kind = kind;
        self.length >= ENOUGH
    }

    /// Whether others may well fail for the same reason.
    fn is_for_all(&self, error: &Error) -> bool {
        match error.kind() {
            ErrorKind::RateLimited
            | ErrorKind::Unavailable
            | ErrorKind::TimedOut
            | ErrorKind::Certificate
            | ErrorKind::InvalidResponse => true,
            // Once somebody was read, these are about those who are not.
            ErrorKind::Forbidden => !self.any,
            ErrorKind::Rejected => !self.any && error.hint() == Some(Hint::WrongSite),
            _ => false,
        }
    }
}
