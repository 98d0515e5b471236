//! The charts: users by reachability, by kind of contact and by finding. Each bar has a text label.

use std::fmt::{self, Display, Write};

use contacts_ureq::ContactMethod;

use super::{
    super::findings::{Finding, KINDS, Reachability, Row, Tally},
    text::{Number, Share, Text, Users},
};

/// Best first, as in the bar.
pub(super) const REACHABILITIES: [(Reachability, &str); 5] = [
    (Reachability::Reachable, "two or more enabled contacts"),
    (Reachability::Single, "only one enabled contact"),
    (Reachability::MissingRequired, "no enabled contact of a required kind"),
    (Reachability::Unreachable, "no enabled contact"),
    (Reachability::Unreadable, "contacts could not be read"),
];

/// Minimum width of a segment, in percent: even one user must be visible.
const MIN_WIDTH: f64 = 0.5;

/// The headline numbers with the bar under them.
pub(super) fn reachability(out: &mut String, tally: &Tally, is_required: bool) -> fmt::Result {
    let all = tally.users();
    let shown =
        REACHABILITIES.map(|(reachability, what)| (reachability, what, tally.count(reachability)));
    // Without requirements, no user can be missing a required contact.
    let shown = shown
        .iter()
        .filter(|(reachability, ..)| *reachability != Reachability::MissingRequired || is_required);
    write!(out, "<dl class=\"figures\">")?;
    for (reachability, what, count) in shown.clone() {
        let word = reachability.word();
        write!(
            out,
            "<div class=\"{word}\"><dt>{word} <small>{what}</small></dt><dd>{} <small>{}</small></dd></div>",
            Number(*count),
            Share(*count, all)
        )?;
    }
    let words: Vec<_> = shown
        .clone()
        .map(|(reachability, _, count)| format!("{} {}", Number(*count), reachability.word()))
        .collect();
    write!(out, "</dl>")?;
    let parts: Vec<_> =
        shown.map(|(reachability, _, count)| (reachability.word(), *count)).collect();
    let label = format!("{}: {}", Users(all), words.join(", "));
    bar(out, &label, " reachabilities", &parts, all)
}

/// For each kind: the users with an enabled contact, and those with disabled contacts only. Users
/// that could not be read are left out.
pub(super) fn kinds(out: &mut String, rows: &[Row], required: &[ContactMethod]) -> fmt::Result {
    let read: Vec<_> = rows.iter().filter(|row| row.contacts.is_some()).collect();
    let all = read.len();
    write!(out, "<ul class=\"bars\">")?;
    for kind in KINDS {
        let counts = || read.iter().map(|row| row.count(&kind));
        let enabled = counts().filter(|count| count.enabled > 0).count();
        let disabled = counts().filter(|count| count.enabled == 0 && count.disabled > 0).count();
        let mark = if required.contains(&kind) { " <small>required</small>" } else { "" };
        write!(
            out,
            "<li><p><b>{kind}{mark}</b> <span>{} <small>{}</small>",
            Number(enabled),
            Share(enabled, all)
        )?;
        if disabled > 0 {
            write!(out, " <small>and {} disabled</small>", Number(disabled))?;
        }
        write!(out, "</span></p>")?;
        let label = format!(
            "{kind}: {} of {} with an enabled contact, {} with disabled contacts only",
            Number(enabled),
            Users(all),
            Number(disabled)
        );
        bar(out, &label, "", &[("enabled", enabled), ("disabled", disabled)], all)?;
        write!(out, "</li>")?;
    }
    write!(out, "</ul>")
}

/// The number of users with each finding.
pub(super) fn findings(out: &mut String, rows: &[Row], required: &[ContactMethod]) -> fmt::Result {
    let count = |is: &dyn Fn(&Finding) -> bool| {
        rows.iter().filter(|row| row.findings.iter().any(is)).count()
    };
    let mut bars = vec![(
        "unreachable",
        "no enabled contact".to_owned(),
        count(&|it| matches!(it, Finding::Unreachable)),
    )];
    for kind in required {
        let is =
            |it: &Finding| matches!(it, Finding::Missing { methods } if methods.contains(kind));
        bars.push((
            "missing-required",
            format!("no enabled {kind}, but another contact"),
            count(&is),
        ));
    }
    bars.extend([
        (
            "single",
            "only one enabled contact".into(),
            count(&|it| matches!(it, Finding::Single { .. })),
        ),
        (
            "phones",
            "a disabled phone number".into(),
            count(&|it| matches!(it, Finding::DisabledPhone { .. })),
        ),
        (
            "unreadable",
            "contacts could not be read".into(),
            count(&|it| matches!(it, Finding::Unreadable { .. })),
        ),
    ]);
    write!(out, "<ul class=\"bars\">")?;
    for (class, what, count) in bars {
        write!(out, "<li><p><b>{what}</b> <span>{}</span></p>", Number(count))?;
        let label = format!("{what}: {} of {}", Number(count), Users(rows.len()));
        bar(out, &label, "", &[(class, count)], rows.len())?;
        write!(out, "</li>")?;
    }
    write!(out, "</ul>")
}

/// A bar with the parts of a whole, side by side.
fn bar(
    out: &mut String,
    label: &dyn Display,
    class: &str,
    parts: &[(&str, usize)],
    whole: usize,
) -> fmt::Result {
    let label = label.to_string();
    write!(
        out,
        "<svg class=\"bar{class}\" role=\"img\" aria-label=\"{}\"><rect class=\"track\"/>",
        Text(&label)
    )?;
    let mut left = 0.0;
    for (part, width) in parts.iter().zip(widths(parts, whole)) {
        if width > 0.0 {
            write!(out, "<rect class=\"{}\" x=\"{left:.2}%\" width=\"{width:.2}%\"/>", part.0)?;
        }
        left += width;
    }
    writeln!(out, "</svg>")
}

/// The widths of the parts, in percent. Their sum is at most 100.
fn widths(parts: &[(&str, usize)], whole: usize) -> Vec<f64> {
    let share = |count: usize| {
        let [count, whole] =
            [count, whole.max(1)].map(|it| f64::from(u32::try_from(it).unwrap_or(u32::MAX)));
        if count > 0.0 { (count * 100.0 / whole).max(MIN_WIDTH) } else { 0.0 }
    };
    let widths = parts.iter().map(|(_, count)| share(*count));
    let total: f64 = widths.clone().sum();
    widths.map(|width| if total > 100.0 { width * 100.0 / total } else { width }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_part_is_visible_and_the_bar_is_never_too_wide(counts in prop::collection::vec(0..20_000_usize, 1..6), rest in 0..9_usize) {
            let parts: Vec<_> = counts.iter().map(|count| ("x", *count)).collect();
            let widths = widths(&parts, counts.iter().sum::<usize>() + rest);
            prop_assert!(widths.iter().sum::<f64>() <= 100.001);
            for (count, width) in counts.iter().zip(widths) {
                prop_assert_eq!(*count > 0, width > MIN_WIDTH / 2.0, "{} {}", count, width);
            }
        }
    }
}
