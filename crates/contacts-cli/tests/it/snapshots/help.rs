//! Short and long help of every command, and the manual page.

use super::{assert_snapshot, without_version};
use crate::{pages::COMMANDS, support::Home};

/// A command line and its output.
fn page(line: &str) -> String {
    let page = Home::new().contacts().line(line).succeed();
    without_version(&format!("$ contacts {line}\n{page}\n"))
}

#[test]
fn the_main_help_matches_its_snapshot() {
    let bare = Home::new().contacts().run().with_code(2);
    let bare = without_version(&format!("$ contacts\n{}{}\n", bare.stdout, bare.stderr));
    let pages: String = ["-h", "--help", "help", "--version"].into_iter().map(page).collect();
    assert_snapshot("help/contacts.txt", &[bare, pages].concat());
}

#[test]
fn the_help_of_each_command_matches_its_snapshot() {
    for command in COMMANDS {
        let name = command.replace(' ', "-");
        let pages = ["-h", "--help"].map(|flag| page(&format!("{command} {flag}"))).concat();
        assert_snapshot(&format!("help/{name}.txt"), &pages);
    }
}

#[test]
fn the_manual_page_matches_its_snapshot() {
    let page = Home::new().contacts().line("man").succeed();
    assert_snapshot("help/contacts.1", &without_version(&page));
}
