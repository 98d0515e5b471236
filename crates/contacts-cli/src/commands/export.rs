//! `export [FILE]`: writes the contacts to a file that `apply` can read.

use std::{
    fs::{self, File},
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use clap::Args;
use contacts_plan::{Desired, Format};
use contacts_ureq::escape_controls;

use super::plan::contacts_file::{MAX_FILE_SIZE, format_of, format_parser};
use crate::{
    client::Context,
    config::flags::OutputFormat,
    error::{Failure, counted},
    io::{self as streams, STANDARD, atomic_write, prompt, shown_path},
    redact,
    usage::long_help,
};

/// Write the contacts to a file for `plan` and `apply`
///
/// An existing file stays until the new one is complete.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct ExportArgs {
    /// File to write; - is standard output
    #[arg(default_value = "-", value_parser = redact::path_parser())]
    pub(crate) file: PathBuf,

    /// Format of the file; by default, from its extension
    #[arg(long, value_parser = format_parser())]
    pub(crate) format: Option<Format>,

    /// Overwrite a file that was not written by export
    #[arg(long)]
    pub(crate) force: bool,
}

const EXAMPLES: &str = "\
Examples:
  contacts export contacts.yaml
  contacts export --format csv | column -ts,";

const LONG: &str = "\
Format:
  The extension .yaml, .yml, .json or .csv selects the format of a file.
  Standard output is YAML; --format, or -o json or csv, selects another format.

Disabled contacts:
  The file has `enabled: false` for a disabled contact. In YAML, a comment shows
  the reason that the service gives. A disabled phone number has no `enabled`,
  because it may only lack verification; `contacts apply` then keeps its state.
  If the reason says that a person disabled the number, it has `enabled: false`.

Existing files:
  An earlier export is overwritten. For any other file, the command asks at a
  terminal; scripts need --force.";

/// First line of a YAML file. A later export recognizes it.
const MARK: &str = "# written by contacts export\n";

pub(crate) fn run(context: &Context<'_>, args: &ExportArgs) -> Result<(), Failure> {
    let ExportArgs { file, format, force } = args;
    let is_standard = file == Path::new(STANDARD);
    let format = match (format, context.args.output) {
        (None, OutputFormat::Table) if is_standard => Format::Yaml,
        (None, OutputFormat::Json) if is_standard => Format::Json,
        (None, OutputFormat::Csv) if is_standard => Format::Csv,
        (None, OutputFormat::Ndjson) if is_standard => {
            return Err(Failure::usage("cannot export contacts as ndjson")
                .with_hint("use --format yaml, json or csv"));
        }
        (format, _) => format_of(file, *format)?,
    };
    if !is_standard && !force {
        confirm_overwrite(file)?;
    }
    let contacts: Vec<_> = context.connect()?.contacts()?.iter().map(Desired::from).collect();
    let text = contacts_plan::write(&contacts, format);
    if is_standard {
        context.output.text(&for_standard_output(&text))?;
        note_disabled(&contacts);
        return Ok(());
    }
    let failed = |error| Failure::local(format!("could not write {}: {error}", shown_path(file)));
    let mark = if format == Format::Yaml { MARK } else { "" };
    atomic_write::write(file, format!("{mark}{text}").as_bytes()).map_err(failed)?;
    streams::note(&format!(
        "{} written to {}",
        counted(contacts.len(), "contact"),
        shown_path(file)
    ));
    note_disabled(&contacts);
    Ok(())
}

/// Asks before it overwrites a file that no export wrote. Without a terminal, that is an error.
fn confirm_overwrite(file: &Path) -> Result<(), Failure> {
    // Only regular files: to read a pipe would block.
    if !fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0) {
        return Ok(());
    }
    let bytes = File::open(file)
        .and_then(|opened| streams::read_at_most(opened, MAX_FILE_SIZE))
        .unwrap_or_default();
    if std::str::from_utf8(&bytes).is_ok_and(is_export) {
        return Ok(());
    }
    let what = format!("{} exists and was not written by `contacts export`", shown_path(file));
    if prompt::can_be_asked("overwriting").is_err() {
        return Err(Failure::usage(what).with_hint("add --force to overwrite it"));
    }
    match prompt::ask(&format!("{what}. Overwrite it?"))? {
        true => Ok(()),
        false => Err(Failure::local("nothing was written")),
    }
}

/// Returns `true` for YAML that starts with [`MARK`]. JSON and CSV have no comments: there, all
/// contacts must have an id.
fn is_export(text: &str) -> bool {
    let has_ids = |contacts: Vec<Desired>| contacts.iter().all(|contact| contact.id.is_some());
    text.starts_with(MARK)
        || [Format::Json, Format::Csv]
            .iter()
            .any(|format| contacts_plan::read(text, *format).is_ok_and(has_ids))
}

/// Notes the numbers that are written without `enabled`: their owner may verify them later.
fn note_disabled(contacts: &[Desired]) {
    let note = match contacts.iter().filter(|contact| contact.enabled.is_none()).count() {
        0 => return,
        1 => "1 disabled phone number written without `enabled`: apply does not change its state"
            .to_owned(),
        count => format!(
            "{count} disabled phone numbers written without `enabled`: apply does not change their state"
        ),
    };
    streams::note(&note);
}

/// Escapes control characters at a terminal.
fn for_standard_output(text: &str) -> String {
    if !io::stdout().is_terminal() {
        return text.to_owned();
    }
    text.lines().map(|line| format!("{}\n", escape_controls(line))).collect()
}
