//! The configuration file: its path, its profiles, and its errors.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    ops::Range,
    path::PathBuf,
};

use clap::ValueEnum;
use toml_edit::{Document, Item, Key, TableLike, Value};

use super::key::{self, ConfigKey, Kind, Variables};
use crate::{error::Failure, redact};

/// The name of the profile that is used if no other is named.
pub(crate) const DEFAULT: &str = "default";

/// The variable with the folder of the user. On Windows, `HOME` differs between shells.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The profile in use, or an empty one.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    values: Values,
    /// The name, without secrets; `None` without a profile.
    pub(crate) name: Option<String>,
    /// The flag or variable that names the profile; `None` for `default`.
    pub(crate) from: Option<&'static str>,
    /// Name and file, for errors.
    pub(crate) label: String,
}

type Values = BTreeMap<ConfigKey, String>;

impl Profile {
    /// Reads the profile that the flag or `CONTACTS_PROFILE` names, otherwise `default` if it
    /// exists.
    pub(crate) fn load(flag: Option<&str>, environment: Variables<'_>) -> Result<Self, Failure> {
        let (named, from) = named(flag, environment)?.unzip();
        let path = path(environment);
        // A path that this user cannot access counts as missing, such as one in another user's
        // home.
        let existing = path.as_deref().filter(|path| path.metadata().is_ok());
        let file = path
            .as_ref()
            .map_or_else(|| "the configuration file".into(), |path| path.display().to_string());
        let text = existing.map(fs::read_to_string).transpose();
        let text =
            text.map_err(|error| Failure::usage(format!("could not read {file}: {error}")))?;
        let profiles = parse(&text.unwrap_or_default());
        let mut profiles = profiles.map_err(|why| Failure::usage(format!("{file}: {why}")))?;
        let name = named.as_deref().unwrap_or(DEFAULT);
        let shown = redact::name(name);
        match profiles.remove(name) {
            Some(values) => {
                Ok(Self { values, label: format!("{shown} in {file}"), name: Some(shown), from })
            }
            None if named.is_none() => Ok(Self::default()),
            None => {
                let from = from.unwrap_or_default();
                let known: Vec<_> = profiles.keys().map(|known| redact::name(known)).collect();
                let why = match (existing, known.is_empty()) {
                    (None, _) => format!("{file} does not exist"),
                    (Some(_), true) => format!("{file} has no profiles"),
                    (Some(_), false) => format!("{file} has: {}", known.join(", ")),
                };
                Err(Failure::usage(format!("{from}: no profile {shown}: {why}"))
                    .with_hint("check the name of the profile, or create it with `contacts login`"))
            }
        }
    }

    /// The value of a key. Expands `~` at the start of a path.
    pub(crate) fn value(&self, key: ConfigKey, environment: Variables<'_>) -> Option<OsString> {
        let value = self.values.get(&key)?;
        Some(match key.kind() {
            Kind::Path => expand(value.into(), environment(HOME).as_deref()).into(),
            _ => value.into(),
        })
    }

    pub(crate) fn remove(&mut self, key: ConfigKey) {
        self.values.remove(&key);
    }

    pub(crate) fn has(&self, key: ConfigKey) -> bool {
        self.values.contains_key(&key)
    }
}

/// The name of the profile in the flag or in `CONTACTS_PROFILE`, with its source.
pub(crate) fn named(
    flag: Option<&str>,
    environment: Variables<'_>,
) -> Result<Option<(String, &'static str)>, Failure> {
    if let Some(name) = flag {
        return Ok(Some((name.trim().to_owned(), "--profile")));
    }
    let name =
        key::variable(environment, "CONTACTS_PROFILE").transpose().map_err(Failure::usage)?;
    Ok(name.map(|name| (name, "CONTACTS_PROFILE")))
}

/// The path of the configuration file, which need not exist.
pub(crate) fn path(environment: Variables<'_>) -> Option<PathBuf> {
    key::path(environment, "CONTACTS_CONFIG").or_else(|| {
        let folder = if cfg!(windows) { windows_folder } else { xdg_folder };
        Some(folder(environment)?.join("contacts").join("config.toml"))
    })
}

