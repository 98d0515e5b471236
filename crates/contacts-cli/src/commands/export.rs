//! `export [FILE]`: the contacts as a file that can be applied.

use std::{
    fs::{self, File},
    io::{self, IsTerminal, Write},
    path::Path,
};

use contacts_plan::{Desired, Format};
use contacts_ureq::printable;
use tempfile::NamedTempFile;

use super::{
    Context,
    contacts_file::{STANDARD, format_of, shown},
};
use crate::{
    args::{ExportArgs, Form},
    failure::Failure,
    output::counted,
};

pub(super) fn run(context: &Context<'_>, args: &ExportArgs) -> Result<(), Failure> {
    let ExportArgs { file, format } = args;
    let is_standard = file == Path::new(STANDARD);
    let format = match (format, context.arguments.how.output) {
        (None, Form::Table) if is_standard => Format::Yaml,
        (None, Form::Json) if is_standard => Format::Json,
        (None, Form::Csv) if is_standard => Format::Csv,
        (None, Form::Ndjson) if is_standard => {
            return Err(Failure::usage("a file of contacts is not written as ndjson")
                .with_hint("--format yaml, json or csv says what it is"));
        }
        (format, _) => format_of(file, *format)?,
    };
    let contacts: Vec<_> = context.connect()?.contacts()?.iter().map(Desired::from).collect();
    let text = contacts_plan::write(&contacts, format);
    if is_standard {
        return context.output.text(&for_standard_output(&text));
    }
    let failed = |error| Failure::local(format!("{} cannot be written: {error}", shown(file)));
    write(file, text.as_bytes()).map_err(failed)?;
    context.note(&format!("{} written to {}", counted(contacts.len(), "contact"), shown(file)));
    Ok(())
}

/// A terminal is not told what to do by a contact.
fn for_standard_output(text: &str) -> String {
    if !io::stdout().is_terminal() {
        return text.to_owned();
    }
    text.lines().map(|line| format!("{}\n", printable(line))).collect()
}

/// Whoever reads the file sees the old one or the new one, never a part.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
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
