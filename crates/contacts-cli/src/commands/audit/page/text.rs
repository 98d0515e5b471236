//! Text and numbers of the page.

use std::fmt::{self, Write};

use contacts_ureq::escape_controls;

/// Escapes untrusted text for use between tags and in quoted attributes. Characters that change the
/// order of letters are escaped as on a terminal.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in escape_controls(self.0).chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A number with a comma between thousands.
pub(super) struct Number(pub(super) usize);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                f.write_char(',')?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

/// A number of users, as `1 user` or `2,000 users`.
pub(super) struct Users(pub(super) usize);

impl fmt::Display for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} user{}", Number(self.0), if self.0 == 1 { "" } else { "s" })
    }
}

/// A part of a whole, as text: `< 1 %` and `> 99 %` keep 0 % and 100 % exact.
pub(super) struct Share(pub(super) usize, pub(super) usize);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(part, whole) = *self;
        match part * 100 / whole.max(1) {
            0 if part > 0 => f.write_str("&lt; 1 %"),
            99 if part < whole => f.write_str("&gt; 99 %"),
            percent => write!(f, "{percent} %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decodes the five references as a browser does.
    fn decoded(html: &str) -> String {
        let text = html
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'");
        text.replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn text_stays_text_and_a_browser_shows_it_unchanged(text in "(?s)([<>&\"'#;a-z]|.){0,30}") {
            let html = Text(&text).to_string();
            prop_assert!(!html.contains(['<', '>', '"', '\'', '\0']), "{}", html);
            let rest = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
                .iter().fold(html.clone(), |rest, reference| rest.replace(reference, ""));
            prop_assert!(!rest.contains('&'), "{}", html);
            prop_assert_eq!(decoded(&html), escape_controls(&text));
        }

        #[test]
        fn zero_and_hundred_percent_are_exact(part in 0..2000_usize, rest in 0..2000_usize) {
            let (whole, share) = (part + rest, Share(part, part + rest).to_string());
            prop_assert_eq!(share == "0 %", part == 0);
            prop_assert_eq!(share == "100 %", part > 0 && part == whole);
        }
    }

    #[test]
    fn thousands_are_separated_by_commas() {
        let shown = |number| Number(number).to_string();
        assert_eq!(
            [shown(0), shown(999), shown(1000), shown(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