/// The folder for configuration of Linux. On macOS too, command-line tools use it.
fn xdg_folder(environment: Variables<'_>) -> Option<PathBuf> {
    // The XDG specification requires that a relative path is ignored.
    let folder = environment("XDG_CONFIG_HOME").map(PathBuf::from);
    folder
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(PathBuf::from(environment("HOME")?).join(".config")))
}

/// The folder for configuration of Windows. Each session of a user has `APPDATA`.
// Libraries for this need Rust 1.87 (`etcetera` 0.11), a second `windows-sys` (0.10), or a licence
// that `deny.toml` does not allow (`directories`).
fn windows_folder(environment: Variables<'_>) -> Option<PathBuf> {
    let usual = || Some(PathBuf::from(environment("USERPROFILE")?).join("AppData").join("Roaming"));
    environment("APPDATA").map(PathBuf::from).or_else(usual)
}

fn expand(path: PathBuf, home: Option<&OsStr>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path,
    }
}

/// The profiles in the text of a configuration file.
///
/// # Errors
/// The first error, with line and column. It repeats no value: a value may be a token.
fn parse(text: &str) -> Result<BTreeMap<String, Values>, String> {
    profiles(text).map_err(|Diagnostic { at, why }| {
        let before = text.get(..at).unwrap_or(text);
        let line = before.split('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {why}")
    })
}

/// In double quotes, TOML reads a path of Windows as escapes.
const BACKSLASHES: &str = "write a path with backslashes in single quotes";

struct Diagnostic {
    /// Offset in the text, in bytes.
    at: usize,
    why: String,
}

impl Diagnostic {
    fn new(span: Range<usize>, why: impl Into<String>) -> Self {
        Self { at: span.start, why: why.into() }
    }
}

fn profiles(text: &str) -> Result<BTreeMap<String, Values>, Diagnostic> {
    let file = Document::parse(text).map_err(|error| {
        // The message of the parser names what it expected, and repeats nothing of the text.
        let (at, why) = (error.span().unwrap_or_default(), error.message());
        let line = text.get(..at.start).and_then(|before| before.rsplit('\n').next());
        match line.is_some_and(|line| line.contains('\\')) {
            true => Diagnostic::new(at, format!("{why}; {BACKSLASHES}")),
            false => Diagnostic::new(at, why),
        }
    })?;
    let mut profiles = BTreeMap::new();
    for entry in entries(file.as_table()) {
        if entry.key.get() != "profile" {
            let known = "a profile is a table such as [profile.work]";
            return Err(entry.unknown("table", known));
        }
        for inner in entries(entry.table("profile")?) {
            profiles.insert(inner.key.get().to_owned(), profile(inner.table("a profile")?)?);
        }
    }
    Ok(profiles)
}

/// A key with its value.
#[derive(Clone, Copy)]
struct Entry<'a> {
    key: &'a Key,
    item: &'a Item,
}

/// The entries in the order of the file, so that the error is the first one.
fn entries(table: &dyn TableLike) -> impl Iterator<Item = Entry<'_>> {
    table.iter().filter_map(|(name, _)| {
        let (key, item) = table.get_key_value(name)?;
        Some(Entry { key, item })
    })
}

