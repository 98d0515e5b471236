//! The file that lets an audit go on: a line that says what it is, and then the contacts of each user, a line each.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use contacts_ureq::{AccountId, BaseUrl, Contact, escape_controls};
use serde::{Deserialize, Serialize};

use crate::{error::Failure, io::shown_path};

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
        let name = shown_path(path);
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
    pub(crate) fn reused(&self, taken: usize, users: usize) -> Option<Reused> {
        (taken > 0).then(|| Reused { taken, users, name: self.name.clone(), written: self.written })
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
        let failed =
            |error: &dyn fmt::Display| Failure::local(format!("{} cannot be written: {error}", self.name));
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

fn cannot_use(path: &Path, why: &dyn fmt::Display) -> Failure {
    Failure::usage(format!("{} cannot be used: {why}", shown_path(path)))
}

/// No line is longer, in bytes: some hundred thousand contacts of one user.
const LONGEST: usize = 32 * 1024 * 1024;

/// What a file says.
#[derive(Debug, Default)]
struct Known {
    users: BTreeMap<AccountId, Vec<Contact>>,
    /// How many bytes its whole lines have.
    whole: u64,
    /// Whether there is the beginning of a line behind them.
    is_torn: bool,
}

/// Why there is nothing to go on from.
enum Unusable {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is something else.
    Other(String),
}

impl Known {
    fn read(mut file: impl BufRead, head: &Head) -> Result<Self, Unusable> {
        let mut known = Self::default();
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
            file.by_ref().take(most).read_until(b'\n', &mut line).map_err(Unusable::Unreadable)?;
            let is_whole = line.ends_with(b"\n");
            if !is_whole && line.len() == LONGEST {
                let why = format!("line {number} is longer than any that an audit has written");
                return Err(Unusable::Other(why));
            }
            match (number, is_whole) {
                _ if line.is_empty() => break,
                (1, _) => is_head(&line, head)?,
                (_, true) => {
                    let Line { account_id, contacts } = serde_json::from_slice(&line).map_err(|error| {
                        let why = format!("line {number} is not what an audit has written: {error}");
                        Unusable::Other(why)
                    })?;
                    known.users.insert(account_id, contacts);
                }
                (_, false) => {}
            }
            known.is_torn = !is_whole;
            if known.is_torn {
                break;
            }
            known.whole = known.whole.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        }
        Ok(known)
    }
}

/// Whether it is the first line, or the beginning of it: whoever wrote it was ended at the very beginning.
fn is_head(line: &[u8], head: &Head) -> Result<(), Unusable> {
    if !line.ends_with(b"\n") {
        let whole = serde_json::to_vec(head).unwrap_or_default();
        return if whole.starts_with(line) { Ok(()) } else { Err(not_ours()) };
    }
    match serde_json::from_slice::<Head>(line) {
        Ok(found) if found == *head => Ok(()),
        Ok(Head { contacts_audit: VERSION, site }) => {
            Err(Unusable::Other(format!("it is of another site, {}", escape_controls(&site))))
        }
        Ok(_) => Err(Unusable::Other("it was written by another version of this command".into())),
        Err(_) => Err(not_ours()),
    }
}

fn not_ours() -> Unusable {
    Unusable::Other("it is not what an audit has written".into())
}

/// Users who are as an earlier audit has read them.
#[derive(Debug)]
pub(crate) struct Reused {
    pub(crate) taken: usize,
    /// Of how many.
    pub(crate) users: usize,
    /// The file that has them, as a terminal can show it.
    pub(crate) name: String,
    /// When it was last written before this audit, where that is known.
    pub(crate) written: Option<SystemTime>,
}

/// With what to do, for whoever does not know.
impl fmt::Display for Reused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { taken, users, name, written } = self;
        write!(f, "{taken} of {users} users are as they were read earlier, from {name}")?;
        if let Some(written) = written.and_then(utc) {
            write!(f, ", last written {written}")?;
        }
        f.write_str("; to have them asked again, delete the file, or name a new one")
    }
}

/// From here on years have five digits.
const LAST: Duration = Duration::from_secs(253_402_300_800);

/// A time as it is shown; a file may be of one that cannot be.
pub(crate) fn utc(time: SystemTime) -> Option<String> {
    time.duration_since(SystemTime::UNIX_EPOCH).ok().filter(|time| *time < LAST)?;
    let time = humantime::format_rfc3339_seconds(time).to_string();
    Some(time.replace('T', " ").replace('Z', " UTC"))
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

    fn refused(file: impl Read) -> String {
        let head = Head { contacts_audit: VERSION, site: "https://a.example/x".into() };
        match Known::read(BufReader::new(file), &head) {
            Err(Unusable::Other(why)) => why,
            Err(Unusable::Unreadable(error)) => panic!("{error}"),
            Ok(known) => panic!("{known:?}"),
        }
    }

    const OURS: &str = r#"{"contacts_audit":1,"site":"https://a.example/x"}"#;

    #[test]
    fn what_an_audit_of_this_site_has_not_written_is_refused() {
        for (text, why) in [
            ("hello".to_owned(), "it is not what an audit has written"),
            ("[]\n".to_owned(), "it is not what an audit has written"),
            (OURS.replace("a.example", "b.example") + "\n", "it is of another site, https://b.example/x"),
            (OURS.replace('1', "2") + "\n", "it was written by another version of this command"),
            (format!("{OURS}\nhello\n"), "line 2 is not what an audit has written"),
        ] {
            let refused = refused(text.as_bytes());
            assert!(refused.starts_with(why), "{text}: {refused}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_refused_wherever_it_stands() {
        for (before, why) in [(String::new(), "line 1 is longer"), (format!("{OURS}\n"), "line 2 is longer")]
        {
            let refused = refused(before.as_bytes().chain(io::repeat(0)));
            assert!(refused.starts_with(why), "{refused}");
        }
    }

    #[test]
    fn a_time_is_shown_if_it_has_four_digits_of_a_year() {
        let epoch = SystemTime::UNIX_EPOCH;
        let at = |seconds| epoch + Duration::from_secs(seconds);
        assert_eq!(utc(at(0)).as_deref(), Some("1970-01-01 00:00:00 UTC"));
        assert_eq!(utc(at(253_402_300_799)).as_deref(), Some("9999-12-31 23:59:59 UTC"));
        assert_eq!(utc(at(253_402_300_800)), None);
        assert_eq!(utc(epoch - Duration::from_secs(1)), None);
    }
}
