//! `audit`: whose contacts are read, what is required of them, and what comes of it.

use std::path::{Path, PathBuf};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use contacts_ureq::{AccountId, ContactMethod};

use crate::{io::STANDARD, redact, usage::long_help};

/// Find out, as an administrator, which users cannot be reached
///
/// Reads the contacts of many users, several at a time, and shows who has no enabled contact, none of a kind that is required,
/// a single one, or a number that is not in use. Nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help(EXAMPLES, LONG))]
pub(crate) struct AuditArgs {
    /// The users
    #[arg(value_name = "ACCOUNT_ID", value_parser = redact::parse_argument::<AccountId>)]
    pub(crate) accounts: Vec<AccountId>,

    /// A file with more of them, one a line or as CSV; - is standard input
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser())]
    pub(crate) from: Option<PathBuf>,

    /// Each user needs an enabled contact of each of these kinds, with commas between them: email, sms, voice, mobile
    #[arg(long, value_name = "KINDS", value_delimiter = ',', hide_possible_values = true, value_parser = kind())]
    pub(crate) require: Vec<ContactMethod>,

    /// Read N users at a time, 1 to 64
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) jobs: u8,

    /// Show users without findings in the table too
    #[arg(long)]
    pub(crate) all: bool,

    /// End with exit code 6 if there are findings
    #[arg(long)]
    pub(crate) exit_code: bool,

    /// Write a page for a browser, too
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser().try_map(beside_results))]
    pub(crate) html: Option<PathBuf>,

    /// Keep what was read in this file, and never ask for it again: a new look takes a new file
    #[arg(long, value_name = "FILE", value_parser = redact::path_parser().try_map(beside_results))]
    pub(crate) resume: Option<PathBuf>,
}

/// Refuses what stands for standard output elsewhere: there are the results.
fn beside_results(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path == Path::new(STANDARD) {
        Err("it is a file beside the results, and needs a name")
    } else {
        Ok(path)
    }
}

/// A kind of contacts that can be required.
fn kind() -> impl TypedValueParser<Value = ContactMethod> {
    PossibleValuesParser::new(["email", "sms", "voice", "mobile"]).map(|kind| kind.as_str().into())
}

const EXAMPLES: &str = "\
Examples:
  contacts audit 712020:0a1b2c3d 712020:4e5f6a7b
  contacts audit --from on-call.csv --require sms,voice --html audit.html
  contacts audit --from everybody.txt --resume audit.ndjson -o csv";

const LONG: &str = "\
The file of --from:
  One account id a line; or CSV with a header: the column called accountId,
  account id, account_id, Atlassian ID or User id is read, and name and email.
  Blank lines, and lines that begin with #, are passed over.

Findings:
  unreachable     no enabled contact
  missing         none of a kind that is required
  single          one enabled contact, and no other
  disabled-phone  a number that is not enabled: switched off, or never verified
  unreadable      the contacts could not be read

  With -o json all users, as they were asked for: [{\"accountId\",\"name\",\"email\",
  \"reachability\",\"contacts\":{\"sms\":{\"enabled\",\"disabled\"},…},\"findings\":[{\"finding\",
  …}]}]. The reachability is unreachable, missing-required (for want of a kind that is
  required), single or reachable; or unreadable.

Time and failures:
  --timeout is the time for each user, not for all of them. A user who cannot
  be read does not keep the others from it. It ends early when the credentials
  are refused, and when 32 users, one after the other, fail alike for a reason
  that is not theirs.

  --resume FILE keeps the contacts of each user as soon as they are read. After
  an interrupt, the same command goes on from there. Users who could not be
  read are asked for again; all others in the file are not, however old it is.
  A note says how many they are and when it was last written, though not with
  -q, -o json or -o ndjson, which have no notes. To have everybody asked, delete
  the file, or name one that is not there: where the audit is made each week, a
  file of that week (audit-$(date +%G-%V).ndjson).

  With -o ndjson it ends when nobody reads its output any more, as behind
  `| head`; with --html or --exit-code it reads all users even then.

Exit codes:
  0  all users were read, whatever was found
  3, 4, 5  some were not, for this reason: see `contacts --help`; 1 if reasons differ
  6  all were read and there are findings, with --exit-code";
