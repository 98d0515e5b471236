//! The law of the dependency tree: the core stays small, and brings no runtime, socket, clock or randomness.
#![expect(
    clippy::disallowed_types,
    reason = "the tree is asked of cargo; the core itself starts no processes"
)]

use std::{collections::BTreeSet, process::Command};

/// What the core depends on directly. A new name here is a decision.
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

/// The most crates in the tree, the core itself counted.
const MOST: usize = 50;

/// Names, or beginnings of names, of what has no place below a sans-IO core.
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

/// The names of the crates in the tree, as deep as is asked for.
fn tree(depth: &[&str]) -> BTreeSet<String> {
    let arguments = ["tree", "-p", "contacts-proto", "-e", "normal", "--locked", "--prefix", "none"];
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
fn the_core_depends_directly_on_its_list_and_nothing_else() {
    let mut direct = tree(&["--depth", "1"]);
    assert!(direct.remove("contacts-proto"));
    assert_eq!(direct, BTreeSet::from(DIRECT.map(String::from)));
}

#[test]
fn the_tree_is_small_and_has_neither_io_nor_time_nor_chance() {
    let tree = tree(&[]);
    assert!(tree.len() <= MOST, "{} crates: {tree:?}", tree.len());
    assert!(tree.len() > DIRECT.len(), "the whole tree was asked for");
    let banned: Vec<_> = tree.iter().filter(|name| is_banned(name)).collect();
    assert!(banned.is_empty(), "{banned:?}");
}

#[test]
fn the_calendar_has_no_clock() {
    // Without `std` there is no `Timestamp::now`.
    let tree = tree(&["--format", "{lib}:{f}"]);
    assert!(tree.contains("jiff:"), "{tree:?}");
}
