//! Reads a file of users: one account id or e-mail address per line, or CSV with a header row.

use std::collections::BTreeMap;

use contacts_plan::{
    Diagnostic,
    csv::{Cell, Row, Rows},
};
use contacts_ureq::{AccountId, FindUsers, escape_controls};

use super::{findings::User, on_call::Candidate};
use crate::redact::has_the_form_of_a_token;

/// A known column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    AccountId,
    Name,
    Email,
}

impl Column {
    /// Finds a column by its name. Compares letters and digits only, and ignores case. A column
    /// `id` is not accepted: it may have ids of contacts.
    fn of(name: &str) -> Option<Self> {
        match letters(name).as_str() {
            "accountid" | "atlassianid" | "userid" => Some(Self::AccountId),
            "name" | "username" => Some(Self::Name),
            "email" => Some(Self::Email),
            _ => None,
        }
    }
}

/// The users of a file. One with an e-mail address only has no account id.
///
/// # Errors
/// All errors of the file, in their order.
pub(crate) fn read(text: &str) -> Result<Vec<User>, Vec<Diagnostic>> {
    let mut rows = Rows::with_comments(text).peekable();
    let header = rows.peek().map_or(Ok(None), |first| header(&first.cells));
    let header = header.map_err(|diagnostic| vec![diagnostic])?;
    let (mut users, mut diagnostics) = (Vec::new(), Vec::new());
    if header.is_some() {
        diagnostics.extend(rows.next().into_iter().flat_map(|row| row.diagnostics));
    }
    for row in rows {
        if row.diagnostics.is_empty() {
            let first = users.first();
            match user(&row.cells, header.as_deref()).and_then(|user| alike(first, user, &row)) {
                Ok(user) => users.push(user),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        diagnostics.extend(row.diagnostics);
    }
    if diagnostics.is_empty() { Ok(users) } else { Err(diagnostics) }
}

/// Rejects an account id among addresses, and an address among account ids: one of them may be a
/// mistake.
fn alike(first: Option<&User>, user: User, row: &Row) -> Result<User, Diagnostic> {
    let expected = match first.map(|first| first.account_id.is_some()) {
        Some(true) if user.account_id.is_none() => "an account id",
        Some(false) if user.account_id.is_some() => "an e-mail address",
        _ => return Ok(user),
    };
    let filled = row.cells.iter().find(|cell| !cell.text.is_empty());
    let position = filled.unwrap_or(&row.cells[0]).position;
    Err(Diagnostic::new(
        position,
        format!("expected {expected}, as in the first row; use one kind per file"),
    ))
}

/// Returns the columns of a header row, or `None` if the first row is a user.
fn header(cells: &[Cell]) -> Result<Option<Vec<Option<Column>>>, Diagnostic> {
    let wrong = |cell: &Cell, message: String| Diagnostic::new(cell.position, message);
    let columns: Vec<_> = cells.iter().map(|cell| Column::of(&cell.text)).collect();
    let found = |wanted| -> Vec<_> {
        let is_wanted = |(_, column): &(&Cell, &Option<Column>)| **column == Some(wanted);
        cells.iter().zip(&columns).filter(is_wanted).map(|(cell, _)| cell).collect()
    };
    let addresses = found(Column::Email).len();
    let found = found(Column::AccountId);
    let filled: Vec<_> = cells.iter().filter(|cell| !cell.text.is_empty()).collect();
    match (&found[..], &filled[..]) {
        ([_], _) => Ok(Some(columns)),
        ([_, second, ..], _) => {
            let names: Vec<_> = found.iter().map(|cell| escape_controls(&cell.text)).collect();
            Err(wrong(second, format!("more than one column of account ids: {}", names.join(", "))))
        }
        ([], [only]) if !is_name(&only.text) => Ok(None),
        ([], _) if addresses == 1 => Ok(Some(columns)),
        ([], [first, ..]) => {
            let names = "accountId, account id, account_id, Atlassian ID or User id";
            Err(wrong(
                first,
                format!(
                    "no column of account ids: its name must be {names}, or email for addresses"
                ),
            ))
        }
        ([], []) => Ok(None),
    }
}

/// Returns `true` for names of columns that do not have account ids.
fn is_name(text: &str) -> bool {
    matches!(letters(text).as_str(), "id" | "method" | "to" | "enabled")
        || Column::of(text).is_some()
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// Reads the user of a row. Without a header, the row must have one cell.
fn user(cells: &[Cell], header: Option<&[Option<Column>]>) -> Result<User, Diagnostic> {
    let mut filled = cells.iter().zip(0..).filter(|(cell, _)| !cell.text.is_empty());
    let Some(header) = header else {
        return match (filled.next(), filled.next()) {
            (Some((cell, _)), None) if cell.text.contains('@') => address(cell, None),
            (Some((cell, _)), None) => account(cell).map(User::new),
            (_, Some((cell, _))) => Err(Diagnostic::new(
                cell.position,
                "expected one account id or e-mail address per line",
            )),
            (None, None) => Err(missing(cells, "account id")),
        };
    };
    let mut texts = [None; 3];
    for (cell, place) in filled {
        if let Some(Some(column)) = header.get::<usize>(place) {
            texts[*column as usize].get_or_insert(cell);
        }
    }
    let [account_id, name, email] = texts;
    let text = |cell: Option<&Cell>| cell.map(|cell| cell.text.clone());
    if !header.contains(&Some(Column::AccountId)) {
        return address(email.ok_or_else(|| missing(cells, "e-mail address"))?, text(name));
    }
    let account_id = account(account_id.ok_or_else(|| missing(cells, "account id"))?)?;
    Ok(User { name: text(name), email: text(email), ..User::new(account_id) })
}

fn missing(cells: &[Cell], what: &str) -> Diagnostic {
    Diagnostic::new(cells[0].position, format!("the {what} is missing"))
}

/// Reads a user who has an e-mail address, but no account id.
fn address(cell: &Cell, name: Option<String>) -> Result<User, Diagnostic> {
    let checked = FindUsers::by_email(cell.text.as_str());
    checked.map(drop).map_err(|error| Diagnostic::new(cell.position, error.to_string()))?;
    Ok(User { name, email: Some(cell.text.clone()), ..User::default() })
}

/// Merges users with the same account id into the first one. Users without an account id stay.
pub(crate) fn distinct(candidates: impl IntoIterator<Item = Candidate>) -> Vec<Candidate> {
    let (mut places, mut distinct) = (BTreeMap::new(), Vec::<Candidate>::new());
    for candidate in candidates {
        let place = match &candidate.user.account_id {
            Some(account_id) => *places.entry(account_id.clone()).or_insert(distinct.len()),
            None => distinct.len(),
        };
        match distinct.get_mut(place) {
            Some(first) => first.user.merge(candidate.user),
            None => distinct.push(candidate),
        }
    }
    distinct
}

/// Reads an account id. Rejects tokens: the command must not send a secret as an account id.
fn account(cell: &Cell) -> Result<AccountId, Diagnostic> {
    let wrong = |message: String| Diagnostic::new(cell.position, message);
    if has_the_form_of_a_token(&cell.text) {
        return Err(wrong("expected an account id, found what looks like a token".into()));
    }
    AccountId::new(&cell.text).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(id: &str, name: &str, email: &str) -> User {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        User { name: text(name), email: text(email), ..User::new(AccountId::new(id).unwrap()) }
    }

    fn diagnostics(text: &str) -> Vec<String> {
        let shown = |diagnostic: &Diagnostic| {
            format!(
                "{}:{}: {}",
                diagnostic.position.line, diagnostic.position.column, diagnostic.message
            )
        };
        read(text).unwrap_err().iter().map(shown).collect()
    }

    #[test]
    fn blank_lines_and_comments_between_account_ids_are_ignored() {
        let text = "\u{feff}# on call\r\n\r\n 712020:a \r\n  # not in May\nb\n\nc";
        assert_eq!(
            read(text).unwrap(),
            [user("712020:a", "", ""), user("b", "", ""), user("c", "", "")]
        );
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn a_token_is_rejected_as_an_account_id_and_not_repeated() {
        for text in ["ann\nATATT3xFfGF0abc\n", "User id,name\nann,Ann\nATATT3xFfGF0abc,Ben\n"] {
            let [diagnostic] = diagnostics(text).try_into().unwrap();
            assert!(
                diagnostic.contains("looks like a token") && !diagnostic.contains("FfGF0"),
                "{diagnostic}"
            );
        }
    }

    #[test]
    fn csv_may_have_any_order_of_columns_and_any_usual_delimiter() {
        for name in
            ["accountId", "account_id", "Account ID", "ATLASSIAN-ID", "User id", "\"account id\""]
        {
            for delimiter in [",", ";", "\t"] {
                let text = format!(
                    "# x\n\nteam,email,{name},Name\n\nA,a@b,1,\"Ann \"\"A\"\"\nB\"\n#\n,,2,\n ,, ,\n"
                );
                let text = text.replace(',', delimiter);
                let expected = [user("1", "Ann \"A\"\nB", "a@b"), user("2", "", "")];
                assert_eq!(read(&text).unwrap(), expected, "{text}");
            }
        }
        for text in [
            "userId\n1\n2\n",
            "sep=;\r\nuser_id;;\r\n1;;\r\n2;;\r\n",
            "1\n2",
            "1,,\n2,,\n",
            "\"1\"\n\"2\"\n",
        ] {
            assert_eq!(read(text).unwrap(), [user("1", "", ""), user("2", "", "")], "{text}");
        }
    }

    #[test]
    fn all_errors_are_reported_with_their_positions() {
        let long = "x".repeat(129);
        assert_eq!(
            diagnostics(&format!("a\n# b\nb c\n\n{long}\nd,e\n")),
            [
                "3:1: the account id has whitespace or a control character",
                "5:1: the account id is longer than 128 characters",
                "6:3: expected one account id or e-mail address per line",
            ]
        );
        assert_eq!(
            diagnostics(
                "\n# who\nname,userId\nAnn,a b\n\nBen,\n#\n\nCy,\"1\n2\"\nDan,4\nEve,\"5\nFay,6\n"
            ),
            [
                "4:5: the account id has whitespace or a control character",
                "6:1: the account id is missing",
                "9:4: the account id has whitespace or a control character",
                "12:5: this cell has no closing quote; add `\"`",
            ]
        );
    }

    #[test]
    fn csv_without_exactly_one_column_of_account_ids_is_rejected() {
        let names = "accountId, account id, account_id, Atlassian ID or User id";
        for text in [
            "id,method,to\nc1,sms,90-5\n",
            "name,mail\nAnn,a\n",
            "712020:a,Ann\n712020:b,Ben\n",
            "id\nc1\n",
            "Id;;\nc1;;\n",
            "name\nAnn\n",
        ] {
            let expected = format!(
                "1:1: no column of account ids: its name must be {names}, or email for addresses"
            );
            assert_eq!(diagnostics(text), [expected], "{text}");
        }
        assert_eq!(
            diagnostics("userId,accountId\na,b\n"),
            ["1:8: more than one column of account ids: userId, accountId"]
        );
    }

    #[test]
    fn rows_with_the_same_account_id_are_merged() {
        let users = [user("b", "", "b@x"), user("a", "", ""), user("b", "Ben", "c@x")];
        let distinct = distinct(users.map(Candidate::from));
        let distinct: Vec<_> = distinct.into_iter().map(|candidate| candidate.user).collect();
        assert_eq!(distinct, [user("b", "Ben", "b@x"), user("a", "", "")]);
    }

    #[test]
    fn users_can_be_named_by_address() {
        let user = |name: Option<&str>, email: &str| User {
            name: name.map(str::to_owned),
            email: Some(email.into()),
            ..User::default()
        };
        let ann = user(None, "ann@example.com");
        let ben = user(None, "ben@example.com");
        assert_eq!(read("ann@example.com\n\nben@example.com").unwrap(), [ann.clone(), ben]);
        assert_eq!(
            read("team,Name,E-mail\nA,Ann,ann@example.com\n").unwrap(),
            [User { name: Some("Ann".into()), ..ann }]
        );
        assert_eq!(diagnostics("name,email\nAnn,\n"), ["2:1: the e-mail address is missing"]);
        assert!(diagnostics("ann@example.com\nben\u{200b}@x\n")[0].starts_with("2:1: the "));
    }

    #[test]
    fn a_mixture_of_account_ids_and_addresses_is_rejected() {
        let rest = "as in the first row; use one kind per file";
        assert_eq!(
            diagnostics("a\nann@example.com\nb\n"),
            [format!("2:1: expected an account id, {rest}")]
        );
        assert_eq!(
            diagnostics("ann@example.com\na\n"),
            [format!("2:1: expected an e-mail address, {rest}")]
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_report_an_error_beyond_the_last_line(text in "(?s)[,;\"#\\r\\n\u{feff} aid=é]{0,40}") {
            if let Err(diagnostics) = read(&text) {
                for diagnostic in diagnostics {
                    prop_assert!((1..=text.split(['\r', '\n']).count()).contains(&diagnostic.position.line), "{diagnostic:?}");
                }
            }
        }

        #[test]
        fn account_ids_are_read_as_written(ids in prop::collection::vec("[a-z0-9:-]{1,20}", 1..20)) {
            prop_assume!(!is_name(&ids[0]));
            let expected: Vec<_> = ids.iter().map(|id| user(id, "", "")).collect();
            prop_assert_eq!(read(&ids.join("\n")).unwrap(), &expected[..]);
            let table = format!("name,userId\n{}", ids.iter().map(|id| format!(",{id}\n")).collect::<String>());
            prop_assert_eq!(read(&table).unwrap(), &expected[..]);
        }
    }
}
