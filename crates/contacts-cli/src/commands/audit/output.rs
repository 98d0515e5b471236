//! The results of an audit, and its progress bar.

use std::{
    fmt,
    io::{self, Write},
    time::Duration,
};

use comfy_table::{Cell, Color as CellColor};
use contacts_ureq::escape_controls;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde::Serialize;

use super::{
    findings::{Count, Finding, Reachability, Row, Tally},
    on_call::When,
    rules::{KINDS, Requirement},
};
use crate::{
    config::flags::OutputFormat,
    error::Failure,
    io as streams,
    output::{Output, Reader, json_line},
};

const NAMES: [&str; 14] = [
    "accountId",
    "name",
    "email",
    "reachability",
    "enabled",
    "enabledEmail",
    "enabledSms",
    "enabledVoice",
    "enabledMobile",
    "disabled",
    "missing",
    "disabledPhones",
    "error",
    "onCall",
];

/// A user as a row of CSV.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    account_id: String,
    name: Option<&'a str>,
    email: Option<&'a str>,
    reachability: Reachability,
    enabled: Option<usize>,
    enabled_email: Option<usize>,
    enabled_sms: Option<usize>,
    enabled_voice: Option<usize>,
    enabled_mobile: Option<usize>,
    disabled: Option<usize>,
    missing: String,
    disabled_phones: String,
    error: Option<String>,
    on_call: String,
}

impl Output {
    /// Writes one user, in a format that can be streamed.
    pub(crate) fn audited_user(self, row: &Row) -> Result<Reader, Failure> {
        self.stream(|out| json_line(out, row))
    }

    /// Writes users in their order. The table has users with findings, or `all`: on call now first,
    /// then worst first.
    pub(crate) fn audited(self, rows: &[Row], all: bool, on_call: bool) -> Result<(), Failure> {
        self.write(|out| match self.form {
            OutputFormat::Json => json_line(out, &rows),
            OutputFormat::Ndjson => rows.iter().try_for_each(|row| json_line(out, row)),
            OutputFormat::Csv => {
                let names = if on_call { &NAMES[..] } else { &NAMES[..NAMES.len() - 1] };
                self.csv(out, rows.iter().map(Record::new), names)
            }
            OutputFormat::Table => self.audit_table(out, rows, all, on_call),
        })
    }

    fn audit_table(
        self,
        out: &mut dyn Write,
        rows: &[Row],
        all: bool,
        on_call: bool,
    ) -> io::Result<()> {
        let mut rows: Vec<_> = rows.iter().filter(|row| all || !row.findings.is_empty()).collect();
        if rows.is_empty() {
            return writeln!(out, "no findings");
        }
        rows.sort_by_key(|row| {
            let is_later = row.soonest() != Some(When::Now);
            (is_later, row.reachability, row.findings.is_empty())
        });
        if on_call {
            let rows = rows.into_iter().map(|row| {
                let [account, enabled, findings] = self.assessed(row);
                let user = name(row).map_or(account, |name| Cell::new(escape_controls(name)));
                [user, Cell::new(duties(row, "\n")), enabled, findings]
            });
            return self.table(out, &["USER", "ON CALL", "ENABLED", "FINDINGS"], rows);
        }
        if rows.iter().all(|row| name(row).is_none()) {
            let rows = rows.into_iter().map(|row| self.assessed(row));
            return self.table(out, &["ACCOUNT ID", "ENABLED", "FINDINGS"], rows);
        }
        let rows = rows.into_iter().map(|row| {
            let [account, enabled, findings] = self.assessed(row);
            [Cell::new(escape_controls(name(row).unwrap_or_default())), account, enabled, findings]
        });
        self.table(out, &["USER", "ACCOUNT ID", "ENABLED", "FINDINGS"], rows)
    }

