//! Files that are written whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use tempfile::NamedTempFile;

/// Writes it such that whoever reads sees the old file or the new one. A new one is for its owner alone.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays one.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let there = match File::options().write(true).open(path) {
        Ok(mut there) => {
            let metadata = there.metadata()?;
            if !metadata.is_file() {
                // A device or a pipe is written to, and not replaced.
                return there.write_all(bytes);
            }
            Some(metadata)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut draft = NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")))?;
    draft.write_all(bytes)?;
    if let Some(there) = there {
        draft.as_file().set_permissions(there.permissions())?;
    }
    draft.as_file().sync_all()?;
    draft.persist(path)?;
    Ok(())
}
