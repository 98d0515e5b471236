//! `config`: shows settings and changes profiles.

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
    usage::long_help,
};

/// Show settings and change profiles
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
    /// Print the path of the configuration file
    #[command(after_help = "Example:\n  contacts config path")]
    Path,

    /// Show the effective settings and their sources
    #[command(
        after_help = "Examples:\n  contacts config show\n  contacts --profile work config show -o json"
    )]
    Show,

    /// Print the effective value of a key
    #[command(
        after_help = GET_EXAMPLES,
        after_long_help = long_help(GET_EXAMPLES, "Details:\n  Exits with 1 if the key has no value.")
    )]
    Get {
        /// Name of the key
        #[arg(value_enum, value_name = "KEY")]
        name: ConfigKey,
    },

    /// Set a key of a profile
    #[command(after_help = SET_EXAMPLES, after_long_help = long_help(SET_EXAMPLES, SET_DETAILS))]
    Set {
        /// Name of the key
        #[arg(value_enum, value_name = "KEY")]
        name: ConfigKey,
        /// New value
        value: String,
    },

    /// Remove a key from a profile
    #[command(after_help = UNSET_EXAMPLES, after_long_help = long_help(UNSET_EXAMPLES, UNSET_DETAILS))]
    Unset {
        /// Name of the key
        #[arg(value_enum, value_name = "KEY")]
        name: ConfigKey,
    },
}

const GET_EXAMPLES: &str = "Example:\n  contacts config get site";

const SET_EXAMPLES: &str = "\
Examples:
  contacts config set site acme
  contacts --profile work config set token_file token";

const SET_DETAILS: &str = "\
Details:
  Changes the profile that --profile names, otherwise the profile `default`.
  Creates the profile if it does not exist. Removes the keys that conflict with
  the new one: site, cloud_id and base_url; token_file and token_command.";

const UNSET_EXAMPLES: &str = "Example:\n  contacts config unset timeout";

const UNSET_DETAILS: &str = "\
Details:
  Changes the profile that --profile names, otherwise the profile `default`.";

pub(crate) fn run(context: &Context<'_>, args: &ConfigArgs) -> Result<(), Failure> {
    match &args.command {
        ConfigCommand::Path => context.output.text(&format!("{}\n", edit::path()?.display())),
        ConfigCommand::Show => {
            let shown = context.settings()?.shown();
            context.output.records(&shown, &["setting", "value", "from"], line)
        }
        ConfigCommand::Get { name } => get(context, *name),
        ConfigCommand::Set { name, value } => set(context, *name, value),
        ConfigCommand::Unset { name } => edit::edit_profile(&context.profile_name()?, |members| {
            drop(members.remove(name.name()));
        }),
    }
}

fn line(Shown { setting, value, from }: &Shown) -> String {
    format!("{setting:<9} {value}  ({from})")
}

/// Prints the effective value of a key. For a token, only its file.
fn get(context: &Context<'_>, key: ConfigKey) -> Result<(), Failure> {
    let settings = context.settings()?;
    let token = settings.identity.as_ref().map(|identity| &identity.token.value);
    let value = match key {
        ConfigKey::TokenFile => match token {
            Some(TokenSource::File(path)) => Some(redact::file(path)),
            Some(TokenSource::StandardInput) => Some("-".to_owned()),
            _ => None,
        },
        // The command may contain the token itself.
        ConfigKey::TokenCommand => {
            return Err(Failure::usage("cannot print token_command: it may contain a secret")
                .with_hint("open the file that `contacts config path` prints"));
        }
        ConfigKey::Oauth => {
            settings.identity.as_ref().map(|identity| identity.email.is_none().to_string())
        }
        _ => settings.shown().into_iter().find(|it| it.setting == key.name()).map(|it| it.value),
    };
    match value {
        Some(value) => context.output.text(&format!("{value}\n")),
        None => Err(Failure::local(format!("{} is not set", key.name()))),
    }
}

/// Sets a key of the named profile, or of `default`.
fn set(context: &Context<'_>, key: ConfigKey, value: &str) -> Result<(), Failure> {
    let value = checked(key, value.trim())?;
    let profile = context.profile_name()?;
    let mut removed = Vec::new();
    edit::edit_profile(&profile, |members| removed = edit::set(members, key, &value))?;
    for other in removed {
        io::note(&format!(
            "removed {} from the profile {}, because it conflicts with {}",
            other.name(),
            redact::name(&profile),
            key.name()
        ));
    }
    Ok(())
}

/// The value as the profile stores it.
///
/// # Errors
/// The value is invalid. The check sends nothing.
fn checked(key: ConfigKey, value: &str) -> Result<Cow<'_, str>, Failure> {
    if matches!(key, ConfigKey::Site | ConfigKey::CloudId | ConfigKey::BaseUrl | ConfigKey::Email) {
        reject_token(key, value)?;
    }
    match key {
        ConfigKey::Site => {
            let site = Site::new(value)?;
            // Drops the path of an address that was copied from a browser.
            return Ok(if value.contains("://") { site.to_string().into() } else { value.into() });
        }
        ConfigKey::TokenFile | ConfigKey::CaFile => return absolute(key, value),
        ConfigKey::CloudId => CloudId::new(value).map(drop)?,
        ConfigKey::BaseUrl => BaseUrl::new(value).map(drop)?,
        ConfigKey::Email => Credentials::basic(value, "token").map(drop)?,
        ConfigKey::Proxy => Network::check_proxy(value)?,
        ConfigKey::Timeout => {
            key::duration(value).map_err(|why| Failure::usage(format!("timeout: {why}")))?;
        }
        ConfigKey::Attempts if key::attempts(value).is_err() => {
            return Err(Failure::usage("attempts must be a number from 1 to 100"));
        }
        ConfigKey::Oauth if value.parse::<bool>().is_err() => {
            return Err(Failure::usage("oauth must be true or false"));
        }
        _ => {}
    }
    Ok(value.into())
}

fn reject_token(key: ConfigKey, value: &str) -> Result<(), Failure> {
    if redact::has_the_form_of_a_token(value) {
        Err(Failure::misplaced_token(key.name()))
    } else {
        Ok(())
    }
}

/// The absolute path. A path that starts with `~` stays, and so does `-` for a token.
fn absolute(key: ConfigKey, value: &str) -> Result<Cow<'_, str>, Failure> {
    let name = key.name();
    reject_token(key, value)?;
    let is_standard = key == ConfigKey::TokenFile && value == STANDARD;
    if is_standard || Path::new(value).starts_with("~") {
        return Ok(value.into());
    }
    // The word may be the token itself, and later commands would print it as a path.
    if !value.contains(is_separator) && !Path::new(value).exists() {
        return Err(Failure::usage(format!(
            "{name} must be a path, and this folder has no such file"
        ))
        .with_hint("use the full path if the file does not exist yet"));
    }
    let path = std::path::absolute(value).map_err(|error| {
        Failure::usage(format!("could not resolve the path in {name}: {error}"))
    })?;
    let path = path.into_os_string().into_string();
    path.map(Cow::from)
        .map_err(|_| Failure::usage(format!("{name}: the path of this folder is not valid UTF-8")))
}
