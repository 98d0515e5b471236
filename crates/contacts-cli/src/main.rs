//! The command `contacts`, for people and shell scripts. Start with `contacts help` or `contacts
//! demo`.
//!
//! This crate has no library. Rust programs use `contacts-ureq` (blocking) or `contacts-hyper`
//! (async), `contacts-plan` to apply a file of contacts, and `contacts-sandbox` in tests.

mod client;
mod commands;
mod config;
mod error;
mod io;
mod output;
mod redact;
mod usage;

use std::process::ExitCode;

use self::{
    client::{Context, token},
    commands::Arguments,
    error::exit_of,
    io::interrupt,
};

fn main() -> ExitCode {
    let Arguments { global: args, command } = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(error) => return usage::end(error).into(),
    };
    error::remember_flags(args.for_hints());
    let as_json = args.output.is_json();
    io::set_quiet(args.quiet || as_json);
    interrupt::watch(as_json, args.quiet);
    let context = Context::new(&args);
    let code = commands::run(&context, &command).unwrap_or_else(|failures| {
        interrupt::start_reporting(&failures);
        for failure in &failures {
            failure.report(as_json, args.quiet);
        }
        exit_of(&failures)
    });
    token::end_command();
    interrupt::finish(code)
}
