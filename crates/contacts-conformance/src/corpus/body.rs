//! Bodies, written such that a person can read them.

use serde::Deserialize;

/// A body: a text, or pieces one after the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// All of it.
    Text(String),
    /// What is too long to be written down.
    Pieces(Vec<Piece>),
}

/// A part of a body.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Piece {
    /// Just so.
    Text(String),
    /// The same again and again; `{n}` in it is how often it has been there already.
    Repeat {
        /// What is repeated.
        repeat: String,
        /// How often it is there.
        times: usize,
    },
}

impl Default for Body {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Body {
    /// All of it.
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
