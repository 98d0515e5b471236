//! `export [FILE]`: the contacts as a file that can be applied.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use contacts_plan::{Desired, Format};
use contacts_ureq::printable;

use super::{Context, contacts_file::format_of};
use crate::{
    args::{ExportArgs, Form},
    failure::Failure,
    output::counted,
    text_file::{STANDARD, shown},
    whole_file,
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
        context.output.text(&for_standard_output(&text))?;
        note_disabled(context, &contacts);
        return Ok(());
    }
    let failed = |error| Failure::local(format!("{} cannot be written: {error}", shown(file)));
    whole_file::write(file, text.as_bytes()).map_err(failed)?;
    context.note(&format!("{} written to {}", counted(contacts.len(), "contact"), shown(file)));
    note_disabled(context, &contacts);
    Ok(())
}

/// What the service has disabled until it is verified would be disabled for good by the file.
fn note_disabled(context: &Context<'_>, contacts: &[Desired]) {
    let count = contacts.iter().filter(|contact| contact.method.is_phone() && !contact.enabled).count();
    if count > 0 {
        context.note(&format!(
            "{} not enabled, and disabled in the file: once verified, a number is to be enabled there too, or an apply \
             deactivates it",
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
