//! The text of the configuration file: its profiles, or what is wrong with it.

use std::{collections::BTreeMap, ops::Range};

use clap::ValueEnum;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Profile;
use crate::{args::Member, secret};

/// The profiles by their names.
pub(super) type Profiles = BTreeMap<String, Profile>;

/// The profiles in the text of a configuration file.
///
/// # Errors
/// What is wrong, with line and column. It repeats nothing of the file but a word that is surely none of a secret: somebody may
/// have put a token anywhere.
pub(super) fn parse(text: &str) -> Result<Profiles, String> {
    profiles(text).map_err(|Mistake { at, why }| {
        let before = text.get(..at).unwrap_or(text);
        let line = before.split('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {why}")
    })
}

struct Mistake {
    /// The byte of the text where it begins.
    at: usize,
    why: String,
}

impl Mistake {
    fn new(span: Range<usize>, why: impl Into<String>) -> Self {
        Self { at: span.start, why: why.into() }
    }
}

fn profiles(text: &str) -> Result<Profiles, Mistake> {
    let file = DeTable::parse(text).map_err(|error| {
        // The parser tells the signs that it has expected, and none of those that stand there.
        Mistake::new(error.span().unwrap_or_default(), error.message())
    })?;
    let mut profiles = Profiles::new();
    for (key, value) in in_order(file.get_ref()) {
        if key.get_ref() != "profile" {
            let known = "each profile is a table such as [profile.work]";
            return Err(Mistake::new(key.span(), format!("{}: {known}", unknown(key.get_ref(), "table"))));
        }
        for (name, value) in in_order(table(value, "profile")?) {
            profiles.insert(name.get_ref().to_string(), profile(table(value, "a profile")?)?);
        }
    }
    Ok(profiles)
}

type Entry<'a> = (&'a Spanned<toml::de::DeString<'a>>, &'a Spanned<DeValue<'a>>);

/// As they stand in the file, so that it is the first mistake that is told.
fn in_order<'a>(table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn table<'a>(value: &'a Spanned<DeValue<'a>>, what: &str) -> Result<&'a DeTable<'a>, Mistake> {
    value.get_ref().as_table().ok_or_else(|| is_not(value, what, "a table"))
}

fn profile(table: &DeTable<'_>) -> Result<Profile, Mistake> {
    let mut profile = Profile::default();
    for (key, value) in in_order(table) {
        let name = key.get_ref();
        if name == "token" {
            let why =
                "a token does not belong here: name its file by token_file, or a command by token_command";
            return Err(Mistake::new(key.span(), why));
        }
        let Ok(member) = Member::from_str(name, false) else {
            let known: Vec<_> = Member::value_variants().iter().map(|member| member.name()).collect();
            let why = format!("{}: a profile has {}", unknown(name, "member"), known.join(", "));
            return Err(Mistake::new(key.span(), why));
        };
        set(&mut profile, member, value)?;
    }
    Ok(profile)
}

fn set(profile: &mut Profile, member: Member, value: &Spanned<DeValue<'_>>) -> Result<(), Mistake> {
    let name = member.name();
    let text = || match value.get_ref() {
        DeValue::String(text) => Ok(text.trim().to_owned()),
        _ => Err(is_not(value, &name, "a string")),
    };
    match member {
        Member::Site => profile.site = Some(text()?),
        Member::CloudId => profile.cloud_id = Some(text()?),
        Member::BaseUrl => profile.base_url = Some(text()?),
        Member::Email => profile.email = Some(text()?),
        Member::TokenFile => profile.token_file = Some(text()?.into()),
        Member::TokenCommand => profile.token_command = Some(text()?),
        Member::Oauth => {
            let oauth = value.get_ref().as_bool();
            profile.oauth = Some(oauth.ok_or_else(|| is_not(value, &name, "true or false"))?);
        }
        Member::Timeout => {
            let text = text()?;
            let timeout = crate::args::duration(&text).map_err(|why| match secret::invisible(&text) {
                Some(c) => format!("{name} has the character {}", c.escape_unicode()),
                None => format!("{name}: {why}"),
            });
            profile.timeout = Some(timeout.map_err(|why| Mistake::new(value.span(), why))?);
        }
        Member::Attempts => {
            let DeValue::Integer(digits) = value.get_ref() else {
                return Err(is_not(value, &name, "a number from 1 to 100"));
            };
            let attempts = u32::from_str_radix(digits.as_str(), digits.radix()).ok();
            let attempts = attempts.filter(|attempts| (1..=100).contains(attempts));
            profile.attempts = Some(attempts.ok_or_else(|| {
                Mistake::new(value.span(), format!("{name} is to be a number from 1 to 100"))
            })?);
        }
        Member::CaFile => profile.ca_file = Some(text()?.into()),
        Member::Proxy => profile.proxy = Some(text()?),
    }
    Ok(())
}

fn is_not(value: &Spanned<DeValue<'_>>, what: &str, expected: &str) -> Mistake {
    let found = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    };
    Mistake::new(value.span(), format!("{what} is {found}, and is to be {expected}"))
}

