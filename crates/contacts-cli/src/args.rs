//! The command line: flags and commands, and nothing of what they do.

mod audit;
mod command;
mod config;
mod files;
mod help;
mod no_token;
mod operation;

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, ValueEnum};

pub(crate) use self::{
    audit::AuditArgs,
    command::{Command, SandboxArgs},
    config::{ConfigCommand, Member},
    files::{ApplyArgs, DesiredArgs, ExportArgs, FileFormat, PlanArgs},
    operation::{ListArgs, OperationCommand},
};

/// The contacts of people on call: see, create, change and delete them.
///
/// A contact is one way to reach a person who is on call: an e-mail address, a number for text messages or for calls, a phone's
/// app. This is a client of the Contacts API of Jira Service Management operations.
#[derive(Debug, Parser)]
#[command(
    name = "contacts",
    version,
    max_term_width = 110,
    after_help = help::after_help(),
    after_long_help = help::after_long_help()
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
    ///
    /// It is run without a shell: one with pipes, variables or ~ is sh -c '...'. When it takes longer than --timeout, it is
    /// killed.
    #[arg(long, global = true, value_name = "COMMAND")]
    pub(crate) token_command: Option<String>,

    /// The token is an OAuth bearer token
    #[arg(long, global = true)]
    pub(crate) oauth: bool,
}

/// How it is done and shown.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How")]
pub(crate) struct HowArgs {
    /// How results are written
    #[arg(short, long, global = true, value_name = "FORM", default_value = "table")]
    pub(crate) output: Form,

    /// How long all of it may take, the token command too [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// Requests for one operation at most, the first one counted [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = attempts)]
    pub(crate) attempts: Option<u32>,

    /// A file of certificate authorities to trust besides those of the system or of SSL_CERT_FILE
    #[arg(long, global = true, value_name = "PEM", value_parser = no_token::path())]
    pub(crate) ca_file: Option<PathBuf>,

    /// An HTTP proxy, such as http://127.0.0.1:3128, instead of that of HTTPS_PROXY or ALL_PROXY. With a password, put it
    /// into a profile: others can read arguments
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) proxy: Option<String>,

    /// No proxy, neither of the profile nor of the environment
    #[arg(long, global = true, conflicts_with = "proxy")]
    pub(crate) no_proxy: bool,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,

    /// No progress, no notes, no hints
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Tell each request on standard error; not with -o json or ndjson, which is alone there
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// A duration that is some time at all.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    match humantime::parse_duration(text.trim()) {
        Ok(duration) if duration.is_zero() => Err("no time at all, in which nothing can be done"),
        Ok(duration) => Ok(duration),
        Err(_) => Err("not a duration such as 30s or 2m"),
    }
}

/// A number of requests.
pub(crate) fn attempts(text: &str) -> Result<u32, &'static str> {
    let attempts = text.trim().parse().ok().filter(|attempts| (1..=100).contains(attempts));
    attempts.ok_or("not a number from 1 to 100")
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
