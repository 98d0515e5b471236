//! The file of `--resume`: a header line, then one line per user with their contacts.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use contacts_ureq::{AccountId, BaseUrl, Contact, escape_controls};
use fs4::TryLockError;
use serde::{Deserialize, Serialize};

use crate::{error::Failure, io::shown_path};

/// Version of the file format.
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

/// An open resume file.
#[derive(Debug)]
pub(crate) struct Resume {
    file: File,
    /// The path as a terminal can show it.
    pub(crate) name: String,
    known: BTreeMap<AccountId, Vec<Contact>>,
    /// Time of the last write before this audit, if known.
    written: Option<SystemTime>,
    /// The last line was incomplete and is removed.
    pub(crate) was_torn: bool,
}

impl Resume {
    /// Accepts a regular file, or a path where a file can be created. A pipe or a device could
    /// block when it is opened, so nothing is opened.
    pub(crate) fn check(path: &Path) -> Result<(), Failure> {
        match fs::metadata(path) {
            Ok(metadata) => regular(path, &metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(cannot_use(path, &error)),
        }
    }

    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// If the file belongs to another site or is not a resume file, if another audit writes to it,
    /// and if it cannot be read or written.
    pub(crate) fn open(path: &Path, site: &BaseUrl) -> Result<Self, Failure> {
        Self::check(path)?;
        let name = shown_path(path);
        let head = Head { contacts_audit: VERSION, site: site.to_string() };
        let failed = |error: io::Error| cannot_use(path, &error);
        let mut file = options().open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        regular(path, &metadata)?;
        match fs4::FileExt::try_lock(&file) {
            Err(TryLockError::WouldBlock) => {
                return Err(cannot_use(path, &"another audit is writing to it"));
            }
            // Some file systems have no locks. There, two audits are not detected.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let Known { users, whole, is_torn } =
            Known::read(BufReader::new(&file), &head).map_err(|unusable| match unusable {
                Unusable::Io(error) => failed(error),
                Unusable::Content(why) => cannot_use(path, &why)
                    .with_hint("use the --resume file of an audit of the same site, or a new file"),
            })?;
        // `set_len` changes the time of the last write, so it is not called without need.
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

    /// Describes what was taken from the file: `taken` of all `users`.
    pub(crate) fn reused(&self, taken: usize, users: usize) -> Option<Reused> {
        (taken > 0).then(|| Reused { taken, users, name: self.name.clone(), written: self.written })
    }

    /// Removes and returns the saved contacts of a user.
    pub(crate) fn take(&mut self, account: &AccountId) -> Option<Vec<Contact>> {
        self.known.remove(account)
    }

    /// Saves the contacts of a user. After it returns, the line survives a kill of this process.
    pub(crate) fn save(
        &mut self,
        account_id: &AccountId,
        contacts: &[Contact],
    ) -> Result<(), Failure> {
        self.append(&Line { account_id, contacts })
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), Failure> {
        let failed = |error: &dyn fmt::Display| {
            Failure::local(format!("could not write {}: {error}", self.name))
        };
        let mut line = serde_json::to_vec(line).map_err(|error| failed(&error))?;
        line.push(b'\n');
        // `Known::read` would reject the line. Without it, the next audit reads the user again.
        if line.len() > MAX_LINE {
            return Ok(());
        }
        self.file.write_all(&line).map_err(|error| failed(&error))
    }
}

/// Addresses and phone numbers are personal data: only the owner may read the file.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn regular(path: &Path, metadata: &Metadata) -> Result<(), Failure> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(cannot_use(path, &"it is not a regular file"))
}

fn cannot_use(path: &Path, why: &dyn fmt::Display) -> Failure {
    Failure::usage(format!("could not use {}: {why}", shown_path(path)))
}

/// Maximum length of a line, in bytes: about a hundred thousand contacts of one user.
const MAX_LINE: usize = 32 * 1024 * 1024;

/// The content of a resume file.
#[derive(Debug, Default)]
struct Known {
    users: BTreeMap<AccountId, Vec<Contact>>,
    /// Length of the complete lines, in bytes.
    whole: u64,
    /// An incomplete line follows the complete ones.
    is_torn: bool,
}

/// The reason why a file cannot be used.
enum Unusable {
    Io(io::Error),
    Content(String),
}

impl Known {
    fn read(mut file: impl BufRead, head: &Head) -> Result<Self, Unusable> {
        let mut known = Self::default();
        let mut line = Vec::new();
        for number in 1_u64.. {
            line.clear();
            let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
            file.by_ref().take(most).read_until(b'\n', &mut line).map_err(Unusable::Io)?;
            let is_whole = line.ends_with(b"\n");
            if !is_whole && line.len() == MAX_LINE {
                let why = format!("line {number} is longer than {MAX_LINE} bytes");
                return Err(Unusable::Content(why));
            }
            match (number, is_whole) {
                _ if line.is_empty() => break,
                (1, _) => check_head(&line, head)?,
                (_, true) => {
                    let Line { account_id, contacts } =
                        serde_json::from_slice(&line).map_err(|error| {
                            let why = format!("line {number} is not a line of an audit: {error}");
                            Unusable::Content(why)
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

/// Accepts the header line, or the beginning of it: a killed audit may leave an incomplete line.
fn check_head(line: &[u8], head: &Head) -> Result<(), Unusable> {
    if !line.ends_with(b"\n") {
        let whole = serde_json::to_vec(head).unwrap_or_default();
        return if whole.starts_with(line) { Ok(()) } else { Err(not_ours()) };
    }
    match serde_json::from_slice::<Head>(line) {
        Ok(found) if found == *head => Ok(()),
        Ok(Head { contacts_audit: VERSION, site }) => Err(Unusable::Content(format!(
            "it belongs to another site, {}",
            escape_controls(&site)
        ))),
        Ok(_) => Err(Unusable::Content("another version of this command wrote it".into())),
        Err(_) => Err(not_ours()),
    }
}

fn not_ours() -> Unusable {
    Unusable::Content("it is not the --resume file of an audit".into())
}

/// Users whose contacts come from an earlier audit.
#[derive(Debug)]
pub(crate) struct Reused {
    pub(crate) taken: usize,
    /// Number of all users of this audit.
    pub(crate) users: usize,
    /// The path of the file as a terminal can show it.
    pub(crate) name: String,
    /// Time of the last write before this audit, if known.
    pub(crate) written: Option<SystemTime>,
}

impl fmt::Display for Reused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { taken, users, name, written } = self;
        write!(f, "{taken} of {users} users not read again: their contacts are from {name}")?;
        if let Some(written) = written.and_then(utc) {
            write!(f, ", last written {written}")?;
        }
        f.write_str("; to read them again, delete the file or use a new one")
    }
}

/// Start of the year 10000.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

/// Formats a time. A file may have a time outside the years 1970 to 9999: that gives `None`.
pub(crate) fn utc(time: SystemTime) -> Option<String> {
    time.duration_since(SystemTime::UNIX_EPOCH).ok().filter(|time| *time < YEAR_10000)?;
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
        fn a_file_cut_at_any_byte_keeps_its_complete_lines_and_can_be_continued(
            texts in prop::collection::vec("(?s).{0,12}", 0..4), cut in any::<prop::sample::Index>(),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("audit");
            let mut resume = Resume::open(&path, &site()).unwrap();
            for (number, text) in texts.iter().enumerate() {
                resume.save(&account(number), &[contact(text)]).unwrap();
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
            resume.save(&account(9), &[]).unwrap();
            drop(resume);
            let mut resume = Resume::open(&path, &site()).unwrap();
            prop_assert!(!resume.was_torn);
            prop_assert_eq!(resume.take(&account(9)), Some(vec![]));
        }
    }

    #[test]
    fn two_audits_cannot_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let first = Resume::open(&path, &site()).unwrap();
        let error = Resume::open(&path, &site()).unwrap_err().to_string();
        assert!(error.ends_with("another audit is writing to it"), "{error}");
        drop(first);
        Resume::open(&path, &site()).unwrap();
    }

    fn rejected(file: impl Read) -> String {
        let head = Head { contacts_audit: VERSION, site: "https://a.example/x".into() };
        match Known::read(BufReader::new(file), &head) {
            Err(Unusable::Content(why)) => why,
            Err(Unusable::Io(error)) => panic!("{error}"),
            Ok(known) => panic!("{known:?}"),
        }
    }

    const OURS: &str = r#"{"contacts_audit":1,"site":"https://a.example/x"}"#;

    #[test]
    fn a_file_that_no_audit_of_this_site_wrote_is_rejected() {
        for (text, why) in [
            ("hello".to_owned(), "it is not the --resume file of an audit"),
            ("[]\n".to_owned(), "it is not the --resume file of an audit"),
            (
                OURS.replace("a.example", "b.example") + "\n",
                "it belongs to another site, https://b.example/x",
            ),
            (OURS.replace('1', "2") + "\n", "another version of this command wrote it"),
            (format!("{OURS}\nhello\n"), "line 2 is not a line of an audit"),
        ] {
            let error = rejected(text.as_bytes());
            assert!(error.starts_with(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_rejected() {
        for (before, why) in
            [(String::new(), "line 1 is longer"), (format!("{OURS}\n"), "line 2 is longer")]
        {
            let error = rejected(before.as_bytes().chain(io::repeat(0)));
            assert!(error.starts_with(why), "{error}");
        }
    }

    #[test]
    fn a_time_is_shown_if_its_year_has_four_digits() {
        let epoch = SystemTime::UNIX_EPOCH;
        let at = |seconds| epoch + Duration::from_secs(seconds);
        assert_eq!(utc(at(0)).as_deref(), Some("1970-01-01 00:00:00 UTC"));
        assert_eq!(utc(at(253_402_300_799)).as_deref(), Some("9999-12-31 23:59:59 UTC"));
        assert_eq!(utc(at(253_402_300_800)), None);
        assert_eq!(utc(epoch - Duration::from_secs(1)), None);
    }
}
