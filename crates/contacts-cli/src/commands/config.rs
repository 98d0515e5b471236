//! `config`: where the settings are, what they are, and a change of them.

use std::{
    borrow::Cow,
    path::{Path, is_separator},
};

use clap::{Args, Subcommand};
use contacts_ureq::{BaseUrl, CloudId, Credentials, Site};

use crate::{
    client::Context,
    config::{
        Shown, edit,
        identity::TokenSource,
        key::{self, ConfigKey},
        network::Network,
    },
    error::Failure,
    io::{self, STANDARD},
    redact,
};

/// Show the settings, and change those of a profile
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

const EXAMPLES: &str = "\
Examples:
  contacts config show
  contacts --profile work config set site acme
  contacts config set token_command 'pass show jira'";

#[derive(Debug, Subcommand)]
enum ConfigCommand {
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
        name: ConfigKey,
        /// What it is to be
        value: String,
    },

    /// Print the value that holds; exit code 1 if there is none
    #[command(after_help = "Example:\n  contacts config get site")]
    Get {
        /// The setting
        #[arg(value_enum)]
        name: ConfigKey,
    },

    /// Remove a key from a profile: from --profile, or from default
    #[command(after_help = "Example:\n  contacts config unset timeout")]
    Unset {
        /// The key
        #[arg(value_enum)]
        name: ConfigKey,
    },
}

pub(crate) fn run(context: &Context<'_>, args: &ConfigArgs) -> Result<(), Failure> {
    match &args.command {
        ConfigCommand::Path => context.output.text(&format!("{}\n", edit::path()?.display())),
        ConfigCommand::Show => {
            let shown = context.settings()?.shown();
            context.output.records(&shown, &["setting", "value", "from"], line)
        }
        ConfigCommand::Set { name, value } => set(context, *name, value),
        ConfigCommand::Get { name } => get(context, *name),
        ConfigCommand::Unset { name } => {
            edit::edit_profile(&context.profile_name()?, |members| drop(members.remove(name.name())))
        }
    }
}

fn line(Shown { setting, value, from }: &Shown) -> String {
    format!("{setting:<9} {value}  ({from})")
}

/// Prints the value that holds. Of a token, only its file.
fn get(context: &Context<'_>, key: ConfigKey) -> Result<(), Failure> {
    let settings = context.settings()?;
    let token = settings.identity.as_ref().map(|identity| &identity.token.value);
    let value = match key {
        ConfigKey::TokenFile => match token {
            Some(TokenSource::File(path)) => Some(redact::file(path)),
            Some(TokenSource::StandardInput) => Some("-".to_owned()),
            _ => None,
        },
        // Somebody may have put the token itself there.
        ConfigKey::TokenCommand => {
            return Err(Failure::usage("token_command may have a secret in it, and is not printed")
                .with_hint("look into the file that `contacts config path` prints"));
        }
        ConfigKey::Oauth => settings.identity.as_ref().map(|identity| identity.email.is_none().to_string()),
        _ => settings.shown().into_iter().find(|it| it.setting == key.name()).map(|it| it.value),
    };
    match value {
        Some(value) => context.output.text(&format!("{value}\n")),
        None => Err(Failure::local(format!("{} is not set", key.name()))),
    }
}

/// Sets a key of the profile that is named, or of `default`.
fn set(context: &Context<'_>, key: ConfigKey, value: &str) -> Result<(), Failure> {
    let value = checked(key, value.trim())?;
    let profile = context.profile_name()?;
    let mut removed = Vec::new();
    edit::edit_profile(&profile, |members| removed = edit::set(members, key, &value))?;
    for other in removed {
        io::note(&format!(
            "{} of the profile {} was taken away: it says the same thing",
            other.name(),
            redact::name(&profile)
        ));
    }
    Ok(())
}

/// The value, if it can be one, as far as that can be told without asking anybody.
fn checked(key: ConfigKey, value: &str) -> Result<Cow<'_, str>, Failure> {
    if matches!(key, ConfigKey::Site | ConfigKey::CloudId | ConfigKey::BaseUrl | ConfigKey::Email) {
        refuse_token(key, value)?;
    }
    match key {
        ConfigKey::Site => {
            let site = Site::new(value)?;
            // Of an address taken from a browser, the rest is of no use, and may be nobody's business.
            return Ok(if value.contains("://") { site.to_string().into() } else { value.into() });
        }
        ConfigKey::TokenFile | ConfigKey::CaFile => return absolute(key, value),
        ConfigKey::CloudId => CloudId::new(value).map(drop)?,
        ConfigKey::BaseUrl => BaseUrl::new(value).map(drop)?,
        ConfigKey::Email => Credentials::basic(value, "token").map(drop)?,
        ConfigKey::Proxy => Network::check_proxy(value)?,
        ConfigKey::Timeout => drop(key::duration(value).map_err(Failure::usage)?),
        ConfigKey::Attempts if key::attempts(value).is_err() => {
            return Err(Failure::usage("attempts is to be a number from 1 to 100"));
        }
        ConfigKey::Oauth if value.parse::<bool>().is_err() => {
            return Err(Failure::usage("oauth is to be true or false"));
        }
        _ => {}
    }
    Ok(value.into())
}

fn refuse_token(key: ConfigKey, value: &str) -> Result<(), Failure> {
    if redact::has_the_form_of_a_token(value) { Err(Failure::misplaced_token(key.name())) } else { Ok(()) }
}

/// The path from the root on, unless it begins at home, or is standard input where a token can come from there.
fn absolute(key: ConfigKey, value: &str) -> Result<Cow<'_, str>, Failure> {
    let name = key.name();
    refuse_token(key, value)?;
    let is_standard = key == ConfigKey::TokenFile && value == STANDARD;
    if is_standard || Path::new(value).starts_with("~") {
        return Ok(value.into());
    }
    // A word that is no file may be the token itself, and as a path it would be shown.
    if !value.contains(is_separator) && !Path::new(value).exists() {
        return Err(Failure::usage(format!("{name} is to be a path, and this folder has no such file"))
            .with_hint("a file that is still to come is named by its whole path"));
    }
    let path = std::path::absolute(value)
        .map_err(|error| Failure::usage(format!("{name}: this path has no beginning: {error}")))?;
    let path = path.into_os_string().into_string();
    path.map(Cow::from)
        .map_err(|_| Failure::usage(format!("{name}: the path of this folder is not text in UTF-8")))
}
