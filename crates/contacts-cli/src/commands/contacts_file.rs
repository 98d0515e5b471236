//! A file of contacts as they are to be.

use std::path::Path;

use contacts_plan::{Desired, Format, Options, Place, Plan, Reason};
use contacts_ureq::Contact;

use super::Context;
use crate::{
    args::{DesiredArgs, FileFormat},
    failure::Failure,
    text_file::{self, STANDARD, shown},
};

/// No file of contacts is longer, in bytes.
pub(super) const LONGEST: u64 = 1024 * 1024;

/// A file without mistakes, and how far to go for it.
pub(super) struct ContactsFile {
    name: String,
    desired: Vec<Desired>,
    options: Options,
}

impl ContactsFile {
    /// Reads it. Nothing is sent.
    pub(super) fn read(context: &Context<'_>, args: &DesiredArgs) -> Result<Self, Vec<Failure>> {
        let DesiredArgs { file, format, prune, force } = args;
        let is_standard = file == Path::new(STANDARD);
        let name = shown(file);
        let format = match format {
            None if is_standard => Format::Yaml,
            format => format_of(file, *format)?,
        };
        let text = text_file::text(file, "contacts", LONGEST, || context.settings())?;
        let desired = contacts_plan::read(&text, format).map_err(|mistakes| {
            let mut failures: Vec<_> =
                mistakes.iter().map(|mistake| at(&name, Some(mistake.place), &mistake.message)).collect();
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
    pub(super) fn plan(&self, actual: &[Contact]) -> Result<Plan, Vec<Failure>> {
        Plan::new(&self.desired, actual, self.options).map_err(|refused| {
            let failure = |reason: &Reason| {
                let failure = at(&self.name, reason.place(), &reason.message().to_string());
                match reason {
                    Reason::LastEnabled => failure.with_hint("--force plans it all the same"),
                    _ => failure,
                }
            };
            refused.reasons().iter().map(failure).collect()
        })
    }
}

/// What a file is written in: as it is said, or else as its name says.
pub(super) fn format_of(file: &Path, said: Option<FileFormat>) -> Result<Format, Failure> {
    said.map(Format::from).or_else(|| Format::of(file)).ok_or_else(|| {
        let name = shown(file);
        Failure::usage(format!("{name} ends in none of .yaml, .yml, .json and .csv"))
            .with_hint("--format tells what a file is written in, whatever its name")
    })
}

/// What is wrong, as editors find it.
pub(super) fn at(name: &str, place: Option<Place>, message: &str) -> Failure {
    Failure::usage(match place {
        Some(Place { line, column }) => format!("{name}:{line}:{column}: {message}"),
        None => format!("{name}: {message}"),
    })
}
