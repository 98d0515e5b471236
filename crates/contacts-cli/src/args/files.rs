//! Files of contacts: to write one, to compare with it, to do as it says.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use contacts_plan::Format;

use super::no_token;

/// Where contacts are written.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The file to write; - is standard output
    #[arg(default_value = "-", value_parser = no_token::path())]
    pub(crate) file: PathBuf,

    /// What the file is written in, where its ending does not say; to standard output YAML, or as -o says
    #[arg(long)]
    pub(crate) format: Option<FileFormat>,

    /// Overwrite a file that export did not write
    #[arg(long)]
    pub(crate) force: bool,
}

/// What is wanted, and how far to go for it.
#[derive(Debug, Args)]
pub(crate) struct DesiredArgs {
    /// The contacts as they are to be, in YAML, JSON or CSV by the file's ending; - is standard input
    #[arg(value_parser = no_token::path())]
    pub(crate) file: PathBuf,

    /// What the file is written in, where its ending does not say; standard input is YAML (and so JSON) otherwise
    #[arg(long)]
    pub(crate) format: Option<FileFormat>,

    /// Delete contacts that the file does not have
    #[arg(long)]
    pub(crate) prune: bool,

    /// Go on where it may do harm: leave no enabled contact, activate numbers with `enabled: true` that may not be verified,
    /// delete before creating where there is no room for both
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `plan` takes.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) desired: DesiredArgs,

    /// End with exit code 6 if changes are pending, and with 0 if there are none
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// What `apply` takes.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) desired: DesiredArgs,

    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// Show the plan, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What a file of contacts is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    Yaml,
    Json,
    Csv,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Yaml => Self::Yaml,
            FileFormat::Json => Self::Json,
            FileFormat::Csv => Self::Csv,
        }
    }
}
