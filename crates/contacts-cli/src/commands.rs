//! The commands, one file each or a few that are alike.

mod curl;
mod demo;
mod doctor;
mod operations;
mod resolve;
mod sandbox;

use clap::CommandFactory;

use crate::{
    args::{Arguments, Command},
    failure::Failure,
    output::Output,
    service::Service,
    settings::Settings,
    tell::Verbosity,
};

/// What the commands share.
struct Context<'a> {
    arguments: &'a Arguments,
    output: Output,
}

/// Carries out the command.
///
/// # Errors
/// The failures that were not reported yet; none if all went well.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Vec<Failure>> {
    let context = Context { arguments, output };
    match &arguments.command {
        Command::Operation(operation) => return operations::run(&context, operation),
        Command::Resolve { ticket } => resolve::run(&context, ticket),
        Command::Curl { operation } => curl::run(&context, operation),
        Command::Demo => demo::run(&context),
        Command::Doctor => return doctor::run(&context),
        Command::Sandbox(sandbox) => sandbox::run(&context, sandbox),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "contacts", &mut script);
            output.text(&String::from_utf8_lossy(&script))
        }
        Command::Man => man(output),
    }
    .map_err(|failure| vec![failure])
}

fn man(output: Output) -> Result<(), Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| Failure::local(format!("the page cannot be made: {error}")))?;
    output.text(&String::from_utf8_lossy(&page))
}

impl Context<'_> {
    fn settings(&self) -> Result<Settings, Failure> {
        let Arguments { place, person, how, .. } = self.arguments;
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Settings::resolve(place, person, how, &variable)
    }

    fn connect(&self) -> Result<Service, Failure> {
        Service::connect(&self.settings()?, Verbosity::new(&self.arguments.how))
    }

    /// A word that is no result, for a person.
    fn note(&self, text: &str) {
        use std::io::Write;

        if !self.arguments.how.quiet && !self.arguments.how.output.is_json() {
            let bold = anstyle::Style::new().bold();
            let _ = writeln!(anstream::stderr(), "{bold}note{bold:#}: {text}");
        }
    }
}
