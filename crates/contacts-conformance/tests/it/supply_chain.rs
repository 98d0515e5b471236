//! The dependencies: each direct one is used and has a reason. Crates that handle network input are
//! locked at versions with the fixes of published advisories.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

/// Minimum version of each crate that handles network input, and the advisory that requires it.
const AT_LEAST: [(&str, [u64; 3], &str); 8] = [
    ("rustls", [0, 23, 18], "RUSTSEC-2024-0399"),
    ("rustls-webpki", [0, 103, 13], "RUSTSEC-2026-0104"),
    ("ring", [0, 17, 12], "RUSTSEC-2025-0009"),
    ("aws-lc-sys", [0, 39, 0], "RUSTSEC-2026-0048"),
    ("h2", [0, 4, 4], "RUSTSEC-2024-0332"),
    ("tokio", [1, 44, 2], "RUSTSEC-2025-0023"),
    ("webpki-roots", [1, 0, 0], "the roots of 2025"),
    ("webpki-root-certs", [1, 0, 0], "the roots of 2025"),
];

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn table(path: &str) -> Value {
    toml_edit::de::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn names(value: Option<&Value>) -> BTreeSet<String> {
    value.and_then(Value::as_object).into_iter().flat_map(|table| table.keys().cloned()).collect()
}

/// The dependencies of the workspace, without its own crates.
fn listed() -> BTreeSet<String> {
    let manifest = table("Cargo.toml");
    let mut names = names(manifest["workspace"].get("dependencies"));
    names.retain(|name| !name.starts_with("contacts-"));
    names
}

fn used() -> BTreeSet<String> {
    let manifest = table("Cargo.toml");
    let members = manifest["workspace"]["members"].as_array().unwrap();
    let mut used = BTreeSet::new();
    for member in members {
        let manifest = table(&format!("{}/Cargo.toml", member.as_str().unwrap()));
        let of_targets = manifest.get("target").and_then(Value::as_object).into_iter();
        let of_targets = of_targets.flat_map(|targets| targets.values());
        for table in of_targets.chain([&manifest]) {
            for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
                used.append(&mut names(table.get(section)));
            }
        }
    }
    used.retain(|name| !name.starts_with("contacts-"));
    used
}

/// The crates in the first column of the table in `CONTRIBUTING.md`, each with its reason.
fn reasons() -> Vec<(String, String)> {
    let text = text("CONTRIBUTING.md");
    let section = text.split("\n## ").find(|section| section.starts_with("Dependencies")).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | "));
    rows.flat_map(|(crates, reason)| {
        let reason = reason.trim_end_matches(['|', ' ']).to_owned();
        crates.split(", ").map(move |name| (name.trim_matches('`').to_owned(), reason.clone()))
    })
    .collect()
}

fn version(text: &str) -> [u64; 3] {
    let text = text.split(['-', '+']).next().unwrap();
    let numbers: Vec<u64> = text.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

#[test]
fn each_direct_dependency_is_listed_once_and_used() {
    assert_eq!(listed(), used());
}

#[test]
fn each_direct_dependency_has_a_reason_and_nothing_else_has_one() {
    let reasons = reasons();
    let named: BTreeSet<_> = reasons.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(named, listed());
    assert_eq!(named.len(), reasons.len(), "a crate is named twice");
    assert!(reasons.iter().all(|(_, reason)| !reason.is_empty()), "{reasons:?}");
}

#[test]
fn crates_that_read_network_input_are_locked_at_fixed_versions() {
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let lock_file = table(lock);
        let packages = lock_file["package"].as_array().unwrap();
        for (name, least, why) in AT_LEAST {
            let locked: Vec<_> = packages
                .iter()
                .filter(|it| it["name"].as_str() == Some(name))
                .map(|it| &it["version"])
                .collect();
            assert!(
                lock != "Cargo.lock" || !locked.is_empty(),
                "{name} is not in {lock}; remove its line here"
            );
            for it in locked {
                assert!(version(it.as_str().unwrap()) >= least, "{lock}: {name} {it:?}, but {why}");
            }
        }
    }
}

#[test]
fn all_locked_crates_come_from_the_registry_with_a_checksum() {
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        for package in table(lock)["package"].as_array().unwrap() {
            let (name, source) = (package["name"].as_str().unwrap(), package.get("source"));
            let ours = name.starts_with("contacts-");
            assert_eq!(source.is_none(), ours, "{lock}: {name} from {source:?}");
            assert_eq!(package.get("checksum").is_none(), ours, "{lock}: {name}");
        }
    }
}
