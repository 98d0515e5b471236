//! `man [COMMAND…]` and `completions SHELL`: what is made from the command line itself.

use clap_complete::Shell;

use crate::{client::Context, error::Failure, usage::without_secret};

pub(crate) fn completions(
    context: &Context<'_>,
    mut command: clap::Command,
    shell: Shell,
) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "contacts", &mut script);
    context.output.text(&String::from_utf8_lossy(&script))
}

pub(crate) fn man(
    context: &Context<'_>,
    mut command: clap::Command,
    names: &[String],
) -> Result<(), Failure> {
    command.build();
    for name in names {
        let found = command.find_subcommand(name).cloned();
        command =
            found.ok_or_else(|| Failure::usage(format!("there is no command {}", without_secret(name))))?;
    }
    let mut page = Vec::new();
    // The one that clap_mangen makes itself has every flag, and none with its value.
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    // A command below the first has no version, of which its source would be made.
    clap_mangen::Man::new(command.override_usage(usage))
        .source(concat!("contacts ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| Failure::local(format!("the page cannot be made: {error}")))?;
    context.output.text(&String::from_utf8_lossy(&page))
}
