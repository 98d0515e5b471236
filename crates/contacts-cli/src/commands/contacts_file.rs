//! A file of contacts as they are to be.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use contacts_plan::{Desired, Format, Options, Place, Plan, Reason};
use contacts_ureq::{Contact, printable};

use super::Context;
use crate::{
    args::{DesiredArgs, FileFormat},
    failure::Failure,
    settings::Person,
    token::TokenFrom,
};

/// Standard input or output, where a file is expected.
pub(super) const STANDARD: &str = "-";

/// No file of contacts is longer, in bytes.
const LONGEST: u64 = 1024 * 1024;

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
        let name = if is_standard { "<stdin>".into() } else { shown(file) };
        let format = match format {
            None if is_standard => Format::Yaml,
            format => format_of(file, *format)?,
        };
        let bytes = if is_standard {
            let person = context.settings()?.person;
            if matches!(person, Some(Person { token: TokenFrom::StandardInput, .. })) {
                return Err(
                    Failure::usage("standard input has either the token or the contacts, not both").into()
                );
            }
            bytes(io::stdin().lock())
        } else {
            File::open(file).and_then(bytes)
        };
        let bytes = bytes.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|error| not_text(&name, error.as_bytes()))?;
        let desired = contacts_plan::read(&text, format).map_err(|mistakes| {
            mistakes
                .iter()
                .map(|mistake| at(&name, Some(mistake.place), &mistake.message))
                .collect::<Vec<_>>()
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

/// A path as a terminal can show it.
pub(super) fn shown(file: &Path) -> String {
    printable(&file.display().to_string()).into_owned()
}

fn bytes(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LONGEST.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= LONGEST => Ok(bytes),
        _ => Err(io::Error::other(format!("it is longer than {LONGEST} bytes"))),
    }
}

fn not_text(name: &str, bytes: &[u8]) -> Failure {
    let before = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    Failure::usage(format!("{name}:{line}:{column}: this is not text in UTF-8"))
}

/// What is wrong, as editors find it.
fn at(name: &str, place: Option<Place>, message: &str) -> Failure {
    Failure::usage(match place {
        Some(Place { line, column }) => format!("{name}:{line}:{column}: {message}"),
        None => format!("{name}: {message}"),
    })
}
