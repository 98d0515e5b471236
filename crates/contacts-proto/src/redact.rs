//! Text from outside, safe to show: without secrets and control characters.

use std::{borrow::Cow, fmt::Write};

use crate::model::json::without_bom;

/// Replacement of a secret.
const REDACTED: &str = "[redacted]";

/// Minimum length of a secret to redact, in bytes. A shorter one would be found everywhere.
const MIN_SECRET: usize = 4;

/// Maximum length of an excerpt of a body in an error, in characters.
const EXCERPT: usize = 300;

/// Escapes control characters (`\u{1b}`), Unicode format characters and other invisible ones.
///
/// A terminal would act on them, or a person would not see them.
///
/// ```
/// assert_eq!(contacts_proto::escape_controls("red\u{1b}[31m"), "red\\u{1b}[31m");
/// assert_eq!(contacts_proto::escape_controls("plain"), "plain");
/// ```
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().saturating_add(16));
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a `String` cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Returns `true` for control characters, Unicode's category Cf and `Default_Ignorable_Code_Point`,
/// U+2028, U+2029 and the blank Braille pattern.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        )
        || matches!(
            c,
            '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        )
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(
            c,
            '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        )
        || matches!(c, '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
}

/// Returns a printable excerpt of a body, at most 300 characters: whitespace folded, control
/// characters escaped, values after `Basic` and `Bearer` redacted.
pub(crate) fn excerpt(body: &[u8]) -> String {
    if compression(body).is_some() {
        return String::new();
    }
    // Decodes only the part that can show, and a little more, so that `line` sees that it was cut.
    let head = body.get(..EXCERPT * 17).unwrap_or(body);
    line(&String::from_utf8_lossy(head), EXCERPT)
}

/// Returns the encoding of a compressed body, if its first bytes show it.
pub(crate) fn compression(body: &[u8]) -> Option<&'static str> {
    let known = [(&b"\x1f\x8b"[..], "gzip"), (b"\x28\xb5\x2f\xfd", "zstd")];
    known.into_iter().find(|(magic, _)| body.starts_with(magic)).map(|(_, name)| name)
}

/// Returns `true` for HTML and XML. The service never sends them.
pub(crate) fn is_markup(body: &[u8]) -> bool {
    without_bom(body).trim_ascii_start().starts_with(b"<")
}

/// Returns one printable line of at most `max` characters.
pub(crate) fn line(text: &str, max: usize) -> String {
    // Most texts are ids, codes and short messages.
    if text.len() <= max && is_printable_line(text) {
        return without_authorization(text).into_owned();
    }
    // Takes more than it shows: folding whitespace makes the text shorter.
    let longest = text.len().min(max.saturating_mul(16));
    let head = (0..=longest).rev().find_map(|end| text.get(..end)).unwrap_or_default();
    let without = without_authorization(head);
    let folded = without.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = escape_controls(&folded);
    match shown.char_indices().nth(max) {
        None => shown.into_owned(),
        Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
    }
}

/// Redacts the word after `Basic` and `Bearer`, if it is long enough to be a secret.
///
/// This works without the credentials. [`Credentials::redact`](crate::Credentials::redact) knows
/// the secret and finds it everywhere.
fn without_authorization(text: &str) -> Cow<'_, str> {
    const MIN_WORD: usize = 16;
    let mut clean = Cow::Borrowed(text);
    if !text.bytes().any(|byte| matches!(byte, b' ' | b'%')) {
        return clean;
    }
    for scheme in ["basic ", "bearer ", "basic%20", "bearer%20"] {
        let mut from = 0;
        while let Some(at) = find_ignoring_case(&clean, scheme, from) {
            let start = at.saturating_add(scheme.len());
            let word: usize =
                clean.get(start..).unwrap_or_default().bytes().take_while(|b| is_token(*b)).count();
            from = start;
            if word >= MIN_WORD {
                clean.to_mut().replace_range(start..start.saturating_add(word), REDACTED);
            }
        }
    }
    clean
}

/// Returns `true` if `line` would change only secrets: no control character, no whitespace to fold.
fn is_printable_line(text: &str) -> bool {
    let mut before = b' ';
    let is_folded = text.bytes().all(|byte| {
        let is_second_space = byte == b' ' && before == b' ';
        before = byte;
        !is_second_space && (byte == b' ' || byte.is_ascii_graphic())
    });
    is_folded && !text.ends_with(' ')
}

fn find_ignoring_case(text: &str, needle: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(from..)?;
    let first = needle.bytes().next()?;
    let begins =
        |window: &[u8]| window.first().is_some_and(|byte| byte.eq_ignore_ascii_case(&first));
    bytes
        .windows(needle.len())
        .position(|window| begins(window) && window.eq_ignore_ascii_case(needle.as_bytes()))
        .map(|at| from.saturating_add(at))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'%')
}

