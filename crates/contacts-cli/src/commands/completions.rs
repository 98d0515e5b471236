//! `completions SHELL`

use clap::CommandFactory;
use clap_complete::Shell;

use super::Context;
use crate::{args::Arguments, failure::Failure};

pub(super) fn run(context: &Context<'_>, shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "contacts", &mut script);
    context.output.text(&String::from_utf8_lossy(&script))
}
