//! A file of contacts as they are to be.

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

/// The contacts that are wanted, and how far to go for them.
#[derive(Debug, Args)]
pub(crate) struct DesiredArgs {
    /// The contacts as they are to be, in YAML, JSON or CSV by the file's ending; - is standard input
    #[arg(value_parser = redact::path_parser())]
    pub(crate) file: PathBuf,

    /// What the file is written in, where its ending does not say; standard input is YAML (and so JSON) otherwise
    #[arg(long, value_parser = format_parser())]
    pub(crate) format: Option<Format>,

    /// Delete contacts that the file does not have
    #[arg(long)]
    pub(crate) prune: bool,

    /// Go on where it may do harm: leave no enabled contact, activate numbers with `enabled: true` that may not be verified,
    /// delete before creating where there is no room for both
    #[arg(long)]
    pub(crate) force: bool,
}

/// A format of files of contacts.
pub(crate) fn format_parser() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["yaml", "json", "csv"]).map(|format| match &*format {
        "yaml" => Format::Yaml,
        "json" => Format::Json,
        _ => Format::Csv,
    })
}

/// No file of contacts is longer, in bytes.
pub(crate) const LONGEST: u64 = 1024 * 1024;

/// A file without mistakes, and how far to go for it.
pub(crate) struct ContactsFile {
    name: String,
    desired: Vec<Desired>,
    options: Options,
}

impl ContactsFile {
    /// Reads it. Nothing is sent.
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
                .map(|diagnostic| Failure::in_file(&name, Some(diagnostic.position), &diagnostic.message))
                .collect();
            if format != Format::Csv
                && contacts_plan::looks_like_csv(&text)
                && let Some(last) = failures.pop()
            {
                failures.push(last.with_hint("this looks like CSV: read it with --format csv"));
            }
            failures
        })?;
        let options = Options::default().prune(*prune).force(*force);
        Ok(Self { name, desired, options })
    }

    /// The plan against these contacts.
    pub(crate) fn plan(&self, actual: &[Contact]) -> Result<Plan, Vec<Failure>> {
        Plan::new(&self.desired, actual, self.options).map_err(|refused| {
            let failure = |reason: &PlanErrorKind| {
                let failure = Failure::in_file(&self.name, reason.position(), &reason.message().to_string());
                match reason {
                    PlanErrorKind::LastEnabled => failure.with_hint("--force plans it all the same"),
                    _ => failure,
                }
            };
            refused.reasons().iter().map(failure).collect()
        })
    }
}

/// What a file is written in: as it is said, or else as its name says.
pub(crate) fn format_of(file: &Path, said: Option<Format>) -> Result<Format, Failure> {
    said.or_else(|| Format::from_path(file)).ok_or_else(|| {
        let name = shown_path(file);
        Failure::usage(format!("{name} ends in none of .yaml, .yml, .json and .csv"))
            .with_hint("--format tells what a file is written in, whatever its name")
    })
}