/// Returns the text without the secret. `None` if the text does not contain it.
pub(crate) fn without(text: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    if secret.len() < MIN_SECRET {
        return None;
    }
    // Skips quickly: most bytes cannot start the secret.
    let begins = |byte: &u8| secret.first() == Some(byte) || matches!(byte, b'\\' | b'%');
    let mut clean = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(next) = text.get(at..).and_then(|rest| rest.iter().position(begins)) {
        at = at.saturating_add(next);
        match written_length(text.get(at..).unwrap_or_default(), secret) {
            Some(len) => {
                clean.extend_from_slice(text.get(kept..at).unwrap_or_default());
                clean.extend_from_slice(REDACTED.as_bytes());
                at = at.saturating_add(len);
                kept = at;
            }
            None => at = at.saturating_add(1),
        }
    }
    if kept == 0 {
        return None;
    }
    clean.extend_from_slice(text.get(kept..).unwrap_or_default());
    Some(clean)
}

/// Returns the length of the secret at the start of a text, also if the end of the text cuts it.
fn written_length(text: &[u8], secret: &[u8]) -> Option<usize> {
    if text.starts_with(secret) {
        return Some(secret.len());
    }
    if let ([one, two, ..], [first, second, ..]) = (text, secret) {
        let escapes = |byte| matches!(byte, b'\\' | b'%');
        // The usual case: one letter is the same by chance.
        if !escapes(*one) && one == first && two != second && !escapes(*two) {
            return None;
        }
    }
    let mut rest = text;
    for (known, byte) in secret.iter().enumerate() {
        let Some(len) = character_length(rest, *byte) else {
            // The cut may be inside an escaped character.
            let cut = rest.is_empty()
                || (rest.len() < 6 && rest.starts_with(b"\\"))
                || matches!(rest, [b'%'] | [b'%', _]);
            return (known >= MIN_SECRET && cut).then_some(text.len());
        };
        rest = rest.get(len..).unwrap_or_default();
    }
    Some(text.len().saturating_sub(rest.len()))
}

/// Returns the length of this byte at the start of a text: plain, as `\u003d` or `\/` in JSON, or
/// as `%3D` in a URL.
fn character_length(text: &[u8], byte: u8) -> Option<usize> {
    let is_hex = |high: u8, low: u8| {
        let is = |digit: u8, half: u8| char::from(digit).to_digit(16) == Some(half.into());
        is(high, byte >> 4) && is(low, byte & 15)
    };
    match *text {
        [b'\\', b'u', b'0', b'0', high, low, ..] if byte.is_ascii() && is_hex(high, low) => Some(6),
        [b'\\', escaped, ..] if escaped == byte && byte.is_ascii_punctuation() => Some(2),
        [b'%', high, low, ..] if is_hex(high, low) => Some(3),
        [plain, ..] if plain == byte => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_bounded_printable_line() {
        assert_eq!(excerpt(b"a\r\n  b\tc"), "a b c");
        assert_eq!(excerpt(b"\x1b[2J\xff"), "\\u{1b}[2J\u{fffd}");
        let long = excerpt("é".repeat(4000).as_bytes());
        assert_eq!(long.chars().count(), EXCERPT + 1);
    }

    #[test]
    fn invisible_characters_become_visible() {
        assert_eq!(
            escape_controls("a\u{ad}b\u{180e}c\u{e0041}d"),
            "a\\u{ad}b\\u{180e}c\\u{e0041}d"
        );
        for hidden in
            ['\u{200b}', '\u{2060}', '\u{115f}', '\u{3164}', '\u{fe0f}', '\u{1d173}', '\u{e0100}']
        {
            assert!(is_hidden(hidden), "{}", hidden.escape_unicode());
        }
        for seen in [' ', '\u{a0}', 'é', '٠', '＋', '🙂', '가'] {
            assert!(!is_hidden(seen), "{seen}");
        }
    }

    #[test]
    fn a_secret_that_begins_with_an_escape_character_is_redacted() {
        for (secret, text) in [("%41bcd", "x %2541bcd y"), ("\\bcde", "x \\\\bcde y")] {
            let clean = without(text.as_bytes(), secret.as_bytes());
            assert_eq!(clean.as_deref(), Some(&b"x [redacted] y"[..]), "{text}");
        }
        assert_eq!(
            without(b"x bxde bcxe bcde y", b"bcde").as_deref(),
            Some(&b"x bxde bcxe [redacted] y"[..])
        );
    }

    #[test]
    fn an_echoed_authorization_is_redacted_and_prose_is_kept() {
        let text = "got Authorization: Basic YW5uQGV4YW1wbGUuY29tOnQwa2Vu and bearer eyJhbGciOiJIUzI1NiJ9.e30.x";
        assert_eq!(line(text, 300), "got Authorization: Basic [redacted] and bearer [redacted]");
        assert_eq!(line("Basic authentication is off", 300), "Basic authentication is off");
    }
}
