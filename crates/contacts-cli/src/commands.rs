//! The command line, and the command that it names.

mod apply;
mod audit;
mod config;
mod curl;
mod demo;
mod doctor;
mod export;
mod login;
mod man_and_completions;
mod operations;
mod plan;
mod reconcile;
mod sandbox;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use self::{
    apply::ApplyArgs, audit::args::AuditArgs, config::ConfigArgs, export::ExportArgs,
    operations::OperationCommand, plan::PlanArgs, reconcile::ReconcileArgs, sandbox::SandboxArgs,
};
use crate::{
    client::Context,
    config::flags::GlobalArgs,
    error::{Failure, exit},
    usage::long_help,
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
    after_help = after_help(),
    after_long_help = after_long_help()
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Operation(OperationCommand),
    Export(ExportArgs),
    Plan(PlanArgs),
    Apply(ApplyArgs),
    Audit(AuditArgs),
    Reconcile(ReconcileArgs),

    /// Find out what is wrong, and what to do
    ///
    /// Settings, proxy, address, certificate, cloud id, token, plan, scopes, limits and clock, one after the other. Nothing is changed:
    /// whether the token may write is tried on a contact that does not exist.
    #[command(after_help = "Examples:\n  contacts doctor\n  contacts doctor -o json")]
    Doctor,

    /// Try site, e-mail and token, and keep them
    ///
    /// Asks on a terminal for what no flag gives; the token is not shown. What works is kept as the
    /// profile default, or as --profile, and the token in a file for its owner alone. A profile of this
    /// name is replaced.
    #[command(
        after_help = "Examples:\n  contacts login\n  contacts login --site acme --email ann@example.com --token-file -"
    )]
    Login,

    /// Remove a profile, and the token that login kept
    #[command(after_help = "Example:\n  contacts --profile work logout")]
    Logout,

    Config(ConfigArgs),

    /// Print a request as a curl command
    ///
    /// The token stands in a variable, CONTACTS_TOKEN or CONTACTS_OAUTH_TOKEN. Nothing is sent but a look-up of the cloud id, where
    /// only the site is known.
    #[command(
        after_help = "Example:\n  contacts --cloud-id 35273b54-3f06-40d2-880f-dd28cf8daafa curl list --size 20"
    )]
    Curl {
        #[command(subcommand)]
        operation: OperationCommand,
    },

    /// All operations against an embedded sandbox, told as it goes
    #[command(after_help = "Example:\n  contacts demo")]
    Demo,

    Sandbox(SandboxArgs),

    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  contacts completions bash > ~/.local/share/bash-completion/completions/contacts"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Print the manual page, or that of a command
    #[command(after_help = "Examples:\n  contacts man | man -l -\n  contacts man config set | man -l -")]
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

/// Carries out the command. Returns the exit code, if nothing failed.
///
/// # Errors
/// The failures that were not reported yet.
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
        Command::Doctor => doctor::run(context)?,
        Command::Sandbox(args) => sandbox::run(context, args)?,
        Command::Completions { shell } => {
            man_and_completions::completions(context, Arguments::command(), *shell)?;
        }
        Command::Man { command } => man_and_completions::man(context, Arguments::command(), command)?,
    }
    Ok(exit::DONE)
}

const DEMO: &str = "  contacts demo                                   see it work, without a site";
const CREATE: &str = "  contacts --site acme create sms 90-5555559999   a new one";

/// Behind the short help.
fn after_help() -> String {
    let list = "  contacts --site acme list                       your contacts";
    examples(&[DEMO, list, CREATE])
}

/// Behind the long help.
fn after_long_help() -> String {
    let by_hand = "  contacts --sandbox list -o json                 the same, by hand";
    let list = "  contacts --site acme --email ann@example.com --token-file token list";
    let ensure = "  contacts --site acme create --ensure email ann@example.com";
    long_help(&examples(&[DEMO, by_hand, list, CREATE, ensure]), MORE)
}

fn examples(lines: &[&str]) -> String {
    format!("Examples:\n{}", lines.join("\n"))
}

const MORE: &str = "\
Settings:
  A flag beats a named profile (--profile or CONTACTS_PROFILE), which beats the
  environment, which beats the profile default, which beats the defaults. What
  a named profile says of where or who, no variable says; and where it says
  either, other tools' variables say neither. The token itself is never an
  argument, since other processes can read arguments. Empty variables are
  ignored. Of several variables, the first one holds:

  Where    CONTACTS_BASE_URL, CONTACTS_CLOUD_ID, CONTACTS_SITE,
           ATLASSIAN_OPS_CLOUD_ID, JSM_CLOUD_ID,
           ATLASSIAN_OPS_DOMAIN_NAME, JSM_SITE_URL
  Who      CONTACTS_EMAIL, ATLASSIAN_OPS_API_EMAIL_ADDRESS,
           ATLASSIAN_OPS_API_USERNAME, JSM_EMAIL
           CONTACTS_TOKEN, CONTACTS_OAUTH_TOKEN, CONTACTS_TOKEN_FILE,
           CONTACTS_TOKEN_COMMAND, ATLASSIAN_OPS_API_TOKEN, JSM_API_TOKEN,
           JSM_OAUTH_TOKEN; with --oauth, those of OAuth tokens come first
  How      CONTACTS_TIMEOUT, CONTACTS_ATTEMPTS, CONTACTS_CA_FILE, CONTACTS_PROXY
  Profile  CONTACTS_PROFILE; CONTACTS_CONFIG is the file of the profiles
  Network  HTTPS_PROXY, ALL_PROXY and NO_PROXY, also in lower case
           SSL_CERT_FILE, SSL_CERT_DIR

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
  2  wrong usage or settings
  3  not authenticated or not allowed
  4  no such contact
  5  try again later: rate limit, time-out, unavailable
  6  changes or findings are pending (--exit-code)
  7  outcome unknown: a receipt was printed, for `contacts reconcile`

  A signal ends the process as that signal does (a shell shows 130 for Ctrl-C),
  or with 7 if it leaves an outcome unknown.

  With mixed failures: 7 if any outcome is unknown, otherwise 1.";
