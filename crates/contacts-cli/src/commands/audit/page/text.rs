//! Text in a page.

use std::fmt::{self, Write};

use contacts_ureq::escape_controls;

/// Text from outside, as text and nothing else: between tags, and in an attribute in double quotes. What would turn the order of
/// letters is escaped as on a terminal.
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
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_char(',')?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

/// A part of a whole, in percent; nothing and all are said of nothing and all alone.
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

    /// What a browser makes of text with these five references.
    fn read(html: &str) -> String {
        let text =
            html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        text.replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn no_text_is_more_than_text_and_a_browser_shows_it_as_it_was(text in "(?s)([<>&\"'#;a-z]|.){0,30}") {
            let html = Text(&text).to_string();
            prop_assert!(!html.contains(['<', '>', '"', '\'', '\0']), "{}", html);
            let rest = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
                .iter().fold(html.clone(), |rest, reference| rest.replace(reference, ""));
            prop_assert!(!rest.contains('&'), "{}", html);
            prop_assert_eq!(read(&html), escape_controls(&text));
        }

        #[test]
        fn a_share_is_nothing_or_all_only_of_nothing_and_all(part in 0..2000_usize, rest in 0..2000_usize) {
            let (whole, share) = (part + rest, Share(part, part + rest).to_string());
            prop_assert_eq!(share == "0 %", part == 0);
            prop_assert_eq!(share == "100 %", part > 0 && part == whole);
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        let shown = |number| Number(number).to_string();
        assert_eq!([shown(0), shown(999), shown(1000), shown(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
    }
}
