//! Plans and the outcomes of their changes: a diff for people, JSON and CSV for programs.

use std::{
    fmt,
    io::{self, Write},
};

use anstyle::{AnsiColor, Style};
use contacts_plan::{Apply, Change, Done, Outcome, Plan, Warning};
use contacts_ureq::{Contact, ContactId, Effect, EnsureOutcome, escape_controls};
use serde::Serialize;

use crate::{
    config::flags::OutputFormat,
    error::{Failure, counted, with_causes},
    io as streams,
    output::{Output, json_line, rendered},
};

/// CSV header of a plan.
const CHANGE_NAMES: [&str; 7] = ["action", "id", "method", "to", "enabled", "from", "replaces"];

/// A warning with its text: a program may not know this kind of warning.
#[derive(Serialize)]
struct WarningRecord<'a> {
    #[serde(flatten)]
    warning: &'a Warning,
    message: String,
}

#[derive(Serialize)]
struct Unmanaged<'a> {
    unmanaged: &'a Contact,
}

impl Output {
    /// Writes the plan as the result.
    pub(crate) fn plan(self, plan: &Plan) -> Result<(), Failure> {
        // CSV has no place for warnings: they go to standard error.
        let warnings = (self.form == OutputFormat::Csv).then_some(Warnings(plan));
        self.write(|out| match self.form {
            OutputFormat::Json => json_line(out, plan),
            OutputFormat::Ndjson => {
                plan.changes().iter().try_for_each(|change| json_line(out, change))?;
                beside_changes(out, plan)
            }
            OutputFormat::Csv => self.csv(out, plan.changes(), &CHANGE_NAMES),
            OutputFormat::Table => self.styled_text(out, &Diff(plan)),
        })?;
        warnings.iter().for_each(|warnings| streams::write_styled(warnings));
        Ok(())
    }
}

/// Writes warnings and unmanaged contacts, one per line.
fn beside_changes(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    warnings(plan).try_for_each(|warning| json_line(out, &warning))?;
    plan.unmanaged()
        .iter()
        .try_for_each(|contact| json_line(out, &Unmanaged { unmanaged: contact }))
}

/// The warnings of a plan, with their texts.
fn warnings(plan: &Plan) -> impl Iterator<Item = WarningRecord<'_>> {
    plan.warnings().iter().map(|warning| WarningRecord { warning, message: warning.to_string() })
}

/// A plan as styled text: changes, unmanaged contacts, a summary and warnings.
pub(crate) struct Diff<'a>(pub(crate) &'a Plan);

/// The warnings of a plan as styled text.
struct Warnings<'a>(&'a Plan);

impl fmt::Display for Diff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(plan) = self;
        for change in plan.changes() {
            let style = style_of(change);
            writeln!(f, "{style}{change}{style:#}")?;
        }
        let dim = Style::new().dimmed();
        for Contact { method, to, .. } in plan.unmanaged() {
            let (method, to) = (escape_controls(method.as_str()), escape_controls(to));
            writeln!(
                f,
                "{dim}  {method} {to} (not in the file; kept unless you add --prune){dim:#}"
            )?;
        }
        if !(plan.is_empty() && plan.unmanaged().is_empty()) {
            writeln!(f)?;
        }
        writeln!(f, "{}", plan_summary(plan))?;
        Warnings(plan).fmt(f)
    }
}

impl fmt::Display for Warnings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yellow = AnsiColor::Yellow.on_default().bold();
        let mut warnings = self.0.warnings().iter();
        warnings.try_for_each(|warning| writeln!(f, "{yellow}warning{yellow:#}: {warning}"))
    }
}

/// The color of a change.
fn style_of(change: &Change) -> Style {
    match change.sign() {
        '+' => AnsiColor::Green,
        '-' => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    }
    .on_default()
}

fn plan_summary(plan: &Plan) -> String {
    if plan.is_empty() {
        return "no changes".into();
    }
    let parts = [('+', "to create"), ('~', "to change"), ('-', "to delete")].map(|(sign, what)| {
        let count = plan.changes().iter().filter(|change| change.sign() == sign).count();
        (count > 0).then(|| format!("{count} {what}"))
    });
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}: {}", counted(plan.changes().len(), "change"), parts.join(", "))
}

/// CSV header of outcomes.
const OUTCOME_NAMES: [&str; 9] =
    ["action", "id", "method", "to", "enabled", "from", "replaces", "outcome", "message"];

/// A change and its outcome.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    change: &'a Change,
    /// Id of a created contact, even if the change failed later. Other changes have their own id.
    #[serde(rename = "id", skip_serializing_if = "Option::is_none")]
    created: Option<&'a ContactId>,
    outcome: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The message behind the change in the table. An error is reported at the end instead.
    #[serde(skip)]
    note: Option<String>,
    /// Set if someone else had made the change.
    #[serde(skip)]
    already: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Done,
    Failed,
    Skipped,
    /// The change may have been made: the request failed, or the apply was interrupted.
    Unknown,
    NotTried,
}

/// A plan with outcomes.
#[derive(Serialize)]
struct Applied<'a> {
    changes: Vec<Record<'a>>,
    warnings: Vec<WarningRecord<'a>>,
    unmanaged: &'a [Contact],
}

