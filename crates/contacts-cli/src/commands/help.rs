//! Layout of the help pages: commands in groups, and the global options on one page.

use clap::{Arg, ArgAction, Command, builder::StyledStr};

/// The commands under their headings. `clap` has one heading for all of them.
const GROUPS: [(&str, &[&str]); 4] = [
    (
        "Contacts",
        &["list", "get", "create", "update", "activate", "deactivate", "delete", "reconcile"],
    ),
    ("Files", &["export", "plan", "apply"]),
    ("Administration", &["audit"]),
    (
        "Setup",
        &["login", "logout", "doctor", "config", "sandbox", "demo", "curl", "completions", "man"],
    ),
];

/// The last line below the options of each command.
const GLOBAL_OPTIONS: &str = "Global options: see `contacts help`";

/// Groups the commands, and shows the global options on the long page of `contacts` only.
pub(super) fn with_layout(command: Command) -> Command {
    let command = with_hidden_globals(command);
    let options = global_options(&command);
    let long = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}{{after-help}}",
        grouped(&command).ansi()
    );
    command
        .help_template(template)
        .after_long_help(format!("{}\n\n{long}", options.ansi().to_string().trim_end()))
}

/// Hides the global options on the pages of the commands.
pub(super) fn with_hidden_globals(command: Command) -> Command {
    // An option that a command has already is not propagated to it.
    let hidden: Vec<_> = globals(&command).map(|option| option.hide(true)).collect();
    command.mut_subcommands(|command| with_options(command, &hidden))
}

fn with_options(command: Command, options: &[Arg]) -> Command {
    let below_options = |help: &StyledStr| format!("{GLOBAL_OPTIONS}\n\n{help}");
    let short = command.get_after_help().map(below_options);
    let long = command.get_after_long_help().map(below_options);
    let mut command = command.args(options);
    command = command.after_help(short.unwrap_or_else(|| GLOBAL_OPTIONS.to_owned()));
    if let Some(long) = long {
        command = command.after_long_help(long);
    }
    command.mut_subcommands(|command| with_options(command, options))
}

fn globals(command: &Command) -> impl Iterator<Item = Arg> {
    command.get_arguments().filter(|option| option.is_global_set()).cloned()
}

/// The global options, one line each even on the long page.
fn global_options(command: &Command) -> StyledStr {
    // The text of the built-in option names a longer page. This is the longest one.
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Print help");
    let page = Command::new("contacts").version("").disable_help_flag(true).arg(help);
    let page = page.args(globals(command)).max_term_width(MAX_WIDTH);
    page.help_template("{all-args}").render_help()
}

/// Width of a page on a wide terminal.
pub(super) const MAX_WIDTH: usize = 110;

/// The commands with their summaries.
fn grouped(command: &Command) -> StyledStr {
    let heading = command.get_styles().get_header();
    let groups = GROUPS.map(|(name, commands)| {
        let lines = commands.iter().map(|name| {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            format!("  {name:<11}  {}\n", about.map(ToString::to_string).unwrap_or_default())
        });
        format!("{heading}{name}:{heading:#}\n{}", lines.collect::<String>())
    });
    groups.join("\n").trim_end().to_owned().into()
}
