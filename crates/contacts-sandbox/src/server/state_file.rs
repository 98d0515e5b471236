//! The file that a sandbox's state outlives it in.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::error::Error;
use crate::state::State;

/// The file, and the name it is written under before it takes its place.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    draft: PathBuf,
}

impl StateFile {
    /// Reads what is there already.
    pub(super) fn open(path: PathBuf) -> Result<(Self, Option<State>), Error> {
        let stored = match fs::read_to_string(&path) {
            Ok(text) => Some(State::from_json(&text).map_err(|error| error.in_file(path.clone()))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::StateFile(path, error)),
        };
        let mut draft = OsString::from(path.as_os_str());
        draft.push(format!(".{}.draft", std::process::id()));
        Ok((Self { path, draft: draft.into() }, stored))
    }

    /// Writes the whole state: whoever reads the file sees the old one or the new one, never a part.
    pub(super) fn write(&self, state: &State) -> Result<(), Error> {
        let write = || {
            let mut draft = create_private(&self.draft)?;
            draft.write_all(state.to_json().as_bytes())?;
            draft.write_all(b"\n")?;
            fs::rename(&self.draft, &self.path)
        };
        write().map_err(|error| Error::StateFile(self.path.clone(), error))
    }
}

#[cfg(unix)]
fn create_private(path: &PathBuf) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}
