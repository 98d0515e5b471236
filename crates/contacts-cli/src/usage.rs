//! A command line that cannot be understood: told without repeating what may be a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use contacts_ureq::printable;

use crate::{args::Form, failure::Failure};

/// A word this long may be a token; a command or an id that somebody mistyped is shorter, or is repeated by nobody's loss.
const LONGEST_REPEATED: usize = 20;

/// Help, a version, or a failure. The exit code.
pub(crate) fn end(mut error: clap::Error) -> u8 {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        // Where standard output is closed there is nobody to help.
        let _ = error.print();
        return if error.use_stderr() { crate::failure::exit::USAGE } else { 0 };
    }
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(word)) = error.get(kind) {
            let shown = ContextValue::String(without_secret(word));
            error.insert(kind, shown);
        }
    }
    let form = form_of(std::env::args().skip(1));
    if !form.is_json() {
        let _ = error.print();
        return crate::failure::exit::USAGE;
    }
    let text = error.render().to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let failure = Failure::usage(first).with_hint("--help tells what can be given");
    failure.report(form, false);
    failure.exit()
}

fn without_secret(word: &str) -> String {
    let is_flag = word.starts_with('-');
    let word = if is_flag { word.split('=').next().unwrap_or(word) } else { word };
    if !is_flag && word.chars().count() > LONGEST_REPEATED {
        return "…".into();
    }
    printable(word).into_owned()
}

/// The form that was asked for, as far as it can be told: the line as a whole was not understood.
fn form_of(words: impl Iterator<Item = String>) -> Form {
    let mut form = Form::Table;
    let mut is_value = false;
    for word in words {
        let value = if is_value {
            Some(word.as_str())
        } else {
            word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o").filter(|rest| !rest.is_empty()))
        };
        match value.map(|value| value.trim_start_matches('=')) {
            Some("json") => form = Form::Json,
            Some("ndjson") => form = Form::Ndjson,
            _ => {}
        }
        is_value = !is_value && (word == "-o" || word == "--output");
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_and_the_value_of_a_flag_are_not_repeated() {
        assert_eq!(without_secret("ATATT3xFfGF0-not-a-real-token"), "…");
        assert_eq!(without_secret("--tokne=s3cret"), "--tokne");
        assert_eq!(without_secret("lst\u{1b}[2J"), "lst\\u{1b}[2J");
    }

    #[test]
    fn the_form_is_found_in_each_of_its_spellings() {
        let form = |line: &str| form_of(line.split(' ').map(str::to_owned));
        for line in ["-o json lst", "list -ojson x", "--output json", "--output=json", "-o=json"] {
            assert_eq!(form(line), Form::Json, "{line}");
        }
        assert_eq!(form("list json"), Form::Table);
        assert_eq!(form("-o ndjson"), Form::Ndjson);
    }
}
