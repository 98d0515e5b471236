//! Costs of a client in a program, and of the command.

use std::{collections::BTreeSet, process::Command};

use super::row;
use crate::{Result, measure::Bench, spread::short};

/// Number of crates and size of a program with each client.
pub(crate) fn size(bench: &Bench) -> Result<()> {
    if cfg!(not(feature = "reqwest")) {
        return Ok(());
    }
    let output = Command::new("cargo")
        .args([
            "tree",
            "--locked",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .args(["--features", "reqwest", "--edges", "normal", "--no-dedupe", "--prefix", "depth"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let tree = String::from_utf8(output.stdout)?;
    let usual = crates_of("reqwest", &tree)?;
    let usual_kib = bench.size("one_contact_reqwest")?;
    for library in ["hyper", "ureq"] {
        let ours = format!("contacts-{library}");
        let own = crates_of(&ours, &tree)?;
        let beside = format!("reqwest {usual}");
        row(
            &format!("{ours}: crates"),
            &own.to_string(),
            &beside,
            None,
            "fewer",
            Some(own < usual),
        );
        let kib = bench.size(&format!("one_contact_{library}"))?;
        row(
            &format!("the smallest program with {ours}: KiB, stripped"),
            &short(kib),
            &format!("reqwest {}", short(usual_kib)),
            Some(kib / usual_kib),
            "smaller",
            Some(kib < usual_kib),
        );
    }
    Ok(())
}

/// Counts the crates in the branch of this crate, including itself. Each line of the tree begins
/// with its depth.
fn crates_of(name: &str, tree: &str) -> Result<usize> {
    let branch = tree.lines().skip_while(|line| !line.starts_with(&format!("1{name} ")));
    let mut names = BTreeSet::new();
    for line in branch {
        let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
        if line.starts_with("1") && line.len() - name.len() == 1 && !names.is_empty() {
            break;
        }
        names.extend(name.split(' ').next());
    }
    if names.is_empty() {
        Err(format!("{name} is not in the tree").into())
    } else {
        Ok(names.len())
    }
}

pub(crate) fn command(bench: &Bench, contacts: &str) -> Result<()> {
    let version = bench.process(Command::new(contacts).arg("--version"))?;
    let met = Some(version.median < 5.0);
    row("contacts --version: milliseconds", &version.to_string(), "", None, "under 5", met);
    let base = format!("http://{}/two/jsm/ops/api/cloud", bench.plain());
    let mut list = Command::new(contacts);
    list.args(["list", "--base-url", &base, "--email", "ann@example.com"])
        .env("ATLASSIAN_OPS_API_TOKEN", "token");
    let list = bench.process(&mut list)?;
    let met = Some(list.median < 15.0);
    row("contacts list of two: milliseconds", &list.to_string(), "", None, "under 15", met);
    let mib = std::fs::metadata(contacts)?.len() as f64 / 1024.0 / 1024.0;
    row("contacts: MiB, stripped", &short(mib), "", None, "at most 6", Some(mib <= 6.0));
    Ok(())
}
