//! `export [FILE]`: the contacts as a file that can be applied.

use std::{
    fs::{self, File},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use clap::Args;
use contacts_plan::{Desired, Format};
use contacts_ureq::escape_controls;

use super::plan::contacts_file::{LONGEST, format_of, format_parser};
use crate::{
    client::Context,
    config::flags::OutputFormat,
    error::{Failure, counted},
    io::{self as streams, STANDARD, atomic_write, prompt, shown_path},
    redact,
    usage::long_help,
};

/// Write all contacts to a file, which can be changed and applied
///
/// A file that is there is replaced as a whole, once the new one is written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct ExportArgs {
    /// The file to write; - is standard output
    #[arg(default_value = "-", value_parser = redact::path_parser())]
    pub(crate) file: PathBuf,

    /// What the file is written in, where its ending does not say; to standard output YAML, or as -o says
    #[arg(long, value_parser = format_parser())]
    pub(crate) format: Option<Format>,

    /// Overwrite a file that export did not write
    #[arg(long)]
    pub(crate) force: bool,
}

const EXAMPLES: &str = "\
Examples:
  contacts export contacts.yaml
  contacts export --format csv | column -ts,";

const LONG: &str = "\
Contacts that are not enabled:
  The file has them with enabled: false, in YAML with the service's reason as a
  comment. A number may only be unverified, which the service does not say: it
  is written without enabled, so that `contacts apply` leaves its state as it
  is, unless the reason says that a person has disabled it.

A file that exists:
  An earlier export is overwritten. About another file the command asks at a
  terminal; a script needs --force.";

/// First line of a YAML file, by which a later export knows it.
const MARK: &str = "# written by contacts export\n";

pub(crate) fn run(context: &Context<'_>, args: &ExportArgs) -> Result<(), Failure> {
    let ExportArgs { file, format, force } = args;
    let is_standard = file == Path::new(STANDARD);
    let format = match (format, context.args.output) {
        (None, OutputFormat::Table) if is_standard => Format::Yaml,
        (None, OutputFormat::Json) if is_standard => Format::Json,
        (None, OutputFormat::Csv) if is_standard => Format::Csv,
        (None, OutputFormat::Ndjson) if is_standard => {
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
        note_disabled(&contacts);
        return Ok(());
    }
    let failed = |error| Failure::local(format!("{} cannot be written: {error}", shown_path(file)));
    let mark = if format == Format::Yaml { MARK } else { "" };
    atomic_write::write(file, format!("{mark}{text}").as_bytes()).map_err(failed)?;
    streams::note(&format!("{} written to {}", counted(contacts.len(), "contact"), shown_path(file)));
    note_disabled(&contacts);
    Ok(())
}

/// Keeps a file that an export did not write, unless the person at the terminal says otherwise.
fn may_be_replaced(file: &Path) -> Result<(), Failure> {
    // A pipe would wait for its writer.
    if !fs::metadata(file).is_ok_and(|there| there.is_file() && there.len() > 0) {
        return Ok(());
    }
    let bytes = File::open(file).and_then(|there| streams::read_at_most(there, LONGEST)).unwrap_or_default();
    if std::str::from_utf8(&bytes).is_ok_and(is_export) {
        return Ok(());
    }
    let what = format!("{} exists and was not written by `contacts export`", shown_path(file));
    if prompt::can_be_asked("overwriting").is_err() {
        return Err(Failure::usage(what).with_hint("to overwrite it, add --force"));
    }
    match prompt::ask(&format!("{what}. Overwrite it?"))? {
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
fn note_disabled(contacts: &[Desired]) {
    let count = contacts.iter().filter(|contact| contact.enabled.is_none()).count();
    if count > 0 {
        streams::note(&format!(
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
    text.lines().map(|line| format!("{}\n", escape_controls(line))).collect()
}
