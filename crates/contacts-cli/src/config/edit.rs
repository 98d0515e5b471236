//! Changes the configuration file. Comments and order stay.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::{
    key::{self, ConfigKey, Kind},
    profile,
};
use crate::{error::Failure, io::atomic_write};

/// The path of the configuration file, which need not exist.
pub(crate) fn path() -> Result<PathBuf, Failure> {
    profile::path(&key::process_environment).ok_or_else(|| {
        let variables = if cfg!(windows) { "APPDATA" } else { "HOME or XDG_CONFIG_HOME" };
        Failure::usage(format!("no folder for the configuration file; set {variables}"))
    })
}

/// Changes a profile, and creates it if necessary. A failure changes nothing.
pub(crate) fn edit_profile(
    name: &str,
    change: impl FnOnce(&mut dyn TableLike),
) -> Result<(), Failure> {
    rewrite(|text| changed_profile(text, name, change))
}

/// Removes a profile. Returns `false` if it does not exist.
pub(crate) fn remove_profile(name: &str) -> Result<bool, Failure> {
    let mut is_removed = false;
    rewrite(|text| {
        changed(text, |profiles| {
            is_removed = profiles.remove(name).is_some();
            Ok(())
        })
    })?;
    Ok(is_removed)
}

/// Sets a key of a profile. Returns the conflicting keys that it removed.
pub(crate) fn set(members: &mut dyn TableLike, key: ConfigKey, value: &str) -> Vec<ConfigKey> {
    let removed = key.excluded().filter(|other| members.remove(other.name()).is_some()).collect();
    // Numbers and booleans keep their TOML type.
    let value: Value = match key.kind() {
        Kind::Count => value.parse::<i64>().map_or_else(|_| value.into(), Into::into),
        Kind::Flag => value.parse::<bool>().map_or_else(|_| value.into(), Into::into),
        Kind::Text | Kind::Path | Kind::Duration => value.into(),
    };
    match members.get_mut(key.name()).and_then(Item::as_value_mut) {
        Some(before) => {
            let decor = before.decor().clone();
            *before = value;
            *before.decor_mut() = decor;
        }
        None => drop(members.insert(key.name(), Item::Value(value))),
    }
    removed
}

fn changed_profile(
    text: &str,
    name: &str,
    change: impl FnOnce(&mut dyn TableLike),
) -> Result<String, String> {
    changed(text, |profiles| {
        let table = profiles.entry(name).or_insert_with(|| Item::Table(Table::new()));
        change(table.as_table_like_mut().ok_or("the profile is not a table")?);
        Ok(())
    })
}

/// The text with its profiles changed.
fn changed(
    text: &str,
    change: impl FnOnce(&mut dyn TableLike) -> Result<(), String>,
) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|_| "not valid TOML")?;
    let profiles = document.entry("profile").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    change(profiles.as_table_like_mut().ok_or("`profile` is not a table")?)?;
    Ok(document.to_string())
}

/// Replaces the text of the configuration file, under a lock.
fn rewrite(change: impl FnOnce(&str) -> Result<String, String>) -> Result<(), Failure> {
    let path = path()?;
    let failed = |what: &str, error: &io::Error| {
        Failure::local(format!("could not {what} {}: {error}", path.display()))
    };
    path.parent().map_or(Ok(()), make_private).map_err(|error| failed("write", &error))?;
    let _lock = lock(&path);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| failed("read", &error))?,
    };
    let invalid = |why| Failure::usage(format!("{}: {why}", path.display()));
    // Writes nothing if the text is invalid before or after the change.
    profile::check(&text).map_err(invalid)?;
    let text = change(&text).map_err(invalid)?;
    profile::check(&text).map_err(invalid)?;
    atomic_write::write(&path, text.as_bytes()).map_err(|error| failed("write", &error))
}

/// Waits for other writers of the file, and keeps them waiting until the lock is dropped.
///
/// Returns `None`, and locks nothing, if the folder is read-only or the file system has no locks.
fn lock(path: &Path) -> Option<File> {
    // A lock on the file itself would be lost, because each write replaces the file.
    let beside = path.with_extension("lock");
    let lock = File::options().write(true).create(true).truncate(false).open(beside).ok()?;
    // The `File::lock` of the standard library needs Rust 1.89.
    fs4::FileExt::lock(&lock).ok()?;
    Some(lock)
}

/// Creates a missing folder, private to its owner.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str, key: ConfigKey, value: &str) -> (String, Vec<ConfigKey>) {
        let mut removed = Vec::new();
        let text =
            changed_profile(text, "work", |members| removed = set(members, key, value)).unwrap();
        (text, removed)
    }

    #[test]
    fn a_change_keeps_comments_and_order_and_adds_missing_tables() {
        let (text, removed) = change("", ConfigKey::Site, "acme");
        assert_eq!((text.as_str(), removed.len()), ("[profile.work]\nsite = \"acme\"\n", 0));
        let text = "# mine\n[profile.work]\nsite = \"acme\"  # the old one\nattempts = 2\n\n[profile.home]\n";
        let (text, _) = change(text, ConfigKey::Site, "umbrella");
        assert_eq!(
            text,
            "# mine\n[profile.work]\nsite = \"umbrella\"  # the old one\nattempts = 2\n\n[profile.home]\n"
        );
        let (text, _) = change(&text, ConfigKey::Attempts, "3");
        assert!(text.contains("\nattempts = 3\n"), "{text}");
        let (text, _) = change("profile.work = {site = \"acme\"}\n", ConfigKey::Oauth, "true");
        assert!(profile::check(&text).is_ok() && text.contains("oauth = true"), "{text}");
    }

    #[test]
    fn setting_a_key_removes_conflicting_keys() {
        let text = "[profile.work]\nsite = \"acme\"\ntoken_file = \"t\"\n";
        let (text, removed) = change(text, ConfigKey::CloudId, "c1");
        assert_eq!(removed, [ConfigKey::Site]);
        let (text, removed) = change(&text, ConfigKey::TokenCommand, "pass show jira");
        assert_eq!(removed, [ConfigKey::TokenFile]);
        assert_eq!(text, "[profile.work]\ncloud_id = \"c1\"\ntoken_command = \"pass show jira\"\n");
    }
}
