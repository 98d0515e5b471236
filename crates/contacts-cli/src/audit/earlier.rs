//! What is told of users who were not asked for now.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Users who are as an earlier audit has read them.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) taken: usize,
    /// Of how many.
    pub(crate) users: usize,
    /// The file that has them, as a terminal can show it.
    pub(crate) name: String,
    /// When it was last written before this audit, where that is known.
    pub(crate) written: Option<SystemTime>,
}

/// With what to do, for whoever does not know.
impl fmt::Display for Earlier {
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
    use super::*;

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