impl<'a> Entry<'a> {
    fn table(self, what: &str) -> Result<&'a dyn TableLike, Diagnostic> {
        self.item.as_table_like().ok_or_else(|| self.is_not(what, "a table"))
    }

    /// An error at the key.
    fn wrong_key(self, why: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.key.span().unwrap_or_default(), why)
    }

    /// An error at the value. A table that only the names of others imply has no place of its own.
    fn wrong_value(self, why: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.item.span().or_else(|| self.key.span()).unwrap_or_default(), why)
    }

    fn unknown(self, kind: &str, known: &str) -> Diagnostic {
        match redact::mistyped(self.key.get()) {
            Some(key) => self.wrong_key(format!("unknown {kind} `{key}`; {known}")),
            None => self.wrong_key(format!("unknown {kind}; {known}")),
        }
    }

    fn is_not(self, what: &str, expected: &str) -> Diagnostic {
        let found = match self.item {
            Item::Value(Value::String(_)) => "a string",
            Item::Value(Value::Integer(_)) => "an integer",
            Item::Value(Value::Float(_)) => "a float",
            Item::Value(Value::Boolean(_)) => "a boolean",
            Item::Value(Value::Datetime(_)) => "a date",
            Item::Value(Value::Array(_)) | Item::ArrayOfTables(_) => "an array",
            Item::Value(Value::InlineTable(_)) | Item::Table(_) | Item::None => "a table",
        };
        self.wrong_value(format!("{what} must be {expected}, not {found}"))
    }

    /// The text of a valid value.
    fn text(self, key: ConfigKey) -> Result<String, Diagnostic> {
        let name = key.name();
        match (key.kind(), self.item.as_value()) {
            (Kind::Flag, Some(Value::Boolean(flag))) => Ok(flag.value().to_string()),
            (Kind::Flag, _) => Err(self.is_not(name, "true or false")),
            (Kind::Count, Some(Value::Integer(count))) => {
                let count = count.value().to_string();
                key::attempts(&count)
                    .map_err(|_| self.wrong_value(format!("{name} must be {COUNT}")))?;
                Ok(count)
            }
            (Kind::Count, _) => Err(self.is_not(name, COUNT)),
            (kind, Some(Value::String(text))) => {
                let text = text.value().trim();
                match kind {
                    Kind::Path if text.contains(char::is_control) => {
                        let why = format!("{name} contains an invalid character; {BACKSLASHES}");
                        return Err(self.wrong_value(why));
                    }
                    Kind::Duration => key::duration(text).map(drop).map_err(|why| {
                        let why = redact::invisible(text).map_or_else(
                            || format!("{name}: {why}"),
                            |c| {
                                format!(
                                    "{name} contains the invalid character {}",
                                    c.escape_unicode()
                                )
                            },
                        );
                        self.wrong_value(why)
                    })?,
                    _ => {}
                }
                Ok(text.to_owned())
            }
            _ => Err(self.is_not(name, "a string")),
        }
    }
}

const COUNT: &str = "a number from 1 to 100";

fn profile(table: &dyn TableLike) -> Result<Values, Diagnostic> {
    let mut values = Values::new();
    for entry in entries(table) {
        let name = entry.key.get();
        if name == "token" {
            let why = "a profile cannot contain the token; use token_file or token_command";
            return Err(entry.wrong_key(why));
        }
        let Ok(key) = ConfigKey::from_str(name, false) else {
            let known: Vec<_> = ConfigKey::all().map(ConfigKey::name).collect();
            return Err(entry.unknown("key", &format!("the keys are {}", known.join(", "))));
        };
        values.insert(key, entry.text(key)?);
    }
    Ok(values)
}

