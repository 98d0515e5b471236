//! Keeps misplaced tokens out of errors and output.

use std::{
    borrow::Cow,
    fmt::Display,
    path::{MAIN_SEPARATOR, Path, PathBuf},
    str::FromStr,
};

use clap::builder::{PathBufValueParser, TypedValueParser};
use contacts_ureq::escape_controls;

/// A key of this length may be a secret.
const MAX_KEY: usize = 20;

/// Returns `true` for text that looks like an Atlassian token or a JSON web token.
pub(crate) fn has_the_form_of_a_token(text: &str) -> bool {
    let is_of_the_service = |word: &str| match word.as_bytes() {
        [b'A', b'T', kind, b'T', b'T', b'3', ..] => kind.is_ascii_uppercase(),
        _ => false,
    };
    let is_web_token = |word: &str| word.starts_with("eyJ") && word.split('.').count() >= 3;
    let is_base64_url = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_of_the_service)
        || text.split(|c: char| !is_base64_url(c)).any(is_web_token)
}

/// Returns the first invisible character. A setting must not contain one.
pub(crate) fn invisible(text: &str) -> Option<char> {
    text.chars().find(|c| matches!(escape_controls(c.encode_utf8(&mut [0; 4])), Cow::Owned(_)))
}

const TOKEN: &str = "the value looks like a token; use --token-file, --token-command or \
                     CONTACTS_TOKEN instead";

/// Parses an argument that is sent or printed. Rejects a token before that happens.
pub(crate) fn parse_argument<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    let value = text.parse().map_err(|error: T::Err| error.to_string())?;
    if has_the_form_of_a_token(text) { Err(TOKEN.into()) } else { Ok(value) }
}

/// Parses a path, which need not be UTF-8, and rejects a token.
pub(crate) fn path_parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        if has_the_form_of_a_token(&path.to_string_lossy()) { Err(TOKEN) } else { Ok(path) }
    })
}

/// A name of the user's choice, or `…` if it looks like a token.
pub(crate) fn name(name: &str) -> String {
    if has_the_form_of_a_token(name) { "…".into() } else { escape_controls(name).into_owned() }
}

/// An unknown key, if it is a plain word. An error can repeat it.
pub(crate) fn mistyped(key: &str) -> Option<&str> {
    let is_word = key.chars().all(|c| c.is_ascii_lowercase() || c == '_') && key.len() < MAX_KEY;
    is_word.then_some(key)
}

/// Replaces a path to a missing file, because the text may be a secret.
pub(crate) const NO_FILE: &str = "a file that does not exist";

/// The path, or [`NO_FILE`].
pub(crate) fn file(file: &Path) -> String {
    path(file).unwrap_or_else(|| NO_FILE.into())
}

/// The path, unless the text may be a token.
pub(crate) fn path(path: &Path) -> Option<String> {
    let text = path.display().to_string();
    let is_path = text.contains(['/', MAIN_SEPARATOR]) && !has_the_form_of_a_token(&text);
    (is_path || path.exists()).then(|| escape_controls(&text).into_owned())
}

/// The URL of a proxy without user name and password.
pub(crate) fn proxy_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let host = rest.rsplit('@').next().unwrap_or_default();
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognized_and_ordinary_names_are_not() {
        for token in [
            "ATATT3xSECRETTOKEN",
            "ATATT3xCanary-t0ken/with+every=sign",
            "ATCTT3xFfGF0abc_def=1A2B3C4D",
            "https://ATATT3xSECRETTOKEN",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
        ] {
            assert!(has_the_form_of_a_token(token), "{token}");
            assert!(parse_argument::<String>(token).is_err());
            assert!(name(token) == "…" && path(token.as_ref()).is_none());
        }
        for text in [
            "acme",
            "my-rather-long-company-name",
            "https://my-rather-long-company-name-2.atlassian.net",
            "35273b54-3f06-40d2-880f-dd28cf8daafa",
            "Ann.Bennett-Smith2@Mail.Example.COM",
            "http://Proxy2.Intranet.Example.COM:3128",
            "http://127.0.0.1:8080/jsm/ops/api/sandbox",
            "work",
            "Prod-EU2",
            "AcmeHoldingsEurope2024",
            "production-europe-west",
        ] {
            assert!(!has_the_form_of_a_token(text), "{text}");
        }
    }

    #[test]
    fn text_is_a_path_if_it_exists_or_has_a_separator() {
        assert_eq!(
            path("/no/such/Token-File-Of-2026".as_ref()).as_deref(),
            Some("/no/such/Token-File-Of-2026")
        );
        assert_eq!(path("Cargo.toml".as_ref()).as_deref(), Some("Cargo.toml"));
        assert_eq!(path("s3cret".as_ref()), None);
    }

    #[test]
    fn an_unknown_key_is_repeated_only_if_it_is_a_word() {
        assert_eq!(mistyped("token_fiel"), Some("token_fiel"));
        for key in ["s3cret", "SECRET", "a-b", "abcdefghijklmnopqrstuvwxyz"] {
            assert_eq!(mistyped(key), None, "{key}");
        }
    }

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        for url in ["http://ann:p@ss@proxy:3128", "http://proxy:3128", "http://ann@proxy:3128"] {
            assert_eq!(proxy_url(url), "http://proxy:3128");
        }
        assert_eq!(proxy_url("ann:s3cret@proxy"), "proxy");
    }
}
