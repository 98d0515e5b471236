//! Users and what was found.

use std::io::{self, Write};

use comfy_table::{Cell, Color as CellColor};
use contacts_ureq::{ContactMethod, printable};
use serde::Serialize;

use super::{Output, Reader, json};
use crate::{
    args::Form,
    audit::{Count, Finding, KINDS, Row, Standing, User},
    failure::Failure,
};

const NAMES: [&str; 13] = [
    "accountId",
    "name",
    "email",
    "standing",
    "enabled",
    "enabledEmail",
    "enabledSms",
    "enabledVoice",
    "enabledMobile",
    "disabled",
    "missing",
    "disabledPhones",
    "error",
];

/// A user as a line of CSV.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(flatten)]
    user: &'a User,
    standing: Standing,
    enabled: Option<usize>,
    enabled_email: Option<usize>,
    enabled_sms: Option<usize>,
    enabled_voice: Option<usize>,
    enabled_mobile: Option<usize>,
    disabled: Option<usize>,
    missing: String,
    disabled_phones: String,
    error: Option<String>,
}

impl Output {
    /// One user, in a form in which users are written while others are on their way.
    pub(crate) fn audited_user(self, row: &Row) -> Result<Reader, Failure> {
        self.stream(|out| json::line(out, row))
    }

    /// All users, in their order; as a table those with findings, or all, the worst first.
    pub(crate) fn audited(self, rows: &[Row], all: bool) -> Result<(), Failure> {
        self.write(|out| match self.form {
            Form::Json => json::line(out, &rows),
            Form::Ndjson => rows.iter().try_for_each(|row| json::line(out, row)),
            Form::Csv => self.csv(out, rows.iter().map(Record::new), &NAMES),
            Form::Table => self.audit_table(out, rows, all),
        })
    }

    fn audit_table(self, out: &mut dyn Write, rows: &[Row], all: bool) -> io::Result<()> {
        let mut rows: Vec<_> = rows.iter().filter(|row| all || !row.findings.is_empty()).collect();
        if rows.is_empty() {
            return writeln!(out, "no findings");
        }
        rows.sort_by_key(|row| (row.standing, row.findings.is_empty()));
        if rows.iter().all(|row| name(row).is_none()) {
            let rows = rows.into_iter().map(|row| self.judged(row));
            return self.grid(out, &["ACCOUNT ID", "ENABLED", "FINDINGS"], rows);
        }
        let rows = rows.into_iter().map(|row| {
            let [account, enabled, findings] = self.judged(row);
            [Cell::new(printable(name(row).unwrap_or_default())), account, enabled, findings]
        });
        self.grid(out, &["USER", "ACCOUNT ID", "ENABLED", "FINDINGS"], rows)
    }

    fn judged(self, row: &Row) -> [Cell; 3] {
        let findings: Vec<_> = row.findings.iter().map(ToString::to_string).collect();
        let findings = Cell::new(findings.join("\n"));
        let findings = match row.standing {
            Standing::Unreachable | Standing::Unreadable => {
                self.styled(findings, |cell| cell.fg(CellColor::Red))
            }
            Standing::Lacking | Standing::Single => self.styled(findings, |cell| cell.fg(CellColor::Yellow)),
            Standing::Reachable => findings,
        };
        [Cell::new(printable(row.user.account_id.as_str())), Cell::new(enabled(row)), findings]
    }
}

fn name(row: &Row) -> Option<&str> {
    row.user.name.as_deref().or(row.user.email.as_deref())
}

/// `2 email, 1 sms`.
fn enabled(row: &Row) -> String {
    let Some(counts) = &row.contacts else { return "?".into() };
    let counts = counts.iter().filter(|(_, count)| count.enabled > 0);
    let counts: Vec<_> =
        counts.map(|(kind, count)| format!("{} {}", count.enabled, printable(kind.as_str()))).collect();
    if counts.is_empty() { "none".into() } else { counts.join(", ") }
}

impl<'a> Record<'a> {
    fn new(row: &'a Row) -> Self {
        let sum = |of: fn(&Count) -> usize| Some(row.contacts.as_ref()?.values().map(of).sum());
        let [enabled_email, enabled_sms, enabled_voice, enabled_mobile] =
            KINDS.map(|kind| row.contacts.as_ref().map(|_| row.count(&kind).enabled));
        let (mut missing, mut phones) = (String::new(), Vec::new());
        for finding in &row.findings {
            match finding {
                Finding::Missing { methods } => {
                    missing = methods.iter().map(ContactMethod::as_str).collect::<Vec<_>>().join(" ");
                }
                Finding::DisabledPhone { method, to, .. } => phones.push(format!("{method} {to}")),
                _ => {}
            }
        }
        Self {
            user: &row.user,
            standing: row.standing,
            enabled: sum(|count| count.enabled),
            enabled_email,
            enabled_sms,
            enabled_voice,
            enabled_mobile,
            disabled: sum(|count| count.disabled),
            missing,
            disabled_phones: phones.join("; "),
            error: row.failure().map(ToString::to_string),
        }
    }
}
