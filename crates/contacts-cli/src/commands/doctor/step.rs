//! The checks of `doctor` and their output.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::Failure;

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Ok,
    /// Not a failure, but worth attention.
    Note,
    Failed,
}

#[derive(Debug, Serialize)]
pub(crate) struct Step {
    step: &'static str,
    state: State,
    message: String,
    hint: Option<String>,
}

impl Step {
    /// The name of the check and its result, without details.
    pub(crate) fn summary(&self) -> (&'static str, State) {
        (self.step, self.state)
    }

    /// The line in the table format.
    pub(crate) fn line(&self) -> String {
        let (word, color) = match self.state {
            State::Ok => ("ok", AnsiColor::Green),
            State::Note => ("note", AnsiColor::Yellow),
            State::Failed => ("FAILED", AnsiColor::Red),
        };
        let color: Style = color.on_default();
        let mut text = format!("{color}{word:<6}{color:#}  {:<10}  {}", self.step, self.message);
        if let Some(hint) = &self.hint {
            text.push_str(&format!("\n{:20}{hint}", ""));
        }
        text
    }
}

/// The checks so far.
#[derive(Debug, Default)]
pub(crate) struct Steps(pub(crate) Vec<Step>);

impl Steps {
    pub(crate) fn ok(&mut self, step: &'static str, message: impl Into<String>) {
        self.0.push(Step { step, state: State::Ok, message: message.into(), hint: None });
    }

    pub(crate) fn note(
        &mut self,
        step: &'static str,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.0.push(Step { step, state: State::Note, message: message.into(), hint });
    }

    /// Adds a failed check, which is the last one: later checks depend on it.
    pub(crate) fn failed(&mut self, step: &'static str, failure: &Failure) -> Failure {
        let (message, hint) = (failure.to_string(), failure.hint().map(str::to_owned));
        self.0.push(Step { step, state: State::Failed, message, hint });
        Failure::failed_check(failure, step)
    }
}