/// Checks the text of a configuration file.
pub(crate) fn check(text: &str) -> Result<(), String> {
    parse(text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_position_and_key_but_not_the_value() {
        for (text, expected) in [
            (
                "[profile.a]\nsite = \"s\"\ntoken = \"s3cret\"\n",
                "line 3, column 1: a profile cannot contain the token; use token_file or token_command",
            ),
            (
                "[profile.a]\nsite = s3cret\n",
                "line 2, column 8: string values must be quoted, expected literal string",
            ),
            (
                "[profile.a]\n\nsiet = \"s3cret\"\n",
                "line 3, column 1: unknown key `siet`; the keys are site, cloud_id, base_url, email, token_file, \
                 token_command, oauth, timeout, attempts, ca_file, proxy",
            ),
            (
                "[s3cret]\na = 1\n",
                "line 1, column 2: unknown table; a profile is a table such as [profile.work]",
            ),
            ("profile = \"s3cret\"\n", "line 1, column 11: profile must be a table, not a string"),
            (
                "profile.s3cret = 1\n",
                "line 1, column 18: a profile must be a table, not an integer",
            ),
            (
                "[profile.a]\ntimeout = \"s3cret\"\n",
                "line 2, column 11: timeout: not a duration such as 30s or 2m",
            ),
            (
                "[profile.a]\ntimeout = \"5s\u{200b}\"\n",
                "line 2, column 11: timeout contains the invalid character \\u{200b}",
            ),
            ("[profile.é]\n\"timeout\" = [\"s3cret\"]\n", "line 1, column 10: "),
            (
                "[profile.a]\n\"timeout\" = [\"s3cret\"]\n",
                "line 2, column 13: timeout must be a string, not an array",
            ),
            (
                "[profile.a]\noauth = \"s3cret\"\n",
                "line 2, column 9: oauth must be true or false, not a string",
            ),
            (
                "[profile.a]\nattempts = \"s3cret\"\n",
                "line 2, column 12: attempts must be a number from 1 to 100, not a string",
            ),
            (
                "[profile.a]\nattempts = 101\n",
                "line 2, column 12: attempts must be a number from 1 to 100",
            ),
            (
                "[profile.\"é\"]\nsite = {s3cret = 1}\n",
                "line 2, column 8: site must be a string, not a table",
            ),
        ] {
            let message = parse(text).unwrap_err();
            let is_expected = if expected.ends_with(": ") {
                message.starts_with(expected)
            } else {
                message == expected
            };
            assert!(is_expected && !message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn the_error_is_the_first_one_in_the_file() {
        let text = "[profile.b]\nzeal = 1\narea = 2\n[profile.a]\nb = 1\n";
        assert!(parse(text).unwrap_err().starts_with("line 2, column 1: unknown key `zeal`"));
    }

    #[test]
    fn a_profile_has_keys_of_every_type() {
        let text = "[profile.work]\nsite = \" acme\"\ntoken_file = \"~/t\"\ntimeout = \"5s\"\nattempts = 0x2\noauth = true\n";
        let values = parse(text).unwrap().remove("work").unwrap();
        let values: Vec<_> =
            values.iter().map(|(key, value)| format!("{}={value}", key.name())).collect();
        assert_eq!(
            values,
            ["site=acme", "token_file=~/t", "oauth=true", "timeout=5s", "attempts=2"]
        );
    }

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn find(variables: Pairs<'_>, name: &str) -> Option<OsString> {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
    }

    #[cfg(unix)]
    #[test]
    fn on_unix_the_configuration_is_in_the_folder_of_the_xdg_specification() {
        for (variables, expected) in [
            (&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")][..], Some("/x")),
            (&[("XDG_CONFIG_HOME", "x"), ("HOME", "/h")], Some("/h/.config")),
            (&[("APPDATA", "/a"), ("USERPROFILE", "/u")], None),
        ] {
            let folder = xdg_folder(&|name| find(variables, name));
            assert_eq!(folder, expected.map(PathBuf::from), "{variables:?}");
        }
    }

    #[test]
    fn on_windows_the_configuration_is_with_the_data_of_applications() {
        for (variables, expected) in [
            (&[("APPDATA", "/a"), ("HOME", "/h")][..], Some("/a")),
            (&[("USERPROFILE", "/u")], Some("/u/AppData/Roaming")),
            (&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")], None),
        ] {
            let folder = windows_folder(&|name| find(variables, name));
            assert_eq!(folder, expected.map(PathBuf::from), "{variables:?}");
        }
    }

    #[test]
    fn a_path_of_windows_is_read_as_it_is_in_single_quotes() {
        let text = r"profile.work = {token_file = 'C:\new\token', ca_file = '~\ca.pem'}";
        let values = parse(text).unwrap().remove("work").unwrap();
        assert!(values.into_values().eq([r"C:\new\token", r"~\ca.pem"]));
    }

    #[test]
    fn a_path_of_windows_in_double_quotes_is_an_error_with_a_way_out() {
        for path in [r"C:\Users", r"C:\new", r"C:\tools"] {
            let error = parse(&format!("profile.work.token_file = \"{path}\"\n")).unwrap_err();
            assert!(error.starts_with("line 1, column "), "{error}");
            assert!(error.ends_with("; write a path with backslashes in single quotes"), "{error}");
        }
    }

    #[test]
    fn a_tilde_at_the_start_of_a_path_is_expanded() {
        for (path, expanded) in [("~/t", "/home/ann/t"), ("/t", "/t"), ("t", "t"), ("~t", "~t")] {
            assert_eq!(expand(path.into(), Some("/home/ann".as_ref())), PathBuf::from(expanded));
        }
        assert_eq!(expand("~/t".into(), None), PathBuf::from("~/t"));
    }
}
