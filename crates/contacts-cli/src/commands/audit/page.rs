//! The HTML page of an audit: one file that loads nothing else. It runs its own script only, and
//! also works without it.

mod charts;
mod text;

use std::fmt::{self, Write};

use self::text::{Text, Users};
use super::{
    findings::{Finding, Reachability, Row, Tally, User},
    on_call::{Coverage, When},
    resume::{Reused, utc},
    rules::{KINDS, Requirement, Rules},
};

/// Facts for the header of the page.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) site: &'a str,
    pub(crate) rules: &'a Rules,
    /// Time when the audit finished.
    pub(crate) finished: &'a str,
    /// Users from the resume file.
    pub(crate) reused: Option<&'a Reused>,
    /// The schedules of `--on-call`.
    pub(crate) schedules: &'a [Coverage],
}

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Content security policy: the page fetches nothing, and allows only its own script and style, by
/// their digests. After a change, a test prints the new digests.
const POLICY: &str = concat!(
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; ",
    "require-trusted-types-for 'script'; trusted-types 'none'; ",
    "style-src 'sha256-vK1y4x05qPSexv/aLXhxzt+frc0LP8SgQi6xrCp8d/0='; ",
    "script-src 'sha256-mpErcUz2ewy8ZM0hJNzV2pG4sidBJ/k8l3ZZsSYNyW4='",
);

/// The whole page.
pub(crate) fn page(rows: &[Row], tally: &Tally, about: &About<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut out, rows, tally, about);
    out
}

fn write_page(out: &mut String, rows: &[Row], tally: &Tally, about: &About<'_>) -> fmt::Result {
    let About { site, rules, finished, reused, schedules } = about;
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"content-security-policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>Reachability audit</title>\n<style>{STYLE}</style>\n"
    )?;
    writeln!(
        out,
        "<header><h1>Reachability audit</h1><p>{} of {}. Finished {}.{}{}</p></header>\n<main>",
        Users(rows.len()),
        Text(site),
        Text(finished),
        reused.map(from_file).unwrap_or_default(),
        requirements(rules)
    )?;
    write!(out, "<section class=\"wide\" aria-label=\"Summary\">")?;
    charts::reachability(out, tally, rules)?;
    if !schedules.is_empty() {
        write!(out, "</section>\n<section class=\"wide\"><h2>Who is on call</h2>")?;
        charts::coverage(out, rows, schedules)?;
    }
    write!(out, "</section>\n<section><h2>Kinds of contact</h2>")?;
    charts::kinds(out, rows, rules)?;
    write!(out, "</section>\n<section><h2>Findings</h2>")?;
    charts::findings(out, rows, rules)?;
    writeln!(out, "</section>")?;
    users(out, rows)?;
    write!(
        out,
        "</main>\n<footer>This page contains personal addresses and phone numbers. Keep it confidential. \
         The audit cannot see the notification rules of other users: a contact can exist and be enabled, but no \
         rule uses it.</footer>\n\
         <script>{SCRIPT}</script>\n</html>\n"
    )
}

fn from_file(reused: &Reused) -> String {
    let taken = Users(reused.taken);
    match reused.written.and_then(utc) {
        Some(written) => {
            format!(" Contacts of {taken} are from an earlier audit, last written {written}.")
        }
        None => format!(" Contacts of {taken} are from an earlier audit."),
    }
}

fn requirements(rules: &Rules) -> String {
    if rules.requirements.is_empty() {
        return String::new();
    }
    let each: Vec<_> = rules.requirements.iter().map(Requirement::in_words).collect();
    format!(" Required for each user: {}.", each.join("; "))
}

/// Users with findings: on call now first, then worst first. The others are in a closed section.
fn users(out: &mut String, rows: &[Row]) -> fmt::Result {
    let (mut found, rest): (Vec<_>, Vec<_>) = rows.iter().partition(|row| !row.findings.is_empty());
    let is_later = |row: &Row| row.soonest() != Some(When::Now);
    found.sort_by_key(|row| (is_later(row), row.reachability));
    write!(
        out,
        "<section class=\"wide\"><div class=\"title\"><h2>Users</h2><div class=\"tools\">\
         <label for=\"filter\">Search</label><input id=\"filter\" type=\"search\" placeholder=\"name, id or finding\">\
         <label for=\"reachability\">Reachability</label><select id=\"reachability\"><option value=\"\">all</option>"
    )?;
    for reachability in Reachability::ALL.iter().rev() {
        let word = reachability.word();
        write!(out, "<option>{word}</option>")?;
    }
    writeln!(out, "</select></div></div><p id=\"shown\" role=\"status\"></p>")?;
    if found.is_empty() {
        writeln!(out, "<p>No findings.</p>")?;
    } else {
        let on_call =
            if found.iter().all(|row| is_later(row)) { "" } else { "on call now first, then " };
        let what = format!("{} with findings, {on_call}worst first", Users(found.len()));
        table(out, &what, &found)?;
    }
    if !rest.is_empty() {
        let what = format!("{} without findings", Users(rest.len()));
        write!(out, "<details><summary>{what}</summary>")?;
        table(out, &what, &rest)?;
        write!(out, "</details>")?;
    }
    writeln!(out, "</section>")
}

