//! The configuration file and its profiles.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{failure::Failure, settings::Environment, usage::without_secret};

/// A profile of the configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) site: Option<String>,
    pub(crate) cloud_id: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) token_command: Option<String>,
    pub(crate) oauth: Option<bool>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) proxy: Option<String>,
    #[serde(default, deserialize_with = "duration")]
    pub(crate) timeout: Option<Duration>,
    #[serde(default, deserialize_with = "attempts")]
    pub(crate) attempts: Option<u32>,
}

/// The profile that needs no name.
pub(crate) const DEFAULT: &str = "default";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

/// The profile that is used.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(crate) profile: Profile,
    pub(crate) name: Option<String>,
    /// What has named it.
    pub(crate) from: Option<&'static str>,
}

/// The name that is given by flag or by `CONTACTS_PROFILE`, and which of them.
pub(crate) fn named(flag: Option<&str>, environment: Environment<'_>) -> Option<(String, &'static str)> {
    let from_flag = flag.map(|name| (name.to_owned(), "--profile"));
    from_flag.or_else(|| environment("CONTACTS_PROFILE").map(|name| (name, "CONTACTS_PROFILE")))
}

/// The profile that is asked for by flag or by `CONTACTS_PROFILE`, or else the one named `default`, if there is one.
pub(crate) fn load(flag: Option<&str>, environment: Environment<'_>) -> Result<Named, Failure> {
    let (named, from) = named(flag, environment).unzip();
    let path = path(environment);
    let text = match path.as_deref().map(fs::read_to_string) {
        Some(Ok(text)) => text,
        Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::usage(format!("{} cannot be read: {error}", shown(path.as_ref()))));
        }
        _ => String::new(),
    };
    let mut file = parse(&text).map_err(|why| Failure::usage(format!("{}: {why}", shown(path.as_ref()))))?;
    let name = named.as_deref().unwrap_or(DEFAULT);
    let profile = match file.profile.remove(name) {
        Some(profile) => profile,
        None if named.is_none() => return Ok(Named::default()),
        None => {
            let known: Vec<_> = file.profile.into_keys().collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let (name, file) = (without_secret(name), shown(path.as_ref()));
            return Err(Failure::usage(format!("there is no profile {name} in {file}; it has: {known}"))
                .with_hint("a profile is named by --profile or by CONTACTS_PROFILE"));
        }
    };
    let home = environment("HOME");
    let at_home = |path: Option<PathBuf>| path.map(|path| expand(path, home.as_deref()));
    let profile =
        Profile { token_file: at_home(profile.token_file), ca_file: at_home(profile.ca_file), ..profile };
    Ok(Named { profile, name: Some(name.to_owned()), from })
}

/// Where the configuration file is, or would be.
pub(crate) fn path(environment: Environment<'_>) -> Option<PathBuf> {
    let below = |folder: String| PathBuf::from(folder).join("contacts").join("config.toml");
    environment("XDG_CONFIG_HOME")
        .map(below)
        .or_else(|| environment("HOME").map(|home| below(format!("{home}/.config"))))
        .or_else(|| environment("APPDATA").map(below))
}

fn shown(path: Option<&PathBuf>) -> String {
    path.map_or_else(|| "the configuration file".to_owned(), |path| path.display().to_string())
}

fn expand(path: PathBuf, home: Option<&str>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path,
    }
}

/// What is wrong with the text of a configuration file.
pub(crate) fn check(text: &str) -> Result<(), String> {
    parse(text).map(drop)
}

/// The text of an error never repeats a line of the file: somebody may have put a token there.
fn parse(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let message = match error.message() {
            message if message.contains("unknown field `token`") => {
                "a token does not belong here: name its file by token_file, or a command by token_command"
            }
            message => message.split(", expected").next().unwrap_or(message),
        };
        format!("line {line}: {message}")
    })
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    crate::args::duration(&text).map(Some).map_err(D::Error::custom)
}

fn attempts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(deserializer)? {
        attempts @ 1..=100 => Ok(Some(attempts)),
        _ => Err(D::Error::custom("not 1 to 100 attempts")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_by_its_line_and_without_its_text() {
        for (text, told) in [
            ("[profile.a]\nsite = \"s\"\ntoken = \"s3cret\"\n", "line 3: a token does not belong here"),
            ("[profile.a]\nsite = s3cret\n", "line 2: "),
            ("[profile.a]\n\nsiet = \"s3cret\"\n", "line 3: unknown field `siet`"),
            ("[profile.a]\ntimeout = \"s3cret\"\n", "line 2: not a duration"),
        ] {
            let message = parse(text).unwrap_err();
            assert!(message.starts_with(told) && !message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn a_profile_says_where_who_and_how() {
        let text = "[profile.work]\nsite = \"acme\"\nemail = \"a@b\"\ntoken_file = \"~/t\"\ntimeout = \"5s\"\nattempts = 2\n";
        let profile = parse(text).unwrap().profile.remove("work").unwrap();
        assert_eq!(profile.timeout, Some(Duration::from_secs(5)));
        assert_eq!(expand(profile.token_file.unwrap(), Some("/home/ann")), PathBuf::from("/home/ann/t"));
    }
}
