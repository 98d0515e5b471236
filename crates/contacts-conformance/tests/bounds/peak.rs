//! The peak of the heap of the whole process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::HEAP;

/// The heap is everybody's: one test at a time.
static MEASURING: Mutex<()> = Mutex::new(());

/// No other test measures anything while this is held.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    MEASURING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What an act gives, and how far the heap rose above what it was before, in bytes.
pub(crate) fn of<T>(act: impl FnOnce() -> T) -> (T, usize) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let result = act();
    (result, HEAP.peak_usage().saturating_sub(before))
}
