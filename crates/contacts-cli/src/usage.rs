//! Prints help and the errors of an invalid command line. The errors never repeat a secret.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use contacts_ureq::escape_controls;

use crate::{
    config::flags::OutputFormat,
    error::{self, Failure},
    redact::has_the_form_of_a_token,
};

/// The text below the options on the long help page. The examples end it.
pub(crate) fn long_help(examples: &str, details: &str) -> String {
    format!("{details}\n\n{examples}")
}

/// Maximum length of a word that an error repeats. A longer word may be a token.
const MAX_REPEATED: usize = 20;

/// Prints help, the version or an error, and returns the exit code.
pub(crate) fn end(mut error: clap::Error) -> u8 {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let format = format_of(&words);
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if format.is_json() => {
            return report(&usage("no command given"), format);
        }
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // If standard output is closed, no one reads the help.
            let _ = error.print();
            return if error.use_stderr() { error::exit::USAGE } else { 0 };
        }
        ErrorKind::UnknownArgument if is_token(&error) => return report(&token_argument(), format),
        _ => {}
    }
    if let Some(failure) = non_utf8(&error, &words) {
        return report(&failure, format);
    }
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand]
    {
        if let Some(ContextValue::String(word)) = error.get(kind) {
            let shown = ContextValue::String(without_secret(word));
            error.insert(kind, shown);
        }
    }
    if format.is_json() {
        return report(&usage(&first_paragraph(&error.render().to_string())), format);
    }
    let _ = error.print();
    error::exit::USAGE
}

fn usage(message: &str) -> Failure {
    Failure::usage(message).with_hint("add --help to see the valid arguments")
}

fn report(failure: &Failure, format: OutputFormat) -> u8 {
    failure.report(format.is_json(), false);
    failure.exit()
}

/// Flags that users may expect to take a token. None of them exists.
const TOKEN_FLAGS: [&str; 3] = ["--token", "--api-token", "--oauth-token"];

fn is_token(error: &clap::Error) -> bool {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => TOKEN_FLAGS.contains(&&*without_secret(flag)),
        _ => false,
    }
}

fn token_argument() -> Failure {
    Failure::usage("the token cannot be an argument: other processes can read arguments").with_hint(
        "use --token-file, --token-command or CONTACTS_TOKEN; replace this token, because others may have \
         seen it",
    )
}

