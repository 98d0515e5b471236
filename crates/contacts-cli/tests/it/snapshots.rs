//! Compares the texts of the command with files that a reviewer reads.
//!
//! `SNAPSHOTS=overwrite cargo test -p contacts-cli --test it snapshots` writes them again. On Linux
//! only: other systems word their errors differently.

mod commands;
mod errors;
mod help;

use std::path::Path;

use snapbox::{Data, data::DataFormat};

use crate::support::Home;

/// Compares a text with the file of this name.
#[track_caller]
fn assert_snapshot(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    let expected = Data::read_from(&folder.join(name), Some(DataFormat::Text));
    snapbox::assert_data_eq!(text, expected.raw());
}

/// Replaces text that changes from run to run: version, folders, ports, receipts and ids.
fn redacted(home: &Home, text: &str) -> String {
    let folder = home.path("");
    let text = text.replace(folder.to_str().unwrap().trim_end_matches('/'), "/HOME");
    let text = without_version(&text);
    let text = masked(&text, "127.0.0.1:", |c| c.is_ascii_digit(), "PORT");
    // A receipt is JSON in Base64.
    let text = masked(&text, "eyJ", |c| c.is_ascii_alphanumeric() || "-_".contains(c), "…");
    with_numbered_ids(&text)
}

fn without_version(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// Replaces these characters after each `before` by a mask.
fn masked(text: &str, before: &str, is_masked: impl Fn(char) -> bool, mask: &str) -> String {
    let mut parts = text.split(before);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(&is_masked);
        let mask = if rest.len() < part.len() { mask } else { "" };
        masked.extend([before, mask, rest]);
    }
    masked
}

/// Numbers the UUIDs in their order. The width of each stays, so that tables stay aligned.
fn with_numbered_ids(text: &str) -> String {
    let mut ids = Vec::new();
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
    for word in words.filter(|word| is_uuid(word)) {
        if !ids.contains(&word) {
            ids.push(word);
        }
    }
    ids.iter().enumerate().fold(text.to_owned(), |text, (index, id)| {
        text.replace(id, &format!("00000000-0000-0000-0000-{:012}", index + 1))
    })
}

fn is_uuid(word: &str) -> bool {
    word.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}
