//! Protects CSV cells that a spreadsheet would run as a formula.

use std::borrow::Cow;

const MARK: char = '\'';

/// Returns `true` if a cell begins like a formula, after any apostrophes.
fn begins_formula(text: &str) -> bool {
    let bare = text.trim_start_matches(MARK);
    bare.starts_with(|c: char| {
        c.is_control() || matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    })
}

/// Returns `true` for a sign and a plain number. Spreadsheets do not run these.
fn is_number(text: &str) -> bool {
    let Some(bare) = text.strip_prefix(['+', '-']) else { return false };
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, "0"));
    [whole, fraction]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the text of a CSV cell. If a spreadsheet would run it as a formula, or if it begins with
/// a control character, an apostrophe is added in front. A plain number such as `+905551234567`
/// gets none. [`read`](crate::read) removes the apostrophe.
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
    if begins_formula(text) && !is_number(text) {
        format!("{MARK}{text}").into()
    } else {
        text.into()
    }
}

/// Removes one apostrophe in front of a formula.
pub(super) fn read(text: &str) -> &str {
    if begins_formula(text) { text.strip_prefix(MARK).unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_would_run_get_an_apostrophe_and_reading_removes_it() {
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
        assert_eq!(read("+90-555"), "+90-555", "a formula without an apostrophe stays unchanged");
        assert_eq!(
            read("'+905551234567"),
            "+905551234567",
            "an apostrophe that is not needed is removed too"
        );
    }
}
