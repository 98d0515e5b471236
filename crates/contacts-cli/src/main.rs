//! The command `contacts`: for people, and for scripts of the shell. `contacts --help` tells what it can do, `contacts demo` shows it.
//!
//! It is no library. A program in Rust takes `contacts-ureq` (blocking) or `contacts-hyper` (async), with `contacts-plan` to keep
//! contacts as a file says, and `contacts-sandbox` for its tests.

mod args;
mod audit;
mod certificate;
mod commands;
mod environment;
mod failure;
mod hint;
mod interrupt;
mod invocation;
mod origins;
mod output;
mod profile;
mod secret;
mod service;
mod settings;
mod tell;
mod text_file;
mod token;
mod usage;
mod whole_file;

use std::process::ExitCode;

use clap::Parser;

use self::{args::Arguments, output::Output};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::end(error).into(),
    };
    invocation::remember(&arguments);
    let how = &arguments.how;
    let output = Output::new(how.output, how.color);
    tell::settle(how);
    interrupt::watch(how.output, how.quiet);
    let code = commands::run(&arguments, output).unwrap_or_else(|failures| {
        interrupt::reports(&failures);
        for failure in &failures {
            failure.report(how.output, how.quiet);
        }
        failure::exit_of(&failures)
    });
    token::end_command();
    interrupt::finish(code)
}
