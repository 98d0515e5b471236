//! The commands, one file each; the seven operations, which are alike, in one.

mod apply;
mod audit;
mod completions;
mod config;
mod contacts_file;
mod curl;
mod demo;
mod doctor;
mod export;
mod login;
mod man;
mod operations;
mod plan;
mod question;
mod resolve;
mod sandbox;

use std::sync::Once;

use crate::{
    args::{Arguments, Command},
    environment,
    failure::{Failure, exit},
    output::Output,
    service::Service,
    settings::Settings,
    tell::{self, Verbosity},
};

/// What the commands share.
struct Context<'a> {
    arguments: &'a Arguments,
    output: Output,
    profile_told: Once,
}

/// Carries out the command. The exit code, if nothing failed.
///
/// # Errors
/// The failures that were not reported yet.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<u8, Vec<Failure>> {
    let context = Context { arguments, output, profile_told: Once::new() };
    match &arguments.command {
        Command::Operation(operation) => operations::run(&context, operation)?,
        Command::Export(args) => export::run(&context, args)?,
        Command::Plan(args) => return plan::run(&context, args),
        Command::Apply(args) => apply::run(&context, args)?,
        Command::Audit(args) => return audit::run(&context, args),
        Command::Resolve { ticket } => resolve::run(&context, ticket)?,
        Command::Curl { operation } => curl::run(&context, operation)?,
        Command::Config { command } => config::run(&context, command)?,
        Command::Login => login::login(&context)?,
        Command::Logout => login::logout(&context)?,
        Command::Demo => demo::run(&context)?,
        Command::Doctor => doctor::run(&context)?,
        Command::Sandbox(sandbox) => sandbox::run(&context, sandbox)?,
        Command::Completions { shell } => completions::run(&context, *shell)?,
        Command::Man { command } => man::run(&context, command)?,
    }
    Ok(exit::DONE)
}

impl Context<'_> {
    /// The settings, once the profile they are of is told.
    fn settings(&self) -> Result<Settings, Failure> {
        let Arguments { place, person, how, .. } = self.arguments;
        let settings = Settings::resolve(place, person, how, &environment::of_process)?;
        if let Some(name) = settings.profile.as_ref().filter(|_| Verbosity::new(how).requests) {
            let from = settings.origins.profile.unwrap_or("default");
            self.profile_told.call_once(|| tell::tell(format_args!("profile {name} ({from})")));
        }
        Ok(settings)
    }

    fn connect(&self) -> Result<Service, Failure> {
        Service::connect(&self.settings()?, Verbosity::new(&self.arguments.how))
    }

    /// Whether a person may be told more on standard error than what went wrong.
    fn is_talkative(&self) -> bool {
        !self.arguments.how.quiet && !self.arguments.how.output.is_json()
    }

    /// A word that is no result, for a person.
    fn note(&self, text: &str) {
        if self.is_talkative() {
            let bold = anstyle::Style::new().bold();
            self.tell(&format_args!("{bold}note{bold:#}: {text}\n"));
        }
    }

    /// Writes styled text to standard error. Where that is closed there is nobody to tell.
    fn tell(&self, text: &dyn std::fmt::Display) {
        use std::io::Write;

        let _ = write!(anstream::stderr(), "{text}");
    }
}
