//! Arguments that are not text: told by their places, since their bytes may be a secret's.

use std::ffi::OsString;

use clap::error::{ContextValue, ErrorKind};

use super::without_secret;
use crate::failure::Failure;

/// That not all arguments are text, if that is what is wrong with them.
pub(super) fn failure(error: &clap::Error, words: &[OsString]) -> Option<Failure> {
    let is_repeated =
        |value: &ContextValue| matches!(value, ContextValue::String(word) if word.contains('\u{fffd}'));
    if error.kind() != ErrorKind::InvalidUtf8 && !error.context().any(|(_, value)| is_repeated(value)) {
        return None;
    }
    let places = places(words);
    let message = format!("not all arguments are text in UTF-8: look at {}", places.join(", and at "));
    (!places.is_empty()).then(|| Failure::usage(message))
}

/// Where each of them is that is no text.
fn places(words: &[OsString]) -> Vec<String> {
    let mut places = Vec::new();
    let mut before = None;
    for (number, word) in (1..).zip(words) {
        let flag = flag(&word.to_string_lossy());
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
fn flag(word: &str) -> Option<String> {
    let name = match word.strip_prefix("--") {
        Some(_) => word.split('=').next().unwrap_or(word).to_owned(),
        None => word.chars().take(2).collect(),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_flag =
        name.starts_with('-') && !name.trim_start_matches('-').is_empty() && name.chars().all(is_name);
    is_flag.then(|| without_secret(&name)).filter(|shown| *shown == name)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn each_is_told_by_its_place_and_its_flag_and_none_by_its_bytes() {
        let told = |words: &[&[u8]]| {
            let words: Vec<_> = words.iter().map(|word| OsString::from_vec(word.to_vec())).collect();
            places(&words).join(" | ")
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
