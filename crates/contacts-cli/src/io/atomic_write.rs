//! Writes a file completely or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use tempfile::{Builder, NamedTempFile};

/// Permissions of a file that is private to its owner.
const PRIVATE: u32 = 0o600;

/// Permissions of a file for other users. The umask of the process can remove some of them.
const SHARED: u32 = 0o666;

/// Replaces a file. Readers see the old or the new content. A new file is private to its owner.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, PRIVATE, bytes)
}

/// Like [`write()`], but a new file has the usual permissions: other programs may read it.
pub(crate) fn write_shared(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, SHARED, bytes)
}

fn write_with(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    match Draft::new(path, mode)? {
        Draft::Into(mut file) => file.write_all(bytes),
        Draft::Beside { draft, path, permissions } => {
            if let Some(permissions) = permissions {
                draft.as_file().set_permissions(permissions)?;
            }
            finish(draft, &path, bytes)
        }
    }
}

/// Replaces a file or a link by a file that is private to its owner.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    finish(draft_beside(path, PRIVATE)?, path, bytes)
}

fn finish(draft: NamedTempFile, path: &Path, bytes: &[u8]) -> io::Result<()> {
    draft.as_file().write_all(bytes)?;
    draft.as_file().sync_all()?;
    replace(draft, path)
}

/// Moves the draft to its path.
///
/// Windows rejects this while another program has the old file open. Older versions do so even if
/// that program permits it.
fn replace(mut draft: NamedTempFile, path: &Path) -> io::Result<()> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut tries = if cfg!(windows) { 50 } else { 1 };
    loop {
        tries -= 1;
        match fs::rename(draft.path(), path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && tries > 0 => {
                thread::sleep(PAUSE);
            }
            renamed => break renamed?,
        }
    }
    draft.disable_cleanup(true);
    Ok(())
}

/// Checks that the file can be written, without changing it.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    Draft::new(path, PRIVATE).map(drop)
}

/// A file before it is written.
enum Draft {
    /// A device or a pipe, which cannot be replaced.
    Into(File),
    /// A temporary file in the same folder, with the permissions of the file that it will replace.
    Beside { draft: NamedTempFile, path: PathBuf, permissions: Option<fs::Permissions> },
}

impl Draft {
    fn new(path: &Path, mode: u32) -> io::Result<Self> {
        let path = target(path)?;
        let permissions = match File::options().write(true).open(&path) {
            Ok(file) => {
                let metadata = file.metadata()?;
                if !metadata.is_file() {
                    return Ok(Self::Into(file));
                }
                Some(metadata.permissions())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let draft = draft_beside(&path, mode)?;
        Ok(Self::Beside { draft, path, permissions })
    }
}

/// Follows links to the path to write, which need not exist. The links stay.
fn target(path: &Path) -> io::Result<PathBuf> {
    /// The limit of Linux.
    const MAX_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or_else(|| Path::new("")).join(next),
            // Not a link, or it does not exist.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Creates a file in the same folder.
#[cfg_attr(not(unix), expect(unused_variables, reason = "permissions are those of the folder"))]
fn draft_beside(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    // Opened here, because the error of `tempfile` would name the temporary file.
    Builder::new().make_in(folder.unwrap_or_else(|| Path::new(".")), |path| options.open(path))
}