/// The first paragraph as one line: the error with the missing arguments or possible values.
fn first_paragraph(text: &str) -> String {
    let text = text.trim_start_matches("error: ");
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The word, or `…` if it may be a secret.
pub(crate) fn without_secret(word: &str) -> String {
    // Drops the value that follows the name of a flag.
    let is_value = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let word =
        if word.starts_with('-') { word.split(is_value).next().unwrap_or(word) } else { word };
    if word.chars().count() > MAX_REPEATED || has_the_form_of_a_token(word) {
        return "…".into();
    }
    escape_controls(word).into_owned()
}

/// The output format of a command line that `clap` could not parse.
fn format_of(words: &[OsString]) -> OutputFormat {
    let mut format = OutputFormat::Table;
    let mut is_value = false;
    for word in words {
        let word = word.to_str().unwrap_or_default();
        let short = short_output(word);
        let value = match (is_value, short) {
            (true, _) => Some(word),
            (false, Some(rest)) => Some(rest).filter(|rest| !rest.is_empty()),
            (false, None) => word.strip_prefix("--output="),
        };
        match value.map(|value| value.trim_start_matches('=')) {
            Some("json") => format = OutputFormat::Json,
            Some("ndjson") => format = OutputFormat::Ndjson,
            _ => {}
        }
        is_value = !is_value && (short == Some("") || word == "--output");
    }
    format
}

/// The text after `-o`, or after `-o` combined with other short flags, such as `-qo`.
fn short_output(word: &str) -> Option<&str> {
    let (before, value) = word.strip_prefix('-')?.split_once('o')?;
    before.chars().all(|c| "qvyhV".contains(c)).then_some(value)
}

/// The error for arguments that are not UTF-8. It names their positions, because their bytes may be
/// a secret.
fn non_utf8(error: &clap::Error, words: &[OsString]) -> Option<Failure> {
    let is_repeated = |value: &ContextValue| matches!(value, ContextValue::String(word) if word.contains('\u{fffd}'));
    if error.kind() != ErrorKind::InvalidUtf8
        && !error.context().any(|(_, value)| is_repeated(value))
    {
        return None;
    }
    let positions = non_utf8_positions(words);
    let message = format!("arguments are not valid UTF-8: {}", positions.join(", "));
    (!positions.is_empty()).then(|| Failure::usage(message))
}

/// The position of each argument that is not UTF-8.
fn non_utf8_positions(words: &[OsString]) -> Vec<String> {
    let mut positions = Vec::new();
    let mut before = None;
    for (number, word) in (1..).zip(words) {
        let flag = flag_name(&word.to_string_lossy());
        if word.to_str().is_none() {
            positions.push(match (&flag, before) {
                (Some(flag), _) => format!("argument {number} ({flag})"),
                (None, Some(before)) => format!("argument {number} (after {before})"),
                (None, None) => format!("argument {number}"),
            });
        }
        before = flag;
    }
    positions
}

/// The name of a flag, without its value.
fn flag_name(word: &str) -> Option<String> {
    let name = match word.strip_prefix("--") {
        Some(_) => word.split('=').next().unwrap_or(word).to_owned(),
        None => word.chars().take(2).collect(),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_flag = name.starts_with('-')
        && !name.trim_start_matches('-').is_empty()
        && name.chars().all(is_name);
    is_flag.then(|| without_secret(&name)).filter(|shown| *shown == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_repeats_neither_a_long_word_nor_the_value_of_a_flag() {
        assert_eq!(without_secret("ATATT3xFfGF0-not-a-real-token"), "…");
        for flag in ["--tokne=s3cret", "--tokne:s3cret", "--tokne s3cret", "--tokne"] {
            assert_eq!(without_secret(flag), "--tokne");
        }
        assert_eq!(without_secret("ATATT3xFfGF0"), "…");
        assert_eq!(without_secret("--ATATT3xFfGF0-not-a-real-token"), "…");
        assert_eq!(without_secret("lst\u{1b}[2J"), "lst\\u{1b}[2J");
    }

    #[test]
    fn each_spelling_of_the_output_flag_is_recognized() {
        let format =
            |line: &str| format_of(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in [
            "-o json lst",
            "list -ojson x",
            "--output json",
            "--output=json",
            "-o=json",
            "-qo json lst",
            "-qojson lst",
            "-vo=json",
        ] {
            assert_eq!(format(line), OutputFormat::Json, "{line}");
        }
        assert_eq!(format("list json"), OutputFormat::Table);
        assert_eq!(format("-o ndjson"), OutputFormat::Ndjson);
    }

    #[cfg(unix)]
    #[test]
    fn an_error_names_the_position_and_flag_of_an_argument_but_not_its_bytes() {
        use std::os::unix::ffi::OsStringExt;

        let positions = |words: &[&[u8]]| {
            let words: Vec<_> =
                words.iter().map(|word| OsString::from_vec(word.to_vec())).collect();
            non_utf8_positions(&words).join(" | ")
        };
        assert_eq!(positions(&[b"list"]), "");
        assert_eq!(positions(&[b"list", b"s3cret\xff"]), "argument 2");
        assert_eq!(
            positions(&[b"--email", b"s3cret\xff", b"\xff"]),
            "argument 2 (after --email) | argument 3"
        );
        assert_eq!(positions(&[b"--email=s3cret\xff", b"list"]), "argument 1 (--email)");
        assert_eq!(
            positions(&[b"-os3cret\xff", b"-\xff", b"--\xff"]),
            "argument 1 (-o) | argument 2 (after -o) | argument 3"
        );
        assert_eq!(
            positions(&[b"--ATATT3xFfGF0-s3cret-0123456789=\xff", b"--s3cret\xff"]),
            "argument 1 | argument 2"
        );
    }
}
