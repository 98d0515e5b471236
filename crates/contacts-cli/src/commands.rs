//! Parses the command line and runs the command.

mod apply;
mod audit;
mod config;
mod curl;
mod demo;
mod doctor;
mod export;
mod help;
mod login;
mod man_and_completions;
mod operations;
mod plan;
mod reconcile;
mod sandbox;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use self::{
    apply::ApplyArgs, audit::args::AuditArgs, config::ConfigArgs, doctor::DoctorArgs,
    export::ExportArgs, operations::OperationCommand, plan::PlanArgs, reconcile::ReconcileArgs,
    sandbox::SandboxArgs,
};
use crate::{
    client::Context,
    config::flags::GlobalArgs,
    error::{Failure, exit},
    usage::long_help,
};

/// Manage on-call contacts in Jira Service Management
///
/// A contact is an e-mail address, a phone number or a mobile app. Jira Service Management uses it
/// to notify a person who is on call.
#[derive(Debug, Parser)]
#[command(
    name = "contacts",
    version,
    max_term_width = help::MAX_WIDTH,
    after_help = after_help(),
    after_long_help = long_help(EXAMPLES, &details())
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Parses the command line of this process.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut command = help::with_layout(Self::command());
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Operation(OperationCommand),
    Reconcile(ReconcileArgs),

    Export(ExportArgs),
    Plan(PlanArgs),
    Apply(ApplyArgs),

    Audit(AuditArgs),

    /// Save site, e-mail address and token in a profile
    #[command(after_help = LOGIN_EXAMPLES, after_long_help = long_help(LOGIN_EXAMPLES, &login_details()))]
    Login,

    /// Remove a profile and its saved token
    #[command(after_help = "Examples:\n  contacts logout\n  contacts --profile work logout")]
    Logout,

    Doctor(DoctorArgs),

    Config(ConfigArgs),
    Sandbox(SandboxArgs),

    /// Run every operation against an embedded sandbox
    #[command(after_help = "Example:\n  contacts demo")]
    Demo,

    /// Print a request as a curl command
    #[command(after_help = CURL_EXAMPLES, after_long_help = long_help(CURL_EXAMPLES, CURL_DETAILS))]
    Curl {
        #[command(subcommand)]
        operation: OperationCommand,
    },

    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  contacts completions bash > ~/.local/share/bash-completion/completions/contacts"
    )]
    Completions {
        /// Name of the shell
        shell: Shell,
    },

    /// Print the manual page of a command
    #[command(
        after_help = "Examples:\n  contacts man | man -l -\n  contacts man config set | man -l -"
    )]
    Man {
        /// Name of the command; without one, the page of `contacts`
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

const LOGIN_EXAMPLES: &str = "\
Examples:
  contacts login
  contacts login --site acme --email ann@example.com --token-file -";

fn login_details() -> String {
    let file = if cfg!(windows) {
        "the folder of the profiles, which is private to its user"
    } else {
        "a file that only its owner can read (mode 0600)"
    };
    format!(
        "\
Details:
  Prompts for each value that no option sets. The token is not shown.
  Tests the token first, and saves nothing if the test fails.
  Saves the token in {file}.
  Saves the settings in the profile `default`, or in the one that --profile
  names. Replaces an existing profile of that name."
    )
}

const CURL_EXAMPLES: &str = "\
Example:
  contacts --cloud-id 35273b54-3f06-40d2-880f-dd28cf8daafa curl list --size 20";

const CURL_DETAILS: &str = "\
Details:
  The printed command reads the token from CONTACTS_TOKEN or
  CONTACTS_OAUTH_TOKEN. The request is not sent. If you give the name of a site,
  the command looks the cloud id up.";

const EXAMPLES: &str = "\
Examples:
  contacts --sandbox list                          without a site
  contacts login                                   save your site and token
  contacts list
  contacts create --ensure email ann@example.com
  contacts doctor                                  if a command fails";

/// Below the commands on the short page.
fn after_help() -> String {
    format!("Options, variables and exit codes: see `contacts help`\n\n{EXAMPLES}")
}

/// The details, with what differs on this platform.
fn details() -> String {
    let (profiles, shell) = if cfg!(windows) {
        (
            "%APPDATA%\\contacts\\config.toml, or in the file that\n\
             CONTACTS_CONFIG names. Write a path with backslashes in single quotes.",
            "cmd /c \"...\"",
        )
    } else {
        (
            "$XDG_CONFIG_HOME/contacts/config.toml (default:\n\
             ~/.config/contacts/config.toml), or in the file that CONTACTS_CONFIG names.",
            "sh -c '...'",
        )
    };
    DETAILS.replace("{profiles}", profiles).replace("{shell}", shell)
}

const DETAILS: &str = "\
Settings:
  If several places set a value, the first of these is used:
  1. options
  2. the named profile (--profile or CONTACTS_PROFILE)
  3. variables
  4. the profile `default`
  5. built-in defaults
  If a named profile sets any of site, e-mail address and token, all
  ATLASSIAN_OPS_* and JSM_* variables are ignored.

Variables. For site, e-mail and token, the first one that is not empty is used:
  Site     CONTACTS_BASE_URL, CONTACTS_CLOUD_ID, CONTACTS_SITE,
           ATLASSIAN_OPS_CLOUD_ID, JSM_CLOUD_ID,
           ATLASSIAN_OPS_DOMAIN_NAME, JSM_SITE_URL
  E-mail   CONTACTS_EMAIL, ATLASSIAN_OPS_API_EMAIL_ADDRESS,
           ATLASSIAN_OPS_API_USERNAME, JSM_EMAIL
  Token    CONTACTS_TOKEN, CONTACTS_OAUTH_TOKEN, CONTACTS_TOKEN_FILE,
           CONTACTS_TOKEN_COMMAND, ATLASSIAN_OPS_API_TOKEN, JSM_API_TOKEN,
           JSM_OAUTH_TOKEN. With --oauth, CONTACTS_OAUTH_TOKEN and
           JSM_OAUTH_TOKEN come first
  Network  CONTACTS_TIMEOUT, CONTACTS_ATTEMPTS, CONTACTS_CA_FILE,
           CONTACTS_PROXY; HTTPS_PROXY, ALL_PROXY, NO_PROXY (also in lower
           case); SSL_CERT_FILE, SSL_CERT_DIR

Profiles are in {profiles}
Example of a profile:
  [profile.work]
  site = \"acme\"                       # or cloud_id, or base_url
  email = \"ann@example.com\"
  token_file = \"~/.atlassian-token\"   # or token_command
  timeout = \"30s\"                     # also attempts, proxy, ca_file, oauth

Secrets:
  Other processes can read arguments. Therefore a token is never an argument.
  Store the password of a proxy in a profile.
  A token command runs without a shell; for pipes and variables, use {shell}.
  It must end within --timeout. It runs again if the service rejects the token.

Exit codes:
  0  done
  1  failed
  2  invalid command line, setting or file
  3  not authenticated or not allowed
  4  no such contact
  5  try again later: rate limit, timeout or service unavailable
  6  with --exit-code: `plan` found changes, or `audit` found problems
  7  outcome unknown: run `contacts reconcile` with the printed receipt
  If operations fail with different codes, the exit code is 7 if any outcome is
  unknown, otherwise 1.
  If you stop the command with Ctrl-C, a shell shows 130; after SIGTERM it shows
  143. If an outcome is unknown at that moment, the exit code is 7 instead.";

/// Runs the command and returns its exit code.
///
/// # Errors
/// The failures that the command has not reported itself.
pub(crate) fn run(context: &Context<'_>, command: &Command) -> Result<u8, Vec<Failure>> {
    match command {
        Command::Operation(operation) => operations::run(context, operation)?,
        Command::Export(args) => export::run(context, args)?,
        Command::Plan(args) => return plan::run(context, args),
        Command::Apply(args) => apply::run(context, args)?,
        Command::Audit(args) => return audit::run(context, args),
        Command::Reconcile(args) => reconcile::run(context, args)?,
        Command::Curl { operation } => {
            curl::run(context, |session| operations::requests(operation, session))?;
        }
        Command::Config(args) => config::run(context, args)?,
        Command::Login => login::login(context)?,
        Command::Logout => login::logout(context)?,
        Command::Demo => demo::run(context)?,
        Command::Doctor(args) => doctor::run(context, args)?,
        Command::Sandbox(args) => sandbox::run(context, args)?,
        Command::Completions { shell } => {
            man_and_completions::completions(context, Arguments::command(), *shell)?;
        }
        Command::Man { command } => {
            let page = help::with_hidden_globals(Arguments::command());
            man_and_completions::man(context, page, command)?;
        }
    }
    Ok(exit::DONE)
}
