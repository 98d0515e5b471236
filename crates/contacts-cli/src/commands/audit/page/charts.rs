//! The charts: users by reachability, by kind of contact and by finding. Each bar has a text label.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
};

use contacts_ureq::ContactMethod;

use super::{
    super::{
        findings::{Reachability, Row, Tally, users_with},
        on_call::{Coverage, CoverageState, When},
        rules::{KINDS, Requirement, Rules},
    },
    text::{Number, Share, Text, Users},
};

/// The reachabilities that the rules allow, with their meaning. Best first, as in the bar.
fn reachabilities(rules: &Rules) -> Vec<(Reachability, String)> {
    let meaning = |reachability| {
        Some(match reachability {
            Reachability::Reachable => match rules.min {
                1 => "one or more enabled contacts".into(),
                2 => "two or more enabled contacts".into(),
                min => format!("{min} or more enabled contacts"),
            },
            Reachability::TooFew if rules.min > 2 => too_few(rules),
            Reachability::Single if rules.min > 1 => "only one enabled contact".into(),
            Reachability::MissingRequired if !rules.requirements.is_empty() => {
                "no enabled contact of a required kind".into()
            }
            Reachability::Unreachable => "no enabled contact".into(),
            Reachability::Unreadable => "contacts could not be read".into(),
            _ => return None,
        })
    };
    let best_first = [
        Reachability::Reachable,
        Reachability::TooFew,
        Reachability::Single,
        Reachability::MissingRequired,
        Reachability::Unreachable,
        Reachability::Unreadable,
    ];
    best_first.into_iter().filter_map(|it| Some((it, meaning(it)?))).collect()
}

fn too_few(rules: &Rules) -> String {
    match rules.min {
        3 => "only two enabled contacts".into(),
        min => format!("only 2 to {} enabled contacts", min - 1),
    }
}

/// Minimum width of a segment, in percent: even one user must be visible.
const MIN_WIDTH: f64 = 0.5;

/// The headline numbers with the bar under them.
pub(super) fn reachability(out: &mut String, tally: &Tally, rules: &Rules) -> fmt::Result {
    let all = tally.users();
    let shown: Vec<_> = reachabilities(rules)
        .into_iter()
        .map(|(reachability, what)| (reachability.word(), what, tally.count(reachability)))
        .collect();
    write!(out, "<dl class=\"figures\">")?;
    for (word, what, count) in &shown {
        write!(
            out,
            "<div class=\"{word}\"><dt>{word} <small>{what}</small></dt><dd>{} <small>{}</small></dd></div>",
            Number(*count),
            Share(*count, all)
        )?;
    }
    let words: Vec<_> =
        shown.iter().map(|(word, _, count)| format!("{} {word}", Number(*count))).collect();
    write!(out, "</dl>")?;
    let parts: Vec<_> = shown.iter().map(|(word, _, count)| (*word, *count)).collect();
    let label = format!("{}: {}", Users(all), words.join(", "));
    bar(out, &label, " reachabilities", &parts, all)
}

