//! `man [COMMAND…]`

use clap::CommandFactory;

use super::Context;
use crate::{args::Arguments, failure::Failure, usage::without_secret};

pub(super) fn run(context: &Context<'_>, names: &[String]) -> Result<(), Failure> {
    let mut command = Arguments::command();
    command.build();
    for name in names {
        let found = command.find_subcommand(name).cloned();
        command =
            found.ok_or_else(|| Failure::usage(format!("there is no command {}", without_secret(name))))?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::local(format!("the page cannot be made: {error}")))?;
    context.output.text(&String::from_utf8_lossy(&page))
}
