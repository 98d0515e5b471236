//! `config`: where the settings are, what they are, and a change of them.

mod lock;
mod paths;

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

use contacts_ureq::{BaseUrl, CloudId, Credentials, Site};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::Context;
use crate::{
    args::{ConfigCommand, Member},
    environment::of_process,
    failure::Failure,
    origins::Setting,
    profile, secret,
    settings::Transport,
    token::TokenFrom,
    whole_file,
};

pub(super) fn run(context: &Context<'_>, command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Path => context.output.text(&format!("{}\n", path()?.display())),
        ConfigCommand::Show => {
            let told = context.settings()?.told();
            context.output.records(&told, &["setting", "value", "from"], line)
        }
        ConfigCommand::Set { name, value } => set(context, *name, value),
        ConfigCommand::Get { name } => get(context, *name),
        ConfigCommand::Unset { name } => {
            let name = name.name();
            edit(&profile_name(context)?, |members| drop(members.remove(&name)))
        }
    }
}

fn line(Setting { setting, value, from }: &Setting) -> String {
    format!("{setting:<9} {value}  ({from})")
}

pub(super) fn path() -> Result<PathBuf, Failure> {
    profile::path(&of_process).ok_or_else(|| {
        Failure::usage("there is no place for a configuration file: set HOME or XDG_CONFIG_HOME")
    })
}

/// The profile that the flag or the variable names, or `default`.
pub(super) fn profile_name(context: &Context<'_>) -> Result<String, Failure> {
    let named = profile::named(context.arguments.place.profile.as_deref(), &of_process)?;
    Ok(named.map_or_else(|| profile::DEFAULT.to_owned(), |(name, _)| name))
}

/// Prints the value that holds. Of a token, only its file.
fn get(context: &Context<'_>, member: Member) -> Result<(), Failure> {
    let settings = context.settings()?;
    let token = settings.person.as_ref().map(|person| &person.token);
    let value = match member {
        Member::TokenFile => match token {
            Some(TokenFrom::File(path)) => Some(secret::file(path)),
            Some(TokenFrom::StandardInput) => Some("-".to_owned()),
            _ => None,
        },
        // Somebody may have put the token itself there.
        Member::TokenCommand => {
            return Err(Failure::usage("token_command may have a secret in it, and is not printed")
                .with_hint("look into the file that `contacts config path` prints"));
        }
        Member::Oauth => settings.person.as_ref().map(|person| person.email.is_none().to_string()),
        _ => {
            let name = member.name();
            settings.told().into_iter().find(|it| it.setting == name).map(|it| it.value)
        }
    };
    match value {
        Some(value) => context.output.text(&format!("{value}\n")),
        None => Err(Failure::local(format!("{} is not set", member.name()))),
    }
}

/// Changes a profile of the configuration file, which is there afterwards. A failure changes nothing.
pub(super) fn edit(profile: &str, change: impl FnOnce(&mut dyn TableLike)) -> Result<(), Failure> {
    edit_profiles(|profiles| {
        let table = profiles.entry(profile).or_insert_with(|| Item::Table(Table::new()));
        let table = table.as_table_like_mut().ok_or_else(|| "a profile is not a table in it".to_owned())?;
        change(table);
        Ok(())
    })
}

/// Changes the profiles of the configuration file.
pub(super) fn edit_profiles(
    change: impl FnOnce(&mut dyn TableLike) -> Result<(), String>,
) -> Result<(), Failure> {
    rewrite(|text| {
        let mut document: DocumentMut = text.parse().map_err(|_| "it is not TOML".to_owned())?;
        let profiles = document.entry("profile").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        let profiles = profiles.as_table_like_mut();
        change(profiles.ok_or_else(|| "`profile` is not a table in it".to_owned())?)?;
        Ok(document.to_string())
    })
}

/// Replaces the text of the configuration file, while no other command does.
fn rewrite(change: impl FnOnce(&str) -> Result<String, String>) -> Result<(), Failure> {
    let path = path()?;
    let failed = |what: &str, error: &io::Error| {
        Failure::local(format!("{} cannot be {what}: {error}", path.display()))
    };
    path.parent().map_or(Ok(()), make_private).map_err(|error| failed("written", &error))?;
    let _lock = lock::lock(&path);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| failed("read", &error))?,
    };
    let refuse = |why| Failure::usage(format!("{}: {why}", path.display()));
    // Broken before or after: nothing is written.
    profile::check(&text).map_err(refuse)?;
    let text = change(&text).map_err(refuse)?;
    profile::check(&text).map_err(refuse)?;
    whole_file::write(&path, text.as_bytes()).map_err(|error| failed("written", &error))
}

