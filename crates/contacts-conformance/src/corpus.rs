//! Malformed, hostile and odd responses, each with the outcome that it must have: in the core, and
//! in both clients over a real socket.
//!
//! **How to add a case.** Write a `[[case]]` into the file of its theme in `corpus/`: a `name`, a
//! one-line `reason`, the `status`, the lines of the `head`, the `body`. Then decide the outcome
//! from the rules of the service and of HTTP, before you run the test:
//!
//! ```toml
//! [[case]]
//! name = '500 without a body'
//! reason = 'The service may have failed after it made the change.'
//! status = 500
//! reads = { error = 'Unavailable' }
//! writes = { error = 'Unavailable', effect = 'Possible' }
//! create = { error = 'OutcomeUnknown', effect = 'Possible', hint = 'Reconcile' }
//! ```
//!
//! | key | applies to |
//! | --- | --- |
//! | `all` | the seven operations of the Contacts API |
//! | `reads` | `list` and `get` |
//! | `writes` | `create`, `update`, `delete`, `activate`, `deactivate` |
//! | an operation's name | this operation, also `tenant_info` |
//! | `whole_list` | all pages: the case answers the first request, and the next page is the last |
//!
//! The most specific key wins. An operation without an outcome is not tested. See [`Expectation`]
//! for the members of an outcome, and [`Case`] for the other members of a case. If the code
//! disagrees with a case, find out which of them is wrong.

mod body;
mod case;
mod core;
mod expectation;
mod judge;
mod question;
mod trial;
mod value;

use std::{fs, io, path::Path};

pub(crate) use self::value::Value;
pub use self::{
    body::{Body, Piece},
    case::{Case, Report},
    expectation::{Effect, Expectation},
    judge::try_all,
    question::{Question, Scope},
};

/// Reads all cases, by the names of their files.
///
/// # Errors
/// If a file cannot be read, or has something else than cases.
pub fn load() -> io::Result<Vec<(String, Vec<Case>)>> {
    let mut themes = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"))? {
        themes.push(read(&entry?.path())?);
    }
    themes.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(themes)
}

fn read(path: &Path) -> io::Result<(String, Vec<Case>)> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        case: Vec<Case>,
    }

    let wrong = |error| io::Error::other(format!("{}: {error}", path.display()));
    let file: File = toml_edit::de::from_str(&fs::read_to_string(path)?).map_err(wrong)?;
    Ok((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), file.case))
}
