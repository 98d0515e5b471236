//! `man [COMMAND…]` and `completions SHELL`, both generated from the command line.

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
        command = found.ok_or_else(|| {
            Failure::usage(format!("no command is named {}", without_secret(name)))
        })?;
    }
    let mut page = Vec::new();
    // The synopsis of clap_mangen lists every flag without its value.
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    // Only the first command has a version, so the source is explicit.
    clap_mangen::Man::new(command.override_usage(usage))
        .source(concat!("contacts ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)
        .map_err(|error| Failure::local(format!("could not generate the page: {error}")))?;
    context.output.text(&String::from_utf8_lossy(&page))
}
