//! Answers that are malformed, hostile or merely odd, each beside the exact outcome that it must come to: from the core, and from
//! both clients over a real socket.
//!
//! **How to add a case.** Write it into the file of its group in `corpus/`, or into a new file there: `[[case]]`, a `name` of
//! its own, the `status`, the lines of the `head`, the `body`, and for each operation that is to meet it an empty table, such as
//! `[case.to.get]`. What else a case can have, [`Case`] tells. Then `CORPUS_BLESS=1 cargo test -p contacts-conformance --test
//! corpus` writes into these tables what the core makes of the answer (and into all others, so that the difference shows what
//! has changed). That is a draft and no proof: read it against what is known of the service and of failures, and if it is
//! not right, mend the core and not the case.

mod bless;
mod body;
mod case;
mod expectation;
mod question;
mod reading;
mod trial;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use self::{
    bless::bless,
    body::{Body, Piece},
    case::{Case, Report},
    expectation::{Effect, Expectation},
    question::{Question, Several},
    trial::try_all,
};

/// The cases of one file.
#[derive(Debug)]
pub struct Group {
    /// The file's name without its ending.
    pub name: String,
    /// Its cases, in their order.
    pub cases: Vec<Case>,
    path: PathBuf,
}

/// All cases.
///
/// # Errors
/// If a file cannot be read, or is not one of cases.
pub fn load() -> io::Result<Vec<Group>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.sort();
    paths.into_iter().map(Group::read).collect()
}

impl Group {
    fn read(path: PathBuf) -> io::Result<Self> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            case: Vec<Case>,
        }

        let wrong = |error| io::Error::other(format!("{}: {error}", path.display()));
        let file: File = toml::from_str(&fs::read_to_string(&path)?).map_err(wrong)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, cases: file.case, path })
    }
}