/// Makes a folder, for its owner alone, where it is missing.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Changes a member of the profile that is named, or of `default`. Comments and order of the file stay as they are.
fn set(context: &Context<'_>, member: Member, value: &str) -> Result<(), Failure> {
    let value = checked(member, value.trim())?;
    let profile = profile_name(context)?;
    let mut removed = Vec::new();
    rewrite(|text| {
        let (text, others) = changed(text, &profile, member, &value)?;
        profile::check(&text).map_err(|_| format!("{} cannot have this value", member.name()))?;
        removed = others;
        Ok(text)
    })?;
    for other in removed {
        context.note(&format!(
            "{other} of the profile {} was taken away: it says the same thing",
            secret::name(&profile)
        ));
    }
    Ok(())
}

/// The value, if it can be one, as far as that can be told without asking anybody.
fn checked(member: Member, value: &str) -> Result<Cow<'_, str>, Failure> {
    if matches!(member, Member::Site | Member::CloudId | Member::BaseUrl | Member::Email) {
        secret::refuse_token(&member.name(), value)?;
    }
    match member {
        Member::Site => {
            let site = Site::new(value)?;
            // Of an address taken from a browser, the rest is of no use, and may be nobody's business.
            return Ok(if value.contains("://") { site.to_string().into() } else { value.into() });
        }
        Member::TokenFile | Member::CaFile => return paths::absolute(member, value),
        Member::CloudId => CloudId::new(value).map(drop)?,
        Member::BaseUrl => BaseUrl::new(value).map(drop)?,
        Member::Email => Credentials::basic(value, "token").map(drop)?,
        Member::Proxy => Transport::check_proxy(value)?,
        Member::Timeout => drop(crate::args::duration(value).map_err(Failure::usage)?),
        Member::Attempts if !value.parse().is_ok_and(|attempts| (1..=100).contains(&attempts)) => {
            return Err(Failure::usage("attempts is to be a number from 1 to 100"));
        }
        Member::Oauth if value.parse::<bool>().is_err() => {
            return Err(Failure::usage("oauth is to be true or false"));
        }
        _ => {}
    }
    Ok(value.into())
}

/// The text with the change in it, and what had to go for it.
fn changed(text: &str, profile: &str, member: Member, value: &str) -> Result<(String, Vec<String>), String> {
    let mut document: DocumentMut = text.parse().map_err(|_| "it is no TOML".to_owned())?;
    let not_a_table = || "`profile` is no table in it".to_owned();
    let profiles = document.entry("profile").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_like_mut().ok_or_else(not_a_table)?;
    let members = profiles.entry(profile).or_insert_with(|| Item::Table(Table::new()));
    let members = members.as_table_like_mut().ok_or_else(not_a_table)?;
    let others = member.excludes().iter().map(|other| other.name());
    let removed = others.filter(|other| members.remove(other).is_some()).collect();
    // What is a number or a truth value to the profile is written as one.
    let value: Value = match member {
        Member::Attempts => value.parse::<i64>().map_or_else(|_| value.into(), Into::into),
        Member::Oauth => value.parse::<bool>().map_or_else(|_| value.into(), Into::into),
        _ => value.into(),
    };
    let name = member.name();
    match members.get_mut(&name).and_then(Item::as_value_mut) {
        Some(before) => {
            let decor = before.decor().clone();
            *before = value;
            *before.decor_mut() = decor;
        }
        None => drop(members.insert(&name, Item::Value(value))),
    }
    Ok((document.to_string(), removed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str, member: Member, value: &str) -> (String, Vec<String>) {
        changed(text, "work", member, value).unwrap()
    }

    #[test]
    fn a_change_keeps_comments_and_order_and_makes_what_is_missing() {
        let (text, removed) = change("", Member::Site, "acme");
        assert_eq!((text.as_str(), removed.len()), ("[profile.work]\nsite = \"acme\"\n", 0));
        let text = "# mine\n[profile.work]\nsite = \"acme\"  # the old one\nattempts = 2\n\n[profile.home]\n";
        let (text, _) = change(text, Member::Site, "umbrella");
        assert_eq!(
            text,
            "# mine\n[profile.work]\nsite = \"umbrella\"  # the old one\nattempts = 2\n\n[profile.home]\n"
        );
        let (text, _) = change(&text, Member::Attempts, "3");
        assert!(text.contains("\nattempts = 3\n"), "{text}");
        let (text, _) = change("profile.work = {site = \"acme\"}\n", Member::Oauth, "true");
        assert!(profile::check(&text).is_ok() && text.contains("oauth = true"), "{text}");
    }

    #[test]
    fn of_what_says_the_same_thing_one_is_left() {
        let text = "[profile.work]\nsite = \"acme\"\ntoken_file = \"t\"\n";
        let (text, removed) = change(text, Member::CloudId, "c1");
        assert_eq!(removed, ["site"]);
        let (text, removed) = change(&text, Member::TokenCommand, "pass show jira");
        assert_eq!(removed, ["token_file"]);
        assert_eq!(text, "[profile.work]\ncloud_id = \"c1\"\ntoken_command = \"pass show jira\"\n");
    }
}
