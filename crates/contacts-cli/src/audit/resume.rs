//! The file that lets an audit go on: a line that says what it is, and then the contacts of each user, a line each.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use contacts_ureq::{AccountId, Contact, Site, printable};
use serde::{Deserialize, Serialize};

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
    /// Whether its end was torn off, and dropped.
    pub(crate) was_torn: bool,
}

impl Resume {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// If it is of another site or no such file at all, if another audit writes it, and if it cannot be read or written.
    pub(crate) fn open(path: &Path, site: &Site) -> Result<Self, Failure> {
        let name = shown(path);
        let head = Head { contacts_audit: VERSION, site: site.to_string() };
        let failed = |error: io::Error| Failure::usage(format!("{name} cannot be used: {error}"));
        let mut file = options().open(path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::usage(format!("{name} is being written by another audit")));
            }
            // Some file systems know no locks: there, nobody else is kept from writing.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let Known { users, whole } = Known::read(&bytes, &head).map_err(|why| {
            Failure::usage(format!("{name}: {why}"))
                .with_hint("--resume takes a file that an audit of the same site has written, or a new one")
        })?;
        let was_torn = whole < bytes.len();
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX)).map_err(failed)?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let mut resume = Self { file, name, known: users, was_torn };
        if whole == 0 {
            resume.append(&head)?;
        }
        Ok(resume)
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

/// What a file says.
#[derive(Debug, Default)]
struct Known {
    users: BTreeMap<AccountId, Vec<Contact>>,
    /// How many bytes its whole lines have.
    whole: usize,
}

impl Known {
    fn read(bytes: &[u8], head: &Head) -> Result<Self, String> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let Some(first) = lines.next() else { return Ok(Self::default()) };
        let beginning = serde_json::to_vec(head).unwrap_or_default();
        if !first.ends_with(b"\n") {
            // Whoever wrote it was ended at the very beginning.
            return if beginning.starts_with(first) { Ok(Self::default()) } else { Err(not_ours()) };
        }
        match serde_json::from_slice::<Head>(first) {
            Ok(found) if found == *head => {}
            Ok(Head { contacts_audit: VERSION, site }) => {
                return Err(format!("it is of another site, {}", printable(&site)));
            }
            Ok(_) => return Err("it was written by another version of this command".into()),
            Err(_) => return Err(not_ours()),
        }
        let mut known = Self { whole: first.len(), ..Self::default() };
        for (number, line) in (2..).zip(lines) {
            if !line.ends_with(b"\n") {
                break;
            }
            let Line { account_id, contacts } = serde_json::from_slice(line)
                .map_err(|error| format!("line {number} is not what an audit has written: {error}"))?;
            known.users.insert(account_id, contacts);
            known.whole += line.len();
        }
        Ok(known)
    }
}

fn not_ours() -> String {
    "it is not what an audit has written".into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head() -> Head {
        Head { contacts_audit: VERSION, site: "https://a.example/x".into() }
    }

    fn site() -> Site {
        Site::new("https://a.example/x").unwrap()
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
            let bytes = std::fs::read(&path).unwrap();
            let cut = cut.index(bytes.len() + 1);
            std::fs::write(&path, &bytes[..cut]).unwrap();

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
    fn what_an_audit_of_this_site_has_not_written_is_refused() {
        let ours = serde_json::to_string(&head()).unwrap();
        for (text, why) in [
            ("hello".to_owned(), "it is not what an audit has written"),
            ("[]\n".to_owned(), "it is not what an audit has written"),
            (ours.replace("a.example", "b.example") + "\n", "it is of another site, https://b.example/x"),
            (ours.replace('1', "2") + "\n", "it was written by another version of this command"),
            (format!("{ours}\nhello\n"), "line 2 is not what an audit has written"),
        ] {
            let refused = Known::read(text.as_bytes(), &head()).unwrap_err();
            assert!(refused.starts_with(why), "{text}: {refused}");
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
