//! Changes of the configuration file, one after the other.

use std::{fs::File, path::Path};

/// Waits until nobody else changes the file, which takes no time to speak of. Others wait until this is dropped.
pub(super) fn lock(path: &Path) -> Option<File> {
    // The file itself is no place for a lock: it is replaced by a new one.
    let beside = path.with_extension("lock");
    let lock = File::options().write(true).create(true).truncate(false).open(beside).ok()?;
    // Where nothing can be written beside it, or the file system knows no locks, nobody is kept from it.
    lock.lock().ok()?;
    Some(lock)
}
