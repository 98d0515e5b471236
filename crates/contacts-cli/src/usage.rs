//! Help, and a command line that cannot be understood: told without repeating what may be a secret.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use contacts_ureq::escape_controls;

use crate::{
    config::flags::OutputFormat,
    error::{self, Failure},
    redact::has_the_form_of_a_token,
};

/// What stands behind the flags in the long help: the examples of the short one, and more.
pub(crate) fn long_help(examples: &str, more: &str) -> String {
    format!("{examples}\n\n{more}")
}

/// A word this long may be a token; a command or an id that somebody mistyped is shorter, or is repeated by nobody's loss.
const LONGEST_REPEATED: usize = 20;

/// Help, a version, or a failure. The exit code.
pub(crate) fn end(mut error: clap::Error) -> u8 {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let form = form_of(&words);
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if form.is_json() => {
            return report(&usage("a command is missing"), form);
        }
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Where standard output is closed there is nobody to help.
            let _ = error.print();
            return if error.use_stderr() { error::exit::USAGE } else { 0 };
        }
        ErrorKind::UnknownArgument if is_token(&error) => return report(&token_argument(), form),
        _ => {}
    }
    if let Some(failure) = non_utf8(&error, &words) {
        return report(&failure, form);
    }
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(word)) = error.get(kind) {
            let shown = ContextValue::String(without_secret(word));
            error.insert(kind, shown);
        }
    }
    if form.is_json() {
        return report(&usage(&first_paragraph(&error.render().to_string())), form);
    }
    let _ = error.print();
    error::exit::USAGE
}

fn usage(message: &str) -> Failure {
    Failure::usage(message).with_hint("--help tells what can be given")
}

fn report(failure: &Failure, form: OutputFormat) -> u8 {
    failure.report(form.is_json(), false);
    failure.exit()
}

/// What somebody may try who has a token. None of them is a flag.
const TOKEN_FLAGS: [&str; 3] = ["--token", "--api-token", "--oauth-token"];

fn is_token(error: &clap::Error) -> bool {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag)) => TOKEN_FLAGS.contains(&&*without_secret(flag)),
        _ => false,
    }
}

fn token_argument() -> Failure {
    Failure::usage("the token is never an argument: other processes can read it there").with_hint(
        "put it into a file (--token-file), name a command that prints it (--token-command), or set \
         CONTACTS_TOKEN; and since it was seen, replace it",
    )
}

