//! The law of the dependency tree: it is small and has no runtime, socket, clock or randomness.
#![expect(
    clippy::disallowed_types,
    reason = "the test runs cargo; the core itself starts no processes"
)]

use std::{collections::BTreeSet, process::Command};

/// Direct dependencies of the core. A new name here is a decision.
const DIRECT: [&str; 12] = [
    "base64",
    "bytes",
    "http",
    "httpdate",
    "itoa",
    "jiff",
    "percent-encoding",
    "serde",
    "serde_json",
    "serde_path_to_error",
    "url",
    "zeroize",
];

/// Maximum number of crates in the tree, including the core.
const MAX_CRATES: usize = 50;

/// Names and prefixes of crates that a sans-IO core must not have.
const BANNED: [&str; 23] = [
    "tokio",
    "hyper",
    "ureq",
    "reqwest",
    "mio",
    "socket2",
    "polling",
    "rustls",
    "native-tls",
    "openssl",
    "ring",
    "rand",
    "getrandom",
    "fastrand",
    "ahash",
    "async",
    "futures",
    "smol",
    "tower",
    "chrono",
    "time",
    "libc",
    "windows",
];

/// Returns the names of the crates in the tree, up to a depth.
fn tree(depth: &[&str]) -> BTreeSet<String> {
    let arguments =
        ["tree", "-p", "contacts-proto", "-e", "normal", "--locked", "--prefix", "none"];
    let run = |more: &[&str]| {
        Command::new(env!("CARGO"))
            .args(arguments)
            .args(depth)
            .args(more)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap()
    };
    let mut output = run(&[]);
    if !output.status.success() {
        output = run(&["--offline"]);
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(|line| line.split_whitespace().next()).map(String::from).collect()
}

fn is_banned(name: &str) -> bool {
    BANNED.iter().any(|banned| name == *banned || name.starts_with(&format!("{banned}-")))
}

#[test]
fn the_core_has_only_the_listed_dependencies() {
    let mut direct = tree(&["--depth", "1"]);
    assert!(direct.remove("contacts-proto"));
    assert_eq!(direct, BTreeSet::from(DIRECT.map(String::from)));
}

#[test]
fn the_dependency_tree_is_small_and_has_no_io_clock_or_randomness() {
    let tree = tree(&[]);
    assert!(tree.len() <= MAX_CRATES, "{} crates: {tree:?}", tree.len());
    assert!(tree.len() > DIRECT.len(), "this is the complete tree");
    let banned: Vec<_> = tree.iter().filter(|name| is_banned(name)).collect();
    assert!(banned.is_empty(), "{banned:?}");
}

#[test]
fn the_calendar_has_no_clock() {
    // Without `std` there is no `Timestamp::now`.
    let tree = tree(&["--format", "{lib}:{f}"]);
    assert!(tree.contains("jiff:"), "{tree:?}");
}
