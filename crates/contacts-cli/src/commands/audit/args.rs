//! The arguments of `audit`, and its help.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use clap::{Args, builder::TypedValueParser};
use contacts_ureq::{AccountId, ConcurrencyLimit};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{metrics::prom_file, on_call::Times, rules::Requirement};
use crate::{io::named_file, redact, usage::long_help};

/// Maximum number of users that are read at the same time.
const MAX_JOBS: u8 = 128;

/// Report users who cannot be reached (you must be an administrator)
///
/// Reads the contacts of each user that you name, or of everybody who is on call. Reports users with
/// no enabled contact, with fewer than --min, or without a required kind of contact. Also reports
/// disabled phone numbers. Changes nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct AuditArgs {
    /// Account ids of users
    #[arg(value_name = "ACCOUNT_ID", value_parser = redact::parse_argument::<AccountId>)]
    pub(crate) accounts: Vec<AccountId>,

    /// File with account ids or e-mail addresses, one per line or CSV; - is standard input
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    pub(crate) from: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) on_call: OnCallArgs,

    /// Kinds of contact that each user needs (email, sms, voice, mobile): `,` means and, `|` means or
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = str::parse::<Requirement>)]
    pub(crate) require: Vec<Requirement>,

    /// Number of enabled contacts that each user needs, 1 to 20
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub(crate) min: u8,

    /// Number of users to read at the same time, 1 to 128; by default, the audit finds it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=MAX_JOBS.into()))]
    pub(crate) jobs: Option<u8>,

    /// Include users without findings in the table
    #[arg(long)]
    pub(crate) all: bool,

    /// Exit with 6 if all users were read and there are findings
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// HTML page to write, in addition to the results
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser().try_map(named_file))]
    pub(crate) html: Option<PathBuf>,

    /// File of metrics to write for Prometheus; the name must end in .prom
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser().try_map(prom_file))]
    pub(crate) metrics: Option<PathBuf>,

    /// File that stores progress, to continue after an interrupt
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser().try_map(named_file))]
    pub(crate) resume: Option<PathBuf>,
}

/// The schedules to audit, and the times.
#[derive(Debug, Args)]
pub(crate) struct OnCallArgs {
    /// Audit who is on call, in all schedules or in these (ids or names)
    #[arg(long, value_name = "SCHEDULE", num_args = 0..)]
    pub(crate) on_call: Option<Vec<String>>,

    /// Time that counts as now, such as 2026-12-07T09:00Z or +7d
    #[arg(long, value_name = "TIME", requires = "on_call", value_parser = str::parse::<At>)]
    pub(crate) at: Option<At>,

    /// Also include people on call later, up to TIME from now, such as 2w; asks for every 8th hour
    #[arg(long, value_name = "TIME", requires = "on_call", value_parser = within)]
    pub(crate) within: Option<Duration>,

    /// Include all participants of rotations
    #[arg(long, requires = "on_call")]
    pub(crate) everyone: bool,
}

impl OnCallArgs {
    /// The times of the requests, if the audit begins now.
    pub(crate) fn times(&self, now: SystemTime) -> Times {
        let at = self.at.map(|at| match at {
            At::Time(time) => time,
            At::In(duration) => now + duration,
        });
        let samples = self.within.map_or(0, |within| within.as_secs() / STEP.as_secs());
        let later = (1..=samples).map(|sample| {
            at.unwrap_or(now) + Duration::from_secs(sample.saturating_mul(STEP.as_secs()))
        });
        Times { now: at, later: later.collect() }
    }
}

/// Time between two samples of `--within`.
const STEP: Duration = Duration::from_secs(8 * 60 * 60);

const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// A time of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Time(SystemTime),
    In(Duration),
}

