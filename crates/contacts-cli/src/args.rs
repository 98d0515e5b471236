//! The command line: flags and commands, and nothing of what they do.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use contacts_ureq::{AccountId, ContactId, ContactMethod, ListContacts, Ticket};

/// The contacts of people on call: see, create, change and delete them.
///
/// A contact is one way to reach a person who is on call: an e-mail address, a number for text messages or for calls, a phone's
/// app. This is a client of the Contacts API of Jira Service Management operations.
#[derive(Debug, Parser)]
#[command(
    name = "contacts",
    version,
    max_term_width = 110,
    after_help = EXAMPLES,
    after_long_help = LONG_AFTER_HELP,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) person: PersonArgs,
    #[command(flatten)]
    pub(crate) how: HowArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  contacts demo                                   see it work, without a site
  contacts --site acme list                       your contacts
  contacts --site acme create sms 90-5555559999   a new one";

const LONG_AFTER_HELP: &str = "\
Examples:
  contacts demo                                   see it work, without a site
  contacts --sandbox list -o json                 the same, by hand
  contacts --site acme --email ann@example.com --token-file token list
  contacts --site acme create sms 90-5555559999   a new one
  contacts --site acme create --ensure email ann@example.com

Settings:
  A flag beats the environment, the environment beats the profile. The token
  itself is never an argument, since other processes can read arguments.

  Where    CONTACTS_BASE_URL
           ATLASSIAN_OPS_CLOUD_ID, JSM_CLOUD_ID
           ATLASSIAN_OPS_DOMAIN_NAME, JSM_SITE_URL
  Who      ATLASSIAN_OPS_API_EMAIL_ADDRESS, ATLASSIAN_OPS_API_USERNAME, JSM_EMAIL
           ATLASSIAN_OPS_API_TOKEN, JSM_API_TOKEN, JSM_OAUTH_TOKEN
  Profile  CONTACTS_PROFILE

  Profiles are in contacts/config.toml, in $XDG_CONFIG_HOME or ~/.config:

    [profile.work]
    site = \"acme\"                       # or cloud_id, or base_url
    email = \"ann@example.com\"
    token_file = \"~/.atlassian-token\"   # or token_command
    timeout = \"30s\"                     # and attempts, proxy, ca_file, oauth

  The profile named default is used where none is named.

Exit codes:
  0  done
  1  failed
  2  wrong usage
  3  not authenticated or not allowed
  4  no such contact
  5  try again later: rate limit, time-out, unavailable
  6  changes are pending
  7  outcome unknown: a ticket was printed, for `contacts resolve`";

/// Where the service is.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Where and who")]
pub(crate) struct PlaceArgs {
    /// The site: acme, or acme.atlassian.net; its cloud id is asked for
    #[arg(long, global = true, value_name = "SITE")]
    pub(crate) site: Option<String>,

    /// The site's cloud id
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) cloud_id: Option<String>,

    /// The whole base URL, for a gateway, a staging host, or a sandbox
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// An embedded sandbox with two contacts, instead of a site
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,

    /// A profile of the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

/// Who is asking.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Where and who")]
pub(crate) struct PersonArgs {
    /// The e-mail address that the API token belongs to
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    /// The file with the token; - is standard input
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) token_file: Option<PathBuf>,

    /// A command that prints the token; it is asked again when the token is refused
    #[arg(long, global = true, value_name = "COMMAND")]
    pub(crate) token_command: Option<String>,

    /// The token is an OAuth bearer token
    #[arg(long, global = true)]
    pub(crate) oauth: bool,
}

/// How it is done and shown.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "How")]
pub(crate) struct HowArgs {
    /// How results are written
    #[arg(short, long, global = true, value_name = "FORM", default_value = "table")]
    pub(crate) output: Form,

    /// How long all of it may take [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Requests for one operation at most, the first one counted [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) attempts: Option<u32>,

    /// A file of certificate authorities to trust besides the usual ones
    #[arg(long, global = true, value_name = "PEM")]
    pub(crate) ca_file: Option<PathBuf>,

    /// An HTTP proxy, such as http://127.0.0.1:3128; none is taken from the environment
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) proxy: Option<String>,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// No progress, no notes, no hints
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Tell each request on standard error
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// A duration that is some time at all.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration.is_zero() => Err("no time at all, in which nothing can be done"),
        Ok(duration) => Ok(duration),
        Err(_) => Err("not a duration such as 30s or 2m"),
    }
}

/// How results are written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// For people.
    #[default]
    Table,
    /// The service's own shape.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// With a line of names.
    Csv,
}

impl Form {
    /// Whether errors are JSON too.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}

/// When to use colour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Operation(OperationCommand),

    /// End the doubt that an interrupted create left
    ///
    /// Looks whether the contact of a ticket was created, and prints it. If it was not, the exit code is 4, and creating it
    /// again is safe.
    #[command(after_help = "Example:\n  contacts resolve eyJ2IjoxLCJvcGVyYXRpb24iOiJjcmVhdGUi…")]
    Resolve {
        /// The ticket, as it was printed
        ticket: Ticket,
    },

