//! What a file to go on from says: read a line at a time, so that none takes more memory than an audit has ever written.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Read},
};

use contacts_ureq::{AccountId, Contact, printable};

use super::{Head, Line, VERSION};

/// No line is longer, in bytes: some hundred thousand contacts of one user.
pub(super) const LONGEST: usize = 32 * 1024 * 1024;

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) users: BTreeMap<AccountId, Vec<Contact>>,
    /// How many bytes its whole lines have.
    pub(super) whole: u64,
    /// Whether there is the beginning of a line behind them.
    pub(super) is_torn: bool,
}

/// Why there is nothing to go on from.
pub(super) enum Unusable {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is something else.
    Other(String),
}

impl Known {
    pub(super) fn read(mut file: impl BufRead, head: &Head) -> Result<Self, Unusable> {
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
            Err(Unusable::Other(format!("it is of another site, {}", printable(&site))))
        }
        Ok(_) => Err(Unusable::Other("it was written by another version of this command".into())),
        Err(_) => Err(not_ours()),
    }
}

fn not_ours() -> Unusable {
    Unusable::Other("it is not what an audit has written".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(file: impl Read) -> String {
        let head = Head { contacts_audit: VERSION, site: "https://a.example/x".into() };
        match Known::read(io::BufReader::new(file), &head) {
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
}