impl std::str::FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(duration) = text.strip_prefix('+') {
            return up_to_a_year(duration).map(Self::In);
        }
        let unreadable = || {
            "expected a time such as 2026-12-07T09:00Z or 2026-12-07T10:00+01:00, or a time from now such as +7d"
                .to_owned()
        };
        let time = text.parse::<Timestamp>().or_else(|_| {
            let without_offset: DateTime = text.parse()?;
            TimeZone::UTC.to_timestamp(without_offset)
        });
        let time = time.map_err(|_| unreadable())?;
        let seconds = u64::try_from(time.as_second()).map_err(|_| unreadable())?;
        Ok(Self::Time(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
    }
}

/// Parses the time of `--within`.
fn within(text: &str) -> Result<Duration, String> {
    let within = up_to_a_year(text)?;
    if within < STEP { Err("must be 8 hours or more".to_owned()) } else { Ok(within) }
}

fn up_to_a_year(text: &str) -> Result<Duration, String> {
    let duration =
        humantime::parse_duration(text).map_err(|error| format!("{error}, such as 2w or 36h"))?;
    if duration > YEAR { Err("must be one year or less".to_owned()) } else { Ok(duration) }
}

impl AuditArgs {
    /// The limit on users that are read at the same time.
    pub(crate) fn concurrency(&self) -> ConcurrencyLimit {
        match self.jobs {
            Some(jobs) => ConcurrencyLimit::fixed(jobs.into()),
            None => ConcurrencyLimit::up_to(MAX_JOBS.into()),
        }
    }

    /// The files that the audit writes at its end.
    pub(crate) fn written_files(&self) -> impl Iterator<Item = &Path> {
        [&self.html, &self.metrics].into_iter().flatten().map(PathBuf::as_path)
    }
}

const EXAMPLES: &str = "\
Examples:
  contacts audit --on-call --require 'sms|voice' --html audit.html
  contacts audit --on-call 'Payments primary' Platform --within 2w
  contacts audit 712020:0a1b2c3d 712020:4e5f6a7b
  contacts audit --from on-call.csv --require 'sms|voice,email' --html audit.html
  contacts audit --from everybody.txt --resume audit.ndjson -o csv";

const LONG: &str = "\
Who is on call (--on-call):
  The audit reads who is on call now and next in each schedule, and then the
  contacts of these users, each user once. Without names, it reads all schedules
  that are visible to you, except disabled ones. Names must match whole; case is
  ignored.
  --at moves the time: now means this time. A time without an offset is UTC.
  --within also includes people who are on call later: the audit asks the service
  about times in the future, 8 hours apart.
  --everyone adds all users of the rotations.
  If the service does not show the users of a team or an escalation, the audit
  adds a row with the finding not-opened. Names and e-mail addresses come from
  Jira, if you may see them.
  The notification rules of other users are not visible. A contact can exist and
  be enabled, but no rule uses it.

File of users (--from):
  One account id or one e-mail address per line, or CSV with a header row. In CSV,
  the account ids are in the column accountId, account id, account_id, Atlassian ID
  or User id. Without such a column, the column email is used. The columns name
  and email are optional. Other columns, blank lines and lines that start with #
  are ignored. A file has account ids or addresses, not both.
  Jira finds a user by an address only if the whole address matches and is
  visible to you.

Rules (--require, --min):
  --require 'sms|voice,email' means: each user needs an enabled SMS or voice
  contact, and an enabled e-mail contact. Quote the value: a shell reads | as a
  pipe. --min counts the enabled contacts of all kinds. A user must meet all
  rules.

Findings:
  unreachable     the user has no enabled contact
  deactivated     the user's account is deactivated
  unreadable      the contacts of the user could not be read
  not-opened      the users of a team or an escalation on call are unknown
  missing         the user has no enabled contact of a required kind
  single          the user has only one enabled contact, and --min is higher
  too-few         the user has two or more enabled contacts, and --min is higher
  disabled-phone  a phone number is disabled: deactivated, or never verified

