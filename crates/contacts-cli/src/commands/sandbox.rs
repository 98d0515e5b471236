//! `sandbox`: a stand-in for the service on this machine.

use std::fs;

use contacts_sandbox::{Behaviour, DEMO_EMAIL, DEMO_TOKEN, FaultPlan, Sandbox, Service, User};

use super::Context;
use crate::{args::SandboxArgs, failure::Failure};

pub(super) fn run(context: &Context<'_>, args: &SandboxArgs) -> Result<(), Failure> {
    let users = args.users.iter().map(|user| read_user(user)).collect::<Result<Vec<_>, _>>()?;
    let mut builder = Sandbox::builder().listen(args.listen);
    if !users.is_empty() {
        let mut service = Service::new(Behaviour::default());
        for user in users {
            service.add_user(user);
        }
        builder = builder.service(service);
    }
    if let Some(path) = &args.state {
        builder = builder.state_file(path);
    }
    if let Some(path) = &args.faults {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("the faults in {shown} cannot be read: {error}")))?;
        let plan = FaultPlan::from_json(&text).map_err(|error| {
            Failure::from(error).about(&shown).with_hint("contacts sandbox --help lists them")
        })?;
        builder = builder.faults(plan);
    }
    let sandbox = builder.start()?;
    context.output.text(&format!("listening on {}\n", sandbox.base_url()))?;
    if args.users.is_empty() && args.state.is_none() {
        context.note(&format!(
            "ask as {DEMO_EMAIL}, an administrator, with the token {DEMO_TOKEN}; Ctrl-C stops it"
        ));
    }
    context.note(&format!("{}/ shows what is in it, in a browser", sandbox.origin()));
    sandbox.wait();
    Ok(())
}

fn read_user(text: &str) -> Result<User, Failure> {
    match text.split_once(':') {
        Some((email, token)) if !email.is_empty() && !token.is_empty() => Ok(User::new(email, token)),
        _ => Err(Failure::usage("a --user is EMAIL:TOKEN, both of them not empty")),
    }
}
