//! The flags of this invocation that say where and who, for the commands that hints print: they work when they are pasted.

use std::sync::OnceLock;

use crate::{
    args::{Arguments, HowArgs, PersonArgs, PlaceArgs},
    origins::without_person,
};

/// What stands between `contacts` and the command, with a blank before each word.
static FLAGS: OnceLock<String> = OnceLock::new();

/// Keeps the flags of this process.
pub(crate) fn remember(arguments: &Arguments) {
    // It is called once, before anything is printed.
    let _ = FLAGS.set(flags(arguments));
}

/// A command line that asks the same service as the same user.
pub(crate) fn again(command: &str) -> String {
    format!("contacts{} {command}", FLAGS.get().map_or("", String::as_str))
}

/// No secret is among them: a token is never an argument, and a proxy's password is left out.
fn flags(arguments: &Arguments) -> String {
    let Arguments { place, person, how, .. } = arguments;
    let PlaceArgs { site, cloud_id, base_url, sandbox, profile } = place;
    let PersonArgs { email, token_file, token_command, oauth, .. } = person;
    let HowArgs { ca_file, proxy, no_proxy, timeout, attempts, .. } = how;
    let path = |path: &std::path::PathBuf| path.to_str().map(str::to_owned);
    let values = [
        ("--site", site.clone()),
        ("--cloud-id", cloud_id.clone()),
        ("--base-url", base_url.clone()),
        ("--profile", profile.clone()),
        ("--email", email.clone()),
        ("--token-file", token_file.as_ref().and_then(path)),
        ("--token-command", token_command.clone()),
        ("--ca-file", ca_file.as_ref().and_then(path)),
        ("--proxy", proxy.as_deref().map(without_person)),
        ("--timeout", timeout.map(|timeout| humantime::format_duration(timeout).to_string())),
        ("--attempts", attempts.map(|attempts| attempts.to_string())),
    ];
    let switches = [("--sandbox", *sandbox), ("--oauth", *oauth), ("--no-proxy", *no_proxy)];
    let mut words = String::new();
    for (flag, value) in values {
        // A word that cannot be quoted has a NUL, which no argument has.
        if let Some(word) = value.as_deref().and_then(|value| shlex::try_quote(value).ok()) {
            words.push_str(&format!(" {flag} {word}"));
        }
    }
    for (flag, _) in switches.into_iter().filter(|(_, given)| *given) {
        words.push_str(&format!(" {flag}"));
    }
    words
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn the_flags_are_quoted_and_have_no_secret() {
        let line = [
            "contacts",
            "--site",
            "acme",
            "--email",
            "o'hara@example.com",
            "--token-command",
            "pass show jira",
            "--proxy",
            "http://ann:s3cret@proxy:3128",
            "--timeout",
            "90s",
            "--oauth",
            "list",
        ];
        let words = flags(&Arguments::try_parse_from(line).unwrap());
        assert!(!words.contains("s3cret"), "{words}");
        let words = shlex::split(&words).unwrap();
        assert_eq!(
            words,
            [
                "--site",
                "acme",
                "--email",
                "o'hara@example.com",
                "--token-command",
                "pass show jira",
                "--proxy",
                "http://proxy:3128",
                "--timeout",
                "1m 30s",
                "--oauth",
            ]
        );
    }
}
