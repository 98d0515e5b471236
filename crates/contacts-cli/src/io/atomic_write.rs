//! Files that are written whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// Writes it such that whoever reads sees the old file or the new one. A new one is for its owner alone.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match Draft::new(path)? {
        Draft::Into(mut there) => there.write_all(bytes),
        Draft::Beside { draft, path, there } => {
            if let Some(there) = there {
                draft.as_file().set_permissions(there)?;
            }
            finish(draft, &path, bytes)
        }
    }
}

/// The same, for its owner alone whatever was there; a link is replaced.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    finish(draft_beside(path)?, path, bytes)
}

fn finish(draft: NamedTempFile, path: &Path, bytes: &[u8]) -> io::Result<()> {
    draft.as_file().write_all(bytes)?;
    draft.as_file().sync_all()?;
    draft.persist(path)?;
    Ok(())
}

/// Whether it could be written now. Nothing is left of the trial.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    Draft::new(path).map(drop)
}

/// A file that is to be written.
enum Draft {
    /// A device or a pipe is written to, and not replaced.
    Into(File),
    /// Another file in the same folder, which is to take its place.
    Beside { draft: NamedTempFile, path: PathBuf, there: Option<fs::Permissions> },
}

impl Draft {
    fn new(path: &Path) -> io::Result<Self> {
        let path = target(path)?;
        let there = match File::options().write(true).open(&path) {
            Ok(there) => {
                let metadata = there.metadata()?;
                if !metadata.is_file() {
                    return Ok(Self::Into(there));
                }
                Some(metadata.permissions())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let draft = draft_beside(&path)?;
        Ok(Self::Beside { draft, path, there })
    }
}

/// What is written: where it is a link, what that leads to, which need not be there yet. A link stays one.
fn target(path: &Path) -> io::Result<PathBuf> {
    /// As many as a kernel follows.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().unwrap_or_else(|| Path::new("")).join(next),
            // It is no link, or not there.
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("it is a link that leads to no file"))
}

/// A new file in the same folder, for its owner alone.
fn draft_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Opened here, since the library's own error would name this file, which nobody knows.
    Builder::new().make_in(folder.unwrap_or_else(|| Path::new(".")), |path| options.open(path))
}
