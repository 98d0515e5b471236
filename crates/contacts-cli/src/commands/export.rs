//! `export [FILE]`: the contacts as a file that can be applied.

use std::{
    fs::{self, File},
    io::{self, IsTerminal},
    path::Path,
};

use contacts_plan::{Desired, Format};
use contacts_ureq::printable;

use super::{
    Context,
    contacts_file::{LONGEST, format_of},
    question,
};
use crate::{
    args::{ExportArgs, Form},
    failure::Failure,
    output::counted,
    text_file::{self, STANDARD, shown},
    whole_file,
};

/// First line of a YAML file, by which a later export knows it.
const MARK: &str = "# written by contacts export\n";

pub(super) fn run(context: &Context<'_>, args: &ExportArgs) -> Result<(), Failure> {
    let ExportArgs { file, format, force } = args;
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
    if !is_standard && !force {
        may_be_replaced(file)?;
    }
    let contacts: Vec<_> = context.connect()?.contacts()?.iter().map(Desired::from).collect();
    let text = contacts_plan::write(&contacts, format);
    if is_standard {
        context.output.text(&for_standard_output(&text))?;
        note_disabled(context, &contacts);
        return Ok(());
    }
    let failed = |error| Failure::local(format!("{} cannot be written: {error}", shown(file)));
    let mark = if format == Format::Yaml { MARK } else { "" };
    whole_file::write(file, format!("{mark}{text}").as_bytes()).map_err(failed)?;
    context.note(&format!("{} written to {}", counted(contacts.len(), "contact"), shown(file)));
    note_disabled(context, &contacts);
    Ok(())
}

/// Keeps a file that an export did not write, unless the person at the terminal says otherwise.
fn may_be_replaced(file: &Path) -> Result<(), Failure> {
    // A pipe would wait for its writer.
    if !fs::metadata(file).is_ok_and(|there| there.is_file() && there.len() > 0) {
        return Ok(());
    }
    let bytes = File::open(file).and_then(|there| text_file::bytes(there, LONGEST)).unwrap_or_default();
    if std::str::from_utf8(&bytes).is_ok_and(is_export) {
        return Ok(());
    }
    let what = format!("{} exists and was not written by `contacts export`", shown(file));
    if question::can_be_asked("overwriting").is_err() {
        return Err(Failure::usage(what).with_hint("to overwrite it, add --force"));
    }
    match question::ask(&format!("{what}. Overwrite it?"))? {
        true => Ok(()),
        false => Err(Failure::local("nothing was written")),
    }
}

/// Returns `true` for what an export writes: YAML with its first line, and in JSON and CSV, which have no comments, contacts
/// that all have their ids.
fn is_export(text: &str) -> bool {
    let has_ids = |contacts: Vec<Desired>| contacts.iter().all(|contact| contact.id.is_some());
    text.starts_with(MARK)
        || [Format::Json, Format::Csv]
            .iter()
            .any(|format| contacts_plan::read(text, *format).is_ok_and(has_ids))
}

/// Tells of numbers that may be verified later.
fn note_disabled(context: &Context<'_>, contacts: &[Desired]) {
    let count = contacts.iter().filter(|contact| contact.enabled.is_none()).count();
    if count > 0 {
        context.note(&format!(
            "{} not enabled, and written without `enabled`: apply leaves the state of a number as it is",
            if count == 1 { "1 number is".into() } else { format!("{count} numbers are") }
        ));
    }
}

/// A terminal is not told what to do by a contact.
fn for_standard_output(text: &str) -> String {
    if !io::stdout().is_terminal() {
        return text.to_owned();
    }
    text.lines().map(|line| format!("{}\n", printable(line))).collect()
}