fn unknown(key: &str, kind: &str) -> String {
    match secret::mistyped(key) {
        Some(key) => format!("unknown {kind} `{key}`"),
        None => format!("unknown {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_mistake_is_told_by_its_place_and_its_key_and_without_its_text() {
        for (text, told) in [
            (
                "[profile.a]\nsite = \"s\"\ntoken = \"s3cret\"\n",
                "line 3, column 1: a token does not belong here: name its file by token_file, or a command by token_command",
            ),
            (
                "[profile.a]\nsite = s3cret\n",
                "line 2, column 8: string values must be quoted, expected literal string",
            ),
            (
                "[profile.a]\n\nsiet = \"s3cret\"\n",
                "line 3, column 1: unknown member `siet`: a profile has site, cloud_id, base_url, email, token_file, \
                 token_command, oauth, timeout, attempts, ca_file, proxy",
            ),
            (
                "[s3cret]\na = 1\n",
                "line 1, column 2: unknown table: each profile is a table such as [profile.work]",
            ),
            ("profile = \"s3cret\"\n", "line 1, column 11: profile is a string, and is to be a table"),
            ("profile.s3cret = 1\n", "line 1, column 18: a profile is an integer, and is to be a table"),
            (
                "[profile.a]\ntimeout = \"s3cret\"\n",
                "line 2, column 11: timeout: not a duration such as 30s or 2m",
            ),
            (
                "[profile.a]\ntimeout = \"5s\u{200b}\"\n",
                "line 2, column 11: timeout has the character \\u{200b}",
            ),
            ("[profile.é]\n\"timeout\" = [\"s3cret\"]\n", "line 1, column 10: "),
            (
                "[profile.a]\n\"timeout\" = [\"s3cret\"]\n",
                "line 2, column 13: timeout is an array, and is to be a string",
            ),
            (
                "[profile.a]\noauth = \"s3cret\"\n",
                "line 2, column 9: oauth is a string, and is to be true or false",
            ),
            (
                "[profile.a]\nattempts = \"s3cret\"\n",
                "line 2, column 12: attempts is a string, and is to be a number from 1 to 100",
            ),
            ("[profile.a]\nattempts = 101\n", "line 2, column 12: attempts is to be a number from 1 to 100"),
            (
                "[profile.\"é\"]\nsite = {s3cret = 1}\n",
                "line 2, column 8: site is a table, and is to be a string",
            ),
        ] {
            let message = parse(text).unwrap_err();
            let is_told = if told.ends_with(": ") { message.starts_with(told) } else { message == told };
            assert!(is_told && !message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn the_first_mistake_is_told() {
        let text = "[profile.b]\nzeal = 1\narea = 2\n[profile.a]\nb = 1\n";
        assert!(parse(text).unwrap_err().starts_with("line 2, column 1: unknown member `zeal`"));
    }

    #[test]
    fn a_profile_says_where_who_and_how() {
        let text = "[profile.work]\nsite = \"acme\"\nemail = \"a@b\"\ntoken_file = \"~/t\"\ntimeout = \"5s\"\nattempts = 0x2\n\
                    oauth = true\n";
        let profile = parse(text).unwrap().remove("work").unwrap();
        assert_eq!((profile.site.as_deref(), profile.email.as_deref()), (Some("acme"), Some("a@b")));
        assert_eq!(profile.token_file, Some("~/t".into()));
        assert_eq!((profile.timeout, profile.attempts), (Some(Duration::from_secs(5)), Some(2)));
        assert_eq!((profile.oauth, profile.proxy), (Some(true), None));
    }
}
