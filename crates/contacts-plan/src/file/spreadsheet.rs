//! Cells that a spreadsheet would run.

use std::borrow::Cow;

const MARK: char = '\'';

/// Returns `true` for a cell that begins as a formula does, or would if it were not for the apostrophes before it.
fn begins_formula(text: &str) -> bool {
    let bare = text.trim_start_matches(MARK);
    bare.starts_with(|c: char| {
        c.is_control() || matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    })
}

/// Returns `true` for a sign and a plain number, which a spreadsheet shows and does not run.
fn is_number(text: &str) -> bool {
    let Some(bare) = text.strip_prefix(['+', '-']) else { return false };
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, "0"));
    [whole, fraction]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text of a CSV cell, with an apostrophe before it if a spreadsheet would run it as a formula or if it begins with a
/// control character. A number, such as `+905551234567`, is not run and not marked. [`read`](crate::read) takes the apostrophe
/// away again.
///
/// ```
/// use contacts_plan::spreadsheet_cell;
///
/// assert_eq!(spreadsheet_cell("=1+1"), "'=1+1");
/// assert_eq!(spreadsheet_cell("+90-555"), "'+90-555");
/// assert_eq!(spreadsheet_cell("+905551234567"), "+905551234567");
/// assert_eq!(spreadsheet_cell("90-555"), "90-555");
/// ```
pub fn spreadsheet_cell(text: &str) -> Cow<'_, str> {
    if begins_formula(text) && !is_number(text) { format!("{MARK}{text}").into() } else { text.into() }
}

/// The cell with one apostrophe less, if it stands before a formula.
pub(super) fn read(text: &str) -> &str {
    if begins_formula(text) { text.strip_prefix(MARK).unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_marked_and_what_is_marked_is_read_as_it_was() {
        for text in [
            "=1+1",
            "+90-555",
            "+cmd|' /C calc'!A0",
            "-1-1",
            "@x",
            "\tx",
            "\r=x",
            "'=1",
            "'+1",
            "''+1",
            "＝1",
            "+",
            "-.5",
        ] {
            let written = spreadsheet_cell(text);
            assert!(written.starts_with('\''), "{text}");
            assert_eq!(read(&written), text);
        }
        for text in ["90-555", "'quoted'", "a@b", "", "'", "+905551234567", "-5", "-0.5"] {
            assert_eq!((spreadsheet_cell(text).as_ref(), read(text)), (text, text));
        }
        assert_eq!(read("+90-555"), "+90-555", "what others have written is read as it is");
        assert_eq!(read("'+905551234567"), "+905551234567", "a mark that is not needed is a mark");
    }
}
