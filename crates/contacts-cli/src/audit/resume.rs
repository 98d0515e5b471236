//! The file that lets an audit go on: a line that says what it is, and then the contacts of each user, a line each.

mod known;

use std::{
    collections::BTreeMap,
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, BufReader, Seek, SeekFrom, Write},
    path::Path,
    time::SystemTime,
};

use contacts_ureq::{AccountId, BaseUrl, Contact};
use serde::{Deserialize, Serialize};

use self::known::{Known, LONGEST, Unusable};
use super::Earlier;
use crate::{failure::Failure, text_file::shown};

/// How such a file is written.
const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    contacts_audit: u32,
    site: String,
}

/// Every other line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<A, C> {
    account_id: A,
    contacts: C,
}

/// The file, and what was in it.
#[derive(Debug)]
pub(crate) struct Resume {
    file: File,
    name: String,
    known: BTreeMap<AccountId, Vec<Contact>>,
    /// When it was last written before this audit, where that is known.
    written: Option<SystemTime>,
    /// Whether its end was torn off, and dropped.
    pub(crate) was_torn: bool,
}

impl Resume {
    /// Whether there could be such a file: what is no file may never end, or act when it is opened. Nothing is opened.
    pub(crate) fn check(path: &Path) -> Result<(), Failure> {
        match fs::metadata(path) {
            Ok(metadata) => regular(path, &metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(cannot_use(path, &error)),
        }
    }

    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// If it is of another site or no such file at all, if another audit writes it, and if it cannot be read or written.
    pub(crate) fn open(path: &Path, site: &BaseUrl) -> Result<Self, Failure> {
        Self::check(path)?;
        let name = shown(path);
        let head = Head { contacts_audit: VERSION, site: site.to_string() };
        let failed = |error: io::Error| cannot_use(path, &error);
        let mut file = options().open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        regular(path, &metadata)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::usage(format!("{name} is being written by another audit")));
            }
            // Some file systems know no locks: there, nobody else is kept from writing.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let Known { users, whole, is_torn } =
            Known::read(BufReader::new(&file), &head).map_err(|unusable| match unusable {
                Unusable::Unreadable(error) => failed(error),
                Unusable::Other(why) => Failure::usage(format!("{name}: {why}")).with_hint(
                    "--resume takes a file that an audit of the same site has written, or a new one",
                ),
            })?;
        // Even to cut off nothing would count as writing.
        if is_torn {
            file.set_len(whole).map_err(failed)?;
        }
        file.seek(SeekFrom::Start(whole)).map_err(failed)?;
        let written = metadata.modified().ok();
        let mut resume = Self { file, name, known: users, written, was_torn: is_torn };
        if whole == 0 {
            resume.append(&head)?;
        }
        Ok(resume)
    }

    /// Whatever is taken from it: how many users, of how many.
    pub(crate) fn earlier(&self, taken: usize, users: usize) -> Option<Earlier> {
        (taken > 0).then(|| Earlier { taken, users, name: self.name.clone(), written: self.written })
    }

    /// What is known of a user, once.
    pub(crate) fn take(&mut self, account: &AccountId) -> Option<Vec<Contact>> {
        self.known.remove(account)
    }

    /// Keeps what was read. Once it returns, it is there whatever happens to this process.
    pub(crate) fn keep(&mut self, account_id: &AccountId, contacts: &[Contact]) -> Result<(), Failure> {
        self.append(&Line { account_id, contacts })
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::local(format!("{} cannot be written: {error}", self.name))
        };
        let mut line = serde_json::to_vec(line).map_err(|error| failed(&error))?;
        line.push(b'\n');
        // What could not be read again is asked for again.
        if line.len() > LONGEST {
            return Ok(());
        }
        self.file.write_all(&line).map_err(|error| failed(&error))
    }
}

/// With addresses and numbers in it, it is for its owner alone.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What cannot be used is told before anything is asked.
fn regular(path: &Path, metadata: &Metadata) -> Result<(), Failure> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(cannot_use(path, &"it is not a regular file"))
}

fn cannot_use(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::usage(format!("{} cannot be used: {why}", shown(path)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn site() -> BaseUrl {
        BaseUrl::new("https://a.example/x").unwrap()
    }

    fn contact(to: &str) -> Contact {
        Contact::new(contacts_ureq::ContactId::new("c").unwrap(), "sms".into(), to)
    }

    fn account(number: usize) -> AccountId {
        AccountId::new(format!("u{number}")).unwrap()
    }

    proptest! {
        #[test]
        fn wherever_it_is_torn_every_whole_line_is_known_and_it_goes_on_from_there(
            texts in prop::collection::vec("(?s).{0,12}", 0..4), cut in any::<prop::sample::Index>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("audit");
            let mut resume = Resume::open(&path, &site()).unwrap();
            for (number, text) in texts.iter().enumerate() {
                resume.keep(&account(number), &[contact(text)]).unwrap();
            }
            drop(resume);
            let bytes = fs::read(&path).unwrap();
            let cut = cut.index(bytes.len() + 1);
            fs::write(&path, &bytes[..cut]).unwrap();

            let whole = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
            let mut resume = Resume::open(&path, &site()).unwrap();
            prop_assert_eq!(resume.was_torn, cut > 0 && bytes[cut - 1] != b'\n');
            for (number, text) in texts.iter().enumerate() {
                let known = resume.take(&account(number));
                prop_assert_eq!(known, (number + 1 < whole).then(|| vec![contact(text)]));
            }
            resume.keep(&account(9), &[]).unwrap();
            drop(resume);
            let mut resume = Resume::open(&path, &site()).unwrap();
            prop_assert!(!resume.was_torn);
            prop_assert_eq!(resume.take(&account(9)), Some(vec![]));
        }
    }

    #[test]
    fn two_audits_do_not_write_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let first = Resume::open(&path, &site()).unwrap();
        let refused = Resume::open(&path, &site()).unwrap_err().to_string();
        assert!(refused.ends_with("is being written by another audit"), "{refused}");
        drop(first);
        Resume::open(&path, &site()).unwrap();
    }
}
