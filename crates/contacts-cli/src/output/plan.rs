//! Plans: a diff that reads at a glance, or what a program can read.

use std::{
    fmt,
    io::{self, Write},
};

use anstyle::{AnsiColor, Style};
use contacts_plan::{Change, Plan, Warning};
use contacts_ureq::{Contact, printable};
use serde::Serialize;

use super::{Output, json};
use crate::{args::Form, failure::Failure};

/// What a change has in CSV.
const NAMES: [&str; 7] = ["action", "id", "method", "to", "enabled", "from", "replaces"];

/// A warning, for a program that knows it and for one that does not.
#[derive(Serialize)]
pub(super) struct WarningRecord<'a> {
    #[serde(flatten)]
    warning: &'a Warning,
    message: String,
}

#[derive(Serialize)]
struct Unmanaged<'a> {
    unmanaged: &'a Contact,
}

impl Output {
    /// What is to be changed.
    pub(crate) fn plan(self, plan: &Plan) -> Result<(), Failure> {
        self.write(|out| match self.form {
            Form::Json => json::line(out, plan),
            Form::Ndjson => {
                plan.changes().iter().try_for_each(|change| json::line(out, change))?;
                beside_changes(out, plan)
            }
            Form::Csv => self.csv(out, plan.changes(), &NAMES),
            Form::Table => self.styled_text(out, &Diff(plan)),
        })
    }
}

/// What a plan has besides its changes, a line each.
pub(super) fn beside_changes(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    warnings(plan).try_for_each(|warning| json::line(out, &warning))?;
    plan.unmanaged().iter().try_for_each(|contact| json::line(out, &Unmanaged { unmanaged: contact }))
}

/// The warnings of a plan, with their words.
pub(super) fn warnings(plan: &Plan) -> impl Iterator<Item = WarningRecord<'_>> {
    plan.warnings().iter().map(|warning| WarningRecord { warning, message: warning.to_string() })
}

/// A plan for people: changes, what stays, how many, and what is to be known beforehand. Styled.
pub(crate) struct Diff<'a>(pub(crate) &'a Plan);

/// The warnings of a plan for people. Styled.
pub(crate) struct Warnings<'a>(pub(crate) &'a Plan);

impl fmt::Display for Diff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(plan) = self;
        for change in plan.changes() {
            let style = style_of(change);
            writeln!(f, "{style}{change}{style:#}")?;
        }
        let dim = Style::new().dimmed();
        for Contact { method, to, .. } in plan.unmanaged() {
            let (method, to) = (printable(method.as_str()), printable(to));
            writeln!(f, "{dim}  {method} {to} (not in the file, and stays; --prune deletes it){dim:#}")?;
        }
        if !(plan.is_empty() && plan.unmanaged().is_empty()) {
            writeln!(f)?;
        }
        writeln!(f, "{}", summary(plan))?;
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
pub(super) fn style_of(change: &Change) -> Style {
    match change.sign() {
        '+' => AnsiColor::Green,
        '-' => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    }
    .on_default()
}

fn summary(plan: &Plan) -> String {
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

/// `1 change`, `2 changes`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
