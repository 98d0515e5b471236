//! Reads a file of desired contacts.

use std::path::{Path, PathBuf};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use contacts_plan::{Desired, Format, Options, Plan, PlanErrorKind};
use contacts_ureq::Contact;

use crate::{
    error::Failure,
    io::{STANDARD, shown_path},
    redact,
};

/// Arguments that `plan` and `apply` share.
#[derive(Debug, Args)]
pub(crate) struct DesiredArgs {
    /// File of desired contacts: YAML, JSON or CSV; - is standard input
    #[arg(value_parser = redact::path_parser())]
    pub(crate) file: PathBuf,

    /// Format of the file; by default, from its extension
    #[arg(long, value_parser = format_parser())]
    pub(crate) format: Option<Format>,

    /// Delete contacts that are not in the file
    #[arg(long)]
    pub(crate) prune: bool,

    /// Allow risky changes, such as removing the last enabled contact
    #[arg(long)]
    pub(crate) force: bool,
}

/// Parses the format of a file of contacts.
pub(crate) fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["yaml", "json", "csv"]).map(|format| match &*format {
        "yaml" => Format::Yaml,
        "json" => Format::Json,
        _ => Format::Csv,
    })
}

/// Maximum size of a file of contacts, in bytes.
pub(crate) const MAX_FILE_SIZE: u64 = 1024 * 1024;

/// A valid file, with the options for its plan.
pub(crate) struct ContactsFile {
    name: String,
    desired: Vec<Desired>,
    options: Options,
}

impl ContactsFile {
    /// Reads the file. Sends nothing.
    pub(crate) fn read(
        args: &DesiredArgs,
        read: impl FnOnce(&Path) -> Result<String, Failure>,
    ) -> Result<Self, Vec<Failure>> {
        let DesiredArgs { file, format, prune, force } = args;
        let is_standard = file == Path::new(STANDARD);
        let name = shown_path(file);
        let format = match format {
            None if is_standard => Format::Yaml,
            format => format_of(file, *format)?,
        };
        let text = read(file)?;
        let desired = contacts_plan::read(&text, format).map_err(|diagnostics| {
            let mut failures: Vec<_> = diagnostics
                .iter()
                .map(|diagnostic| {
                    Failure::in_file(&name, Some(diagnostic.position), &diagnostic.message)
                })
                .collect();
            if format != Format::Csv && contacts_plan::looks_like_csv(&text) {
                let hint = "the file looks like CSV; if it is, add --format csv";
                let last = failures.pop().map(|last| last.with_hint(hint));
                failures.extend(last);
            }
            failures
        })?;
        let options = Options::default().prune(*prune).force(*force);
        Ok(Self { name, desired, options })
    }

    /// Compares the file with these contacts.
    pub(crate) fn plan(&self, actual: &[Contact]) -> Result<Plan, Vec<Failure>> {
        Plan::new(&self.desired, actual, self.options).map_err(|error| {
            let failure = |reason: &PlanErrorKind| {
                let failure =
                    Failure::in_file(&self.name, reason.position(), &reason.message().to_string());
                match reason {
                    PlanErrorKind::LastEnabled => {
                        failure.with_hint("add --force to plan it anyway")
                    }
                    _ => failure,
                }
            };
            error.reasons().iter().map(failure).collect()
        })
    }
}

/// Returns the format that was given, or else the one of the file's extension.
pub(crate) fn format_of(file: &Path, given: Option<Format>) -> Result<Format, Failure> {
    given.or_else(|| Format::from_path(file)).ok_or_else(|| {
        let name = shown_path(file);
        Failure::usage(format!("the extension of {name} is not .yaml, .yml, .json or .csv"))
            .with_hint("name the format with --format")
    })
}
