//! The file that a sandbox's state outlives it in.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::error::Error;
use crate::state::State;

/// The file.
#[derive(Debug)]
pub(super) struct StateFile(PathBuf);

impl StateFile {
    /// Reads what is there already.
    pub(super) fn open(path: PathBuf) -> Result<(Self, Option<State>), Error> {
        let stored = match fs::read_to_string(&path) {
            Ok(text) => Some(State::from_json(&text).map_err(|error| error.in_file(path.clone()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::StateFile(path, error)),
        };
        Ok((Self(path), stored))
    }

    /// Writes the whole state, for its owner alone: whoever reads the file sees the old one or the new one, never a part.
    pub(super) fn write(&self, state: &State) -> Result<(), Error> {
        let Self(path) = self;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Opened here, since the library's own error would name the draft, which nobody knows.
        let open = |draft: &Path| private().open(draft);
        let write = || {
            let mut draft = Builder::new().make_in(folder.unwrap_or_else(|| Path::new(".")), open)?;
            draft.write_all(state.to_json().as_bytes())?;
            draft.write_all(b"\n")?;
            draft.persist(path)?;
            Ok(())
        };
        write().map_err(|error| Error::StateFile(path.clone(), error))
    }
}

/// A new file, for its owner alone.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
