//! What must come of a case.

use std::fmt;

use serde::Deserialize;

use crate::Outcome;

/// What must come of a case, beside its answer: a value or an error, and what was asked of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// The value as `Debug` shows it; of a long one the beginning, the length and the end.
    pub value: Option<String>,
    /// The kind of the error.
    pub error: Option<String>,
    /// What is known about the effect.
    pub effect: Option<Effect>,
    /// The status that the error tells.
    pub status: Option<u16>,
    /// The service's code.
    pub code: Option<String>,
    /// The id for the vendor's support.
    pub request_id: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// What the error says, and what the error behind it says.
    pub text: Option<String>,
    /// Method and path of every request, where it is more than one; otherwise there was one.
    pub requests: Vec<String>,
}

/// What is known about the effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It had none.
    None,
    /// It may have been carried out.
    Possible,
}

/// The longest value that is written down whole, in bytes.
const LONGEST: usize = 600;

impl Expectation {
    /// What has come.
    pub(super) fn of(outcome: Outcome, requests: &[String]) -> Self {
        let requests = if requests.len() == 1 { Vec::new() } else { requests.to_vec() };
        match outcome {
            Outcome::Value(value) => Self { value: Some(shown(value)), requests, ..Self::default() },
            // How many requests were made is there to be counted.
            Outcome::Error { kind, effect, status, code, request_id, hint, attempts: _, text } => Self {
                value: None,
                error: Some(kind.as_str().to_owned()),
                effect: Some(match effect {
                    contacts_proto::Effect::None => Effect::None,
                    contacts_proto::Effect::Possible => Effect::Possible,
                }),
                status,
                code,
                request_id,
                hint,
                text: Some(text),
                requests,
            },
        }
    }
}

fn shown(value: String) -> String {
    if value.len() <= LONGEST {
        return value;
    }
    let head = value.get(..value.floor_char_boundary(200)).unwrap_or_default();
    let tail = value.get(value.ceil_char_boundary(value.len() - 200)..).unwrap_or_default();
    format!("{head} ({} bytes) {tail}", value.len())
}

/// As it stands in a file.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = |name: &str, value: &Option<String>| match value {
            Some(value) => writeln!(f, "{name} = {}", Quoted(value)),
            None => Ok(()),
        };
        text("value", &self.value)?;
        text("error", &self.error)?;
        let effect = self.effect.map(|effect| match effect {
            Effect::None => "none".to_owned(),
            Effect::Possible => "possible".to_owned(),
        });
        text("effect", &effect)?;
        text("code", &self.code)?;
        text("request_id", &self.request_id)?;
        text("hint", &self.hint)?;
        text("text", &self.text)?;
        if let Some(status) = self.status {
            writeln!(f, "status = {status}")?;
        }
        if !self.requests.is_empty() {
            writeln!(f, "requests = [")?;
            self.requests.iter().try_for_each(|line| writeln!(f, "    {},", Quoted(line)))?;
            writeln!(f, "]")?;
        }
        Ok(())
    }
}

/// A text as TOML has it, without escapes if that can be.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        if text.is_ascii() && !text.contains(|c: char| c == '\'' || c.is_control()) {
            return write!(f, "'{text}'");
        }
        f.write_str("\"")?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if c.is_ascii() && !c.is_control() => write!(f, "{c}")?,
                // Whatever a person might not see, or might see as something else.
                c => write!(f, "\\U{:08x}", u32::from(c))?,
            }
        }
        f.write_str("\"")
    }
}
