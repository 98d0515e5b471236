//! Plans, and what came of their changes: a diff that reads at a glance, or what a program can read.

use std::{
    fmt,
    io::{self, Write},
};

use anstyle::{AnsiColor, Style};
use contacts_plan::{Apply, Change, Done, Outcome, Plan, Warning};
use contacts_ureq::{Contact, ContactId, EnsureOutcome, escape_controls};
use serde::Serialize;

use crate::{
    config::flags::OutputFormat,
    error::{Failure, counted, with_causes},
    io as streams,
    output::{Output, json_line, rendered},
};

/// What a change has in CSV.
const CHANGE_NAMES: [&str; 7] = ["action", "id", "method", "to", "enabled", "from", "replaces"];

/// A warning, for a program that knows it and for one that does not.
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
    /// The plan as the result.
    pub(crate) fn plan(self, plan: &Plan) -> Result<(), Failure> {
        // A table of changes has no place for warnings.
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

/// What a plan has besides its changes, a line each.
fn beside_changes(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    warnings(plan).try_for_each(|warning| json_line(out, &warning))?;
    plan.unmanaged().iter().try_for_each(|contact| json_line(out, &Unmanaged { unmanaged: contact }))
}

/// The warnings of a plan, with their words.
fn warnings(plan: &Plan) -> impl Iterator<Item = WarningRecord<'_>> {
    plan.warnings().iter().map(|warning| WarningRecord { warning, message: warning.to_string() })
}

/// A plan for people: changes, what stays, how many, and what is to be known beforehand. Styled.
pub(crate) struct Diff<'a>(pub(crate) &'a Plan);

/// The warnings of a plan for people. Styled.
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
            writeln!(f, "{dim}  {method} {to} (not in the file, and stays; --prune deletes it){dim:#}")?;
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

/// The colour of a change, wherever it stands.
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

/// What a change that was tried has in CSV.
const OUTCOME_NAMES: [&str; 9] =
    ["action", "id", "method", "to", "enabled", "from", "replaces", "outcome", "message"];

/// A change and what came of it.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    change: &'a Change,
    /// Of a contact that was to be created and exists, though all else may have failed; every other change has it already.
    #[serde(rename = "id", skip_serializing_if = "Option::is_none")]
    created: Option<&'a ContactId>,
    outcome: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What people are told at once.
    #[serde(skip)]
    beside: Option<String>,
    /// Why there was nothing to make.
    #[serde(skip)]
    already: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Done,
    Failed,
    Skipped,
    /// It was under way when all of it was interrupted.
    Unknown,
    NotTried,
}

/// All of them: the shape of a plan, with outcomes.
#[derive(Serialize)]
struct Applied<'a> {
    changes: Vec<Record<'a>>,
    warnings: Vec<WarningRecord<'a>>,
    unmanaged: &'a [Contact],
}

impl Output {
    /// What came of one change, as soon as it is known; where a form has no use for a part, nothing.
    pub(crate) fn outcome(self, change: &Change, outcome: Option<&Outcome>) -> Result<(), Failure> {
        let record = Record::new(change, outcome);
        self.write_by_all_means(|this, out| match this.form {
            OutputFormat::Ndjson => json_line(out, &record),
            OutputFormat::Table => this.styled_text(out, &record.line()),
            OutputFormat::Json | OutputFormat::Csv => Ok(()),
        })
    }

    /// What came of all of it, once every single outcome was told.
    pub(crate) fn applied(self, apply: &Apply) -> Result<(), Failure> {
        self.write_by_all_means(|this, out| this.write_applied(out, apply))
    }

    /// What came of those that were made while one is under way, as it would be written; where they are told one by one, nothing.
    pub(crate) fn applied_so_far(self, apply: &Apply) -> Vec<u8> {
        match self.form {
            OutputFormat::Json | OutputFormat::Csv => rendered(|out| self.write_applied(out, apply)),
            OutputFormat::Ndjson | OutputFormat::Table => Vec::new(),
        }
    }

    fn write_applied(self, out: &mut dyn Write, apply: &Apply) -> io::Result<()> {
        let changes: Vec<_> =
            apply.outcomes().map(|(change, outcome)| Record::new(change, outcome)).collect();
        let plan = apply.plan();
        let applied = Applied { changes, warnings: warnings(plan).collect(), unmanaged: plan.unmanaged() };
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
        let (word, beside, failure) = match outcome {
            Some(Outcome::Done(done)) => (Word::Done, Some(done.to_string()), None),
            Some(Outcome::NotDisabled(half)) => {
                (Word::Failed, Some(half.to_string()), Some(with_causes(half)))
            }
            Some(Outcome::Failed(error)) => (Word::Failed, None, Some(with_causes(error))),
            Some(Outcome::Skipped(skipped)) => (Word::Skipped, Some(skipped.to_string()), None),
            Some(Outcome::Unknown) => (Word::Unknown, None, None),
            _ => (Word::NotTried, None, None),
        };
        let created = outcome.and_then(Outcome::ensured).map(|ensured| &ensured.contact.id);
        let message = failure.or_else(|| beside.clone());
        Self { change, created, outcome: word, message, beside, already: outcome.and_then(already) }
    }

    /// For people. Why it failed is told at the end, with what to do.
    fn line(&self) -> String {
        let (word, color) = match self.outcome {
            Word::Done => ("ok", AnsiColor::Green),
            Word::Failed => ("FAILED", AnsiColor::Red),
            Word::Skipped => ("skipped", AnsiColor::Yellow),
            Word::Unknown => ("unknown", AnsiColor::Yellow),
            Word::NotTried => ("not tried", AnsiColor::Yellow),
        };
        let (mark, style): (Style, Style) = (color.on_default(), style_of(self.change));
        let message = self.beside.as_ref().map(|beside| format!(": {beside}")).unwrap_or_default();
        format!("{mark}{word:<9}{mark:#}  {style}{}{style:#}{message}\n", self.change)
    }
}

fn outcome_summary(records: &[Record<'_>]) -> String {
    let count = |word| records.iter().filter(|record| record.outcome == word).count();
    let of = |already| records.iter().filter(|record| record.already == Some(already)).count();
    let [there, gone] = [THERE, GONE].map(of);
    let made = count(Word::Done) - there - gone;
    if made == records.len() {
        return format!("{} made", counted(made, "change"));
    }
    let failed = [(Word::Failed, "failed"), (Word::Skipped, "skipped"), (Word::NotTried, "not tried")];
    let failed = failed.map(|(word, what)| (count(word), what));
    let rest = [(there, THERE), (gone, GONE)].into_iter().chain(failed).filter(|(count, _)| *count > 0);
    let rest: Vec<_> = rest.map(|(count, what)| format!("{count} {what}")).collect();
    format!("{made} of {} made; {}", counted(records.len(), "change"), rest.join(", "))
}

const THERE: &str = "there already";
const GONE: &str = "gone already";

/// Of a change that is done: why there was nothing to make. Somebody else was quicker.
fn already(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Done(Done::Ensured(ensured)) if ensured.outcome == EnsureOutcome::AlreadyExisted => {
            Some(THERE)
        }
        Outcome::Done(Done::AlreadyDeleted) => Some(GONE),
        _ => None,
    }
}

/// How many changes were made so far.
pub(crate) fn made(apply: &Apply) -> usize {
    let outcomes = apply.outcomes().filter_map(|(_, outcome)| outcome);
    outcomes.filter(|outcome| matches!(outcome, Outcome::Done(_)) && already(outcome).is_none()).count()
}
