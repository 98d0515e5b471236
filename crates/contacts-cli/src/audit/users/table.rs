//! Users as CSV, with a line of names.

use contacts_ureq::printable;

use super::{Mistake, User, account};

/// What may stand between cells.
pub(super) const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// A column that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    AccountId,
    Name,
    Email,
}

impl Column {
    /// The column with such a name, however it is written.
    pub(super) fn of(name: &str) -> Option<Self> {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        match letters.collect::<String>().to_ascii_lowercase().as_str() {
            "accountid" | "id" => Some(Self::AccountId),
            "name" => Some(Self::Name),
            "email" => Some(Self::Email),
            _ => None,
        }
    }
}

/// Reads the table that begins with this line.
pub(super) fn read(text: &str, header: &str, mistakes: &mut Vec<Mistake>) -> Vec<User> {
    let delimiter = DELIMITERS.into_iter().find(|delimiter| header.contains(*delimiter)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let (mut columns, mut users) = (None, Vec::new());
    let mut place = Lines { text, offset: 0, line: 1 };
    let mut record = csv::StringRecord::new();
    // The text is UTF-8 and comes from memory: nothing about it can fail.
    while let Ok(true) = reader.read_record(&mut record) {
        let from = record.position().map_or(0, csv::Position::byte);
        let line = place.of(from, reader.position().byte(), mistakes);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Some(names(&record, line, mistakes));
            continue;
        };
        let cell = |wanted| {
            let place = columns.iter().position(|column| *column == Some(wanted))?;
            record.get(place).filter(|cell| !cell.is_empty())
        };
        match cell(Column::AccountId).map(account) {
            Some(Ok(account_id)) => {
                let text = |column| cell(column).map(str::to_owned);
                users.push(User { account_id, name: text(Column::Name), email: text(Column::Email) });
            }
            Some(Err(message)) => mistakes.push(Mistake { line, message }),
            // Without such a column, one mistake is enough.
            None if columns.contains(&Some(Column::AccountId)) => {
                mistakes.push(Mistake { line, message: "the account id is missing".into() });
            }
            None => {}
        }
    }
    users
}

/// The columns by their names.
fn names(record: &csv::StringRecord, line: usize, mistakes: &mut Vec<Mistake>) -> Vec<Option<Column>> {
    let columns: Vec<_> = record.iter().map(Column::of).collect();
    let found: Vec<_> = record
        .iter()
        .zip(&columns)
        .filter(|(_, column)| **column == Some(Column::AccountId))
        .map(|(name, _)| printable(name))
        .collect();
    match &found[..] {
        [_] => {}
        [] => {
            mistakes.push(Mistake { line, message: "no column is named accountId, account_id or id".into() });
        }
        found => mistakes.push(Mistake {
            line,
            message: format!("it is not known which column has the account ids: {}", found.join(", ")),
        }),
    }
    columns
}

/// Goes through the text record by record.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line on which the record between these bytes begins. A record with quotes that do not end has swallowed what is
    /// behind it.
    fn of(&mut self, from: u64, to: u64, mistakes: &mut Vec<Mistake>) -> usize {
        let [from, to] = [from, to].map(|at| usize::try_from(at).unwrap_or(usize::MAX).min(self.text.len()));
        self.go_to(from);
        // Lines that were passed over belong to nobody.
        while let Some(line) =
            self.text.get(self.offset..to).and_then(|rest| rest.split_inclusive('\n').next())
            && (line.trim_end_matches(['\r', '\n']).is_empty() || line.starts_with('#'))
        {
            self.go_to(self.offset + line.len());
        }
        if self.text.get(self.offset..to).is_some_and(|raw| raw.matches('"').count() % 2 == 1) {
            let message = "the quotes that begin here do not end".into();
            mistakes.push(Mistake { line: self.line, message });
        }
        self.line
    }

    fn go_to(&mut self, offset: usize) {
        self.line += self.text.get(self.offset..offset).unwrap_or_default().matches('\n').count();
        self.offset = offset;
    }
}
