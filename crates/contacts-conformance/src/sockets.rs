//! How many sockets the process has open.

/// How many sockets the process has open; `None` where the system does not tell.
pub fn open_sockets() -> Option<usize> {
    let descriptors = std::fs::read_dir("/proc/self/fd").ok()?;
    let is_socket = |path: std::path::PathBuf| {
        std::fs::read_link(path).is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    Some(descriptors.flatten().filter(|entry| is_socket(entry.path())).count())
}
