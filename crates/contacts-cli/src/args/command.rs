//! The commands.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use clap_complete::Shell;
use contacts_ureq::Ticket;

use super::{
    ApplyArgs, AuditArgs, ConfigCommand, ExportArgs, OperationCommand, PlanArgs, audit, help, no_token,
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Operation(OperationCommand),

    /// Write all contacts to a file, which can be changed and applied
    ///
    /// A file that is there is replaced as a whole, once the new one is written.
    #[command(after_help = help::EXPORT_EXAMPLES, after_long_help = help::long(help::EXPORT_EXAMPLES, help::EXPORT_LONG))]
    Export(ExportArgs),

    /// Show what must be changed for the contacts to be as a file says
    ///
    /// A contact of the file is the one with its id or, where it has none, one that reaches its address. Nothing is changed,
    /// and a file with mistakes is not compared at all.
    #[command(after_help = help::PLAN_EXAMPLES, after_long_help = help::long(help::PLAN_EXAMPLES, help::PLAN_LONG))]
    Plan(PlanArgs),

    /// Change the contacts so that they are as a file says
    ///
    /// Shows the plan, and asks. What has changed while it asked is looked at again. A change that fails does not keep the
    /// others from being made. If it is interrupted, apply the file again: what is done is not done twice.
    #[command(after_help = help::APPLY_EXAMPLES, after_long_help = help::long(help::APPLY_EXAMPLES, help::APPLY_LONG))]
    Apply(ApplyArgs),

    /// Find out, as an administrator, which users cannot be reached
    ///
    /// Reads the contacts of many users, several at a time, and shows who has no enabled contact, none of a kind that is required,
    /// a single one, or a number that is not in use. Nothing is changed.
    #[command(after_help = audit::EXAMPLES, after_long_help = help::long(audit::EXAMPLES, audit::LONG))]
    Audit(AuditArgs),

    /// End the doubt that an interrupted create left
    ///
    /// Looks whether the contact of a ticket was created, and prints it. If it was not, the exit code is 4, and creating it
    /// again is safe; with any other exit code it is not. A ticket is of one user of one site, and refused for another; that
    /// of an OAuth token, which does not tell whose it is, is to be resolved as the same user.
    #[command(after_help = "Example:\n  contacts resolve eyJ2IjoxLCJvcGVyYXRpb24iOiJjcmVhdGUi…")]
    Resolve {
        /// The ticket, as it was printed
        ticket: Ticket,
    },

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

    /// Show the settings, and change those of a profile
    #[command(after_help = help::CONFIG_EXAMPLES)]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },

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

    /// All seven operations against an embedded sandbox, told as it goes
    #[command(after_help = "Example:\n  contacts demo")]
    Demo,

    /// Run a stand-in for the service on this machine
    ///
    /// Its address, opened in a browser, is a page with its users, their contacts, and the requests as they are made; with buttons
    /// that verify a number or arm a fault. The page shows no token, and only this machine can reach it.
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

    /// Print the manual page, or that of a command
    #[command(after_help = "Examples:\n  contacts man | man -l -\n  contacts man config set | man -l -")]
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

/// What a sandbox is to be.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// A port, or an address of loopback with a port; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = listen)]
    pub(crate) listen: SocketAddr,

    /// A user with an API token, or oauth:TOKEN for one with an OAuth token; in place of those of the demo, several times
    #[arg(long = "user", value_name = "EMAIL:TOKEN")]
    pub(crate) users: Vec<String>,

    /// A file to go on from and to keep the state in
    #[arg(long, value_name = "FILE", value_parser = no_token::path())]
    pub(crate) state: Option<PathBuf>,

    /// What is to go wrong; --help lists it
    #[arg(long, value_name = "FILE", value_parser = no_token::path())]
    pub(crate) faults: Option<PathBuf>,
}

/// An address to listen on. A bare port and `localhost` are of loopback.
fn listen(text: &str) -> Result<SocketAddr, &'static str> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    match port.parse() {
        Ok(port) => Ok((Ipv4Addr::LOCALHOST, port).into()),
        Err(_) => text
            .parse()
            .map_err(|_| "not a port, such as 8080, nor an address with one, such as 127.0.0.1:8080"),
    }
}

const SANDBOX_EXAMPLES: &str = "\
Examples:
  contacts sandbox --listen 8080
  contacts sandbox --user ann@example.com:secret --state sandbox.json";

fn sandbox_long_help() -> String {
    help::long(SANDBOX_EXAMPLES, contacts_sandbox::fault_help().trim_end())
}
