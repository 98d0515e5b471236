//! The arguments of `config`.

use clap::{Subcommand, ValueEnum};

/// What is to be done about the settings.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print where the configuration file is
    #[command(after_help = "Example:\n  contacts config path")]
    Path,

    /// Show what holds, and which flag, variable or profile says so
    #[command(
        after_help = "Examples:\n  contacts config show\n  contacts --profile work config show -o json"
    )]
    Show,

    /// Change a member of a profile: of the one that --profile names, or of default
    #[command(
        after_help = "Examples:\n  contacts config set site acme\n  contacts --profile work config set token_file token"
    )]
    Set {
        /// What is changed
        #[arg(value_enum)]
        name: Member,
        /// What it is to be
        value: String,
    },

    /// Print the value that holds; exit code 1 if there is none
    #[command(after_help = "Example:\n  contacts config get site")]
    Get {
        /// The setting
        #[arg(value_enum)]
        name: Member,
    },

    /// Remove a key from a profile: from --profile, or from default
    #[command(after_help = "Example:\n  contacts config unset timeout")]
    Unset {
        /// The key
        #[arg(value_enum)]
        name: Member,
    },
}

/// A member of a profile. A token is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Member {
    Site,
    CloudId,
    BaseUrl,
    Email,
    TokenFile,
    TokenCommand,
    Oauth,
    Timeout,
    Attempts,
    CaFile,
    Proxy,
}

impl Member {
    /// Its name in the file, which is the one that it is given by.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// What cannot stand beside it.
    pub(crate) fn excludes(self) -> &'static [Self] {
        match self {
            Self::Site => &[Self::CloudId, Self::BaseUrl],
            Self::CloudId => &[Self::Site, Self::BaseUrl],
            Self::BaseUrl => &[Self::Site, Self::CloudId],
            Self::TokenFile => &[Self::TokenCommand],
            Self::TokenCommand => &[Self::TokenFile],
            _ => &[],
        }
    }
}