    fn assessed(self, row: &Row) -> [Cell; 3] {
        let findings: Vec<_> = row.findings.iter().map(ToString::to_string).collect();
        let findings = Cell::new(findings.join("\n"));
        let findings = match row.reachability {
            Reachability::Unreachable | Reachability::Unreadable => {
                self.styled(findings, |cell| cell.fg(CellColor::Red))
            }
            Reachability::MissingRequired | Reachability::Single | Reachability::TooFew => {
                self.styled(findings, |cell| cell.fg(CellColor::Yellow))
            }
            Reachability::Reachable => findings,
        };
        [Cell::new(row.user.id()), Cell::new(enabled(row)), findings]
    }
}

fn name(row: &Row) -> Option<&str> {
    row.user.name.as_deref().or(row.user.email.as_deref())
}

/// `now: Payments`, each duty once.
fn duties(row: &Row, separator: &str) -> String {
    let duties: Vec<_> = row.user.on_call.iter().map(ToString::to_string).collect();
    duties.join(separator)
}

/// `2 email, 1 sms`.
fn enabled(row: &Row) -> String {
    let Some(counts) = &row.contacts else { return "?".into() };
    let counts = counts.iter().filter(|(_, count)| count.enabled > 0);
    let counts: Vec<_> = counts
        .map(|(kind, count)| format!("{} {}", count.enabled, escape_controls(kind.as_str())))
        .collect();
    if counts.is_empty() { "none".into() } else { counts.join(", ") }
}

impl<'a> Record<'a> {
    fn new(row: &'a Row) -> Self {
        let sum = |of: fn(&Count) -> usize| {
            Some(row.contacts.as_ref()?.iter().map(|(_, count)| of(count)).sum())
        };
        let [enabled_email, enabled_sms, enabled_voice, enabled_mobile] =
            KINDS.map(|kind| row.contacts.as_ref().map(|_| row.count(&kind).enabled));
        let (mut missing, mut phones) = (String::new(), Vec::new());
        for finding in &row.findings {
            match finding {
                Finding::Missing { requirements, .. } => {
                    let each: Vec<_> = requirements.iter().map(Requirement::to_string).collect();
                    missing = each.join(" ");
                }
                Finding::DisabledPhone { method, to, .. } => phones.push(format!("{method} {to}")),
                _ => {}
            }
        }
        Self {
            account_id: row.user.id(),
            name: row.user.name.as_deref(),
            email: row.user.email.as_deref(),
            reachability: row.reachability,
            enabled: sum(|count| count.enabled),
            enabled_email,
            enabled_sms,
            enabled_voice,
            enabled_mobile,
            disabled: sum(|count| count.disabled),
            missing,
            disabled_phones: phones.join("; "),
            error: row.unknown().map(ToString::to_string),
            on_call: duties(row, "; "),
        }
    }
}

/// A progress bar with rate, estimate and counts. It is removed when dropped.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

const TEMPLATE: &str = "{wide_bar} {human_pos}/{human_len} users, {rate}, {eta} left{msg}{prefix}";

/// The counts of the progress bar.
const SHOWN: [Reachability; 5] = [
    Reachability::Unreachable,
    Reachability::MissingRequired,
    Reachability::Single,
    Reachability::TooFew,
    Reachability::Unreadable,
];

impl Progress {
    /// Starts at `known` of `users`.
    pub(crate) fn new(users: usize, known: usize, is_shown: bool) -> Self {
        if !is_shown || users == known {
            return Self(None);
        }
        let [users, known] = [users, known].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        let style =
            ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        let rate = |state: &ProgressState, out: &mut dyn fmt::Write| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        let style = style.with_key("rate", rate).progress_chars("=> ");
        let bar = ProgressBar::new(users).with_style(style).with_position(known);
        bar.reset_eta();
        // The bar moves even while all users wait.
        bar.enable_steady_tick(Duration::from_millis(500));
        streams::set_bar(Some(bar.clone()));
        Self(Some(bar))
    }

    /// Counts one more user.
    pub(crate) fn step(&self, tally: &Tally) {
        let Self(Some(bar)) = self else { return };
        let counts = SHOWN.map(|reachability| (tally.count(reachability), reachability.word()));
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: String = counts.map(|(count, word)| format!(", {count} {word}")).collect();
        bar.set_message(counts);
        bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self(Some(bar)) = self {
            bar.finish_and_clear();
            streams::set_bar(None);
        }
    }
}
