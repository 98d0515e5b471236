//! What may be a token that stands in the wrong place, and is therefore not repeated.

use std::path::{MAIN_SEPARATOR, Path};

/// An opaque word of this many characters is no name that somebody has thought of.
const SHORTEST_OPAQUE: usize = 20;

/// Whether it has the form of a token: that of the service's own, that of a JSON web token, or a long word without meaning.
pub(crate) fn looks_like_a_token(text: &str) -> bool {
    let is_of_the_service = |word: &str| match word.as_bytes() {
        [b'A', b'T', kind, b'T', b'T', b'3', ..] => kind.is_ascii_uppercase(),
        _ => false,
    };
    let is_web_token = |word: &str| word.starts_with("eyJ") && word.len() >= SHORTEST_OPAQUE;
    is_without_meaning(text)
        || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_of_the_service)
        || text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(is_web_token)
}

fn is_without_meaning(text: &str) -> bool {
    let has = |is: fn(&char) -> bool| text.chars().any(|c| is(&c));
    text.len() >= SHORTEST_OPAQUE
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+=_-".contains(c))
        && has(char::is_ascii_digit)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
}

/// The path, unless somebody may have put a token in its place.
pub(crate) fn path(path: &Path) -> Option<String> {
    let text = path.display().to_string();
    let is_path = text.contains(['/', MAIN_SEPARATOR]) && !looks_like_a_token(&text);
    (is_path || path.exists()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_from_what_people_call_their_things() {
        for token in [
            "ATATT3xSECRETTOKEN",
            "ATATT3xCanary-t0ken/with+every=sign",
            "ATCTT3xFfGF0abc_def=1A2B3C4D",
            "https://ATATT3xSECRETTOKEN",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
            "aBcDeFgHiJkLmNoPqRsT1234",
        ] {
            assert!(looks_like_a_token(token), "{token}");
            assert_eq!(path(token.as_ref()), None);
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
        ] {
            assert!(!looks_like_a_token(text), "{text}");
        }
    }

    #[test]
    fn a_path_is_one_if_it_leads_somewhere_or_has_the_form_of_one() {
        assert_eq!(
            path("/no/such/Token-File-Of-2026".as_ref()).as_deref(),
            Some("/no/such/Token-File-Of-2026")
        );
        assert_eq!(path("Cargo.toml".as_ref()).as_deref(), Some("Cargo.toml"));
        assert_eq!(path("s3cret".as_ref()), None);
    }
}
