//! The flags of every command: where, who and how.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::key::{self, ConfigKey};
use crate::redact;

/// The flags of every command.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct GlobalArgs {
    /// The site: acme, or acme.atlassian.net; its cloud id is asked for
    #[arg(long, global = true, value_name = "SITE", help_heading = TARGET)]
    pub(crate) site: Option<String>,

    /// The site's cloud id
    #[arg(long, global = true, value_name = "ID", help_heading = TARGET)]
    pub(crate) cloud_id: Option<String>,

    /// The whole base URL, for a gateway, a staging host, or a sandbox
    #[arg(long, global = true, value_name = "URL", help_heading = TARGET)]
    pub(crate) base_url: Option<String>,

    /// An embedded sandbox with two contacts, instead of a site
    #[arg(long, global = true, help_heading = TARGET)]
    pub(crate) sandbox: bool,

    /// A profile of the configuration file
    #[arg(long, global = true, value_name = "NAME", help_heading = TARGET)]
    pub(crate) profile: Option<String>,

    /// The e-mail address that the API token belongs to
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = TARGET)]
    pub(crate) email: Option<String>,

    /// The file with the token; - is standard input
    #[arg(long, global = true, value_name = "PATH", help_heading = TARGET)]
    pub(crate) token_file: Option<PathBuf>,

    /// A command that prints the token; it is asked again when the token is refused
    ///
    /// It is run without a shell: one with pipes, variables or ~ is sh -c '...'. When it takes longer than --timeout, it is
    /// killed.
    #[arg(long, global = true, value_name = "COMMAND", help_heading = TARGET)]
    pub(crate) token_command: Option<String>,

    /// The token is an OAuth bearer token
    #[arg(long, global = true, help_heading = TARGET)]
    pub(crate) oauth: bool,

    /// How results are written
    #[arg(short, long, global = true, value_name = "FORM", default_value = "table", help_heading = HOW)]
    pub(crate) output: OutputFormat,

    /// How long all of it may take, the token command too [default: 60s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = key::duration, help_heading = HOW)]
    pub(crate) timeout: Option<Duration>,

    /// Requests for one operation at most, the first one counted [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = key::attempts, help_heading = HOW)]
    pub(crate) attempts: Option<u32>,

    /// A file of certificate authorities to trust besides those of the system or of SSL_CERT_FILE
    #[arg(long, global = true, value_name = "PEM", value_parser = redact::path_parser(), help_heading = HOW)]
    pub(crate) ca_file: Option<PathBuf>,

    /// An HTTP proxy, such as http://127.0.0.1:3128, instead of that of HTTPS_PROXY or ALL_PROXY. With a password, put it
    /// into a profile: others can read arguments
    #[arg(long, global = true, value_name = "URL", help_heading = HOW)]
    pub(crate) proxy: Option<String>,

    /// No proxy, neither of the profile nor of the environment
    #[arg(long, global = true, conflicts_with = "proxy", help_heading = HOW)]
    pub(crate) no_proxy: bool,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = HOW)]
    pub(crate) color: Color,

    /// No progress, no notes, no hints
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = HOW)]
    pub(crate) quiet: bool,

    /// Tell each request on standard error; not with -o json or ndjson, which is alone there
    #[arg(short, long, global = true, help_heading = HOW)]
    pub(crate) verbose: bool,
}

const TARGET: &str = "Where and who";
const HOW: &str = "How";

impl GlobalArgs {
    /// The value that the flag of a setting has.
    pub(crate) fn value(&self, key: ConfigKey) -> Option<OsString> {
        match key {
            ConfigKey::Site => self.site.clone().map(OsString::from),
            ConfigKey::CloudId => self.cloud_id.clone().map(OsString::from),
            ConfigKey::BaseUrl => self.base_url.clone().map(OsString::from),
            ConfigKey::Email => self.email.clone().map(OsString::from),
            ConfigKey::TokenFile => self.token_file.clone().map(OsString::from),
            ConfigKey::TokenCommand => self.token_command.clone().map(OsString::from),
            ConfigKey::Oauth => self.oauth.then(|| "true".into()),
            ConfigKey::Timeout => {
                self.timeout.map(|timeout| humantime::format_duration(timeout).to_string().into())
            }
            ConfigKey::Attempts => self.attempts.map(|attempts| attempts.to_string().into()),
            ConfigKey::CaFile => self.ca_file.clone().map(OsString::from),
            ConfigKey::Proxy => self.proxy.clone().map(OsString::from),
        }
    }

    /// The flags that say where and who, as a shell takes them, each after a space: for commands in hints. No secret is among
    /// them: a token is never an argument, and a proxy's password is left out.
    pub(crate) fn for_hints(&self) -> String {
        let mut words = String::new();
        let mut push = |flag: &str, value: Option<&str>| match value.map(shlex::try_quote) {
            Some(Ok(word)) => words.push_str(&format!(" {flag} {word}")),
            // A word that cannot be quoted has a NUL, which no argument has.
            Some(Err(_)) => {}
            None => words.push_str(&format!(" {flag}")),
        };
        for key in ConfigKey::all().filter(|key| *key != ConfigKey::Oauth) {
            let value = self.value(key);
            match (key, value.as_ref().and_then(|value| value.to_str())) {
                (ConfigKey::Proxy, Some(url)) => push(key.flag(), Some(&redact::proxy_url(url))),
                (_, Some(value)) => push(key.flag(), Some(value)),
                (_, None) => {}
            }
        }
        if let Some(profile) = &self.profile {
            push("--profile", Some(profile));
        }
        let switches = [("--sandbox", self.sandbox), ("--oauth", self.oauth), ("--no-proxy", self.no_proxy)];
        switches.into_iter().filter(|(_, given)| *given).for_each(|(flag, _)| push(flag, None));
        words
    }
}

/// How results are written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people.
    #[default]
    Table,
    /// The service's own shape.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// With a line of names.
    Csv,
}

impl OutputFormat {
    /// Returns `true` if errors are JSON too.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}

/// When to use colour.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: GlobalArgs,
    }

    #[test]
    fn flags_in_a_hint_are_quoted_and_have_no_secret() {
        let line = "contacts --site acme --email o'hara@example.com --token-command=pass\tshow\tjira \
                    --proxy http://ann:s3cret@proxy:3128 --timeout 90s --oauth";
        let words = Line::parse_from(line.split(' ')).args.for_hints();
        assert!(!words.contains("s3cret"), "{words}");
        let words = shlex::split(&words).unwrap().join(" ");
        assert_eq!(
            words,
            "--site acme --email o'hara@example.com --token-command pass\tshow\tjira --timeout 1m 30s \
             --proxy http://proxy:3128 --oauth"
        );
    }

    #[test]
    fn each_setting_has_its_flag() {
        let command = Line::command();
        for key in ConfigKey::all() {
            assert!(
                command.get_arguments().any(|arg| arg.get_long() == key.flag().strip_prefix("--")),
                "{key:?}"
            );
        }
    }
}
