//! The command `contacts`: for people, and for scripts of the shell. `contacts --help` tells what it can do, `contacts demo` shows it.
//!
//! It is no library. A program in Rust takes `contacts-ureq` (blocking) or `contacts-hyper` (async), with `contacts-plan` to keep
//! contacts as a file says, and `contacts-sandbox` for its tests.

mod client;
mod commands;
mod config;
mod error;
mod io;
mod output;
mod redact;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use self::{
    client::{Context, token},
    commands::Arguments,
    error::exit_of,
    io::interrupt,
};

fn main() -> ExitCode {
    let Arguments { global: args, command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage::end(error).into(),
    };
    error::remember_flags(args.for_hints());
    let as_json = args.output.is_json();
    io::set_quiet(args.quiet || as_json);
    interrupt::watch(as_json, args.quiet);
    let context = Context::new(&args);
    let code = commands::run(&context, &command).unwrap_or_else(|failures| {
        interrupt::reports(&failures);
        for failure in &failures {
            failure.report(as_json, args.quiet);
        }
        exit_of(&failures)
    });
    token::end_command();
    interrupt::finish(code)
}
