//! The users whose contacts are read, from a text: one id a line, or CSV.

mod table;

use std::collections::BTreeMap;

use contacts_ureq::AccountId;
use serde::Serialize;

use self::table::{Column, DELIMITERS};
use crate::secret::has_the_form_of_a_token;

/// A user, and what the file says about that user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) account_id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
}

impl User {
    /// Of whom nothing else is known.
    pub(crate) fn new(account_id: AccountId) -> Self {
        Self { account_id, name: None, email: None }
    }
}

/// What is wrong with the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// From 1 on.
    pub(crate) line: usize,
    pub(crate) message: String,
}

/// Reads the users.
///
/// # Errors
/// All mistakes, in their order.
pub(crate) fn read(text: &str) -> Result<Vec<User>, Vec<Mistake>> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().map(str::trim).find(|line| is_said(line)).unwrap_or_default();
    let is_table = first.contains(DELIMITERS) || Column::of(first) == Some(Column::AccountId);
    let mut mistakes = Vec::new();
    let users = if is_table { table::read(text, first, &mut mistakes) } else { lines(text, &mut mistakes) };
    if mistakes.is_empty() { Ok(users) } else { Err(mistakes) }
}

/// Each user once, at the first place, with what any of the places says.
pub(crate) fn distinct(users: impl IntoIterator<Item = User>) -> Vec<User> {
    let (mut places, mut distinct) = (BTreeMap::new(), Vec::<User>::new());
    for user in users {
        let place = *places.entry(user.account_id.clone()).or_insert(distinct.len());
        match distinct.get_mut(place) {
            Some(first) => {
                first.name = first.name.take().or(user.name);
                first.email = first.email.take().or(user.email);
            }
            None => distinct.push(user),
        }
    }
    distinct
}

fn is_said(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

fn lines(text: &str, mistakes: &mut Vec<Mistake>) -> Vec<User> {
    let mut users = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| is_said(line.trim())) {
        match account(line.trim()) {
            Ok(account_id) => users.push(User::new(account_id)),
            Err(message) => mistakes.push(Mistake { line: number, message }),
        }
    }
    users
}

/// The account id of a user. A file of tokens that was given by mistake is sent nowhere.
fn account(text: &str) -> Result<AccountId, String> {
    if has_the_form_of_a_token(text) {
        return Err("there is what looks like a token, in the place of an account id".into());
    }
    AccountId::new(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn user(id: &str, name: &str, email: &str) -> User {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        User { account_id: AccountId::new(id).unwrap(), name: text(name), email: text(email) }
    }

    fn mistakes(text: &str) -> Vec<String> {
        let shown = |Mistake { line, message }: &Mistake| format!("{line}: {message}");
        read(text).unwrap_err().iter().map(shown).collect()
    }

    #[test]
    fn one_id_a_line_between_blank_lines_and_comments() {
        let text = "\u{feff}# on call\r\n\r\n 712020:a \r\n  # not in May\nb\n\nc";
        assert_eq!(read(text).unwrap(), [user("712020:a", "", ""), user("b", "", ""), user("c", "", "")]);
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn a_token_is_no_account_id_and_not_repeated() {
        for text in ["ann\nATATT3xFfGF0abc\n", "id,name\nann,Ann\nATATT3xFfGF0abc,Ben\n"] {
            let [mistake] = mistakes(text).try_into().unwrap();
            assert!(mistake.contains("looks like a token") && !mistake.contains("FfGF0"), "{mistake}");
        }
    }

    #[test]
    fn a_table_has_its_columns_in_any_order_and_with_any_of_the_usual_delimiters() {
        for name in ["accountId", "account_id", "id", "Account ID"] {
            for delimiter in [",", ";", "\t"] {
                let text = format!(
                    "# x\n\nteam,email,{name},Name\n\nA,a@b,1,\"Ann \"\"A\"\"\nB\"\n#\n,,2,\n ,, ,\n"
                );
                let text = text.replace(',', delimiter);
                let expected = [user("1", "Ann \"A\"\nB", "a@b"), user("2", "", "")];
                assert_eq!(read(&text).unwrap(), expected, "{text}");
            }
        }
        assert_eq!(read("id\n1\n2\n").unwrap(), [user("1", "", ""), user("2", "", "")]);
    }

    #[test]
    fn all_mistakes_are_told_with_their_lines() {
        let long = "x".repeat(129);
        assert_eq!(
            mistakes(&format!("a\n# b\nb c\n\n{long}\n")),
            [
                "3: the account id has a blank or a control character",
                "5: the account id is longer than 128 characters"
            ]
        );
        assert_eq!(
            mistakes("\n# who\nname,id\nAnn,a b\n\nBen,\n#\n\nCy,\"1\n2\"\nDan,4\nEve,\"5\nFay,6\n"),
            [
                "4: the account id has a blank or a control character",
                "6: the account id is missing",
                "9: the account id has a blank or a control character",
                "12: the quotes that begin here do not end",
                "12: the account id has a blank or a control character",
            ]
        );
        assert_eq!(
            mistakes("name,mail\nAnn,a\nBen,b\n"),
            ["1: no column is named accountId, account_id or id"]
        );
        assert_eq!(
            mistakes("id,accountId\na,b\n"),
            ["1: it is not known which column has the account ids: id, accountId"]
        );
    }

    #[test]
    fn a_double_is_read_once_and_has_what_any_of_its_places_says() {
        let users = [user("b", "", "b@x"), user("a", "", ""), user("b", "Ben", "c@x")];
        assert_eq!(distinct(users), [user("b", "Ben", "b@x"), user("a", "", "")]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_gives_a_mistake_beyond_its_last_line(text in "(?s)[,;\"#\\r\\n\u{feff} aid=é]{0,40}") {
            if let Err(mistakes) = read(&text) {
                for mistake in mistakes {
                    prop_assert!((1..=text.lines().count().max(1)).contains(&mistake.line), "{mistake:?}");
                }
            }
        }

        #[test]
        fn ids_are_read_as_they_were_written(ids in prop::collection::vec("[a-z0-9:-]{1,20}", 1..20)) {
            prop_assume!(Column::of(&ids[0]) != Some(Column::AccountId));
            let expected: Vec<_> = ids.iter().map(|id| user(id, "", "")).collect();
            prop_assert_eq!(read(&ids.join("\n")).unwrap(), &expected[..]);
            let table = format!("name,id\n{}", ids.iter().map(|id| format!(",{id}\n")).collect::<String>());
            prop_assert_eq!(read(&table).unwrap(), &expected[..]);
        }
    }
}
