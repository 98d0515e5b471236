//! The page: one file without a single address of anything else, that shows what an audit has found. It works without scripts,
//! too, and runs none but its own.

mod charts;
mod text;

use std::fmt::{self, Write};

use contacts_ureq::ContactMethod;

use self::text::{Number, Text};
use super::{
    findings::{Finding, KINDS, Row, Tally, User},
    resume::{Reused, utc},
};

/// What a page is about.
#[derive(Debug)]
pub(crate) struct About<'a> {
    pub(crate) site: &'a str,
    pub(crate) required: &'a [ContactMethod],
    /// When it ended.
    pub(crate) when: &'a str,
    /// Users who were not asked for.
    pub(crate) reused: Option<&'a Reused>,
}

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// No script and no style is for this page but its own, known by their digests (a test tells the new ones after a change); nothing
/// is fetched.
const POLICY: &str = concat!(
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; ",
    "require-trusted-types-for 'script'; trusted-types 'none'; ",
    "style-src 'sha256-cvgqtH6H+IcMCLa1mw6YK4U3gZkJaZ72sjoim/L2/zc='; ",
    "script-src 'sha256-PL0fziwavEY4pVUd0pNf5+Aq5ZHZ2Xi5Q8QXwuiAiHc='",
);

/// The whole page.
pub(crate) fn page(rows: &[Row], tally: &Tally, about: &About<'_>) -> String {
    let mut out = String::new();
    // Text in memory can always be written to.
    let _ = write_page(&mut out, rows, tally, about);
    out
}

fn write_page(out: &mut String, rows: &[Row], tally: &Tally, about: &About<'_>) -> fmt::Result {
    let About { site, required, when, reused } = about;
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"content-security-policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>Who can be reached</title>\n<style>{STYLE}</style>\n"
    )?;
    writeln!(
        out,
        "<header><h1>Who can be reached</h1><p>{} users of {}, read by {}.{}{}</p></header>\n<main>",
        Number(rows.len()),
        Text(site),
        Text(when),
        reused.map(older).unwrap_or_default(),
        needed(required)
    )?;
    write!(out, "<section class=\"wide\" aria-label=\"In numbers\">")?;
    charts::standings(out, tally, !required.is_empty())?;
    write!(out, "</section>\n<section><h2>By kind</h2>")?;
    charts::kinds(out, rows, required)?;
    write!(out, "</section>\n<section><h2>What was found</h2>")?;
    charts::findings(out, rows, required)?;
    writeln!(out, "</section>")?;
    users(out, rows)?;
    write!(
        out,
        "</main>\n<footer>Addresses and numbers of people are in this page: keep it as you keep them.</footer>\n\
         <script>{SCRIPT}</script>\n</html>\n"
    )
}

fn older(reused: &Reused) -> String {
    let taken = Number(reused.taken);
    match reused.written.and_then(utc) {
        Some(written) => format!(" {taken} of them are as they were read earlier, by {written}."),
        None => format!(" {taken} of them are as they were read earlier."),
    }
}

fn needed(required: &[ContactMethod]) -> String {
    match required {
        [] => String::new(),
        [kind] => format!(" Each of them needs an enabled contact of the kind {kind}."),
        kinds => {
            let kinds: Vec<_> = kinds.iter().map(ContactMethod::as_str).collect();
            format!(" Each of them needs an enabled contact of each of the kinds {}.", kinds.join(", "))
        }
    }
}

/// Those with findings, the worst first, and behind them the rest.
fn users(out: &mut String, rows: &[Row]) -> fmt::Result {
    let (mut found, rest): (Vec<_>, Vec<_>) = rows.iter().partition(|row| !row.findings.is_empty());
    found.sort_by_key(|row| row.reachability);
    write!(
        out,
        "<section class=\"wide\"><div class=\"title\"><h2>Users</h2><div class=\"tools\">\
         <label for=\"filter\">Find</label><input id=\"filter\" type=\"search\" placeholder=\"name, address, finding\">\
         <label for=\"reachability\">Reachability</label><select id=\"reachability\"><option value=\"\">all</option>"
    )?;
    for (reachability, _) in charts::STANDINGS {
        let word = reachability.word();
        write!(out, "<option>{word}</option>")?;
    }
    writeln!(out, "</select></div></div><p id=\"shown\" role=\"status\"></p>")?;
    if found.is_empty() {
        writeln!(out, "<p>No findings.</p>")?;
    } else {
        let what = format!("{} with findings, the worst first", Number(found.len()));
        table(out, &what, &found)?;
    }
    if !rest.is_empty() {
        let what = format!("{} without findings", Number(rest.len()));
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
    let User { account_id, name, email } = &row.user;
    let mut names = [name.as_deref(), email.as_deref(), Some(account_id.as_str())].into_iter().flatten();
    let word = row.reachability.word();
    let first = names.next().unwrap_or_default();
    write!(out, "<tr data-reachability=\"{word}\"><th scope=\"row\"><b>{}</b>", Text(first))?;
    for name in names {
        write!(out, "<small>{}</small>", Text(name))?;
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
            write!(out, "<small>{} off</small>", count.disabled)?;
        }
        write!(out, "</td>")?;
    }
    write!(out, "<td>")?;
    if !row.findings.is_empty() {
        write!(out, "<ul>")?;
        row.findings
            .iter()
            .try_for_each(|finding: &Finding| write!(out, "<li>{}</li>", Text(&finding.to_string())))?;
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
    fn the_policy_has_the_digests_of_the_script_and_of_the_style() {
        for (what, text) in [("style", STYLE), ("script", SCRIPT)] {
            let digest = STANDARD.encode(digest(&SHA256, text.as_bytes()));
            let expected = format!("{what}-src 'sha256-{digest}'");
            assert!(POLICY.contains(&expected), "now it is {expected}");
        }
    }

    #[test]
    fn it_has_no_address_of_anything_else() {
        let page = page(
            &[],
            &Tally::default(),
            &About { site: "the site", required: &[], when: "now", reused: None },
        );
        for address in ["http:", "https:", "//", "src=", "@import", "url("] {
            let found =
                page.lines().find(|line| line.contains(address) && !line.trim_start().starts_with("//"));
            assert_eq!(found, None, "{address}");
        }
    }
}
