//! The global options.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::key::{self, ConfigKey};
use crate::redact;

/// The global options.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct GlobalArgs {
    /// Site, such as acme or acme.atlassian.net
    #[arg(long, global = true, value_name = "SITE", help_heading = TARGET)]
    pub(crate) site: Option<String>,

    /// Cloud id of the site
    #[arg(long, global = true, value_name = "ID", help_heading = TARGET)]
    pub(crate) cloud_id: Option<String>,

    /// Base URL of a gateway, a staging host or a sandbox
    #[arg(long, global = true, value_name = "URL", help_heading = TARGET)]
    pub(crate) base_url: Option<String>,

    /// Embedded sandbox with two contacts, instead of a site
    #[arg(long, global = true, help_heading = TARGET)]
    pub(crate) sandbox: bool,

    /// Profile in the configuration file
    #[arg(long, global = true, value_name = "NAME", help_heading = TARGET)]
    pub(crate) profile: Option<String>,

    /// E-mail address of the API token's owner
    #[arg(long, global = true, value_name = "ADDRESS", help_heading = TARGET)]
    pub(crate) email: Option<String>,

    /// File that contains the token; - is standard input
    #[arg(long, global = true, value_name = "PATH", help_heading = TARGET)]
    pub(crate) token_file: Option<PathBuf>,

    /// Command that prints the token
    #[arg(long, global = true, value_name = "COMMAND", help_heading = TARGET)]
    pub(crate) token_command: Option<String>,

    /// Treat the token as an OAuth token, not as an API token
    #[arg(long, global = true, help_heading = TARGET)]
    pub(crate) oauth: bool,

    /// Format of results
    #[arg(short, long, global = true, value_name = "FORMAT", default_value = "table", help_heading = OUTPUT)]
    pub(crate) output: OutputFormat,

    /// Time limit of the command; `audit` applies it to each user [default: 60s]
    #[arg(long, global = true, value_name = "TIME", value_parser = key::duration, help_heading = OUTPUT)]
    pub(crate) timeout: Option<Duration>,

    /// Maximum attempts for one operation, including the first: 1 to 100 [default: 4]
    #[arg(long, global = true, value_name = "N", value_parser = key::attempts, help_heading = OUTPUT)]
    pub(crate) attempts: Option<u32>,

    /// File of additional certificate authorities to trust
    #[arg(long, global = true, value_name = "PEM", value_parser = redact::path_parser(), help_heading = OUTPUT)]
    pub(crate) ca_file: Option<PathBuf>,

    /// HTTP proxy, such as http://127.0.0.1:3128
    #[arg(long, global = true, value_name = "URL", help_heading = OUTPUT)]
    pub(crate) proxy: Option<String>,

    /// No proxy, even if a profile or a variable names one
    #[arg(long, global = true, conflicts_with = "proxy", help_heading = OUTPUT)]
    pub(crate) no_proxy: bool,

    /// Colored output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = OUTPUT)]
    pub(crate) color: Color,

    /// Errors only: no progress, notes or hints
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub(crate) quiet: bool,

    /// Print each request and each pause to standard error; ignored with -o json or ndjson
    #[arg(short, long, global = true, help_heading = OUTPUT)]
    pub(crate) verbose: bool,
}

const TARGET: &str = "Site and credentials";
const OUTPUT: &str = "Output and network";

impl GlobalArgs {
    /// The value of the flag for this key.
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

    /// The flags that select service, user and network, quoted for a shell, each after a space.
    /// They are for commands in hints, and contain no secret: the password of a proxy is removed.
    pub(crate) fn for_hints(&self) -> String {
        let mut words = String::new();
        let mut push = |flag: &str, value: Option<&str>| match value.map(shlex::try_quote) {
            Some(Ok(word)) => words.push_str(&format!(" {flag} {word}")),
            // Quoting fails only for a NUL, and no argument contains one.
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
        let switches =
            [("--sandbox", self.sandbox), ("--oauth", self.oauth), ("--no-proxy", self.no_proxy)];
        switches.into_iter().filter(|(_, given)| *given).for_each(|(flag, _)| push(flag, None));
        words
    }
}

/// Output format of results.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Text for people.
    #[default]
    Table,
    /// JSON as the service returns it.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// CSV with a header row.
    Csv,
}

impl OutputFormat {
    /// Returns `true` if errors are JSON too.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Ndjson)
    }
}

/// Color mode of the output.
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
    fn flags_in_a_hint_are_quoted_and_contain_no_secret() {
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
    fn each_key_has_a_flag() {
        let command = Line::command();
        for key in ConfigKey::all() {
            assert!(
                command.get_arguments().any(|arg| arg.get_long() == key.flag().strip_prefix("--")),
                "{key:?}"
            );
        }
    }
}