/// For each kind: the users with an enabled contact, and those with disabled contacts only. Users
/// that could not be read are left out.
pub(super) fn kinds(out: &mut String, rows: &[Row], rules: &Rules) -> fmt::Result {
    let read: Vec<_> = rows.iter().filter(|row| row.contacts.is_some()).collect();
    let all = read.len();
    write!(out, "<ul class=\"bars\">")?;
    for kind in KINDS {
        let counts = || read.iter().map(|row| row.count(&kind));
        let enabled = counts().filter(|count| count.enabled > 0).count();
        let disabled = counts().filter(|count| count.enabled == 0 && count.disabled > 0).count();
        let mark = required(&kind, rules);
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

/// A mark for a kind that each user needs: always, or if the alternatives are not enabled.
fn required(kind: &ContactMethod, rules: &Rules) -> String {
    let with_kind = || rules.requirements.iter().filter(|it| it.accepts(kind));
    if with_kind().any(|it| it.only().is_some()) {
        return " <small>required</small>".into();
    }
    let alternatives: Vec<_> = with_kind().map(Requirement::in_words).collect();
    match alternatives.is_empty() {
        true => String::new(),
        false => format!(" <small>required: {}</small>", alternatives.join("; ")),
    }
}

/// The number of users with each finding.
pub(super) fn findings(out: &mut String, rows: &[Row], rules: &Rules) -> fmt::Result {
    let bar_of = |class, what: &str, finding| (class, what.to_owned(), users_with(rows, finding));
    let mut bars = vec![bar_of("unreachable", "no enabled contact", "unreachable")];
    for requirement in &rules.requirements {
        let is =
            |row: &&Row| row.lacks(requirement) && row.reachability != Reachability::Unreachable;
        let what = format!("no enabled {}, but another contact", requirement.in_words());
        bars.push(("missing-required", what, rows.iter().filter(is).count()));
    }
    if rules.min > 1 {
        bars.push(bar_of("single", "only one enabled contact", "single"));
    }
    if rules.min > 2 {
        bars.push(bar_of("too-few", &too_few(rules), "too-few"));
    }
    for (what, finding) in [
        ("the account is deactivated", "deactivated"),
        ("a team or an escalation whose users are unknown", "not-opened"),
    ] {
        // These findings come with schedules only.
        if users_with(rows, finding) > 0 {
            let class = if finding == "deactivated" { "unreachable" } else { "unreadable" };
            bars.push(bar_of(class, what, finding));
        }
    }
    bars.push(bar_of("phones", "a disabled phone number", "disabled-phone"));
    bars.push(bar_of("unreadable", "contacts could not be read", "unreadable"));
    write!(out, "<ul class=\"bars\">")?;
    for (class, what, count) in bars {
        write!(out, "<li><p><b>{what}</b> <span>{}</span></p>", Number(count))?;
        let label = format!("{what}: {} of {}", Number(count), Users(rows.len()));
        bar(out, &label, "", &[(class, count)], rows.len())?;
        write!(out, "</li>")?;
    }
    write!(out, "</ul>")
}

/// For each schedule: who is on call now and next. Schedules with the worst reachability now come
/// first.
pub(super) fn coverage(out: &mut String, rows: &[Row], schedules: &[Coverage]) -> fmt::Result {
    let mut on_call = BTreeMap::<_, Vec<&Row>>::new();
    for row in rows {
        for duty in &row.user.on_call {
            on_call.entry((&duty.schedule, duty.when)).or_default().push(row);
        }
    }
    on_call.values_mut().for_each(|users| users.sort_by_key(|row| row.reachability));
    let of =
        |schedule: &Coverage, when| on_call.get(&(&schedule.id, when)).cloned().unwrap_or_default();
    let mut schedules: Vec<_> = schedules.iter().collect();
    schedules.sort_by_key(|schedule| {
        let worst = of(schedule, When::Now).first().map(|row| row.reachability);
        (schedule.state == CoverageState::Covered, worst)
    });
    write!(out, "<ul class=\"bars\">")?;
    for schedule in schedules {
        let name = schedule.shown_name();
        write!(out, "<li><p><b>{}</b>", Text(&name))?;
        match schedule.state {
            CoverageState::Covered => {}
            CoverageState::Nobody => write!(out, " <span>no one is on call now</span>")?,
            CoverageState::Unreadable => write!(out, " <span>could not be read</span>")?,
        }
        write!(out, "</p>")?;
        for when in [When::Now, When::Next] {
            users_of_schedule(out, &name, when, &of(schedule, when))?;
        }
        write!(out, "</li>")?;
    }
    write!(out, "</ul>")
}

/// The users who are on call at one time: a bar, and the names of those with a worse reachability
/// than reachable.
fn users_of_schedule(out: &mut String, name: &str, when: When, users: &[&Row]) -> fmt::Result {
    if users.is_empty() {
        return Ok(());
    }
    let when = when.word();
    let parts = Reachability::ALL.iter().rev().map(|reachability| {
        let count = users.iter().filter(|row| row.reachability == *reachability).count();
        (reachability.word(), count)
    });
    let parts: Vec<_> = parts.filter(|(_, count)| *count > 0).collect();
    let words: Vec<_> =
        parts.iter().map(|(word, count)| format!("{} {word}", Number(*count))).collect();
    write!(out, "<p class=\"people\"><span>{when}:")?;
    for row in users.iter().filter(|row| row.reachability != Reachability::Reachable) {
        let word = row.reachability.word();
        let id = row.user.id();
        let user = row.user.name.as_deref().or(row.user.email.as_deref()).unwrap_or(&id);
        write!(out, " <span class=\"badge {word}\">{word}</span> {}", Text(user))?;
    }
    match parts.first() {
        Some((word, count)) if *word == Reachability::Reachable.word() => {
            let separator = if parts.len() > 1 { " ·" } else { "" };
            write!(out, "{separator} {} reachable", Number(*count))?;
        }
        _ => {}
    }
    write!(out, "</span></p>")?;
    bar(
        out,
        &format!("{name}, {when}: {}", words.join(", ")),
        &format!(" {when}"),
        &parts,
        users.len(),
    )
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
