//! Many users read at a time, by a number of threads that is fixed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::SyncSender,
    },
    thread,
};

use contacts_ureq::{AccountId, Contact, Error};

/// What is told to whoever waits for the crew.
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
pub(crate) struct Crew {
    is_over: Arc<AtomicBool>,
}

impl Crew {
    /// Begins to read the users, who come with their places.
    pub(crate) fn start(
        size: usize,
        users: Vec<(usize, AccountId)>,
        read: impl Fn(&AccountId) -> Result<Vec<Contact>, Error> + Send + Sync + 'static,
        events: &SyncSender<Event>,
    ) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let size = size.min(users.len());
        let work = Arc::new((users, AtomicUsize::new(0), read));
        for _ in 0..size {
            let (work, is_over, events) = (Arc::clone(&work), Arc::clone(&is_over), events.clone());
            thread::spawn(move || {
                let (users, next, read) = &*work;
                while !is_over.load(Ordering::Relaxed)
                    && let Some((place, account)) = users.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let event = Event::Read { place: *place, reading: read(account) };
                    // Nobody listens any more.
                    if events.send(event).is_err() {
                        break;
                    }
                }
            });
        }
        Self { is_over }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}
