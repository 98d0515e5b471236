//! Help, completions and manual pages.

use crate::support::Home;

pub(crate) const COMMANDS: [&str; 26] = [
    "list",
    "get",
    "create",
    "update",
    "activate",
    "deactivate",
    "delete",
    "reconcile",
    "export",
    "plan",
    "apply",
    "audit",
    "login",
    "logout",
    "doctor",
    "config",
    "config path",
    "config show",
    "config get",
    "config set",
    "config unset",
    "sandbox",
    "demo",
    "curl",
    "completions",
    "man",
];

/// The commands without the subcommands of `config`.
fn first_commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.into_iter().filter(|command| !command.contains(' '))
}

fn printed(line: &str) -> String {
    let ran = Home::new().contacts().line(line).run().with_code(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

#[test]
fn the_version_is_that_of_the_package() {
    for flag in ["--version", "-V"] {
        assert_eq!(printed(flag), concat!("contacts ", env!("CARGO_PKG_VERSION"), "\n"));
    }
}

#[test]
fn the_help_of_every_command_has_an_example_of_that_command() {
    for command in COMMANDS {
        for line in
            [format!("{command} -h"), format!("{command} --help"), format!("help {command}")]
        {
            let help = printed(&line);
            let examples =
                help.split_once("\nExample").map(|(_, examples)| examples.lines().skip(1));
            let mut examples = examples.unwrap_or_else(|| panic!("{line}: {help}"));
            let first = examples.next().unwrap().trim_start();
            assert!(
                first.starts_with("contacts ") && first.contains(command),
                "{command}: {first}"
            );
        }
    }
}

#[test]
fn every_example_parses() {
    for command in COMMANDS.into_iter().chain([""]) {
        let help = printed(&format!("{command} --help"));
        let examples = help.rsplit_once("\nExample").unwrap().1.lines().skip(1);
        for example in
            examples.take_while(|line| line.starts_with("  ")).filter(|line| !line.contains('…'))
        {
            // Drops the explanation after several spaces, and other programs after a pipe or
            // redirection.
            let line = example.trim().split("   ").next().unwrap();
            let line = line.split(" | ").next().unwrap().split(" > ").next().unwrap().trim();
            let words = shlex::split(line.strip_prefix("contacts ").unwrap()).unwrap();
            let ran = Home::new().contacts().args(words).line("--help").run();
            assert_eq!(ran.status.code(), Some(0), "{example}: {ran:?}");
        }
    }
}

#[test]
fn the_help_lists_every_command_and_no_token_flag() {
    let help = printed("--help");
    assert!(!help.contains("--token "), "{help}");
    let groups = help.split("\n\n").filter(|part| {
        ["Contacts:", "Files:", "Administration:", "Setup:"]
            .iter()
            .any(|name| part.starts_with(name))
    });
    let lines = groups.flat_map(|group| group.lines().skip(1));
    let listed: Vec<_> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, first_commands().collect::<Vec<_>>(), "the list in this file is complete");
}

#[test]
fn only_the_main_help_lists_the_global_options() {
    assert!(printed("help").contains("--token-file <PATH>"));
    for command in COMMANDS {
        for line in [format!("{command} -h"), format!("{command} --help")] {
            let help = printed(&line);
            assert!(!help.contains("--token-file <PATH>"), "{line}: {help}");
            assert_eq!(
                help.matches("\nGlobal options: see `contacts help`\n").count(),
                1,
                "{line}: {help}"
            );
        }
    }
}

#[test]
fn completions_have_every_command_and_flag_but_no_token_flag() {
    for (shell, beginning) in
        [("bash", "_contacts() {"), ("zsh", "#compdef contacts"), ("fish", "# ")]
    {
        let script = printed(&format!("completions {shell}"));
        assert!(script.starts_with(beginning), "{shell}: {script}");
        for word in first_commands().chain(["token-file", "token-command", "ensure", "ndjson"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        for offer in ["--token ", "--token=", " -l token ", " token="] {
            assert!(!script.contains(offer), "{shell} offers what is always refused");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let page = printed("man");
    assert!(page.contains(".TH contacts 1"), "{page}");
    for word in
        first_commands().chain([".SH NAME", ".SH OPTIONS", "CONTACTS_PROFILE", "Exit codes"])
    {
        assert!(page.contains(&word.replace('-', "\\-")) || page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains("\\-\\-token\\fR"), "what is always refused is not offered");
    for command in COMMANDS {
        let name = format!("contacts-{}", command.replace(' ', "-"));
        let page = printed(&format!("man {command}"));
        let source = concat!("\"contacts ", env!("CARGO_PKG_VERSION"), "\"");
        assert!(
            page.contains(&format!(".TH {name} 1  {source}")) && page.contains("Example"),
            "{command}: {page}"
        );
        let (_, synopsis) = page.split_once(".SH SYNOPSIS\n").unwrap();
        let (synopsis, _) = synopsis.split_once("\n.SH").unwrap();
        assert!(synopsis.starts_with(&format!("\\fBcontacts {command}\\fR")), "{synopsis}");
        let is_flag = synopsis.contains("\\-\\-");
        assert!(!is_flag, "a flag without its value: {synopsis}");
    }
    Home::new().contacts().line("man nonsense").run().with_code(2);
}
