//! The arguments of `audit`, and its help.

use std::path::{Path, PathBuf};

use clap::{Args, builder::TypedValueParser};
use contacts_ureq::AccountId;

use super::{metrics::prom_file, rules::Requirement};
use crate::{io::STANDARD, redact, usage::long_help};

/// Report users who cannot be reached (you must be an administrator)
///
/// Reads the contacts of each user. Reports users with no enabled contact, with fewer than --min,
/// or without a required kind of contact. Also reports disabled phone numbers. Changes nothing.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct AuditArgs {
    /// Account ids of users
    #[arg(value_name = "ACCOUNT_ID", value_parser = redact::parse_argument::<AccountId>)]
    pub(crate) accounts: Vec<AccountId>,

    /// File with account ids, one per line or CSV; - is standard input
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    pub(crate) from: Option<PathBuf>,

    /// Kinds of contact that each user needs (email, sms, voice, mobile): `,` means and, `|` means or
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = str::parse::<Requirement>)]
    pub(crate) require: Vec<Requirement>,

    /// Number of enabled contacts that each user needs, 1 to 20
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub(crate) min: u8,

    /// Number of users to read at the same time, 1 to 64
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) jobs: u8,

    /// Include users without findings in the table
    #[arg(long)]
    pub(crate) all: bool,

    /// Exit with 6 if there are findings
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

impl AuditArgs {
    /// The files that the audit writes at its end.
    pub(crate) fn written_files(&self) -> impl Iterator<Item = &Path> {
        [&self.html, &self.metrics].into_iter().flatten().map(PathBuf::as_path)
    }
}

/// Rejects `-`: standard output has the results.
fn named_file(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path == Path::new(STANDARD) {
        Err("standard output is for the results; give the name of a file")
    } else {
        Ok(path)
    }
}

const EXAMPLES: &str = "\
Examples:
  contacts audit 712020:0a1b2c3d 712020:4e5f6a7b
  contacts audit --from on-call.csv --require 'sms|voice,email' --html audit.html
  contacts audit --from everybody.txt --resume audit.ndjson -o csv";

const LONG: &str = "\
File of users (--from):
  One account id per line, or CSV with a header row. In CSV, the account ids are
  in the column accountId, account id, account_id, Atlassian ID or User id.
  The columns name and email are optional. Other columns, blank lines and lines
  that start with # are ignored.

Rules (--require, --min):
  --require 'sms|voice,email' means: each user needs an enabled SMS or voice
  contact, and an enabled e-mail contact. Quote the value: a shell reads | as a
  pipe. --min counts the enabled contacts of all kinds. A user must meet all
  rules.

Findings:
  unreachable     the user has no enabled contact
  unreadable      the contacts of the user could not be read
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
  that the user has. For the finding `missing` the word is missing-required. If
  the user has no finding, or only disabled-phone, the word is reachable.
  The finding `missing` is {\"finding\":\"missing\",\"methods\":[\"email\"],
  \"requirements\":[[\"sms\",\"voice\"],[\"email\"]]}. `requirements` has the alternatives of
  each requirement that the user does not meet. `methods` has the kinds without
  alternatives.
  With -o ndjson, the audit stops when its output closes, for example with
  `| head`. With --html, --metrics or --exit-code, it continues to the end.

Metrics (--metrics):
  The file is for the textfile collector of node_exporter. It has the number of
  users by reachability, by finding and by requirement, and the time of the
  audit. It has no personal data. The audit replaces the whole file at its end,
  with or without findings. If the audit stops early, the file stays as it was.

Failures:
  --timeout applies to each user separately. The audit of many users can take
  much longer. If one user cannot be read, the audit continues with the others.
  It stops early if the service rejects the credentials, or if 32 users in a row
  fail with the same general error (for example, a timeout).

Continue after an interrupt (--resume):
  The contacts of each user are saved to the file. Users that could not be read
  are not saved. Run the same command again: it reads only users that are not in
  the file, however old the file is. A note shows how many users come from the
  file, and when the file last changed. -q, -o json and -o ndjson hide this note.
  To read all users again, delete the file or use a new one. For a weekly audit,
  put the week into the name: audit-$(date +%G-%V).ndjson.

Exit codes:
  0        all users were read, with or without findings
  1        some users could not be read, and no code below fits
  3, 4, 5  all unread users failed for this reason: see `contacts --help`
  6        with --exit-code: all users were read, and there are findings";
