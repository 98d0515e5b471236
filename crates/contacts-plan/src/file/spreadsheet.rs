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

/// The text of a CSV cell, with an apostrophe before it if a spreadsheet would run it as a formula or if it is a control
/// character; [`read`](crate::read) takes it away again.
///
/// ```
/// assert_eq!(contacts_plan::spreadsheet_cell("=1+1"), "'=1+1");
/// assert_eq!(contacts_plan::spreadsheet_cell("90-555"), "90-555");
/// ```
pub fn spreadsheet_cell(text: &str) -> Cow<'_, str> {
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
            let written = spreadsheet_cell(text);
            assert!(written.starts_with('\''), "{text}");
            assert_eq!(read(&written), text);
        }
        for text in ["90-555", "'quoted'", "a@b", "", "'"] {
            assert_eq!((spreadsheet_cell(text).as_ref(), read(text)), (text, text));
        }
        assert_eq!(read("+90-555"), "+90-555", "what others have written is read as it is");
    }
}