/// What is wrong, with the arguments that are missing or the values that are possible; as one line.
fn first_paragraph(text: &str) -> String {
    let text = text.trim_start_matches("error: ");
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word as it may be repeated.
pub(crate) fn without_secret(word: &str) -> String {
    // Of a flag only its name, however a value hangs on it.
    let is_value = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let word = if word.starts_with('-') { word.split(is_value).next().unwrap_or(word) } else { word };
    if word.chars().count() > LONGEST_REPEATED || has_the_form_of_a_token(word) {
        return "…".into();
    }
    escape_controls(word).into_owned()
}

/// The form that was asked for, as far as it can be told: the line as a whole was not understood.
fn form_of(words: &[OsString]) -> OutputFormat {
    let mut form = OutputFormat::Table;
    let mut is_value = false;
    for word in words {
        // What is no text is no form either.
        let word = word.to_str().unwrap_or_default();
        let short = short_output(word);
        let value = match (is_value, short) {
            (true, _) => Some(word),
            (false, Some(rest)) => Some(rest).filter(|rest| !rest.is_empty()),
            (false, None) => word.strip_prefix("--output="),
        };
        match value.map(|value| value.trim_start_matches('=')) {
            Some("json") => form = OutputFormat::Json,
            Some("ndjson") => form = OutputFormat::Ndjson,
            _ => {}
        }
        is_value = !is_value && (short == Some("") || word == "--output");
    }
    form
}

/// The text behind `-o`, which may stand behind other short flags without a value, as in `-qo`.
fn short_output(word: &str) -> Option<&str> {
    let (before, value) = word.strip_prefix('-')?.split_once('o')?;
    before.chars().all(|c| "qvyhV".contains(c)).then_some(value)
}

/// That not all arguments are UTF-8, if that is what is wrong with them. They are told by their places, since their bytes may be a
/// secret's.
fn non_utf8(error: &clap::Error, words: &[OsString]) -> Option<Failure> {
    let is_repeated =
        |value: &ContextValue| matches!(value, ContextValue::String(word) if word.contains('\u{fffd}'));
    if error.kind() != ErrorKind::InvalidUtf8 && !error.context().any(|(_, value)| is_repeated(value)) {
        return None;
    }
    let places = non_utf8_places(words);
    let message = format!("not all arguments are text in UTF-8: look at {}", places.join(", and at "));
    (!places.is_empty()).then(|| Failure::usage(message))
}

/// Where each of them is that is no text.
fn non_utf8_places(words: &[OsString]) -> Vec<String> {
    let mut places = Vec::new();
    let mut before = None;
    for (number, word) in (1..).zip(words) {
        let flag = flag_name(&word.to_string_lossy());
        if word.to_str().is_none() {
            places.push(match (&flag, before) {
                (Some(flag), _) => format!("argument {number}, {flag}"),
                (None, Some(before)) => format!("argument {number}, behind {before}"),
                (None, None) => format!("argument {number}"),
            });
        }
        before = flag;
    }
    places
}

/// The name of a flag, without a value that hangs on it.
fn flag_name(word: &str) -> Option<String> {
    let name = match word.strip_prefix("--") {
        Some(_) => word.split('=').next().unwrap_or(word).to_owned(),
        None => word.chars().take(2).collect(),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_flag =
        name.starts_with('-') && !name.trim_start_matches('-').is_empty() && name.chars().all(is_name);
    is_flag.then(|| without_secret(&name)).filter(|shown| *shown == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_and_the_value_of_a_flag_are_not_repeated() {
        assert_eq!(without_secret("ATATT3xFfGF0-not-a-real-token"), "…");
        for flag in ["--tokne=s3cret", "--tokne:s3cret", "--tokne s3cret", "--tokne"] {
            assert_eq!(without_secret(flag), "--tokne");
        }
        assert_eq!(without_secret("ATATT3xFfGF0"), "…");
        assert_eq!(without_secret("--ATATT3xFfGF0-not-a-real-token"), "…");
        assert_eq!(without_secret("lst\u{1b}[2J"), "lst\\u{1b}[2J");
    }

    #[test]
    fn the_form_is_found_in_each_of_its_spellings() {
        let form = |line: &str| form_of(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
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
            assert_eq!(form(line), OutputFormat::Json, "{line}");
        }
        assert_eq!(form("list json"), OutputFormat::Table);
        assert_eq!(form("-o ndjson"), OutputFormat::Ndjson);
    }

    #[cfg(unix)]
    #[test]
    fn each_is_told_by_its_place_and_its_flag_and_none_by_its_bytes() {
        use std::os::unix::ffi::OsStringExt;

        let told = |words: &[&[u8]]| {
            let words: Vec<_> = words.iter().map(|word| OsString::from_vec(word.to_vec())).collect();
            non_utf8_places(&words).join(" | ")
        };
        assert_eq!(told(&[b"list"]), "");
        assert_eq!(told(&[b"list", b"s3cret\xff"]), "argument 2");
        assert_eq!(told(&[b"--email", b"s3cret\xff", b"\xff"]), "argument 2, behind --email | argument 3");
        assert_eq!(told(&[b"--email=s3cret\xff", b"list"]), "argument 1, --email");
        assert_eq!(
            told(&[b"-os3cret\xff", b"-\xff", b"--\xff"]),
            "argument 1, -o | argument 2, behind -o | argument 3"
        );
        assert_eq!(
            told(&[b"--ATATT3xFfGF0-s3cret-0123456789=\xff", b"--s3cret\xff"]),
            "argument 1 | argument 2"
        );
    }
}
