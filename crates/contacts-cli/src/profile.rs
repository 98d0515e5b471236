//! The configuration file and its profiles.

mod file;

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    environment::{self, Environment},
    failure::Failure,
    secret,
};

/// A profile of the configuration file.
#[derive(Debug, Clone, Default)]
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
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempts: Option<u32>,
}

/// The profile that needs no name.
pub(crate) const DEFAULT: &str = "default";

/// The profile that is used.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(crate) profile: Profile,
    /// As it may be shown.
    pub(crate) name: Option<String>,
    /// What has named it.
    pub(crate) from: Option<&'static str>,
    /// Its name and file, for errors.
    pub(crate) label: String,
}

/// The name that is given by flag or by `CONTACTS_PROFILE`, and which of them.
pub(crate) fn named(
    flag: Option<&str>,
    environment: Environment<'_>,
) -> Result<Option<(String, &'static str)>, Failure> {
    if let Some(name) = flag {
        return Ok(Some((name.trim().to_owned(), "--profile")));
    }
    let name = environment::text(environment, "CONTACTS_PROFILE").transpose()?;
    Ok(name.map(|name| (name, "CONTACTS_PROFILE")))
}

/// The profile that is asked for by flag or by `CONTACTS_PROFILE`, or else the one named `default`, if there is one.
pub(crate) fn load(flag: Option<&str>, environment: Environment<'_>) -> Result<Named, Failure> {
    let (named, from) = named(flag, environment)?.unzip();
    let path = path(environment);
    // Where nobody can look, as in another user's home, there is no file.
    let there = path.as_deref().filter(|path| path.metadata().is_ok());
    let is_there = there.is_some();
    let text = there
        .map(fs::read_to_string)
        .transpose()
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", shown(path.as_ref()))))?;
    let text = text.unwrap_or_default();
    let mut profiles =
        file::parse(&text).map_err(|why| Failure::usage(format!("{}: {why}", shown(path.as_ref()))))?;
    let name = named.as_deref().unwrap_or(DEFAULT);
    let profile = match profiles.remove(name) {
        Some(profile) => profile,
        None if named.is_none() => return Ok(Named::default()),
        None if !is_there => {
            let (name, from) = (secret::name(name), from.unwrap_or_default());
            let why = format!("{from}: no profile {name}: {} is not there", shown(path.as_ref()));
            return Err(Failure::usage(why));
        }
        None => {
            let known: Vec<_> = profiles.keys().map(|known| secret::name(known)).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let (name, file) = (secret::name(name), shown(path.as_ref()));
            return Err(Failure::usage(format!("there is no profile {name} in {file}; it has: {known}"))
                .with_hint("a profile is named by --profile or by CONTACTS_PROFILE"));
        }
    };
    let home = environment("HOME");
    let at_home = |path: Option<PathBuf>| path.map(|path| expand(path, home.as_deref()));
    let profile =
        Profile { token_file: at_home(profile.token_file), ca_file: at_home(profile.ca_file), ..profile };
    let label = format!("{} in {}", secret::name(name), shown(path.as_ref()));
    Ok(Named { profile, name: Some(secret::name(name)), from, label })
}

/// Where the configuration file is, or would be.
pub(crate) fn path(environment: Environment<'_>) -> Option<PathBuf> {
    let below = |folder: OsString| PathBuf::from(folder).join("contacts").join("config.toml");
    if let Some(file) = environment::path(environment, "CONTACTS_CONFIG") {
        return Some(file);
    }
    // The specification has a relative path ignored.
    environment("XDG_CONFIG_HOME")
        .filter(|folder| Path::new(folder).is_absolute())
        .map(below)
        .or_else(|| environment("HOME").map(|home| below(PathBuf::from(home).join(".config").into())))
        .or_else(|| environment("APPDATA").map(below))
}

fn shown(path: Option<&PathBuf>) -> String {
    path.map_or_else(|| "the configuration file".to_owned(), |path| path.display().to_string())
}

fn expand(path: PathBuf, home: Option<&OsStr>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path,
    }
}

/// What is wrong with the text of a configuration file.
pub(crate) fn check(text: &str) -> Result<(), String> {
    file::parse(text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_begin_at_home() {
        for (path, expanded) in [("~/t", "/home/ann/t"), ("/t", "/t"), ("t", "t"), ("~t", "~t")] {
            assert_eq!(expand(path.into(), Some("/home/ann".as_ref())), PathBuf::from(expanded));
        }
        assert_eq!(expand("~/t".into(), None), PathBuf::from("~/t"));
    }
}