Output:
  The table shows users with findings, worst first. The other formats contain
  all users, in the order of the input. -o json prints an array of
  {\"accountId\",\"name\",\"email\",\"reachability\",\"contacts\":{\"sms\":{\"enabled\":1,
  \"disabled\":0},…},\"findings\":[{\"finding\",…}]}.
  `reachability` is one word for each user: the first finding of the list above
  that the user has. Some words differ from their findings:
    finding deactivated     unreachable
    finding not-opened      unreadable
    finding missing         missing-required
    only disabled-phone     reachable
    no finding              reachable
  With --on-call, a user also has \"onCall\":[{\"schedule\",\"name\",\"when\",\"at\"}]. `when`
  is now, next, later or rotation. The table then begins with the users who are on
  call now, worst first. The other users follow, worst first. For `not-opened`,
  \"participant\":{\"type\",\"id\"} replaces accountId.
  The finding `missing` is {\"finding\":\"missing\",\"methods\":[\"email\"],
  \"requirements\":[[\"sms\",\"voice\"],[\"email\"]]}. `requirements` has the alternatives of
  each requirement that the user does not meet. If such a requirement has only one
  kind, `methods` has this kind too.
  With -o ndjson, the audit stops when its output closes, for example with
  `| head`. With --html, --metrics or --exit-code, it continues to the end.

Metrics (--metrics):
  The file is for the textfile collector of node_exporter. It has the number of
  users by reachability, by finding and by requirement, and the time of the
  audit. With --on-call, it also has the number of users by schedule, by `when`
  (now or next) and by finding. It has no personal data. When the audit
  ends, it replaces the whole file, with or without findings. If the audit stops
  early, the file stays as it was.

Failures:
  --timeout applies to each user separately. The audit of many users can take
  much longer. If one user cannot be read, the audit continues with the others.
  It stops early if the service rejects the credentials, or if 32 users in a row
  fail with the same general error (for example, a timeout).

Users at the same time (--jobs):
  Without --jobs, the audit starts with 4 users at the same time. It reads more, up
  to 128, while the service answers quickly. It reads fewer when the service asks
  to wait (429), is overloaded (503, 504), answers late or becomes slower.

Continue after an interrupt (--resume):
  The contacts of each user are saved to the file. Users that could not be read
  are not saved. Run the same command again: it reads only users that are not in
  the file, however old the file is. A note shows how many users come from the
  file, and when the file last changed. -q, -o json and -o ndjson hide this note.
  To read all users again, delete the file or use a new one. For a weekly audit,
  put the week into the name: audit-$(date +%G-%V).ndjson.

Exit codes:
  0        all users were read, with or without findings
  1        some users or schedules could not be read, and no code below fits
  3, 4, 5  every failure has this code; `contacts help` explains it
  6        with --exit-code: all users were read, and there are findings";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_absolute_with_any_offset_or_relative() {
        let time = |text: &str| text.parse::<At>();
        let expected = At::Time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_634_000));
        for text in [
            "2026-12-07T09:00:00Z",
            "2026-12-07T09:00Z",
            "2026-12-07T10:00+01:00",
            "2026-12-07T09:00",
            "2026-12-07 09:00:00",
        ] {
            assert_eq!(time(text), Ok(expected), "{text}");
        }
        assert_eq!(time("+7d"), Ok(At::In(Duration::from_secs(7 * 24 * 60 * 60))));
        for text in
            ["", "soon", "2026-13-01", "2026-02-30T09:00Z", "1960-01-01T00:00Z", "+", "+2y", "+x"]
        {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn later_times_begin_at_the_given_time_in_steps_of_eight_hours() {
        let hours = |hours: u64| Duration::from_secs(hours * 60 * 60);
        let now = SystemTime::UNIX_EPOCH + hours(1_000);
        let args = OnCallArgs {
            on_call: Some(Vec::new()),
            at: Some(At::In(hours(10))),
            within: Some(hours(17)),
            everyone: false,
        };
        let times = args.times(now);
        assert_eq!(times.now, Some(now + hours(10)));
        assert_eq!(times.later, [now + hours(18), now + hours(26)]);
    }
}
