//! The peak of the heap of the whole process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::HEAP;

/// All tests share the heap, so one at a time.
static MEASURING: Mutex<()> = Mutex::new(());

/// While this guard is held, no other test measures.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    MEASURING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the result of `act`, and the rise of the heap in bytes.
pub(crate) fn of<T>(act: impl FnOnce() -> T) -> (T, usize) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let result = act();
    (result, HEAP.peak_usage().saturating_sub(before))
}
