//! Cells that a spreadsheet would run.

use std::borrow::Cow;

const MARK: char = '\'';

/// Whether a spreadsheet runs this cell, or would if it were not for the apostrophes before it.
fn runs(text: &str) -> bool {
    let bare = text.trim_start_matches(MARK);
    bare.starts_with(|c: char| {
        c.is_control() || matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    })
}

/// The cell with one more apostrophe before it if it is one that runs.
pub(super) fn write(text: &str) -> Cow<'_, str> {
    if runs(text) { format!("{MARK}{text}").into() } else { text.into() }
}

/// The cell with one apostrophe less, if it is one that would run.
pub(super) fn read(text: &str) -> &str {
    if runs(text) { text.strip_prefix(MARK).unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_marked_and_what_is_marked_is_read_as_it_was() {
        for text in ["=1+1", "+90-555", "-1", "@x", "\tx", "\r=x", "'=1", "''+1", "＝1"] {
            let written = write(text);
            assert!(written.starts_with('\''), "{text}");
            assert_eq!(read(&written), text);
        }
        for text in ["90-555", "'quoted'", "a@b", "", "'"] {
            assert_eq!((write(text).as_ref(), read(text)), (text, text));
        }
        assert_eq!(read("+90-555"), "+90-555", "what others have written is read as it is");
    }
}
