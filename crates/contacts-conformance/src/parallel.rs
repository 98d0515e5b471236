//! Runs tasks in parallel.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// Calls `find` with each item, several at a time. Returns all results, in any order.
pub(crate) fn each<T: Send, F: Send>(
    things: impl Iterator<Item = T> + Send,
    at_a_time: usize,
    find: impl Fn(T) -> Vec<F> + Sync,
) -> Vec<F> {
    let (things, found) = (Mutex::new(things), Mutex::new(Vec::new()));
    let next = || things.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some(thing) = next() {
                    let more = find(thing);
                    found.lock().unwrap_or_else(PoisonError::into_inner).extend(more);
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}
