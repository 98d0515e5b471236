//! Bodies in a form that a person can read.

use serde::Deserialize;

/// A body: a text, or pieces one after the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// The whole body.
    Text(String),
    /// A body that is too long to write down.
    Pieces(Vec<Piece>),
}

/// A part of a body.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Piece {
    /// The text itself.
    Text(String),
    /// A text several times; `{n}` in it is the number of the repetition, from 0.
    Repeat {
        /// The text.
        repeat: String,
        /// Number of times.
        times: usize,
    },
}

impl Default for Body {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Body {
    /// The whole text.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Pieces(pieces) => pieces.iter().map(Piece::text).collect(),
        }
    }
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Repeat { repeat, times } if repeat.contains("{n}") => {
                let parts: Vec<_> = repeat.split("{n}").collect();
                (0..*times).map(|n| parts.join(&n.to_string())).collect()
            }
            Self::Repeat { repeat, times } => repeat.repeat(*times),
        }
    }
}
