//! The table of settings: name, flag and variables of each key.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::ValueEnum;
use contacts_ureq::Environment;

/// A key of a profile. The token itself is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum ConfigKey {
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

/// The group of a key. A profile has at most one key of `Target`, and one of `Token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Target,
    Email,
    Token,
    TokenKind,
    Network,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Path,
    Flag,
    Duration,
    Count,
}

struct Row {
    key: ConfigKey,
    name: &'static str,
    flag: &'static str,
    of_profile: &'static str,
    group: Group,
    kind: Kind,
    /// The first one that is set is used. Variables of this command come before those of other
    /// tools.
    variables: &'static [&'static str],
}

macro_rules! row {
    ($key:ident, $name:literal, $flag:literal, $group:ident, $kind:ident, $variables:expr) => {
        Row {
            key: ConfigKey::$key,
            name: $name,
            flag: $flag,
            of_profile: concat!($name, " of the profile"),
            group: Group::$group,
            kind: Kind::$kind,
            variables: $variables,
        }
    };
}

#[rustfmt::skip]
static TABLE: [Row; 11] = [
    row!(Site, "site", "--site", Target, Text, Environment::SITE),
    row!(CloudId, "cloud_id", "--cloud-id", Target, Text, Environment::CLOUD_ID),
    row!(BaseUrl, "base_url", "--base-url", Target, Text, Environment::BASE_URL),
    row!(Email, "email", "--email", Email, Text, Environment::EMAIL),
    row!(TokenFile, "token_file", "--token-file", Token, Path, &["CONTACTS_TOKEN_FILE"]),
    row!(TokenCommand, "token_command", "--token-command", Token, Text, &["CONTACTS_TOKEN_COMMAND"]),
    row!(Oauth, "oauth", "--oauth", TokenKind, Flag, &[]),
    row!(Timeout, "timeout", "--timeout", Network, Duration, &["CONTACTS_TIMEOUT"]),
    row!(Attempts, "attempts", "--attempts", Network, Count, &["CONTACTS_ATTEMPTS"]),
    row!(CaFile, "ca_file", "--ca-file", Network, Path, Environment::CA_FILE),
    row!(Proxy, "proxy", "--proxy", Network, Text, Environment::PROXY),
];

/// The variables that contain a token, with `true` for an OAuth token.
pub(crate) fn token_variables() -> impl Iterator<Item = (&'static str, bool)> {
    let api_tokens = Environment::API_TOKEN.iter().map(|name| (*name, false));
    api_tokens.chain(Environment::OAUTH_TOKEN.iter().map(|name| (*name, true)))
}

/// Returns `true` for a variable of this command, not of another tool.
pub(crate) fn is_own(variable: &str) -> bool {
    variable.starts_with("CONTACTS_")
}

impl ConfigKey {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.key)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The name in a profile and for `contacts config`.
    pub(crate) fn name(self) -> &'static str {
        self.row().name
    }

    pub(crate) fn flag(self) -> &'static str {
        self.row().flag
    }

    /// `site of the profile`.
    pub(crate) fn of_profile(self) -> &'static str {
        self.row().of_profile
    }

    pub(crate) fn group(self) -> Group {
        self.row().group
    }

    pub(crate) fn kind(self) -> Kind {
        self.row().kind
    }

    pub(crate) fn variables(self) -> &'static [&'static str] {
        self.row().variables
    }

    /// The keys that conflict with this one in a profile.
    pub(crate) fn excluded(self) -> impl Iterator<Item = Self> {
        let is_exclusive = matches!(self.group(), Group::Target | Group::Token);
        Self::all()
            .filter(move |other| is_exclusive && *other != self && other.group() == self.group())
    }
}

/// Parses a duration longer than zero.
pub(crate) fn duration(text: &str) -> Result<Duration, &'static str> {
    match humantime::parse_duration(text.trim()) {
        Ok(duration) if duration.is_zero() => Err("must be longer than zero"),
        Ok(duration) => Ok(duration),
        Err(_) => Err("not a duration such as 30s or 2m"),
    }
}

/// Parses a number of attempts.
pub(crate) fn attempts(text: &str) -> Result<u32, &'static str> {
    let attempts = text.trim().parse().ok().filter(|attempts| (1..=100).contains(attempts));
    attempts.ok_or("not a number from 1 to 100")
}

/// A value with its source: a flag, a variable or a key of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    pub(crate) value: T,
    /// The source in `config show`.
    pub(crate) from: &'static str,
    /// The source in an error, with name and file of a profile.
    pub(crate) full_from: String,
}

impl<T> Sourced<T> {
    pub(crate) fn new(value: T, from: &'static str) -> Self {
        Self { value, from, full_from: from.to_owned() }
    }

    pub(crate) fn with<U>(self, value: U) -> Sourced<U> {
        Sourced { value, from: self.from, full_from: self.full_from }
    }
}

/// The variables that are set and not empty.
pub(crate) type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The environment of this process.
pub(crate) fn process_environment(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The trimmed value of a variable, if it is not empty.
///
/// # Errors
/// The value is not UTF-8. It is an error, so that no other source replaces it. The error does not
/// repeat the value.
pub(crate) fn variable(environment: Variables<'_>, name: &str) -> Option<Result<String, String>> {
    let text = environment(name)?.into_string();
    let text = text.map_err(|_| format!("the value of {name} is not valid UTF-8"));
    let text = text.map(|text| text.trim().to_owned());
    (!text.as_ref().is_ok_and(String::is_empty)).then_some(text)
}

/// The path without whitespace around it.
pub(crate) fn trimmed(path: PathBuf) -> PathBuf {
    path.to_str().map(|text| text.trim().into()).unwrap_or(path)
}

/// The trimmed path in a variable, if it is not empty.
pub(crate) fn path(environment: Variables<'_>, name: &str) -> Option<PathBuf> {
    let path = trimmed(environment(name)?.into());
    (!path.as_os_str().is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_each_key_in_order_and_by_name() {
        assert!(ConfigKey::all().eq(ConfigKey::value_variants().iter().copied()));
        for key in ConfigKey::all() {
            assert_eq!(key.to_possible_value().unwrap().get_name(), key.name());
            assert_eq!(key.flag(), format!("--{}", key.name().replace('_', "-")));
        }
    }
}
