//! A command line that cannot be understood: told without repeating what may be a secret.

mod not_text;

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use contacts_ureq::printable;

use crate::{args::Form, failure::Failure, secret::has_the_form_of_a_token};

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
            return if error.use_stderr() { crate::failure::exit::USAGE } else { 0 };
        }
        ErrorKind::UnknownArgument if is_token(&error) => return report(&token_argument(), form),
        _ => {}
    }
    if let Some(failure) = not_text::failure(&error, &words) {
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
    crate::failure::exit::USAGE
}

fn usage(message: &str) -> Failure {
    Failure::usage(message).with_hint("--help tells what can be given")
}

fn report(failure: &Failure, form: Form) -> u8 {
    failure.report(form, false);
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
    printable(word).into_owned()
}

/// The form that was asked for, as far as it can be told: the line as a whole was not understood.
fn form_of(words: &[OsString]) -> Form {
    let mut form = Form::Table;
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
            Some("json") => form = Form::Json,
            Some("ndjson") => form = Form::Ndjson,
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
            assert_eq!(form(line), Form::Json, "{line}");
        }
        assert_eq!(form("list json"), Form::Table);
        assert_eq!(form("-o ndjson"), Form::Ndjson);
    }
}