fn table(out: &mut String, what: &str, rows: &[&Row]) -> fmt::Result {
    write!(
        out,
        "<table><caption>{what}</caption><thead><tr><th scope=\"col\" class=\"who\">User</th>\
         <th scope=\"col\" class=\"how\">Reachability</th>"
    )?;
    for kind in KINDS {
        write!(out, "<th scope=\"col\" class=\"kind\">{kind}</th>")?;
    }
    writeln!(out, "<th scope=\"col\">Findings</th></tr></thead><tbody>")?;
    rows.iter().try_for_each(|row| write_row(out, row))?;
    writeln!(out, "</tbody></table>")
}

fn write_row(out: &mut String, row: &Row) -> fmt::Result {
    let User { name, email, on_call, .. } = &row.user;
    let id = row.user.id();
    let names = [name.as_deref(), email.as_deref(), Some(id.as_str())].into_iter().flatten();
    let mut names = names.filter(|name| !name.is_empty());
    let word = row.reachability.word();
    let first = names.next().unwrap_or_default();
    write!(out, "<tr data-reachability=\"{word}\"><th scope=\"row\"><b>{}</b>", Text(first))?;
    for name in names {
        write!(out, "<small>{}</small>", Text(name))?;
    }
    for duty in on_call {
        let word = duty.when.word();
        write!(out, "<small class=\"duty {word}\">{}</small>", Text(&duty.to_string()))?;
    }
    let rank = row.reachability as u8;
    write!(out, "</th><td data-key=\"{rank}\"><span class=\"badge {word}\">{word}</span></td>")?;
    for kind in KINDS {
        let count = row.count(&kind);
        write!(out, "<td class=\"kind\" data-key=\"{}\">", count.enabled)?;
        match (row.contacts.is_some(), count.enabled) {
            (false, _) => write!(out, "<span class=\"none\">?</span>")?,
            (true, 0) => write!(out, "<span class=\"none\">0</span>")?,
            (true, enabled) => write!(out, "{enabled}")?,
        }
        if count.disabled > 0 {
            write!(out, "<small>{} disabled</small>", count.disabled)?;
        }
        write!(out, "</td>")?;
    }
    write!(out, "<td>")?;
    if !row.findings.is_empty() {
        write!(out, "<ul>")?;
        row.findings.iter().try_for_each(|finding: &Finding| {
            write!(out, "<li>{}</li>", Text(&finding.to_string()))
        })?;
        write!(out, "</ul>")?;
    }
    writeln!(out, "</td></tr>")
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use ring::digest::{SHA256, digest};

    use super::*;

    #[test]
    fn the_policy_has_the_digests_of_the_script_and_the_style() {
        for (what, text) in [("style", STYLE), ("script", SCRIPT)] {
            let digest = STANDARD.encode(digest(&SHA256, text.as_bytes()));
            let expected = format!("{what}-src 'sha256-{digest}'");
            assert!(POLICY.contains(&expected), "the digest is now {expected}");
        }
    }

    #[test]
    fn each_reachability_has_a_color() {
        for reachability in Reachability::ALL {
            let word = reachability.word();
            let rule = format!(".{word} {{ --mark: var(--{word}); }}");
            assert!(STYLE.contains(&rule), "{rule}");
        }
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = page(
            &[],
            &Tally::default(),
            &About {
                site: "the site",
                schedules: &[],
                rules: &Rules::new(&[], 2),
                finished: "now",
                reused: None,
            },
        );
        for address in ["http:", "https:", "//", "src=", "@import", "url("] {
            let found = page
                .lines()
                .find(|line| line.contains(address) && !line.trim_start().starts_with("//"));
            assert_eq!(found, None, "{address}");
        }
    }
}
