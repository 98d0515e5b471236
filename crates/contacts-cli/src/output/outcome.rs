//! What came of the changes of a plan.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use contacts_plan::{Apply, Change, Done, Outcome};
use contacts_ureq::{Contact, ContactId, How};
use serde::Serialize;

use super::{
    Output, json,
    plan::{WarningRecord, beside_changes, counted, style_of, warnings},
    rendered,
};
use crate::{
    args::Form,
    failure::{Failure, with_causes},
};

/// What a change that was tried has in CSV.
const NAMES: [&str; 9] =
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
            Form::Ndjson => json::line(out, &record),
            Form::Table => this.styled_text(out, &record.line()),
            Form::Json | Form::Csv => Ok(()),
        })
    }

    /// What came of all of it, once every single outcome was told.
    pub(crate) fn applied(self, apply: &Apply) -> Result<(), Failure> {
        self.write_by_all_means(|this, out| this.write_applied(out, apply))
    }

    /// What came of those that were made while one is under way, as it would be written; where they are told one by one, nothing.
    pub(crate) fn applied_so_far(self, apply: &Apply) -> Vec<u8> {
        match self.form {
            Form::Json | Form::Csv => rendered(|out| self.write_applied(out, apply)),
            Form::Ndjson | Form::Table => Vec::new(),
        }
    }

    fn write_applied(self, out: &mut dyn Write, apply: &Apply) -> io::Result<()> {
        let changes: Vec<_> =
            apply.outcomes().map(|(change, outcome)| Record::new(change, outcome)).collect();
        let plan = apply.plan();
        let applied = Applied { changes, warnings: warnings(plan).collect(), unmanaged: plan.unmanaged() };
        match self.form {
            Form::Json => json::line(out, &applied),
            Form::Ndjson => beside_changes(out, plan),
            Form::Csv => self.csv(out, &applied.changes, &NAMES),
            Form::Table => writeln!(out, "\n{}", summary(&applied.changes)),
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

fn summary(records: &[Record<'_>]) -> String {
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
        Outcome::Done(Done::Ensured(ensured)) if ensured.how == How::Existing => Some(THERE),
        Outcome::Done(Done::Gone) => Some(GONE),
        _ => None,
    }
}

/// How many changes were made so far.
pub(crate) fn made(apply: &Apply) -> usize {
    let outcomes = apply.outcomes().filter_map(|(_, outcome)| outcome);
    outcomes.filter(|outcome| matches!(outcome, Outcome::Done(_)) && already(outcome).is_none()).count()
}
