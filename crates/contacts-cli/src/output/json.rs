//! JSON that a terminal can show.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use contacts_ureq::printable;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// One line. It says what `serde_json` would, and escapes what a terminal would act upon, too.
pub(super) fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Showable(CompactFormatter)))?;
    writeln!(out)
}

struct Showable(CompactFormatter);

impl Formatter for Showable {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if let Cow::Borrowed(shown) = printable(fragment) {
            return self.0.write_string_fragment(out, shown);
        }
        for c in fragment.chars() {
            let mut buffer = [0; 4];
            match printable(c.encode_utf8(&mut buffer)) {
                Cow::Borrowed(shown) => out.write_all(shown.as_bytes())?,
                Cow::Owned(_) => write!(out, "\\u{:04x}", u32::from(c))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_upon_is_escaped_and_read_as_it_was() {
        let text = "a\u{1b}[2J\u{9b}31m\u{202e}b\u{feff}\"é\n😀";
        let mut out = Vec::new();
        line(&mut out, &[text]).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, "[\"a\\u001b[2J\\u009b31m\\u202eb\\ufeff\\\"é\\n😀\"]\n");
        assert_eq!(serde_json::from_str::<[String; 1]>(&written).unwrap(), [text]);
    }
}
