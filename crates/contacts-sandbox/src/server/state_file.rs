//! The file that stores the state of a sandbox.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::Builder;

use crate::error::Error;
use crate::state::State;

/// The state file.
#[derive(Debug)]
pub(super) struct StateFile(PathBuf);

impl StateFile {
    /// Reads the file, if it exists.
    pub(super) fn open(path: PathBuf) -> Result<(Self, Option<State>), Error> {
        let stored = match fs::read_to_string(&path) {
            Ok(text) => Some(State::from_json(&text).map_err(|error| error.in_file(path.clone()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::StateFile(path, error)),
        };
        Ok((Self(path), stored))
    }

    /// Writes the state atomically. Only the owner can read the file.
    pub(super) fn write(&self, state: &State) -> Result<(), Error> {
        let Self(path) = self;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // With our own `open`: the library's error would name the temporary file.
        let open = |path: &Path| private().open(path);
        let write = || {
            let mut temporary =
                Builder::new().make_in(folder.unwrap_or_else(|| Path::new(".")), open)?;
            temporary.write_all(state.to_json().as_bytes())?;
            temporary.write_all(b"\n")?;
            replace(temporary.path(), path)?;
            temporary.disable_cleanup(true);
            Ok(())
        };
        write().map_err(|error| Error::StateFile(path.clone(), error))
    }
}

/// Renames a file. Windows rejects this while another program has the old file open.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    const PAUSE: Duration = Duration::from_millis(10);
    let mut tries = if cfg!(windows) { 50 } else { 1 };
    loop {
        tries -= 1;
        match fs::rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && tries > 0 => {
                thread::sleep(PAUSE);
            }
            renamed => return renamed,
        }
    }
}

/// Options for a new file that only the owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