    /// Find out what is wrong, and what to do
    ///
    /// Settings, address, cloud id, token, plan, scopes, limits and clock, one after the other. Nothing is changed: whether the
    /// token may write is tried on a contact that does not exist.
    #[command(after_help = "Examples:\n  contacts doctor\n  contacts doctor -o json")]
    Doctor,

    /// Print a request as a curl command; nothing is sent
    ///
    /// The token is left out.
    #[command(
        after_help = "Example:\n  contacts --cloud-id 35273b54-3f06-40d2-880f-dd28cf8daafa curl list --size 20"
    )]
    Curl {
        #[command(subcommand)]
        operation: OperationCommand,
    },

    /// All seven operations against an embedded sandbox, told as it goes
    #[command(after_help = "Example:\n  contacts demo")]
    Demo,

    /// Run a stand-in for the service on this machine
    #[command(after_help = SANDBOX_EXAMPLES, after_long_help = sandbox_long_help())]
    Sandbox(SandboxArgs),

    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  contacts completions bash > ~/.local/share/bash-completion/completions/contacts"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print the manual page
    #[command(after_help = "Example:\n  contacts man | man -l -")]
    Man,
}

/// The seven operations.
#[derive(Debug, Subcommand)]
pub(crate) enum OperationCommand {
    /// List contacts, all pages of them
    #[command(
        after_help = "Examples:\n  contacts list --method sms --disabled\n  contacts list -o csv > contacts.csv\n  \
                            contacts list --account-id 712020:0a1b2c3d    as an administrator"
    )]
    List(ListArgs),

    /// Show one contact
    #[command(after_help = "Example:\n  contacts get 299003c3-8221-4a9f-b63d-2370c4caaaaa -o json")]
    Get {
        /// Its id
        id: ContactId,
    },

    /// Create a contact
    ///
    /// It is never sent twice unless it is certain that the first request did nothing. If its answer is lost, a ticket is
    /// printed and the exit code is 7: `contacts resolve` tells what became of it. With --ensure, it looks before and after
    /// instead, and can be repeated at will.
    #[command(
        after_help = "Examples:\n  contacts create sms 90-5555559999\n  contacts create --ensure email ann@example.com"
    )]
    Create {
        /// email, sms or voice
        method: ContactMethod,
        /// The address or number, such as 90-5555559999
        to: String,
        /// See to it that the contact exists once: create it only where it is missing
        #[arg(long)]
        ensure: bool,
    },

    /// Give an e-mail contact another address
    #[command(
        after_help = "Example:\n  contacts update 299003c3-8221-4a9f-b63d-2370c4caaaaa ann@example.org"
    )]
    Update {
        /// Its id
        id: ContactId,
        /// The new address
        to: String,
    },

    /// Let contacts be used again
    #[command(after_help = "Example:\n  contacts activate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Activate {
        /// Their ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<ContactId>,
    },

    /// Let contacts be used no more
    #[command(after_help = "Example:\n  contacts deactivate 299003c3-8221-4a9f-b63d-2370c4caaaaa")]
    Deactivate {
        /// Their ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<ContactId>,
    },

    /// Delete contacts
    #[command(after_help = "Examples:\n  contacts delete 299003c3-8221-4a9f-b63d-2370c4caaaaa\n  \
                            contacts list --method sms -o ndjson | jq -r .id | xargs contacts delete --yes")]
    Delete {
        /// Their ids
        #[arg(required = true, value_name = "ID")]
        ids: Vec<ContactId>,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
}

/// Which contacts.
#[derive(Debug, Default, Args)]
pub(crate) struct ListArgs {
    /// Leave out the first N contacts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    pub(crate) offset: Option<u32>,

    /// Ask for N contacts a page, 1 to 100 [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(ListContacts::LARGEST_SIZE)))]
    pub(crate) size: Option<u32>,

    /// Stop after N contacts
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,

    /// Another user's contacts, as an administrator
    #[arg(long, value_name = "ID")]
    pub(crate) account_id: Option<AccountId>,

    /// Only contacts of this method: email, sms, voice, mobile
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<ContactMethod>,

    /// Only contacts that are enabled
    #[arg(long, conflicts_with = "disabled")]
    pub(crate) enabled: bool,

    /// Only contacts that are not
    #[arg(long)]
    pub(crate) disabled: bool,
}

/// What a sandbox is to be.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Where to listen, on loopback; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,

    /// A user, and no demo user; may be given several times
    #[arg(long = "user", value_name = "EMAIL:TOKEN")]
    pub(crate) users: Vec<String>,

    /// A file to go on from and to keep the state in
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// What is to go wrong; --help lists it
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
}

const SANDBOX_EXAMPLES: &str = "\
Examples:
  contacts sandbox --listen 127.0.0.1:8080
  contacts sandbox --user ann@example.com:secret --state sandbox.json";

fn sandbox_long_help() -> String {
    format!("{SANDBOX_EXAMPLES}\n\n{}", contacts_sandbox::fault_help().trim_end())
}
