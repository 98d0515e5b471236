//! Counts open sockets.

/// Number of open sockets of the process, or `None` if the system does not report it.
pub fn open_sockets() -> Option<usize> {
    let descriptors = std::fs::read_dir("/proc/self/fd").ok()?;
    let is_socket = |path: std::path::PathBuf| {
        std::fs::read_link(path).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    Some(descriptors.flatten().filter(|entry| is_socket(entry.path())).count())
}