impl Output {
    /// Writes one outcome as soon as it is known, in formats that can be streamed.
    pub(crate) fn outcome(self, change: &Change, outcome: Option<&Outcome>) -> Result<(), Failure> {
        let record = Record::new(change, outcome);
        self.write_by_all_means(|this, out| match this.form {
            OutputFormat::Ndjson => json_line(out, &record),
            OutputFormat::Table => this.styled_text(out, &record.line()),
            OutputFormat::Json | OutputFormat::Csv => Ok(()),
        })
    }

    /// Writes the rest of the result after the last change.
    pub(crate) fn applied(self, apply: &Apply) -> Result<(), Failure> {
        self.write_by_all_means(|this, out| this.write_applied(out, apply))
    }

    /// The result to write if the current change is interrupted. Empty in streamed formats.
    pub(crate) fn applied_so_far(self, apply: &Apply) -> Vec<u8> {
        match self.form {
            OutputFormat::Json | OutputFormat::Csv => {
                rendered(|out| self.write_applied(out, apply))
            }
            OutputFormat::Ndjson | OutputFormat::Table => Vec::new(),
        }
    }

    fn write_applied(self, out: &mut dyn Write, apply: &Apply) -> io::Result<()> {
        let changes: Vec<_> =
            apply.outcomes().map(|(change, outcome)| Record::new(change, outcome)).collect();
        let plan = apply.plan();
        let applied =
            Applied { changes, warnings: warnings(plan).collect(), unmanaged: plan.unmanaged() };
        match self.form {
            OutputFormat::Json => json_line(out, &applied),
            OutputFormat::Ndjson => beside_changes(out, plan),
            OutputFormat::Csv => self.csv(out, &applied.changes, &OUTCOME_NAMES),
            OutputFormat::Table => writeln!(out, "\n{}", outcome_summary(&applied.changes)),
        }
    }
}

impl<'a> Record<'a> {
    fn new(change: &'a Change, outcome: Option<&'a Outcome>) -> Self {
        let (word, note, failure) = match outcome {
            Some(Outcome::Done(done)) => (Word::Done, Some(done.to_string()), None),
            Some(Outcome::NotDisabled(half)) => {
                (Word::Failed, Some(half.to_string()), Some(with_causes(half)))
            }
            Some(Outcome::Failed(error)) if error.effect() == Effect::Possible => {
                (Word::Unknown, None, Some(with_causes(error)))
            }
            Some(Outcome::Failed(error)) => (Word::Failed, None, Some(with_causes(error))),
            Some(Outcome::Skipped(skipped)) => (Word::Skipped, Some(skipped.to_string()), None),
            Some(Outcome::Unknown) => (Word::Unknown, None, None),
            _ => (Word::NotTried, None, None),
        };
        let created = outcome.and_then(Outcome::ensured).map(|ensured| &ensured.contact.id);
        let message = failure.or_else(|| note.clone());
        Self { change, created, outcome: word, message, note, already: outcome.and_then(already) }
    }

    /// One line of the table. Errors are reported at the end, with hints.
    fn line(&self) -> String {
        let (word, color) = match self.outcome {
            Word::Done => ("ok", AnsiColor::Green),
            Word::Failed => ("FAILED", AnsiColor::Red),
            Word::Skipped => ("skipped", AnsiColor::Yellow),
            Word::Unknown => ("UNKNOWN", AnsiColor::Red),
            Word::NotTried => ("not tried", AnsiColor::Yellow),
        };
        let (mark, style): (Style, Style) = (color.on_default(), style_of(self.change));
        let message = self.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        format!("{mark}{word:<9}{mark:#}  {style}{}{style:#}{message}\n", self.change)
    }
}

fn outcome_summary(records: &[Record<'_>]) -> String {
    let count = |word| records.iter().filter(|record| record.outcome == word).count();
    let of = |already| records.iter().filter(|record| record.already == Some(already)).count();
    let [existed, deleted] = [EXISTED, DELETED].map(of);
    let made = count(Word::Done) - existed - deleted;
    if made == records.len() {
        return format!("{} made", counted(made, "change"));
    }
    let failed = [
        (Word::Failed, "failed"),
        (Word::Unknown, "unknown"),
        (Word::Skipped, "skipped"),
        (Word::NotTried, "not tried"),
    ];
    let failed = failed.map(|(word, what)| (count(word), what));
    let rest = [(existed, EXISTED), (deleted, DELETED)]
        .into_iter()
        .chain(failed)
        .filter(|(count, _)| *count > 0);
    let rest: Vec<_> = rest.map(|(count, what)| format!("{count} {what}")).collect();
    format!("{made} of {} made; {}", counted(records.len(), "change"), rest.join(", "))
}

const EXISTED: &str = "already existed";
const DELETED: &str = "already deleted";

/// Returns the state that someone else had already produced, if any.
fn already(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Done(Done::Ensured(ensured))
            if ensured.outcome == EnsureOutcome::AlreadyExisted =>
        {
            Some(EXISTED)
        }
        Outcome::Done(Done::AlreadyDeleted) => Some(DELETED),
        _ => None,
    }
}

/// Number of changes made so far.
pub(crate) fn made(apply: &Apply) -> usize {
    let outcomes = apply.outcomes().filter_map(|(_, outcome)| outcome);
    outcomes
        .filter(|outcome| matches!(outcome, Outcome::Done(_)) && already(outcome).is_none())
        .count()
}
