//! The report of `doctor --report`, for a maintainer. It contains nothing secret or personal.
//!
//! Every text in it is a `&'static str`: a word of this program, chosen by what was read. So no
//! text of the settings, of a request or of a response can enter it.

mod questions;
mod recorder;
mod settings;
mod shape;
#[cfg(test)]
mod tests;
mod words;

use std::{env::consts, io, path::Path};

use contacts_ureq::Error;
use serde::Serialize;

pub(crate) use self::recorder::Recorder;
use self::{questions::Answer, recorder::Recorded, settings::Setting};
use super::step::{State, Step, Steps};
use crate::{
    client::Client,
    config::Settings,
    error::Failure,
    io::{atomic_write, shown_path},
};

/// Collects the content of the report.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) recorder: Recorder,
    settings: Vec<Setting>,
    answers: Vec<Answer>,
}

/// The file.
#[derive(Serialize)]
struct File<'a> {
    versions: Versions,
    settings: &'a [Setting],
    checks: Vec<Check>,
    requests: &'a [Recorded],
    /// Points that the vendor does not document.
    undocumented: Vec<&'a Answer>,
}

#[derive(Serialize)]
struct Versions {
    contacts: &'static str,
    os: &'static str,
    architecture: &'static str,
    rust: &'static str,
}

/// A check, or several in a row with the same result.
#[derive(PartialEq, Serialize)]
struct Check {
    check: &'static str,
    state: State,
}

impl Report {
    pub(crate) fn add_settings(&mut self, settings: &Settings) {
        self.settings = settings::kinds(settings);
    }

    /// Sends the requests that only the report needs.
    pub(crate) fn ask(&mut self, service: &Client) -> Result<(), Error> {
        self.answers = questions::ask(service, &mut self.recorder)?;
        Ok(())
    }

    /// Writes the file, or leaves it unchanged.
    pub(crate) fn write(&self, path: &Path, steps: &Steps) -> Result<(), Failure> {
        atomic_write::write_private(path, self.text(steps).as_bytes())
            .map_err(|error| cannot_write(path, &error))
    }

    fn text(&self, steps: &Steps) -> String {
        let mut checks: Vec<_> = steps.0.iter().map(Step::summary).map(Check::from).collect();
        checks.dedup();
        let derived = questions::derived(&self.recorder);
        let file = File {
            versions: Versions {
                contacts: env!("CARGO_PKG_VERSION"),
                os: consts::OS,
                architecture: consts::ARCH,
                rust: env!("CONTACTS_RUSTC"),
            },
            settings: &self.settings,
            checks,
            requests: &self.recorder.requests,
            undocumented: self.answers.iter().chain(&derived).collect(),
        };
        // All keys are texts, so this does not fail.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl From<(&'static str, State)> for Check {
    fn from((check, state): (&'static str, State)) -> Self {
        Self { check, state }
    }
}

/// Checks that the file can be written, without changing it.
pub(crate) fn check(path: &Path) -> Result<(), Failure> {
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Failure::usage(format!("{} is not a regular file", shown_path(path))));
    }
    atomic_write::check(path).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::local(format!("could not write {}: {error}", shown_path(path)))
}
